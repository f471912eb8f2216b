import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { dayOf } from '../../core/base/day';
import { driveLabel, type Drive } from '../../core/drive/drive';
import type { DriveBefore } from '../../core/job/drive-again';

/** A drive with a past that asks for a reason: the words of it, and the refusal without one. */

/** What is known of a drive, as the predicate of a sentence. */
export function driveBeforeText({ held, failed }: DriveBefore): string {
  const shipment = held?.shipped?.number;
  const shipped = shipment === undefined ? '' : `, in shipment ${sanitizeForDisplay(shipment)}`;
  return [
    ...(held === null
      ? []
      : [
          `holds the finished image for machine ${sanitizeForDisplay(held.machineSerial)}${held.time === null ? '' : `, recorded on ${dayOf(held.time)}`}${shipped}`,
        ]),
    ...(failed === null
      ? []
      : [`failed in its last job, on ${dayOf(failed.time)}: ${sanitizeForDisplay(failed.reason)}`]),
  ].join(' and ');
}

/** What is known of a drive of which only the machine is known whose finished image it holds. */
export function heldFor(machineSerial: string): DriveBefore {
  return { held: { machineSerial, entry: null, time: null, shipped: null }, failed: null };
}

/** The refusal of a drive that is only erased for a reason: drive-holds-finished or drive-failed-before. */
export function withoutReason(drive: Drive, before: DriveBefore): PrestageError {
  const message = `The ${driveLabel(drive)} ${driveBeforeText(before)}.`;
  return before.failed === null
    ? new PrestageError({ code: 'drive-holds-finished', message })
    : new PrestageError({ code: 'drive-failed-before', message });
}
