import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskProgress } from '../../core/contract/helper-api';
import { confirmationOf, driveLabel, identityOf, type Drive } from '../../core/drive/drive';
import { PrestageError } from '../../core/base/errors';
import type { JobFacts } from '../../core/ledger/record';
import type { RehearsalSettings, RehearsalVerdict } from '../../core/job/boot-test';
import type { JobReport } from './run-job';
import type { Engines } from '../helper-client/helpers';
import { sha256Hex } from '../ledger/entry';
import type { AppendContext, Ledger } from '../ledger/ledger';
import { syncFolder, writeNewFile, type StatePlaces } from '../state/state-paths';

export interface RehearsalRequest {
  readonly drive: Drive;
  /** The finished job whose drive it is. */
  readonly job: JobFacts;
  readonly benchDirectory: string | null;
  readonly settings: Omit<RehearsalSettings, 'firstOfBatch'>;
}

export interface RehearsalDependencies {
  readonly engines: Engines;
  readonly ledger: Ledger;
  readonly places: StatePlaces;
  readonly append: AppendContext;
  readonly signal: AbortSignal;
  readonly onTask: (progress: TaskProgress) => void;
}

export interface RehearsalReport {
  readonly verdict: RehearsalVerdict;
  /** SHA-256 of the picture; null when there was none. */
  readonly picture: string | null;
  /** PNG of the display at the end, absolute; null when there was none. */
  readonly pictureFile: string | null;
  readonly ledgerEntry: number;
}

/**
 * Starts a finished drive in a virtual machine and records the verdict with the last picture of the display. A drive
 * that does not start is a report, not an error.
 * @throws PrestageError drive-…, tool-missing, tool-failed, ledger-…, state-unavailable, cancelled
 */
export async function rehearse(
  { drive, job, benchDirectory, settings }: RehearsalRequest,
  { engines, ledger, places, append, signal, onTask }: RehearsalDependencies,
): Promise<RehearsalReport> {
  const engine = await engines.forDrive(drive);
  const { sign, seconds, secureBoot } = settings;
  const { verdict, picture } = await engine.call(
    'rehearseDrive',
    {
      progressToken: randomUUID(),
      driveId: drive.id,
      confirmed: confirmationOf(drive),
      benchDirectory,
      machineSerial: job.machineSerial,
      ...{ sign, seconds, secureBoot },
    },
    { signal, onTaskProgress: onTask },
  );
  const kept = picture === null ? null : keepPicture(Buffer.from(picture, 'base64'), places);
  const { sequence } = ledger.append(
    {
      kind: 'drive-rehearsed',
      jobId: job.jobId,
      machineSerial: job.machineSerial,
      drive: { ...job.drive, ...identityOf(drive) },
      fingerprint: job.fingerprint,
      end: verdict.passed
        ? { state: 'done' }
        : { state: 'failed', reason: rehearsalFailed(drive, verdict).data },
      verdict,
      picture: kept?.sha256 ?? null,
    },
    append,
  );
  return {
    verdict,
    picture: kept?.sha256 ?? null,
    pictureFile: kept?.file ?? null,
    ledgerEntry: sequence,
  };
}

/** The finished drive of a batch that is rehearsed when the settings want one: its first. */
export function firstFinished(reports: readonly JobReport[]): Drive | null {
  return reports.find(({ end }) => end.state === 'done')?.job.drive ?? null;
}

/** The error of a drive that did not start. */
export function rehearsalFailed(drive: Drive, verdict: RehearsalVerdict): PrestageError {
  return new PrestageError({
    code: 'rehearsal-failed',
    message: `The ${driveLabel(drive)} failed the boot test: ${verdict.what}.`,
    cause: verdict.console.slice(-5).join('\n') || null,
  });
}

/** A picture that was kept, as it was recorded; null when it is gone, or is another one by now. */
export function readPicture(sha256: string, places: Pick<StatePlaces, 'pictures'>): Buffer | null {
  const file = join(places.pictures, `${sha256}.png`);
  if (!existsSync(file)) return null;
  const png = readFileSync(file);
  return sha256Hex(png) === sha256 ? png : null;
}

/** Before the entry that names it is written, the picture is on the disk. */
function keepPicture(png: Buffer, places: Pick<StatePlaces, 'pictures'>): { file: string; sha256: string } {
  const sha256 = sha256Hex(png);
  const file = join(places.pictures, `${sha256}.png`);
  if (!existsSync(file)) {
    writeNewFile(file, png, 0o600);
    syncFolder(places.pictures);
  }
  return { file, sha256 };
}
