import { z } from 'zod';
import { signedCheckpointSchema } from './checkpoint';
import { sha256Schema } from './chunk-map';
import type { JobResult } from './job';
import { isDriveRecord, subjectOf, storedEntrySchema, type JobFacts, type LedgerEntry } from './record';
import type { RehearsalVerdict } from './rehearsal';

/**
 * A shipment: finished machines that leave the station together, and the bundle of files that goes home with them. What
 * is written here of a machine comes from the ledger's entries and from nowhere else.
 */

/** Number of a shipment; part of file names and barcodes, so it is kept plain. */
export const shipmentNumberSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'must be 1 to 40 letters, digits, and . _ - inside it');

/** An entry of the ledger with the hashes that lead to the root of the shipment's checkpoint, the lowest first. */
export const provedEntrySchema = z.strictObject({
  entry: storedEntrySchema,
  path: z.array(sha256Schema).max(64),
});
export type ProvedEntry = z.infer<typeof provedEntrySchema>;

/** `records.json`. Canonical JSON and one line feed. */
export const shipmentRecordsSchema = z.strictObject({
  format: z.literal('prestage-shipment-records'),
  version: z.literal(1),
  /** Covers every entry below. */
  checkpoint: signedCheckpointSchema,
  /** In the ledger's order: of the jobs shipped, of their order, and of the shipment itself. */
  entries: z.array(provedEntrySchema).min(1),
});
export type ShipmentRecords = z.infer<typeof shipmentRecordsSchema>;

const manifestFields = {
  format: z.literal('prestage-shipment'),
  version: z.literal(1),
  shipmentId: z.uuid(),
  number: shipmentNumberSchema,
  orderNumber: z.string().nullable(),
  /** When it was closed: ISO 8601, UTC. */
  time: z.iso.datetime({ precision: 3 }),
  station: z.strictObject({ name: z.string(), keyFingerprint: sha256Schema }),
  machines: z.int().positive(),
  /** Every other file of the bundle, in its order. */
  files: z
    .array(
      z.strictObject({
        name: z.string().regex(/^(?:[a-z]+\/)?[A-Za-z0-9][A-Za-z0-9 ._+-]{0,79}$/),
        /** Bytes. */
        size: z.int().nonnegative(),
        sha256: sha256Schema,
      }),
    )
    .min(1),
};
export const unsignedManifestSchema = z.strictObject(manifestFields);
export type UnsignedManifest = z.infer<typeof unsignedManifestSchema>;
/** `shipment.json`, the first file of the bundle. Canonical JSON and one line feed. */
export const shipmentManifestSchema = z.strictObject({
  ...manifestFields,
  /** Ed25519 by the station's key, base64; over what is said in station/shipment/manifest.ts. */
  signature: z.string(),
});
export type ShipmentManifest = z.infer<typeof shipmentManifestSchema>;

/** What the ledger says of a machine that was finished. */
export interface MachineEvidence {
  readonly machineSerial: string;
  readonly job: JobFacts;
  readonly result: JobResult;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly operator: string;
  readonly station: LedgerEntry['station'];
  /** The entry that recorded the end. */
  readonly sequence: number;
  readonly versions: LedgerEntry['versions'];
  /** The latest rehearsal of the drive; null when there was none. */
  readonly rehearsal: RehearsalVerdict | null;
  /** When the drive was last read again and found right; null when it was not. */
  readonly rereadAt: string | null;
}

export type Judgement =
  | { readonly ok: true; readonly evidence: MachineEvidence }
  /** `why` ends a sentence that begins with the machine. */
  | { readonly ok: false; readonly why: string };

/**
 * Whether a job's entries say that its machine may be shipped: the job ended well and all that was written was read
 * back, it was not found wrong later, and the latest rehearsal of its drive did not fail.
 * @param entries of one job, in the ledger's order
 */
export function judgeJob(entries: readonly LedgerEntry[]): Judgement {
  const no = (why: string): Judgement => ({ ok: false, why });
  const end = entries.find(({ record }) => record.kind === 'job-ended');
  if (end?.record.kind !== 'job-ended') return no('has no finished job');
  const { record } = end;
  if (record.end.state !== 'done') return no(`has a job that ended as ${record.end.state}`);
  const { result } = record.end;
  if (result.bytesVerified !== result.bytesWritten || result.bytesWritten === 0) {
    return no('has a drive of which not everything was read back');
  }
  const { job } = record;
  let rehearsal: RehearsalVerdict | null = null;
  let rereadAt: string | null = null;
  for (const { record: later, time } of entries) {
    if (!isDriveRecord(later)) continue;
    const subject = subjectOf(later);
    if (subject.jobId !== job.jobId || subject.machineSerial !== job.machineSerial) {
      return no('has entries of another job');
    }
    if (subject.fingerprint !== job.fingerprint) return no('has entries about another image');
    if (later.kind === 'drive-verified') {
      if (later.end.state === 'failed') return no('has a drive that was found wrong later');
      rereadAt = time;
    }
    if (later.kind === 'drive-rehearsed') rehearsal = later.verdict;
  }
  if (rehearsal?.passed === false) return no('has a drive that does not start');
  return {
    ok: true,
    evidence: {
      ...{ machineSerial: job.machineSerial, job, result, rehearsal, rereadAt },
      startedAt: record.startedAt,
      endedAt: end.time,
      operator: end.operator,
      station: end.station,
      sequence: end.sequence,
      versions: end.versions,
    },
  };
}
