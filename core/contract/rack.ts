import { z } from 'zod';
import { rackMachineIdSchema } from '../drive/drive';
import { sha256Schema } from '../media/chunk-map';
import { admissionSchema } from '../machine/admission';
import { thisMachineSchema } from '../machine/this-machine';

/**
 * agent ↔ station: HTTPS in which both ends are known by the SHA-256 of their certificates (docs/adr/0059). The agent asks, the
 * station answers; what the helper's contract says goes through an upgraded connection of its own (station/rack-link/link.ts).
 */
export const rackProtocolVersion = 1;

/** What an agent may send in one request, in bytes. */
export const maximumRackBody = 4 * 1024 * 1024;

/** What anybody on the network may send in one request, in bytes: the station keeps it of thousands. */
export const maximumStrangersBody = 24 * 1024;

/** 32 random bytes, in hexadecimal. */
const nonceSchema = sha256Schema;

/** Read before anything else of a greeting: an agent of another version may say the rest in another form. */
export const rackVersionsSchema = z.object({
  protocolVersion: z.int(),
  /** Of Prestage. */
  version: z.string().max(64),
});

export const rackHelloSchema = z.strictObject({
  ...rackVersionsSchema.shape,
  machine: thisMachineSchema,
  /** The folder of the virtual bench that stands for the machine's drives; null: its own drives. */
  bench: z.string().max(4096).nullable(),
  /** Port at which the agent gives chunks to other machines; null: it does not. */
  peerPort: z.int().min(1).max(65_535).nullable(),
  /** Of this run of the agent: another one means that the machine was started again, with nothing that was going on. */
  instance: z.uuid(),
  /** SHA-256 of the agent's nonce, which it tells only after it has the station's: so neither end can choose the code. */
  commitment: sha256Schema,
  /** Name of the station that asks for what this one has: media and disk images. Missing of a machine. */
  station: z.string().min(1).max(200).optional(),
});
export type RackHello = z.infer<typeof rackHelloSchema>;

export const rackHelloAnswerSchema = z.strictObject({
  /** Of Prestage. */
  version: z.string(),
  /** Name of the station. */
  station: z.string(),
  nonce: nonceSchema,
});

export const rackRevealSchema = z.strictObject({ nonce: nonceSchema });

/** `refused`: the operator does not want the machine. */
export const rackStateSchema = z.enum(['waiting', 'admitted', 'refused']);

/** An agent asks what to do. */
export const rackAskSchema = z.strictObject({
  /** Of the answer that it has; -1: it has none. */
  revision: z.int(),
});

/** The answer to an agent that asks what to do; it comes when there is something, or after `timeouts.rackPoll`. */
export const rackNextSchema = z.strictObject({
  /** Another number than before: something is new. */
  revision: z.int().nonnegative(),
  state: rackStateSchema,
  /** Why it is not admitted by itself; null: nothing stands against it. Safe to show. */
  problem: z.string().nullable(),
  /** Connections for the helper's contract that the station waits for. */
  sessions: z.array(z.uuid()),
});
export type RackNext = z.infer<typeof rackNextSchema>;

/** One machine as the station knows it. */
export const rackMachineSchema = z.strictObject({
  /** First 12 digits of its certificate's SHA-256: commands and the ids of its drives name it so. */
  id: rackMachineIdSchema,
  /** SHA-256 of its certificate. */
  certificate: sha256Schema,
  /** Of Prestage. */
  version: z.string(),
  machine: thisMachineSchema,
  bench: z.string().nullable(),
  state: rackStateSchema,
  /** The same is on the machine's screen. */
  code: z.string(),
  /** Why it is not admitted; null: nobody has looked yet, or it is. */
  problem: z.string().nullable(),
  admission: admissionSchema.nullable(),
  /** It asked for work a short while ago. */
  connected: z.boolean(),
  /** IP address that it comes from. */
  address: z.string(),
  /** It is no machine but another station, by this name, that gets media and disk images from this one. */
  station: z.string().optional(),
});
export type RackMachine = z.infer<typeof rackMachineSchema>;

/** What the serving station tells the other programs of the same state folder. */
export const rackSchema = z.strictObject({
  /** SHA-256 of the station's certificate. */
  certificate: sha256Schema,
  /** ADDRESS:PORT. */
  listens: z.string(),
  /** ISO 8601, UTC. */
  since: z.iso.datetime({ precision: 3 }),
  closedNetwork: z.boolean(),
  machines: z.array(rackMachineSchema),
});
export type Rack = z.infer<typeof rackSchema>;

export const rackAdmitSchema = z.strictObject({
  code: z.string().max(40),
  operator: z.string().min(1).max(200),
  /** From the machine's label; null: its firmware's. */
  serial: z.string().max(100).nullable(),
});
export const rackRefuseSchema = z.strictObject({ code: z.string().max(40) });

/** A disk image whose chunks the machine of a session may have. */
export const rackImageSchema = z.strictObject({ directory: z.string(), fingerprint: sha256Schema });

/** How a session with a machine's helper ended, in words; null: it goes on. */
export const rackSessionEndSchema = z.strictObject({ end: z.string().nullable() });

/** A machine begins to fetch the chunks of a disk image. */
export const swarmJoinSchema = z.strictObject({
  /** Indexes in the chunk map, in the order in which it would like them. */
  wanted: z.array(z.int().nonnegative()),
});

/** What has become of chunks since the machine asked last, and a question for the next one. */
export const swarmAskSchema = z.strictObject({
  got: z.array(sha256Schema).max(1000),
  /** They did not arrive. */
  failed: z.array(sha256Schema).max(1000),
  /** They arrived, and were not what their SHA-256 says. */
  wrong: z.array(sha256Schema).max(1000).default([]),
});

/** Where the next chunk is to be fetched. `wait`: ask again. `done`: nothing is missing. */
export const swarmAnswerSchema = z.strictObject({
  next: z.union([
    z.literal('wait'),
    z.literal('done'),
    z.strictObject({
      sha256: sha256Schema,
      /** Another machine; null: the station. */
      from: z
        .strictObject({ host: z.string(), port: z.int().positive(), certificate: sha256Schema })
        .nullable(),
    }),
  ]),
});
export type SwarmNext = z.infer<typeof swarmAnswerSchema>['next'];

/** Whether a machine may have chunks of another. */
export const swarmPeerSchema = z.strictObject({ certificate: sha256Schema });
export const swarmPeerAnswerSchema = z.strictObject({ admitted: z.boolean() });

/** Header of both ends of an upgraded connection: bytes that this end has received of the session. */
export const receivedHeader = 'prestage-received';
/** Header of the answer that opens a session at the control socket. */
export const sessionHeader = 'prestage-session';
/** What a connection is upgraded to. */
export const linkProtocol = 'prestage-link';
