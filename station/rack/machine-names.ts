import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { ThisMachine } from '../../core/machine/this-machine';

/** What a machine of the rack, or another station in a machine's place, is called by its certificate. */

/** What stands in a machine's place for another station: a serial that is its certificate's, and nothing that could be a machine's. */
export function noMachine(certificate: string): ThisMachine {
  return {
    serial: stationSerial(certificate),
    facts: {},
    refused: [],
    source: 'none',
    needsPrivilege: false,
  };
}

export function stationSerial(certificate: string): string {
  return `STATION-${idOf(certificate).toUpperCase()}`;
}

/** What people and jobs call a machine. */
export function idOf(certificate: string): string {
  return certificate.slice(0, 12);
}

/** A machine that would be taken for a station. */
export function stationsOwn(serial: string): PrestageError {
  return new PrestageError({
    code: 'serial-invalid',
    message: `'${sanitizeForDisplay(serial, 80)}' is how a station is called, not the serial of a machine.`,
    remedy: 'Nothing was touched. Look at this machine before it is admitted: no maker gives such a serial.',
  });
}
