import { randomUUID } from 'node:crypto';
import type { TaskProgress } from '../../core/contract/helper-api';
import { sanitizeForDisplay } from '../../core/base/display';
import { isCancellation, PrestageError, toErrorData } from '../../core/base/errors';
import { required } from '../../core/base/required';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { sizeWords, type SizeCheck } from '../../core/health/size-check';
import { requireEligibleDrives } from '../../core/job/batch-rules';
import type { LedgerRecord } from '../../core/ledger/record';
import { attachedPast, attachmentMember, machineHeld, recordedDrive } from '../drives/finished-drive';
import type { Helpers } from '../helper-client/helpers';
import type { AppendContext, Ledger } from '../ledger/ledger';
import type { StatePaths } from '../state/state-paths';
import { whyUnreadable } from './require-readable';
import { reserveDrive } from './reserve-drive';

/** The check of one drive's real size by itself, outside of a batch: what refuses it, and its entry in the ledger. */

export interface SizeCheckDependencies {
  readonly helpers: Helpers;
  readonly ledger: Ledger;
  readonly append: AppendContext;
  readonly paths: Pick<StatePaths, 'erasures'>;
  readonly stallSeconds: number;
  /** Media and state: must not be on the drive. */
  readonly protectedPaths: readonly string[];
  readonly signal: AbortSignal;
  readonly onTask: (progress: TaskProgress) => void;
}

export interface SizeReport {
  readonly check: SizeCheck;
  readonly ledgerEntry: number;
}

/**
 * Finds a drive whose size can be checked. That an earlier check found it smaller does not keep it from another: it may have been the
 * adapter, and only a check takes that back.
 * @throws PrestageError drive-not-found, drive-blocked, drive-holds-finished
 */
export function requireCheckable(
  driveId: string,
  listed: readonly Drive[],
  ledger: Pick<Ledger, 'pastOf'>,
): Drive {
  const checkable = listed.map((one): Drive => {
    const reasons = one.reasons.filter(({ code }) => code !== 'false-size');
    return reasons.length === 0 && one.reasons.length > 0 ? { ...one, verdict: 'eligible', reasons } : one;
  });
  const [found] = requireEligibleDrives([{ driveId, machineSerial: '' }], checkable);
  const drive = required(found, 'the drive that is checked');
  const { holds } = attachedPast(drive, ledger);
  if (holds !== null) throw holdsFinished(drive, holds.machineSerial);
  return drive;
}

/**
 * Checks a drive's real size, which erases it, and records what was found.
 * @param drive as it was confirmed
 * @throws PrestageError drive-…, cancelled: recorded, where the drive was touched; ledger-…
 */
export async function checkDriveSize(
  drive: Drive,
  benchDirectory: string | null,
  dependencies: SizeCheckDependencies,
): Promise<SizeReport> {
  const { helpers, ledger, append, paths, stallSeconds, protectedPaths, signal, onTask } = dependencies;
  const client = await helpers.forDrive(drive);
  const held = await reserveDrive(client, drive, benchDirectory, protectedPaths, signal);
  const { reservation, diskGuid } = held;
  try {
    // What is on it is asked of the open drive itself: the listing may not tell it.
    if (diskGuid === undefined) throw await whyUnreadable(drive, client, benchDirectory, paths);
    const machine = diskGuid === null ? null : machineHeld({ ...drive, diskGuid }, ledger);
    if (machine !== null) throw holdsFinished(drive, machine);
    const startedAt = new Date().toISOString();
    const record = (end: Extract<LedgerRecord, { kind: 'size-checked' }>['end']): number =>
      ledger.append(
        {
          kind: 'size-checked',
          drive: recordedDrive(drive),
          previousDiskGuid: diskGuid,
          ...attachmentMember(drive),
          ...{ startedAt, end },
        },
        append,
      ).sequence;
    // A check takes hours: what loses its power meanwhile leaves a drive that was erased.
    record({ state: 'begun' });
    try {
      const check = await client.call(
        'checkSize',
        { progressToken: randomUUID(), reservation, stallMilliseconds: stallSeconds * 1000 },
        { signal, onTaskProgress: onTask },
      );
      return { check, ledgerEntry: record({ state: 'done', ...check }) };
    } catch (error) {
      record(
        isCancellation(error) ? { state: 'cancelled' } : { state: 'failed', reason: toErrorData(error) },
      );
      throw error;
    }
  } finally {
    await client.call('releaseDrive', { reservation }).catch(() => undefined);
  }
}

/** The error that a verdict is; null: the drive is as large as it says. */
export function sizeFailure(drive: Drive, { verdict, bytes }: SizeCheck): PrestageError | null {
  if (verdict.what === 'whole') return null;
  const words = sizeWords(verdict, bytes);
  if (verdict.what === 'damaged') {
    const message = `The ${driveLabel(drive)} cannot be trusted. ${words}.`;
    return new PrestageError({ code: 'verify-mismatch', message, offset: verdict.position });
  }
  const message = `The ${driveLabel(drive)} is smaller than it says. ${words}.`;
  return new PrestageError({ code: 'drive-size-false', message, offset: verdict.realBytes });
}

function holdsFinished(drive: Drive, machineSerial: string): PrestageError {
  return new PrestageError({
    code: 'drive-holds-finished',
    message: `The ${driveLabel(drive)} holds the finished image for machine ${sanitizeForDisplay(machineSerial)}: to check its size would erase it.`,
    remedy:
      'Nothing was touched. Check drives before they are written. To check this one as well, write it for another machine with the size check (prestage apply --check-size).',
  });
}
