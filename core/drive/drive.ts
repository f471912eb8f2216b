import { z } from 'zod';

/** Why a drive may not be written. Every reason that holds is given, not only the first. */
export const blockReasonCodes = [
  'live-medium',
  'own-disk',
  'system-disk',
  'mounted',
  'swap',
  'lvm',
  'raid',
  'encrypted',
  'multipath',
  'held',
  'media-on-drive',
  'state-on-drive',
  'read-only',
  'no-medium',
  'optical',
  'memory-disk',
  'loop-device',
  'not-on-bench',
  'not-a-disk',
  'sector-size',
  'bench-damaged',
  'facts-missing',
  'health',
  'false-size',
] as const;
export const blockReasonSchema = z.strictObject({
  code: z.enum(blockReasonCodes),
  /** One plain sentence, safe to show. */
  message: z.string(),
  /** How to release the drive when nothing on it is needed: a sentence with the command, safe to show. */
  release: z.string().optional(),
  /** Of several ways, the one with the highest level comes first: what is stacked highest. */
  releaseLevel: z.int().optional(),
});
export type BlockReason = z.infer<typeof blockReasonSchema>;
export type BlockReasonCode = BlockReason['code'];

/** What must be known about a drive that can be written all the same. */
export const driveNoteCodes = [
  'own-disk',
  'identity-shared',
  'disk-guid-shared',
  'bridge-sector-size',
  'sector-sizes-differ',
  'ata-password',
  'hidden-area',
  'health',
  'false-size',
] as const;
export const driveNoteSchema = z.strictObject({
  code: z.enum(driveNoteCodes),
  /** Plain sentences, safe to show. */
  message: z.string(),
});
export type DriveNote = z.infer<typeof driveNoteSchema>;

/** A disk of the computer that runs from a stick of Prestage Live, and how it came to be written. */
export const ownDiskSchema = z.discriminatedUnion('as', [
  /** The computer was started to image itself. */
  z.strictObject({ as: z.literal('machine') }),
  /** It was started as a station, and somebody unlocked the disk by naming the computer. */
  z.strictObject({
    as: z.literal('station'),
    /** What the computer was named by: its serial, UUID or model. */
    computer: z.string(),
    unlockedBy: z.string(),
    /** ISO 8601, UTC. */
    unlockedAt: z.iso.datetime(),
  }),
]);
export type OwnDisk = z.infer<typeof ownDiskSchema>;

export const driveKinds = ['disk', 'loop', 'virtual'] as const;

/** What a drive is known by. A kernel name such as sdb alone never is enough. */
export const driveIdentitySchema = z.strictObject({
  path: z.string(),
  serial: z.string().nullable(),
  wwn: z.string().nullable(),
  /** Bytes. */
  size: z.int().nonnegative(),
});
export type DriveIdentity = z.infer<typeof driveIdentitySchema>;

/**
 * What an operator confirms: the identity, and the attachment, by which the kernel knows this very device
 * or file (`device MAJOR:MINOR sequence N boot ID`, `file DEVICE:INODE born N`). It changes when a drive is taken out or
 * another takes its name, also between two drives that tell no serial. Null where it cannot be told.
 */
export const confirmedDriveSchema = z.strictObject({
  ...driveIdentitySchema.shape,
  attachment: z.string().nullable(),
});
export type ConfirmedDrive = z.infer<typeof confirmedDriveSchema>;

/** First digits of the SHA-256 of a machine's certificate. */
export const rackMachineIdSchema = z.string().regex(/^[0-9a-f]{12}$/);

/** Between the id of a drive and its machine's. No other id of a drive has it. */
const machineMark = '@';

/** The id of a drive that is in a machine of a rack. */
export function idInMachine(driveId: string, machine: string): string {
  return `${driveId}${machineMark}${machine}`;
}

/** A drive's id taken apart: as its own computer has it, and the machine of a rack that it is in, or null. */
export function machineOfId(id: string): { readonly driveId: string; readonly machine: string | null } {
  const at = id.lastIndexOf(machineMark);
  return at === -1
    ? { driveId: id, machine: null }
    : { driveId: id.slice(0, at), machine: id.slice(at + machineMark.length) };
}

/** Whether a drive is in a machine of a rack, by its id. */
export function isInRack(id: string): boolean {
  return machineOfId(id).machine !== null;
}

/** One drive as it is listed, with its verdict. All strings are sanitized. */
export const driveSchema = z.strictObject({
  /** Derived from serial, WWN, size and path; commands address the drive by this ID. */
  id: z.string(),
  /** `disk` the machine's hardware; `loop` a loop device over a bench file; `virtual` a bench file itself. */
  kind: z.enum(driveKinds),
  ...confirmedDriveSchema.shape,
  /** /dev/disk/by-path link: the port that the drive is connected to. */
  byPath: z.string().nullable(),
  /** Label of its bay. */
  bay: z.string().nullable(),
  model: z.string().nullable(),
  /** sata, nvme, usb, mmc, virtio, virtual, loop, … or null when unknown. */
  bus: z.string().nullable(),
  /** Bytes. */
  logicalSectorSize: z.int().nonnegative(),
  /** Bytes. */
  physicalSectorSize: z.int().nonnegative(),
  rotational: z.boolean().nullable(),
  removable: z.boolean(),
  readOnly: z.boolean(),
  /** What is on it now, one line per partition or file system, shown to the operator before erasing. */
  contents: z.array(z.string()),
  /**
   * Disk GUID in its GPT header, lower case; null when there is none, or the system does not tell an ordinary user. The
   * helper reads it from the drive itself before anything rests on it.
   */
  diskGuid: z.guid().nullable(),
  /** It is a disk of the computer that runs from a stick, and may be written. Missing everywhere else. */
  ownDisk: ownDiskSchema.optional(),
  /** The machine of a rack that it is in; missing: it is attached to this station. */
  rack: z.strictObject({ machine: rackMachineIdSchema, serial: z.string() }).optional(),
  /** What must be known before it is written; none of it blocks the drive. */
  notes: z.array(driveNoteSchema),
  verdict: z.enum(['eligible', 'blocked']),
  reasons: z.array(blockReasonSchema),
});
export type Drive = z.infer<typeof driveSchema>;

/** The identity part of a drive. */
export function identityOf(drive: DriveIdentity): DriveIdentity {
  return { path: drive.path, serial: drive.serial, wwn: drive.wwn, size: drive.size };
}

/** What is confirmed of a drive by choosing it. */
export function confirmationOf(drive: ConfirmedDrive): ConfirmedDrive {
  return { ...identityOf(drive), attachment: drive.attachment };
}

/**
 * What differs between the drive that was confirmed and the drive that is there now; empty when it is the
 * same drive. Path counts: a drive that moved to another port is listed and confirmed again.
 */
export function identityDifferences(confirmed: ConfirmedDrive, now: ConfirmedDrive): string[] {
  const differences: string[] = [];
  for (const key of ['path', 'serial', 'wwn', 'size'] as const) {
    if (confirmed[key] !== now[key]) {
      differences.push(`${key} was ${confirmed[key] ?? 'none'} and is now ${now[key] ?? 'none'}`);
    }
  }
  if (differences.length === 0 && confirmed.attachment !== now.attachment) {
    differences.push('it was removed or replaced');
  }
  return differences;
}

/** Where a drive is, as the technician sees it: its bay, else its port, else its path. */
export function placeOf(drive: Pick<Drive, 'bay' | 'byPath' | 'path'>): string {
  return drive.bay ?? drive.byPath?.replace(/^.*\//, '') ?? drive.path;
}

/** How messages name a drive. */
export function driveLabel(drive: Pick<Drive, 'id' | 'bay' | 'byPath' | 'path' | 'serial'>): string {
  return `drive ${drive.serial ?? drive.id} (${placeOf(drive)})`;
}
