import { z } from 'zod';
import { errorDataSchema } from '../base/errors';
import { rackMachineIdSchema } from '../drive/drive';
import { admissionSchema } from '../machine/admission';
import { sha256Schema } from '../media/chunk-map';
import { bootInterfaceSchema, interfaceNameSchema } from '../netboot/boot-interface';
import { bootStateSchema, fetchesSchema } from '../netboot/boot-state';
import { driveRequest, nothing } from './app-common';
import { rackStateSchema } from './rack';

/** The Machines screen's part of the page's contract: serving a rack, and letting machines into it. */

export const appRackMachineSchema = z.strictObject({
  id: rackMachineIdSchema,
  /** By which it was admitted, else its firmware's; null: it tells none, and its label is asked, or it is a station. */
  serial: z.string().nullable(),
  model: z.string().nullable(),
  /** What a station calls itself that gets media and disk images from this one; null: it is a machine. */
  station: z.string().nullable(),
  state: rackStateSchema,
  /** The same is on its screen. */
  code: z.string(),
  /** Why it is not admitted by itself; null: nothing stands against it. */
  problem: z.string().nullable(),
  /** It asked for work a short while ago. */
  connected: z.boolean(),
  address: z.string(),
  /** How it was admitted; null: it is not. */
  how: admissionSchema.shape.how.nullable(),
  /** What is to be known of its disks: why none is shown, or that one has to be chosen; null: nothing. */
  disks: z.string().nullable(),
});
export type AppRackMachine = z.infer<typeof appRackMachineSchema>;

/** How machines are started from the network by this app. */
const appBootSchema = z.strictObject({
  service: bootStateSchema,
  fetches: fetchesSchema,
  /** Of this computer, each with what stands against it; null: nobody has looked yet. */
  interfaces: z.array(bootInterfaceSchema).nullable(),
  /** Why they are not known. */
  problem: errorDataSchema.nullable(),
  /** The image of Prestage Live that this station runs from; null: it runs from none. */
  ownImage: z.string().nullable(),
});
export type AppBoot = z.infer<typeof appBootSchema>;

/** No machine is started. */
export const noBoot: AppBoot = {
  ...{ service: { state: 'off' }, fetches: { fetching: 0, fetched: 0 } },
  ...{ interfaces: null, problem: null, ownImage: null },
};

export const appRackSchema = z.strictObject({
  /** `here`: by this app; `elsewhere`: by another program of this station. */
  serves: z.enum(['off', 'starting', 'here', 'elsewhere']),
  /** ADDRESS:PORT; null while no rack is served. */
  listens: z.string().nullable(),
  /** SHA-256 of the station's certificate; null while no rack is served. */
  certificate: sha256Schema.nullable(),
  closedNetwork: z.boolean(),
  /** Addresses of this computer at which it could be served, with the names of their interfaces. */
  addresses: z.array(z.strictObject({ name: z.string(), address: z.string() })),
  machines: z.array(appRackMachineSchema),
  boot: appBootSchema,
  /** Why it could not be served, or the machines are not known. */
  error: errorDataSchema.nullable(),
});
export type AppRack = z.infer<typeof appRackSchema>;

/** No rack is served. */
export const noRack: AppRack = {
  ...{ serves: 'off', listens: null, certificate: null, closedNetwork: false },
  ...{ addresses: [], machines: [], boot: noBoot, error: null },
};

export const rackMethods = {
  /**
   * Serves the rack until the app ends, and keeps in the settings how. Throws why it cannot: then nobody is answered. Where it is served
   * already, and machines are not started any more, begins with that anew.
   */
  serveRack: {
    request: z.strictObject({
      /** ADDRESS:PORT; null: the interface's own, and the usual port. */
      listen: z.string().max(100).nullable(),
      /** Starts machines from the network as well. May ask for a password. */
      boot: z.strictObject({ interface: interfaceNameSchema, image: z.string().max(4096) }).nullable(),
    }),
    response: nothing,
  },
  /** Looks again which network interfaces this computer has. What is found is in rack.boot. */
  lookAtInterfaces: { request: nothing, response: nothing },
  /** Ends that, also while it begins. Throws drive-busy while machines are written. */
  stopRack: { request: nothing, response: nothing },
  /** The code on a machine's screen was compared. Throws rack-machine-unknown, rack-double, machine-contradicts, serial-… */
  admitMachine: {
    request: z.strictObject({
      code: z.string().max(40),
      /** From its label, where its firmware has none. */
      serial: z.string().max(100).nullable(),
    }),
    response: nothing,
  },
  /** Turns a machine away, also one that was admitted. */
  refuseMachine: { request: z.strictObject({ code: z.string().max(40) }), response: nothing },
  /** Pairs a disk with the machine that it is in. What came of it is in pairing.lastScan. */
  pairInMachine: { request: driveRequest, response: nothing },
} as const;

export const rackWindowMethods = {
  /** Asks for an image of Prestage Live, and remembers it in the settings. */
  chooseBootImage: { request: nothing, response: z.strictObject({ chosen: z.boolean() }) },
} as const;
