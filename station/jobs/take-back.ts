import { errorData } from '../../core/base/errors';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { isSameKey, tellsOwnIdentity } from '../../core/drive/drive-identity';
import { driveBefore } from '../../core/ledger/drive-before';
import { heldFor, withoutReason } from '../drives/drive-before';
import type { AppendContext, Ledger } from '../ledger/ledger';

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
 * A drive that holds a finished image is only erased outside of a job for a reason, and the record says that its machine has none any more, before
 * the drive is touched. A drive whose table cannot be read is taken for the one that its own serial says, as by a job.
 * @param diskGuid on the open drive; null: it has none; undefined: it could not be read
 * @param became what is done with it and why, as the predicate of a sentence; null: nobody gave a reason
 * @throws PrestageError drive-holds-finished
 */
export function takeBack(
  drive: Drive,
  diskGuid: string | null | undefined,
  became: string | null,
  ledger: Ledger,
  append: AppendContext,
): void {
  const past = driveBefore(ledger.pastOf({ ...drive, diskGuid: diskGuid ?? null }));
  const held = past.held?.machineSerial ?? (diskGuid === undefined ? heldBySerial(drive, ledger) : null);
  if (held === null) return;
  const label = driveLabel(drive);
  if (became === null) {
    throw withoutReason(drive, past.held === null ? heldFor(held) : { held: past.held, failed: null });
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
          message: `The ${label} ${became}.`,
          remedy: 'Machine and drive are no pair any more. Write another drive for the machine.',
        }),
      },
    },
    append,
  );
}
