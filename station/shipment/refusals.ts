import { sanitizeForDisplay } from '../../core/display';
import { PrestageError } from '../../core/errors';

/** A machine that may not leave. @param why ends the sentence that begins with the machine */
export function refusedShipment(machineSerial: string, why: string): PrestageError {
  return new PrestageError({
    code: 'shipment-refused',
    message: `Machine ${sanitizeForDisplay(machineSerial, 64)} ${why}.`,
    remedy: 'Nothing was recorded. Take it out of the shipment, or put it right first.',
  });
}

/** There is nothing to ship. */
export function emptyShipment(what: string): PrestageError {
  return new PrestageError({
    code: 'shipment-empty',
    message: `There is no finished machine to ship${what}.`,
    remedy: 'Nothing was recorded. "prestage ledger list" shows what was done.',
  });
}

/** The number is taken, or is not there. */
export function wrongNumber(number: string, what: string, remedy: string): PrestageError {
  return new PrestageError({
    code: 'shipment-refused',
    message: `Shipment ${sanitizeForDisplay(number, 60)} ${what}.`,
    remedy,
  });
}
