import { sanitizeForDisplay } from '../../core/base/display';
import { errorData, PrestageError, toErrorData } from '../../core/base/errors';
import { driveLabel, type Drive } from '../../core/drive/drive';
import type { SanitiseMethod } from '../../core/sanitise/methods';
import { eraseBeganWords, type Sanitised } from '../../core/sanitise/sanitised';
import { attachmentMember, recordedDrive } from '../drives/finished-drive';
import type { Helpers } from '../helper-client/helpers';
import type { AppendContext, Ledger } from '../ledger/ledger';
import type { Settings } from '../state/settings';
import { statePlaces, type StatePaths } from '../state/state-paths';
import { reserveDrive } from './reserve-drive';
import { sanitiseReserved, type EraseBegun } from './sanitise-drive';

/** Erasing one drive for which nothing is written: reserved, erased, recorded. */

export interface SanitiseRequest {
  /** As it was shown. */
  readonly drive: Drive;
  readonly benchDirectory: string | null;
  readonly method: SanitiseMethod | null;
  /** Why a drive is erased that holds a finished image; null refuses it. */
  readonly reason: string | null;
}

export interface SanitiseDependencies {
  readonly helpers: Helpers;
  readonly ledger: Ledger;
  readonly paths: StatePaths;
  readonly settings: Pick<Settings, 'stallSeconds'>;
  readonly append: AppendContext;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

export interface SanitiseReport {
  readonly drive: Drive;
  readonly sanitised: Sanitised;
  readonly startedAt: string;
  readonly ledgerEntry: number;
}

/**
 * Erases a drive and records it. The drive goes through the same lock as a job: confirmed, reserved, looked at again on the open
 * descriptor. The record says that it begins before it is touched, and then what became of it, also where that is thrown.
 * @throws PrestageError drive-…, sanitise-…, tool-missing, state-unavailable, ledger-…, cancelled, helper-died
 */
export async function sanitise(
  { drive, benchDirectory, method, reason }: SanitiseRequest,
  { helpers, ledger, paths, settings, append, signal, onProgress }: SanitiseDependencies,
): Promise<SanitiseReport> {
  const client = await helpers.forDrive(drive);
  const held = await reserveDrive(client, drive, benchDirectory, statePlaces(paths), signal);
  const { reservation, diskGuid } = held;
  const startedAt = new Date().toISOString();
  const record = (sanitised: Sanitised): number =>
    ledger.append(
      {
        kind: 'drive-sanitised',
        drive: recordedDrive(drive),
        ...(diskGuid === undefined ? {} : { previousDiskGuid: diskGuid }),
        ...attachmentMember(drive),
        ...{ startedAt, sanitised },
      },
      append,
    ).sequence;
  const begun: { is: EraseBegun | null } = { is: null };
  try {
    const sanitised = await sanitiseReserved({
      ...{ drive, client, reservation, method, paths, signal, onProgress },
      stallMilliseconds: settings.stallSeconds * 1000,
      onBegin: (chosen) => {
        takeBack(drive, diskGuid ?? null, reason, ledger, append);
        record({ ...chosen, outcome: 'not-known', why: eraseBeganWords(chosen.method), seconds: 0 });
        begun.is = chosen;
      },
    }).catch((error: unknown) => {
      if (begun.is !== null) {
        const seconds = Math.max(0, Date.now() - Date.parse(startedAt)) / 1000;
        const why = toErrorData(error).message;
        try {
          record({ ...begun.is, outcome: 'not-known', why, seconds });
        } catch {
          // The entry that it has begun stands; why it broke off says more than that this could not be written.
        }
      }
      throw error;
    });
    return { drive, sanitised, startedAt, ledgerEntry: record(sanitised) };
  } finally {
    await client.call('releaseDrive', { reservation }).catch(() => undefined);
  }
}

/**
 * A drive that holds a finished image is only erased for a reason, and the record says that its machine has none any more, before
 * the drive is touched.
 * @throws PrestageError drive-holds-finished
 */
function takeBack(
  drive: Drive,
  diskGuid: string | null,
  reason: string | null,
  ledger: Ledger,
  append: AppendContext,
): void {
  const holds = ledger.pastOf({ ...drive, diskGuid }).holds;
  if (holds === null) return;
  const machine = sanitizeForDisplay(holds.machineSerial);
  const label = driveLabel(drive);
  if (reason === null) {
    throw new PrestageError({
      code: 'drive-holds-finished',
      message: `The ${label} holds the finished image for machine ${machine}.`,
    });
  }
  const finished = ledger.findShipped(holds.machineSerial);
  const record = finished?.entry.record;
  if (record?.kind !== 'job-ended' || record.job.diskGuid !== diskGuid) return;
  const { jobId, machineSerial, fingerprint } = record.job;
  ledger.append(
    {
      ...{ kind: 'drive-verified', jobId, machineSerial, fingerprint, diskGuid },
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
