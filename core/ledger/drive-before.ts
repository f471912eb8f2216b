import type { DriveBefore } from '../job/drive-again';
import type { DrivePast } from './drive-past';

/** What of a drive's past asks for a reason before it is written. */

/** @param finishedFor the machine whose finished image was read on the drive, when the ledger does not tell; null: none */
export function driveBefore(
  { holds, lastBad, failures }: DrivePast,
  finishedFor: string | null = null,
): DriveBefore {
  const read =
    finishedFor === null || finishedFor === holds?.machineSerial
      ? null
      : { machineSerial: finishedFor, entry: null, time: null, shipped: null };
  const known =
    holds === null
      ? null
      : {
          machineSerial: holds.machineSerial,
          ...{ entry: holds.entry, time: holds.time, shipped: holds.shipped },
        };
  return {
    held: read ?? known,
    failed:
      lastBad?.state === 'failed' && lastBad.touched
        ? {
            ...{ entry: lastBad.entry, time: lastBad.time, reason: lastBad.reason },
            failures: Math.max(1, failures),
          }
        : null,
  };
}
