import type { DriveBefore } from '../job/drive-again';
import type { DrivePast } from './drive-past';

/** What of a drive's past asks for a reason before it is written. */

export function driveBefore({ holds, lastBad, failures }: DrivePast): DriveBefore {
  return {
    held:
      holds === null
        ? null
        : {
            machineSerial: holds.machineSerial,
            ...{ entry: holds.entry, time: holds.time, shipped: holds.shipped },
          },
    failed:
      lastBad?.state === 'failed' && lastBad.touched
        ? {
            ...{ entry: lastBad.entry, time: lastBad.time, reason: lastBad.reason },
            failures: Math.max(1, failures),
          }
        : null,
  };
}
