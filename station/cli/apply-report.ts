import { z } from 'zod';
import { formatBytes, formatDuration, sanitizeForDisplay } from '../../core/base/display';
import { errorDataSchema } from '../../core/base/errors';
import { driveLabel, placeOf } from '../../core/drive/drive';
import { jobHealthSchema, wordOf } from '../../core/health/health-rules';
import { jobHealthWords } from '../../core/health/health-words';
import { sizeCheckSchema } from '../../core/health/size-check';
import { slowNoteSchema, slowWords } from '../../core/health/slow';
import { sha256Schema } from '../../core/media/chunk-map';
import { mediaSchema } from '../../core/media/media';
import { recordedHashSource, recordedHashSourceSchema } from '../../core/media/media-state';
import type { BatchPlan, LeftOut } from '../jobs/batch-plan';
import type { BatchReport } from '../jobs/run-batch';
import type { JobReport } from '../jobs/run-job';
import { bootTestForm } from './boot-test-command';
import { exitCodes, type ExitCode } from './exit-codes';
import { table, type JsonDocument } from './output';

/** What `apply` says at its end: a table, a document, an exit code. */

/** What `apply --json` prints. */
export const applyForm = z.strictObject({
  batchId: z.uuid(),
  media: z.strictObject({
    ...mediaSchema.shape,
    /** As `media inspect` prints it. */
    sha256: sha256Schema,
    /** Source of the SHA-256 it was compared with; `none`: it was not compared. */
    expected: recordedHashSourceSchema,
  }),
  /** The disk images that were written, one for each drive size. */
  render: z.strictObject({
    /** All of them were in the image cache. */
    cached: z.boolean(),
    /** Bytes of all of them. */
    bytes: z.int().nonnegative(),
    /** Seconds it took to make them. */
    seconds: z.number().nonnegative(),
  }),
  /** One for each drive. */
  jobs: z.array(
    z.strictObject({
      /** ID of the drive. */
      drive: z.string(),
      machineSerial: z.string(),
      /** Its driver pack on the media; null: none of them. Missing when the media has none. */
      driverPack: z.string().nullable().optional(),
      state: z.enum(['done', 'failed', 'cancelled', 'interrupted']),
      /** Of a failed job. */
      reason: errorDataSchema.optional(),
      bytesWritten: z.int().nonnegative(),
      /** 0 unless the job is done. */
      writeSeconds: z.number().nonnegative(),
      /** 0 unless the job is done. */
      verifySeconds: z.number().nonnegative(),
      /** SHA-256 of the chunk map: what the drive was to hold. */
      fingerprint: sha256Schema,
      /** What the drive said of its health; null of what is no hardware. */
      health: jobHealthSchema.nullable(),
      /** Empty unless the drive was much slower than others of its model, or became so. */
      slow: z.array(slowNoteSchema),
      /** Null where the size of the drive was not checked, or the job is not done. */
      sizeCheck: sizeCheckSchema.nullable(),
      /** Number of the entry that recorded the end; null when it could not be recorded. */
      ledgerEntry: z.int().positive().nullable(),
    }),
  ),
  /** Drives in machines of a rack that did not answer: the batch went on without them, and nothing was written to them. */
  leftOut: z.array(
    z.strictObject({
      /** ID of the drive; null: the machine did not tell its drives. */
      drive: z.string().nullable(),
      machineSerial: z.string(),
      reason: errorDataSchema,
    }),
  ),
  /** Boot test of the first finished drive; null when there was none. */
  rehearsal: bootTestForm.nullable(),
});
type ApplyDocument = JsonDocument<typeof applyForm>;

/** The document, but for the boot test. */
export function documentOf(plan: BatchPlan, report: BatchReport): Omit<ApplyDocument, 'rehearsal'> {
  return {
    batchId: report.batchId,
    media: { ...plan.media, sha256: report.hash.sha256, expected: recordedHashSource(plan.expected.source) },
    render: {
      cached: report.images.every(({ cached }) => cached),
      bytes: report.images.reduce((sum, { bytes }) => sum + bytes, 0),
      seconds: report.images.reduce((sum, { seconds }) => sum + seconds, 0),
    },
    jobs: report.jobs.map((job) => ({
      drive: job.job.drive.id,
      machineSerial: job.job.machineSerial,
      ...(job.job.driverPack === undefined ? {} : { driverPack: job.job.driverPack }),
      state: job.end.state,
      ...(job.end.state === 'failed' ? { reason: job.end.reason } : {}),
      ...figuresOf(job),
      fingerprint: job.fingerprint,
      health: job.health,
      slow: [...job.slow],
      sizeCheck: (job.end.state === 'done' ? job.end.result.sizeCheck : null) ?? null,
      ledgerEntry: job.ledgerEntry,
    })),
    leftOut: report.leftOut.map(({ driveId, machineSerial, reason }) => ({
      drive: driveId,
      ...{ machineSerial, reason },
    })),
  };
}

function figuresOf({ end }: JobReport): {
  bytesWritten: number;
  writeSeconds: number;
  verifySeconds: number;
} {
  if (end.state === 'done') {
    const { bytesWritten, writeSeconds, verifySeconds } = end.result;
    return { bytesWritten, writeSeconds, verifySeconds };
  }
  const bytesWritten = end.state === 'interrupted' ? 0 : end.bytesWritten;
  return { bytesWritten, writeSeconds: 0, verifySeconds: 0 };
}

/** A line for each drive, and how many passed. */
export function reportText({ jobs, images, leftOut }: BatchReport): string {
  const rows = jobs.map((job) => [
    placeOf(job.job.drive),
    job.job.drive.serial ?? job.job.drive.id,
    job.job.machineSerial,
    job.end.state === 'done' ? 'PASS' : job.end.state === 'failed' ? 'FAIL' : job.end.state.toUpperCase(),
    job.end.state === 'done' ? formatBytes(job.end.result.bytesWritten) : null,
    job.end.state === 'done'
      ? formatDuration(job.end.result.writeSeconds + job.end.result.verifySeconds)
      : null,
    job.ledgerEntry === null ? null : String(job.ledgerEntry),
    job.end.state === 'failed' ? [job.end.reason.message, job.end.reason.remedy] : null,
  ]);
  const columns = ['BAY', 'DRIVE', 'MACHINE', 'RESULT', 'WRITTEN', 'TIME', 'ENTRY', 'REASON'].map(
    (title) => ({ title }),
  );
  const done = jobs.filter(({ end }) => end.state === 'done').length;
  const how = images.every(({ cached }) => cached)
    ? 'the disk image was in the cache'
    : 'the disk image was made for this batch';
  const notes = [...jobs.flatMap((job) => notesOf(job)), ...leftOut.map(leftOutLine)];
  const list = [table(columns, rows), ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
  return `${list}\n\n${done} of ${jobs.length} drives passed; ${how}.`;
}

/** Why a machine was left out. */
export function leftOutLine({ machineSerial, reason }: LeftOut): string {
  return `left out: machine ${sanitizeForDisplay(machineSerial, 80)}: ${reason.message}`;
}

/** What is to be known of a drive beside how its job ended. */
function notesOf({ job: { drive }, slow, health }: JobReport): string[] {
  const told = [
    ...slow.map(slowWords),
    ...(health === null || wordOf(health.before, health.findings) === 'good'
      ? []
      : [`health: ${jobHealthWords(health)}`]),
  ];
  return told.map((words) => `note: ${driveLabel(drive)}: ${words}`);
}

/** Of the whole batch. */
export function exitCodeOf({ jobs, leftOut }: BatchReport): ExitCode {
  if (jobs.some(({ end }) => end.state === 'cancelled')) return exitCodes.cancelled;
  const good = leftOut.length === 0 && jobs.every(({ end }) => end.state === 'done');
  return good ? exitCodes.good : exitCodes.failed;
}
