import { z } from 'zod';
import { gotSchema } from './got-from-station';
import { sha256Schema } from '../media/chunk-map';
import { recordedLoaderSchema } from '../boot/loader-choice';
import { leftOutSchema } from '../media/left-out';
import { imageSourceSchema } from '../media/image-source';
import { recoverySchema } from '../media/recovery';
import { recordedHashSourceSchema } from '../media/media-state';
import { recordedPackSchema } from '../drivers/driver-table';
import { driveIdentitySchema, driveKinds, ownDiskSchema } from '../drive/drive';
import { errorDataSchema } from '../base/errors';
import { jobEndSchema } from '../job/job';
import { recordedAgentSchema } from '../machine/admission';
import { machineEndSchema } from '../machine/at-end';
import { machineDetailsSchema } from '../machine/machine';
import { replacedComputerSchema } from '../machine/replaced-computer';
import { recordedMachineFileSchema } from '../machine-files/machine-file';
import { bootTestVerdictSchema } from '../job/boot-test';
import { driveAgainSchema } from '../job/drive-again';
import { signedManifestSchema } from '../delivery/library';
import { sanitisedSchema } from '../sanitise/sanitised';
import { jobHealthSchema } from '../health/health-rules';
import { sizeCheckSchema } from '../health/size-check';
import { slowNoteSchema } from '../health/slow';

/**
 * The record's form. One entry is one line of the ledger: canonical JSON (RFC 8785), hashed with SHA-256
 * together with its predecessor's hash (a member of the JSON), and signed with the station's key.
 */

export const recordedDriveSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(driveKinds),
  ...driveIdentitySchema.shape,
  model: z.string().nullable(),
  bus: z.string().nullable(),
  bay: z.string().nullable(),
  byPath: z.string().nullable(),
  logicalSectorSize: z.int().positive(),
  /**
   * Another attached drive reported the same serial and WWN: neither shows which drive it is. Missing where none did, and in
   * older entries.
   */
  identityShared: z.literal(true).optional(),
});
export type RecordedDrive = z.infer<typeof recordedDriveSchema>;

/** What a job was asked to do; the same in its first and its last entry. */
export const jobDetailsSchema = z.strictObject({
  jobId: z.uuid(),
  batchId: z.uuid(),
  machineSerial: z.string(),
  drive: recordedDriveSchema,
  media: z.strictObject({
    fileName: z.string(),
    sha256: sha256Schema,
    bytes: z.int().positive(),
    guid: z.string(),
    /** Source of the expected SHA-256; `none` when none was given. */
    expected: recordedHashSourceSchema,
    /** The manifest that said it, where a media file of the library was written. Missing otherwise, and in older entries. */
    signedManifest: signedManifestSchema.optional(),
    /** What the image has and the drive does not; missing when that is nothing. */
    leftOut: z.array(leftOutSchema).min(1).optional(),
  }),
  image: z.strictObject({ index: z.int().positive(), name: z.string() }),
  layout: z.string(),
  /** Winre.wim on the Recovery partition. Missing where the layout has none, the image has none, and in older entries. */
  recovery: recoverySchema.optional(),
  /** The boot loader that was chosen, and who signed what lies on the drive. Missing when there is none, and in older entries. */
  loader: recordedLoaderSchema.optional(),
  /** SHA-256 of the chunk map (core/media/chunk-map.ts, fingerprintText). */
  fingerprint: sha256Schema,
  /** The station that the disk image came from. Missing where it was made on this one, and in older entries. */
  imageFrom: imageSourceSchema.optional(),
  /** What the finished drive is known by: it is on the drive, and on no other. */
  diskGuid: z.uuid(),
  /**
   * The disk GUID that was on the drive before it was erased, as the helper read it there; null: it had none. Missing
   * when it could not be read, and in older entries.
   */
  previousDiskGuid: z.guid().nullable().optional(),
  /**
   * By what the station's system knew the drive while it stayed attached (core/drive/drive-identity.ts). Missing where that
   * could be another drive's later, and in older entries.
   */
  attachment: z.string().optional(),
  partitionGuids: z.array(z.uuid()),
  /** Why another drive was written for a machine that already had a finished drive. */
  againReason: z.string().nullable(),
  /** Why the drive was written although it held a finished image, or its last job failed. Missing where neither was so, and in older entries. */
  driveAgain: driveAgainSchema.optional(),
  /** The enterprise's number for the batch. Missing when none was given; the oldest entries of 0.1.0 never have it. */
  workOrder: z.string().optional(),
  /** The work order that was open on the station: the ID in its order-opened entry. */
  orderId: z.uuid().optional(),
  /** What was known about the machine besides its serial: from the work order, its label or its firmware. */
  machine: machineDetailsSchema.optional(),
  /** The agent that wrote the drive inside the machine. Missing when the drive was attached to the station, and in older entries. */
  agent: recordedAgentSchema.optional(),
  /** The computer whose place the machine takes. Missing when the order says none, and in older entries. */
  replaces: replacedComputerSchema.optional(),
  /**
   * The pack of drivers on the drive that is for this machine; null: the media has packs, and none of them. Missing when the
   * media has none, and in older entries.
   */
  driverPack: recordedPackSchema.nullable().optional(),
  /** The drive is a disk of the computer that ran from a stick: it imaged itself, or the disk was unlocked. Missing elsewhere, and in older entries. */
  ownDisk: ownDiskSchema.optional(),
  /** Files that only this machine's drive has, each with its SHA-256. Missing when there are none, and in older entries. */
  machineFiles: z.array(recordedMachineFileSchema).min(1).optional(),
});
export type JobDetails = z.infer<typeof jobDetailsSchema>;

/** ISO 8601, UTC, milliseconds. */
const timeSchema = z.iso.datetime({ precision: 3 });

export const recordSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    /** Before the first destructive write. */
    kind: z.literal('job-started'),
    job: jobDetailsSchema,
  }),
  z.strictObject({
    /** One for every job-started, whatever the result. */
    kind: z.literal('job-ended'),
    job: jobDetailsSchema,
    startedAt: timeSchema,
    end: jobEndSchema,
    /** It ended before the first destructive write: the drive is as it was. Missing when it may have been written to. */
    untouched: z.literal(true).optional(),
    /** How the drive was erased before it was written. Missing where that was not asked for, or not begun, and in older entries. */
    sanitised: sanitisedSchema.optional(),
    /** What the drive said of its health. Missing of virtual drives and loop devices, which have none, and in older entries. */
    health: jobHealthSchema.optional(),
    /** The drive was much slower than others of its model, or became so. Missing when it was not, and in older entries. */
    slow: z.array(slowNoteSchema).min(1).optional(),
  }),
  z.strictObject({
    /** A finished drive was read again. */
    kind: z.literal('drive-verified'),
    jobId: z.uuid(),
    machineSerial: z.string(),
    drive: recordedDriveSchema,
    /** The disk GUID that was read on the drive; null: it had none. Missing in older entries. */
    diskGuid: z.guid().nullable().optional(),
    /** As in the job. */
    attachment: z.string().optional(),
    fingerprint: sha256Schema,
    end: z.discriminatedUnion('state', [
      z.strictObject({ state: z.literal('done'), bytesVerified: z.int().nonnegative(), seconds: z.number() }),
      z.strictObject({ state: z.literal('failed'), reason: errorDataSchema }),
    ]),
  }),
  z.strictObject({
    /** A finished drive was boot tested in a virtual machine. */
    kind: z.literal('drive-rehearsed'),
    jobId: z.uuid(),
    machineSerial: z.string(),
    drive: recordedDriveSchema,
    /** The disk GUID that was read on the drive; null: it had none. Missing in older entries. */
    diskGuid: z.guid().nullable().optional(),
    fingerprint: sha256Schema,
    end: z.discriminatedUnion('state', [
      z.strictObject({ state: z.literal('done') }),
      z.strictObject({ state: z.literal('failed'), reason: errorDataSchema }),
    ]),
    verdict: bootTestVerdictSchema,
    /** SHA-256 of the PNG of the display at the end, which is in the state folder; null when there was no display. */
    picture: sha256Schema.nullable(),
  }),
  z.strictObject({
    /** A drive is erased securely: one as it begins, of which the outcome is not known, and one with the outcome. About no machine. */
    kind: z.literal('drive-sanitised'),
    drive: recordedDriveSchema,
    /** The disk GUID that was on the drive before; null: it had none. Missing when it could not be read. */
    previousDiskGuid: z.guid().nullable().optional(),
    /** As in the job. */
    attachment: z.string().optional(),
    startedAt: timeSchema,
    sanitised: sanitisedSchema,
    /** What the drive said of its health. Missing of virtual drives and loop devices, which have none. */
    health: jobHealthSchema.optional(),
  }),
  z.strictObject({
    /** A drive's real size was checked, which erased it. About no machine: nothing was written for one. */
    kind: z.literal('size-checked'),
    drive: recordedDriveSchema,
    /** The disk GUID that was on the drive before; null: it had none. Missing when it could not be read. */
    previousDiskGuid: z.guid().nullable().optional(),
    /** As in the job. */
    attachment: z.string().optional(),
    startedAt: timeSchema,
    end: z.discriminatedUnion('state', [
      /** Before the first destructive write. What an entry with another state does not follow, was broken off. */
      z.strictObject({ state: z.literal('begun') }),
      /** Read back to its end; what that says stands in the verdict. */
      z.strictObject({ state: z.literal('done'), ...sizeCheckSchema.shape }),
      z.strictObject({ state: z.literal('failed'), reason: errorDataSchema }),
      z.strictObject({ state: z.literal('cancelled') }),
    ]),
  }),
  z.strictObject({
    /** A drive became the disk beside a station's stick, for disk images and media, which erased it. About no machine. */
    kind: z.literal('station-disk'),
    drive: recordedDriveSchema,
    /** The disk GUID that was on the drive before; null: it had none. Missing when it could not be read. */
    previousDiskGuid: z.guid().nullable().optional(),
    /** As in the job. */
    attachment: z.string().optional(),
    startedAt: timeSchema,
    /** Why, although it held a finished image or its last job failed, and what that was. Missing where neither was so. */
    driveAgain: driveAgainSchema.optional(),
    end: z.discriminatedUnion('state', [
      /** Before it is erased. What an entry with another state does not follow, was broken off. */
      z.strictObject({ state: z.literal('begun') }),
      z.strictObject({ state: z.literal('done') }),
      z.strictObject({ state: z.literal('failed'), reason: errorDataSchema }),
    ]),
  }),
  z.strictObject({
    /** What the machine of a rack that a job's drive is in was told at the end of its batch. Missing where the station stopped before, and in older entries. */
    kind: z.literal('machine-ended'),
    jobId: z.uuid(),
    machineSerial: z.string(),
    ...machineEndSchema.shape,
  }),
  z.strictObject({
    /** A work order was opened on the station. */
    kind: z.literal('order-opened'),
    orderId: z.uuid(),
    number: z.string(),
    /** SHA-256 of the order's canonical JSON (core/order/order.ts). */
    orderSha256: sha256Schema,
    /** Expected machines. */
    machines: z.int().positive(),
    /** How many of them replace another computer; missing when none does, and in older entries. */
    replacing: z.int().positive().optional(),
  }),
  z.strictObject({
    /** An exception for a machine that is not handled as ordered. */
    kind: z.literal('order-exception'),
    orderId: z.uuid(),
    machineSerial: z.string(),
    /** `unexpected`: a machine that is not in the order, but was allowed. `left-out`: a machine of the order that gets no drive. */
    what: z.enum(['unexpected', 'left-out']),
    reason: z.string().min(1),
  }),
  z.strictObject({
    /** A computer that a machine of an order replaced has come back. */
    kind: z.literal('machine-returned'),
    /** The order that names the pair; missing when none does. */
    orderId: z.uuid().optional(),
    /** Serial of the computer that came back; empty when only its name is known. */
    machineSerial: z.string(),
    /** Its name, as the order has it; missing when the order names none. */
    computerName: z.string().optional(),
    /** Serial of the machine that took its place; null when no order says which. */
    replacedBy: z.string().nullable(),
    /** What was said about it. */
    note: z.string().min(1).optional(),
  }),
  z.strictObject({
    /** The work order was closed: none of its machines is open. */
    kind: z.literal('order-closed'),
    orderId: z.uuid(),
    number: z.string(),
    done: z.int().nonnegative(),
    leftOut: z.int().nonnegative(),
    unexpected: z.int().nonnegative(),
  }),
  z.strictObject({
    /** A media file or a disk image came whole from another station. */
    kind: z.literal('got-from-station'),
    from: imageSourceSchema,
    what: gotSchema,
  }),
  z.strictObject({
    /** Finished machines were packed for shipment. */
    kind: z.literal('shipment-closed'),
    shipmentId: z.uuid(),
    number: z.string(),
    /** Number of the work order it belongs to; null when there is none. */
    orderNumber: z.string().nullable(),
    machines: z
      .array(
        z.strictObject({
          machineSerial: z.string(),
          jobId: z.uuid(),
          /** Of the entry that recorded the finished job. */
          sequence: z.int().positive(),
        }),
      )
      .min(1),
  }),
]);
export type LedgerRecord = z.infer<typeof recordSchema>;

const orderKinds = [
  'order-opened',
  'order-exception',
  'machine-returned',
  'order-closed',
  'shipment-closed',
  'got-from-station',
] as const;
/** Records about an order, a shipment, or what the station got, not about a drive. */
export type OrderRecord = Extract<LedgerRecord, { kind: (typeof orderKinds)[number] }>;
export const careKinds = ['size-checked', 'drive-sanitised', 'station-disk'] as const;
/** Records about a drive alone: it belongs to no machine and no job. */
export type CareRecord = Extract<LedgerRecord, { kind: (typeof careKinds)[number] }>;
/** Records about what a machine of a rack was told at its end: of a job, and of no drive. */
export type EndRecord = Extract<LedgerRecord, { kind: 'machine-ended' }>;
/** Records about one machine's drive. */
export type DriveRecord = Exclude<LedgerRecord, OrderRecord | CareRecord | EndRecord>;

/** Tells records about a machine's drive from those about an order, a shipment, a drive alone, or a machine's end. */
export function isDriveRecord(record: LedgerRecord): record is DriveRecord {
  return ![...orderKinds, ...careKinds, 'machine-ended'].includes(record.kind);
}

/** Tells records about a drive alone from all others. */
export function isCareRecord(record: LedgerRecord): record is CareRecord {
  return careKinds.includes(record.kind as never);
}

/** Which machine and drive a record is about, and which job. */
export function subjectOf(
  record: DriveRecord,
): Pick<JobDetails, 'jobId' | 'machineSerial' | 'drive' | 'fingerprint'> {
  return 'job' in record ? record.job : record;
}

/** Hash that stands before the first entry. */
export const genesisHash = '0'.repeat(64);

/** A whole entry, as its canonical JSON holds it. */
export const ledgerEntrySchema = z.strictObject({
  version: z.literal(1),
  /** 1, 2, 3, … without gaps. */
  sequence: z.int().positive(),
  previousHash: sha256Schema,
  time: timeSchema,
  station: z.strictObject({
    name: z.string(),
    /** SHA-256 of the public key (SPKI, DER). */
    keyFingerprint: sha256Schema,
  }),
  operator: z.string(),
  /** Names and versions of what did the work: prestage, wimlib, mkntfs, the kernel, … */
  versions: z.record(z.string(), z.string()),
  record: recordSchema,
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** An entry as it is stored: the canonical JSON itself, its hash and the signature over the hash. */
export const storedEntrySchema = z.strictObject({
  sequence: z.int().positive(),
  json: z.string(),
  hash: sha256Schema,
  /** Ed25519 over the 32 bytes of the hash, base64. */
  signature: z.string(),
});
export type StoredEntry = z.infer<typeof storedEntrySchema>;
