import { z } from 'zod';
import { sha256Schema } from '../media/chunk-map';
import { bootInterfaceSchema, interfaceNameSchema } from '../netboot/boot-interface';
import { progressToken } from './helper-delivery';

/**
 * The verbs with which a station starts the machines of its rack from the network. Only serveBoot needs privilege, and takes no more
 * than an interface, its address and a folder: what is answered there is the helper's.
 */
export const bootMethods = {
  /** The network interfaces of this computer, each with what stands against starting machines through it. */
  listBootInterfaces: {
    request: z.strictObject({}),
    response: z.strictObject({ interfaces: z.array(bootInterfaceSchema) }),
  },
  /**
   * Reads an image of Prestage Live, or the folder where one is mounted, and lays out what machines fetch by TFTP, in a folder of its
   * own. The folder is removed when it is closed, and when the helper ends. Progress in bytes of the system that are hashed.
   */
  openBootImage: {
    request: z.strictObject({ progressToken, path: z.string() }),
    response: z.strictObject({
      folder: z.string(),
      /** Of Prestage. */
      version: z.string(),
      /** Where the system lies that machines fetch by HTTP. */
      system: z.strictObject({
        path: z.string(),
        offset: z.int().nonnegative(),
        bytes: z.int().positive(),
        sha256: sha256Schema,
      }),
    }),
  },
  closeBootImage: { request: z.strictObject({ folder: z.string() }), response: z.strictObject({}) },
  /**
   * Answers DHCP and TFTP on one interface until it is cancelled or the caller is gone. First looks whether another DHCP server answers
   * there. The first progress says that machines are answered. With privilege.
   */
  serveBoot: {
    request: z.strictObject({
      progressToken,
      interface: interfaceNameSchema,
      /** The one that the caller found: another one now is refused. */
      address: z.ipv4(),
      /** A folder that openBootImage laid out. */
      folder: z.string(),
    }),
    response: z.strictObject({}),
  },
} as const;
