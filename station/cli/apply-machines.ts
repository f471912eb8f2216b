import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { normalizeSerial } from '../../core/machine/serial';
import {
  assignmentsOnThisMachine,
  readThisMachine,
  requireTypedSerial,
  type GivenAssignment,
  type MachinePart,
} from '../machine/confirm-machine';
import type { OpenOrder } from '../orders/order-reader';
import type { Settings } from '../state/settings';
import type { CommandContext } from './command-context';

/** What `apply` was told about machines. */
export interface AskedMachines {
  readonly drive: readonly GivenAssignment[];
  readonly thisMachine?: true;
}

/** For which machines the drives are; on the machine itself its firmware is asked. */
export async function machinePart(
  { drive, thisMachine }: AskedMachines,
  { desk }: Settings,
  { helpers, output, signal }: CommandContext,
  order: OpenOrder | null,
): Promise<MachinePart> {
  const isOrdered = (serial: string): boolean => order?.lines.has(serial) === true;
  const typed = (driveId: string, text: string): string => {
    const { serial, note } = requireTypedSerial(driveId, text, desk, isOrdered);
    if (note !== null) output.message(`note: ${note}`);
    return serial;
  };
  if (thisMachine === true || desk.onMachine) {
    const found = await readThisMachine(helpers, signal);
    // What the firmware itself says is a serial, whatever its form.
    const given = drive.map(({ driveId, machineSerial: text }) => ({
      driveId,
      machineSerial: text === null || normalizeSerial(text) === found.serial ? text : typed(driveId, text),
    }));
    return assignmentsOnThisMachine(given, undefined, found);
  }
  return {
    machines: new Map(),
    assignments: drive.map(({ driveId, machineSerial }) => {
      if (machineSerial !== null) return { driveId, machineSerial: typed(driveId, machineSerial) };
      throw new PrestageError({
        code: 'usage',
        message: `--drive ${sanitizeForDisplay(driveId, 200)} has no machine. It must be ID=MACHINE_SERIAL.`,
        remedy: 'See prestage apply --help. If the drive is installed in this machine, add --this-machine.',
      });
    }),
  };
}
