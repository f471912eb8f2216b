import { z } from 'zod';
import { sanitizeForDisplay } from '../base/display';
import type { Drive } from '../drive/drive';
import {
  areDifferentDrives,
  attachmentProves,
  isKnownBySerial,
  isLasting,
  isSameAttachment,
  isSameKey,
  tellsOwnIdentity,
} from '../drive/drive-identity';
import type { JobEnd } from '../job/job';
import type { Sanitised } from '../sanitise/sanitised';
import { shortReason } from '../job/short-reasons';
import { erasureBy } from './erasure';
import { sizeWords } from '../health/size-check';
import { sanitiseMethodSchema } from '../sanitise/methods';
import type { CareRecord, JobDetails } from './record';
import { careResults, type CareResult } from './results';
import type { standingFinding } from './standing-finding';

/**
 * What the ledger tells of an attached drive: whose finished image it holds, and how its last job ended when that was not
 * well (docs/adr/0034). One answer, for cards, lists, questions and the command line.
 */

export const drivePastSchema = z.strictObject({
  /** The finished image on the drive; null when it holds none that the ledger knows. */
  holds: z
    .strictObject({
      machineSerial: z.string(),
      /** Number of the ledger entry that recorded the finished job, and its time. ISO 8601, UTC. */
      entry: z.int().positive(),
      time: z.iso.datetime(),
      /** File name of the media. */
      media: z.string(),
      /** The shipment that the drive went with, and when that was closed; null: none. */
      shipped: z.strictObject({ number: z.string(), time: z.iso.datetime() }).nullable(),
    })
    .nullable(),
  /**
   * The drive's last job or erase when it did not end well, or a later reading that found the drive wrong; null: none of these.
   * `erase-unfinished`: it was to be erased, and is not known to be.
   */
  lastBad: z
    .strictObject({
      state: z.enum(['failed', 'cancelled', 'interrupted', 'erase-unfinished']),
      entry: z.int().positive(),
      time: z.iso.datetime(),
      /** A few words, safe to show. */
      reason: z.string(),
      /** False: it ended before its first destructive write, and the drive is as it was. */
      touched: z.boolean(),
      /** It was to be erased, and is not known to be: until it is, it may give out nothing. Missing otherwise. */
      unerased: z.literal(true).optional(),
    })
    .nullable(),
  /** Jobs that failed on the drive since one on it ended well. */
  failures: z.int().nonnegative(),
  /** The newest check of its real size that was read to its end, where that found it smaller than it says, or damaged. */
  falseSize: z
    .strictObject({
      entry: z.int().positive(),
      time: z.iso.datetime(),
      /** What was found: a few words, safe to show. */
      words: z.string(),
    })
    .optional(),
  /** The newest erase or check of the size for no machine, where it came after the newest job. */
  care: z
    .strictObject({
      entry: z.int().positive(),
      time: z.iso.datetime(),
      result: z.enum(careResults),
      /** How it was erased; missing of a check of the size. */
      method: sanitiseMethodSchema.optional(),
    })
    .optional(),
});
export type DrivePast = z.infer<typeof drivePastSchema>;

/** A drive of which the ledger knows nothing. */
export const noPast: DrivePast = { holds: null, lastBad: null, failures: 0 };

/** What has to be known of a drive to look for its past. */
export type PastDrive = Pick<
  Drive,
  'kind' | 'bus' | 'path' | 'serial' | 'wwn' | 'size' | 'attachment' | 'notes' | 'diskGuid'
>;

/** A job and how it ended, as the ledger tells it. */
export interface EndedJob {
  readonly job: JobDetails;
  /** Number of the entry that recorded the end, and its time. */
  readonly entry: number;
  readonly time: string;
  readonly end: JobEnd;
  /** Whether it may have written to the drive. */
  readonly touched: boolean;
  /** What came of erasing the drive in it; missing where that was not asked for, or not begun. */
  readonly sanitised?: Pick<Sanitised, 'outcome'> | undefined;
}

/** An erase or a check of the size for no machine, as the ledger tells it. */
export interface CareDone {
  readonly record: CareRecord;
  readonly entry: number;
  readonly time: string;
  readonly result: CareResult;
}

type Finding = NonNullable<ReturnType<typeof standingFinding>>;

/** What else is asked about the job that a drive holds. */
export interface PastQuestions {
  /** Whether several drives are known to report this drive's serial, WWN and size. */
  readonly shared: boolean;
  /** Erases and checks that may have been of the drive, oldest first. */
  readonly cared?: readonly CareDone[];
  readonly shipmentOf: (jobId: string) => { readonly number: string; readonly time: string } | null;
  /** The reading that speaks against a finished drive; null: none. */
  readonly findingOf: (
    job: JobDetails,
  ) => { readonly entry: number; readonly time: string; readonly finding: Finding } | null;
}

/** @param ended jobs that may have been on the drive, oldest first */
export function drivePast(
  drive: PastDrive,
  ended: readonly EndedJob[],
  { shared, shipmentOf, findingOf, cared = [] }: PastQuestions,
): DrivePast {
  const care = cared.filter(({ record }) => wasCaredFor(drive, record, shared));
  const own = ended.filter(({ job }) => wasOn(drive, job, shared));
  const lastGood = own.findLast(({ end }) => end.state === 'done');
  const failures = own.filter(
    ({ end, entry }) => end.state === 'failed' && entry > (lastGood?.entry ?? 0),
  ).length;
  const held = heldBy(drive, ended, own, shared, care.at(-1)?.entry ?? 0);
  const last = own.at(-1);
  const bad =
    last !== undefined && last.end.state !== 'done' && last.entry > (held?.entry ?? 0) ? last : null;
  const erase = care.findLast(({ record }) => record.kind === 'drive-sanitised');
  const finding = held === null ? null : findingOf(held.job);
  const unfinished =
    erase === undefined ? null : unfinishedErase(erase, Math.max(held?.entry ?? 0, last?.entry ?? 0));
  const lastBad =
    unfinished ??
    (finding !== null && finding.entry > (bad?.entry ?? 0)
      ? {
          ...{ state: 'failed' as const, entry: finding.entry, time: finding.time, touched: true },
          reason: wordsOf(finding.finding.end),
        }
      : bad === null
        ? null
        : badOf(bad));
  return {
    holds:
      held === null
        ? null
        : {
            machineSerial: held.job.machineSerial,
            ...{ entry: held.entry, time: held.time },
            media: held.job.media.fileName,
            // A copy of a drive was not shipped with it.
            shipped: areDifferentDrives(drive, held.job.drive) ? null : shipmentOf(held.job.jobId),
          },
    lastBad,
    failures,
    // Behind a dock that has one serial for all its drives, the attachment is no proof either, and a false size blocks.
    ...careOf(shared ? [] : care, last?.entry ?? 0, unfinished?.entry ?? 0),
  };
}

/**
 * What of it is still of interest. A check that found all of the size takes back one that did not.
 * @param unfinished entry of an erase that is told of as unfinished; 0: none
 */
function careOf(
  care: readonly CareDone[],
  lastJob: number,
  unfinished: number,
): Pick<DrivePast, 'falseSize' | 'care'> {
  const checked = care.findLast(({ result }) => result === 'size-checked' || result === 'size-failed');
  const newest = care.at(-1);
  const { record } = checked ?? {};
  const end = record?.kind === 'size-checked' && record.end.state === 'done' ? record.end : null;
  return {
    ...(checked === undefined || end === null || checked.result !== 'size-failed'
      ? {}
      : {
          falseSize: {
            ...{ entry: checked.entry, time: checked.time },
            words: sizeWords(end.verdict, end.bytes),
          },
        }),
    ...(newest === undefined || newest.entry < lastJob || newest.entry === unfinished
      ? {}
      : {
          care: {
            ...{ entry: newest.entry, time: newest.time, result: newest.result },
            ...(newest.record.kind === 'drive-sanitised' ? { method: newest.record.sanitised.method } : {}),
          },
        }),
  };
}

/** Whether an erase or a check was of the drive that is attached now: as with a job, but that it leaves nothing to know it by. */
function wasCaredFor(drive: PastDrive, record: CareRecord, shared: boolean): boolean {
  if (isSameAttachment(drive, record)) return true;
  if (areDifferentDrives(drive, record.drive)) return false;
  const several = shared || record.drive.identityShared === true;
  return (
    !several && isKnownBySerial(drive) && tellsOwnIdentity(record.drive) && isSameKey(drive, record.drive)
  );
}

/**
 * Whether a job was on the drive that is attached now: it never left since, it has what the job wrote or found, or its serial
 * is its own and nobody else's. Behind a dock the attachment counts here as well: what is told is a warning.
 */
function wasOn(drive: PastDrive, job: JobDetails, shared: boolean): boolean {
  if (isSameAttachment(drive, job)) return true;
  if (isCertainlyAnother(drive, job)) return false;
  if (drive.diskGuid !== null && [job.diskGuid, job.previousDiskGuid].includes(drive.diskGuid)) return true;
  const several = shared || job.drive.identityShared === true;
  return !several && isKnownBySerial(drive) && tellsOwnIdentity(job.drive) && isSameKey(drive, job.drive);
}

/** @param since entry of the drive's last job: what was written since has taken the place of what was to be erased */
function unfinishedErase({ entry, time, record }: CareDone, since: number): DrivePast['lastBad'] {
  if (record.kind !== 'drive-sanitised' || entry < since) return null;
  const { sanitised } = record;
  if (sanitised.outcome === 'erased') return null;
  const reason = eraseWords[sanitised.outcome];
  return { state: 'erase-unfinished', entry, time, reason, touched: true, unerased: true };
}

const eraseWords = { 'not-erased': 'Not erased', 'not-known': 'Erase not finished' } as const;

/** Each tells who it is and they differ; or both are files, and not the same one. */
function isCertainlyAnother(drive: PastDrive, { drive: written, attachment }: JobDetails): boolean {
  if (areDifferentDrives(drive, written)) return true;
  if (drive.kind !== 'virtual' || written.kind !== 'virtual') return false;
  const known = drive.attachment !== null && isLasting(drive.attachment) && attachment !== undefined;
  return known && attachment !== drive.attachment;
}

/**
 * The finished job whose image is on the drive. The disk GUID shows it, unless a later job took it away: the listing may tell
 * of before, and a backup table may be left of an image that is overwritten. Where the listing tells no GUID, a drive that
 * never left since its last job still holds what that wrote, if it was not erased for no machine since; a virtual drive is read by anybody,
 * so it has none.
 * @param lastCare entry of the newest erase or check of its size for no machine; 0: none
 */
function heldBy(
  drive: PastDrive,
  ended: readonly EndedJob[],
  own: readonly EndedJob[],
  shared: boolean,
  lastCare: number,
): EndedJob | null {
  const stayed = ({ job }: EndedJob): boolean => isSameAttachment(drive, job) && attachmentProves(drive);
  const lastWrite = own.findLast(({ touched }) => touched);
  const stillThere =
    lastWrite?.end.state === 'done' && lastWrite.entry > lastCare && stayed(lastWrite) ? lastWrite : null;
  const { diskGuid } = drive;
  if (diskGuid === null) return drive.kind === 'virtual' ? null : stillThere;
  const shown = ended.findLast(({ job, end }) => end.state === 'done' && job.diskGuid === diskGuid);
  if (shown === undefined) return null;
  const taken = ended.some(
    (later) =>
      later.entry > shown.entry &&
      later.touched &&
      (stayed(later) ||
        (!isCertainlyAnother(drive, later.job) && erasureBy(later.job, shown.job, shared) === 'certain')),
  );
  return taken ? stillThere : shown;
}

function badOf({ entry, time, end, touched, sanitised }: EndedJob): DrivePast['lastBad'] {
  if (end.state === 'done') return null;
  if (sanitised === undefined || sanitised.outcome === 'erased') {
    return { state: end.state, entry, time, reason: wordsOf(end), touched };
  }
  const failed = end.state === 'failed';
  // Failed, it says why itself.
  const reason = failed ? wordsOf(end) : eraseWords[sanitised.outcome];
  return { state: failed ? 'failed' : 'erase-unfinished', entry, time, reason, touched, unerased: true };
}

function wordsOf(end: Exclude<JobEnd, { state: 'done' }> | Finding['end']): string {
  switch (end.state) {
    case 'failed':
      return sanitizeForDisplay(shortReason(end.reason));
    case 'cancelled':
      return 'Cancelled';
    case 'interrupted':
      return 'Interrupted';
  }
}
