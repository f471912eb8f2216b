import { isCancellation, toErrorData } from '../../core/base/errors';
import { driveLabel, type Drive } from '../../core/drive/drive';
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
import { takeBack } from './take-back';

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
  /** Its hidden areas were opened: it is listed as this one from now on. */
  readonly onGrown?: (drive: Drive) => void;
}

export interface SanitiseReport {
  /** As it is now: larger, and with another id, where its hidden areas were opened. */
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
  { helpers, ledger, paths, settings, append, signal, onProgress, onGrown }: SanitiseDependencies,
): Promise<SanitiseReport> {
  const client = await helpers.forDrive(drive);
  const places = protectedPlaces(paths, settings);
  const held = await reserveDrive(client, drive, benchDirectory, places, signal);
  const { reservation, diskGuid } = held;
  const startedAt = new Date().toISOString();
  const { rules } = settings.health;
  const before = await readHealthHeld(drive, client, benchDirectory);
  let health = healthAtStart(drive, before, rules);
  // It becomes another one, by what drives are known by, where its hidden areas are opened.
  const is = { now: drive };
  const record = (sanitised: Sanitised, of = is.now): number =>
    ledger.append(
      {
        kind: 'drive-sanitised',
        drive: recordedDrive(of),
        ...(diskGuid === undefined ? {} : { previousDiskGuid: diskGuid }),
        ...attachmentMember(of),
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
    if (isCancellation(error)) return { drive: is.now, sanitised, health, startedAt, ledgerEntry };
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
        takeBack(
          drive,
          diskGuid,
          reason === null ? null : `was erased on purpose: ${reason}`,
          ledger,
          append,
        );
        const begins = { outcome: 'not-known', why: eraseBeganWords(chosen.method), seconds: 0 } as const;
        record({ ...chosen, ...begins });
        begun.is = chosen;
        // After a power cut it may have the size of before, or of after: its record is found by either.
        const to = shown?.lift?.size;
        if (to !== undefined) record({ ...chosen, ...begins }, { ...drive, size: to });
      },
      onGrown: (grown) => {
        is.now = grown;
        onGrown?.(grown);
      },
    }).catch(brokenOff);
    if (!('before' in ended)) return ended;
    if (health !== null) health = await healthAtEnd(is.now, health, client, benchDirectory, rules);
    return { drive: is.now, sanitised: ended, health, startedAt, ledgerEntry: recordEnd(ended) };
  } finally {
    await client.call('releaseDrive', { reservation }).catch(() => undefined);
  }
}
