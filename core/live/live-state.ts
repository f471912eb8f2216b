import { z } from 'zod';
import { liveRoles, liveSlots } from './live-system';

/** What the helper tells of a live system, and what it is asked to do. */

/** What opens the data partition. */
export const liveKeySchema = z.discriminatedUnion('kind', [
  /** Typed or scanned. */
  z.strictObject({ kind: z.literal('passphrase'), text: z.string().min(1).max(500) }),
  /** The key file on another stick that is plugged in; made there when the partition is made. */
  z.strictObject({ kind: z.literal('key-stick') }),
]);
export type LiveKey = z.infer<typeof liveKeySchema>;

/** Fewer characters than this are guessed by trying. */
export const shortestPassphrase = 8;
/** The key file, in the root of a stick with FAT. */
export const keyFileName = 'prestage.key';

/** A name of the time zone database. */
export const timeZoneSchema = z
  .string()
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/);
/** Keyboards, by the layout's name in XKB. */
export const liveKeyboards = {
  us: 'English (US)',
  gb: 'English (UK)',
  de: 'German',
  fr: 'French',
  es: 'Spanish',
  it: 'Italian',
  pt: 'Portuguese',
  pl: 'Polish',
  cz: 'Czech',
  se: 'Swedish',
  jp: 'Japanese',
} as const;
export const liveKeyboardSchema = z.enum(
  Object.keys(liveKeyboards) as [keyof typeof liveKeyboards, ...(keyof typeof liveKeyboards)[]],
);

/** What a live station is told of itself; what is left out stays. */
export const liveStationSchema = z.strictObject({
  timeZone: timeZoneSchema.optional(),
  keyboard: liveKeyboardSchema.optional(),
  /** The clock of the system, ISO 8601 in UTC. The PC's own clock is left alone. */
  time: z.iso.datetime().optional(),
});
export type LiveStation = z.infer<typeof liveStationSchema>;

/** Kept on the data partition. */
export const keptLiveStationSchema = z.strictObject({
  version: z.literal(1),
  timeZone: timeZoneSchema,
  keyboard: liveKeyboardSchema,
});
export type KeptLiveStation = z.infer<typeof keptLiveStationSchema>;

/** The disk that was chosen for disk images and media. */
export const imageDiskSchema = z.strictObject({
  model: z.string().nullable(),
  serial: z.string().nullable(),
  /** Bytes; 0: not known. */
  size: z.int().nonnegative(),
  /** It is there, and disk images and new media go onto it. */
  open: z.boolean(),
});
export type ImageDisk = z.infer<typeof imageDiskSchema>;

export const liveDataStates = ['none', 'locked', 'open'] as const;

export const liveStateSchema = z.strictObject({
  role: z.enum(liveRoles),
  slot: z.enum(liveSlots).nullable(),
  /** Of the image; null when it does not tell. */
  version: z.string().nullable(),
  /** When the image was built; null when it does not tell. */
  built: z.string().nullable(),
  /** The medium; null when it cannot be told, or is gone. */
  medium: z
    .strictObject({
      path: z.string(),
      /** Bytes. */
      size: z.int().nonnegative(),
      model: z.string().nullable(),
    })
    .nullable(),
  data: z.enum(liveDataStates),
  /** Null until they were asked. */
  station: keptLiveStationSchema.nullable(),
  /** The disk beside the stick from which files are read; null: none is open. */
  disk: z
    .strictObject({
      device: z.string(),
      /** Files may be put on it. */
      write: z.boolean(),
    })
    .nullable(),
  /** Null: disk images and media are on the stick, or its data partition is not open. */
  imageDisk: imageDiskSchema.nullable(),
});
export type LiveState = z.infer<typeof liveStateSchema>;
