import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskProgress } from '../../core/contract/helper-api';
import { confirmationOf, driveLabel, type Drive } from '../../core/drive/drive';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { BootTestSettings, BootTestVerdict } from '../../core/job/boot-test';
import { asReadNow, requireFinishedJob, type FinishedDrive } from '../drives/finished-drive';
import type { JobReport } from './run-job';
import type { Helpers } from '../helper-client/helpers';
import { sha256Hex } from '../ledger/entry';
import type { AppendContext, Ledger } from '../ledger/ledger';
import { statePlace } from '../state/disk';
import { syncFolder, writeNewFile, type StatePaths } from '../state/state-paths';

export interface BootTestRequest {
  /** A finished drive. Which job finished it, the disk GUID on it says. */
  readonly drive: Drive;
  readonly benchDirectory: string | null;
  readonly settings: Omit<BootTestSettings, 'firstOfBatch'>;
}

export interface BootTestDependencies {
  readonly helpers: Helpers;
  readonly ledger: Ledger;
  readonly paths: StatePaths;
  readonly append: AppendContext;
  readonly signal: AbortSignal;
  readonly onTask: (progress: TaskProgress) => void;
}

export interface BootTestReport {
  readonly machineSerial: string;
  readonly verdict: BootTestVerdict;
  /** SHA-256 of the picture; null when there was none. */
  readonly picture: string | null;
  /** PNG of the display at the end, absolute; null when there was none. */
  readonly pictureFile: string | null;
  readonly ledgerEntry: number;
}

/**
 * Starts a finished drive in a virtual machine and records the verdict with the last picture of the display. A drive
 * that does not start is a report, not an error.
 * @throws PrestageError record-not-found, table-mismatch, drive-…, tool-missing, tool-failed, ledger-…, state-unavailable, cancelled
 */
export async function bootTest(
  { drive, benchDirectory, settings }: BootTestRequest,
  { helpers, ledger, paths, append, signal, onTask }: BootTestDependencies,
): Promise<BootTestReport> {
  requireOnBench(drive);
  const client = await helpers.forDrive(drive);
  const found = await requireFinishedJob(drive, benchDirectory, client, ledger, signal);
  requireWritten(drive, found);
  const { job, diskGuid } = found;
  const { sign, seconds, secureBoot, firmwareKeys } = settings;
  const { verdict, picture } = await client.call(
    'bootTestDrive',
    {
      progressToken: randomUUID(),
      driveId: drive.id,
      confirmed: confirmationOf(drive),
      benchDirectory,
      machineSerial: job.machineSerial,
      ...{ sign, seconds, secureBoot },
      ...(firmwareKeys === undefined ? {} : { firmwareKeys }),
    },
    { signal, onTaskProgress: onTask },
  );
  const stored = picture === null ? null : keepPicture(Buffer.from(picture, 'base64'), paths);
  const { sequence } = ledger.append(
    {
      kind: 'drive-rehearsed',
      jobId: job.jobId,
      machineSerial: job.machineSerial,
      drive: asReadNow(job.drive, drive),
      ...(diskGuid === undefined ? {} : { diskGuid }),
      fingerprint: job.fingerprint,
      end: verdict.passed
        ? { state: 'done' }
        : { state: 'failed', reason: bootTestFailed(drive, verdict).data },
      verdict,
      picture: stored?.sha256 ?? null,
    },
    append,
  );
  return {
    machineSerial: job.machineSerial,
    verdict,
    picture: stored?.sha256 ?? null,
    pictureFile: stored?.file ?? null,
    ledgerEntry: sequence,
  };
}

/**
 * A boot test starts the drive in QEMU, where the drive is. Machines of a rack have none, and the station has no copy of what is on
 * their drives.
 * @throws PrestageError usage
 */
export function requireOnBench(drive: Drive): void {
  if (drive.rack === undefined) return;
  throw new PrestageError({
    code: 'usage',
    message: `The ${driveLabel(drive)} is in a machine of the rack: a boot test needs QEMU beside the drive, which machines do not have, and the station has no copy of the drive.`,
    remedy:
      'Let the machine start from its drive, or put the drive into the bench. To read it again: prestage verify.',
  });
}

/**
 * What starts must be what was written: a drive that is known by its serial may hold anything by now.
 * @throws PrestageError table-mismatch
 */
function requireWritten(drive: Drive, { job, diskGuid, changed }: FinishedDrive): void {
  const remedy =
    'It was not started, and nothing was recorded. Run prestage verify, which records what is on it, or write the drive again.';
  if (changed !== null) throw new PrestageError({ ...changed.data, remedy });
  if (diskGuid === job.diskGuid) return;
  const has = diskGuid === undefined ? 'its partition table cannot be read' : `it has ${diskGuid ?? 'none'}`;
  throw new PrestageError({
    code: 'table-mismatch',
    message: `The ${driveLabel(drive)} is the drive of machine ${sanitizeForDisplay(job.machineSerial)}, but does not have the disk GUID that was written to it: ${has}.`,
    remedy,
  });
}

/** The finished drive of a batch that is boot tested when the settings want one: its first. */
export function firstFinished(reports: readonly JobReport[]): Drive | null {
  // One in a machine of a rack cannot be started here.
  return (
    reports.find(({ job, end }) => end.state === 'done' && job.drive.rack === undefined)?.job.drive ?? null
  );
}

/** The error of a drive that did not start. */
export function bootTestFailed(drive: Drive, verdict: BootTestVerdict): PrestageError {
  return new PrestageError({
    code: 'rehearsal-failed',
    message: `The ${driveLabel(drive)} failed the boot test: ${verdict.what}.`,
    cause: verdict.console.slice(-5).join('\n') || null,
  });
}

/** A picture that was kept, as it was recorded; null when it is gone, or is another one by now. */
export function readPicture(sha256: string, paths: Pick<StatePaths, 'pictures'>): Buffer | null {
  const file = join(paths.pictures, `${sha256}.png`);
  if (!existsSync(file)) return null;
  const png = readFileSync(file);
  return sha256Hex(png) === sha256 ? png : null;
}

/** Before the entry that names it is written, the picture is on the disk. */
function keepPicture(png: Buffer, paths: Pick<StatePaths, 'pictures'>): { file: string; sha256: string } {
  const sha256 = sha256Hex(png);
  const file = join(paths.pictures, `${sha256}.png`);
  if (!existsSync(file)) {
    const holds = 'The drive was not changed, and its boot test was not recorded.';
    writeNewFile(file, png, 0o600, statePlace(paths.pictures, holds));
    syncFolder(paths.pictures);
  }
  return { file, sha256 };
}
