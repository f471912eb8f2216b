import { sanitizeForDisplay } from '../../core/base/display';
import { errorData, isCancellation, PrestageError, toErrorData } from '../../core/base/errors';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { isSameKey, tellsOwnIdentity } from '../../core/drive/drive-identity';
import type { ShownErase } from '../../core/sanitise/choose';
import type { NistLevel } from '../../core/sanitise/methods';
import { eraseBeganWords, type Sanitised } from '../../core/sanitise/sanitised';
import type { JobHealth } from '../../core/health/health-rules';
import { attachmentMember, recordedDrive } from '../drives/finished-drive';
import type { Helpers } from '../helper-client/helpers';
import type { AppendContext, Ledger } from '../ledger/ledger';
import { protectedPlaces } from '../library/protected-places';
import { stillHolds } from '../state/disk';
import type { Settings } from '../state/settings';
import type { StatePaths } from '../state/state-paths';
import { healthAtEnd, healthAtStart, readHealthHeld } from './job-health';
import { reserveDrive } from './reserve-drive';
import { sanitiseReserved, type EraseBegun } from './sanitise-drive';

/** Erasing one drive for which nothing is written: reserved, erased, recorded. */

export interface SanitiseRequest {
  /** As it was shown. */
  readonly drive: Drive;
  readonly benchDirectory: string | null;
  /** How it was shown to be erased: nothing weaker is done. Null: it is erasing itself already. */
  readonly shown: ShownErase | null;
  /** What is demanded at least. */
  readonly least: NistLevel;
  /** Why a drive is erased that holds a finished image; null refuses it. */
  readonly reason: string | null;
}

export interface SanitiseDependencies {
  readonly helpers: Helpers;
  readonly ledger: Ledger;
  readonly paths: StatePaths;
  readonly settings: Pick<Settings, 'stallSeconds' | 'libraryFolder' | 'health'>;
  readonly append: AppendContext;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

export interface SanitiseReport {
  readonly drive: Drive;
  readonly sanitised: Sanitised;
  /** Null of what is no hardware. */
  readonly health: JobHealth | null;
  readonly startedAt: string;
  readonly ledgerEntry: number;
}

/**
 * Erases a drive and records it. The drive goes through the same lock as a job: confirmed, reserved, looked at again on the open
 * descriptor. The record says that it begins before it is touched, and then what became of it, also where that is thrown.
 * @throws PrestageError drive-…, sanitise-…, tool-missing, state-unavailable, ledger-…, cancelled, helper-died
 */
export async function sanitise(
  { drive, benchDirectory, shown, least, reason }: SanitiseRequest,
  { helpers, ledger, paths, settings, append, signal, onProgress }: SanitiseDependencies,
): Promise<SanitiseReport> {
  const client = await helpers.forDrive(drive);
  const places = protectedPlaces(paths, settings);
  const held = await reserveDrive(client, drive, benchDirectory, places, signal);
  const { reservation, diskGuid } = held;
  const startedAt = new Date().toISOString();
  const { rules } = settings.health;
  const before = await readHealthHeld(drive, client, benchDirectory);
  let health = healthAtStart(drive, before, rules);
  const record = (sanitised: Sanitised): number =>
    ledger.append(
      {
        kind: 'drive-sanitised',
        drive: recordedDrive(drive),
        ...(diskGuid === undefined ? {} : { previousDiskGuid: diskGuid }),
        ...attachmentMember(drive),
        ...{ startedAt, sanitised },
        ...(health === null ? {} : { health }),
      },
      append,
    ).sequence;
  const begun: { is: EraseBegun | null; readonly time: number } = { is: null, time: performance.now() };
  const brokenOff = (error: unknown): SanitiseReport => {
    if (begun.is === null) throw error;
    const seconds = (performance.now() - begun.time) / 1000;
    const why = toErrorData(error).message;
    const sanitised: Sanitised = { ...begun.is, outcome: 'not-known', why, seconds };
    let ledgerEntry: number;
    try {
      ledgerEntry = record(sanitised);
    } catch {
      // The entry that it has begun stands; why it broke off says more than that this could not be written.
      throw error;
    }
    // Who cancelled is told what that left, as where the drive had answered in time.
    if (isCancellation(error)) return { drive, sanitised, health, startedAt, ledgerEntry };
    throw error;
  };
  const recordEnd = (sanitised: Sanitised): number => {
    try {
      return record(sanitised);
    } catch (error) {
      const holds = `How the erase of the ${driveLabel(drive)} ended is not recorded: the record says that it has begun. Erase it again afterwards.`;
      throw stillHolds(error, holds);
    }
  };
  try {
    const ended = await sanitiseReserved({
      ...{ drive, client, reservation, shown, least, paths, signal, onProgress },
      stallMilliseconds: settings.stallSeconds * 1000,
      onBegin: (chosen) => {
        takeBack(drive, diskGuid, reason, ledger, append);
        record({ ...chosen, outcome: 'not-known', why: eraseBeganWords(chosen.method), seconds: 0 });
        begun.is = chosen;
      },
    }).catch(brokenOff);
    if (!('before' in ended)) return ended;
    if (health !== null) health = await healthAtEnd(drive, health, client, benchDirectory, rules);
    return { drive, sanitised: ended, health, startedAt, ledgerEntry: recordEnd(ended) };
  } finally {
    await client.call('releaseDrive', { reservation }).catch(() => undefined);
  }
}

/** The machine whose finished image a drive holds by its own serial alone; null: none. */
function heldBySerial(drive: Drive, ledger: Ledger): string | null {
  if (!tellsOwnIdentity(drive) || ledger.isIdentityShared(drive)) return null;
  const held = ledger.findDoneOn(drive).find(({ jobId, machineSerial }) => {
    const record = ledger.findShipped(machineSerial)?.entry.record;
    return record?.kind === 'job-ended' && record.job.jobId === jobId;
  });
  return held?.machineSerial ?? null;
}

/**
 * A drive that holds a finished image is only erased for a reason, and the record says that its machine has none any more, before
 * the drive is touched. A drive whose table cannot be read is taken for the one that its own serial says, as by a job.
 * @param diskGuid on the open drive; null: it has none; undefined: it could not be read
 * @throws PrestageError drive-holds-finished
 */
function takeBack(
  drive: Drive,
  diskGuid: string | null | undefined,
  reason: string | null,
  ledger: Ledger,
  append: AppendContext,
): void {
  const held =
    ledger.pastOf({ ...drive, diskGuid: diskGuid ?? null }).holds?.machineSerial ??
    (diskGuid === undefined ? heldBySerial(drive, ledger) : null);
  if (held === null) return;
  const machine = sanitizeForDisplay(held);
  const label = driveLabel(drive);
  if (reason === null) {
    throw new PrestageError({
      code: 'drive-holds-finished',
      message: `The ${label} holds the finished image for machine ${machine}.`,
    });
  }
  const finished = ledger.findShipped(held);
  const record = finished?.entry.record;
  if (record?.kind !== 'job-ended') return;
  const isOnIt =
    diskGuid === undefined ? isSameKey(drive, record.job.drive) : record.job.diskGuid === diskGuid;
  if (!isOnIt) return;
  const { jobId, machineSerial, fingerprint } = record.job;
  ledger.append(
    {
      ...({ kind: 'drive-verified', jobId, machineSerial, fingerprint } as const),
      ...(diskGuid === undefined ? {} : { diskGuid }),
      drive: record.job.drive,
      end: {
        state: 'failed',
        reason: errorData({
          code: 'table-mismatch',
          message: `The ${label} was erased on purpose: ${reason}.`,
          remedy: 'Machine and drive are no pair any more. Write another drive for the machine.',
        }),
      },
    },
    append,
  );
}
