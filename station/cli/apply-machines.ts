import type { Assignment } from '../../core/job/batch-rules';
import type { DiskRule } from '../../core/drive/disk-rule';
import { isInRack, machineOfId } from '../../core/drive/drive';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { diskRuleOf, type RackChoices } from '../../core/rack/rack-choices';
import { normalizeSerial } from '../../core/machine/serial';
import {
  assignmentInRack,
  assignmentsOnThisMachine,
  readThisMachine,
  requireTypedSerial,
  type GivenAssignment,
  type MachinePart,
} from '../machine/confirm-machine';
import { readLive } from '../live/require-ready';
import { unknownMachine, type MachineFacts } from '../helper-client/helpers';
import type { BatchRequest } from '../jobs/batch-plan';
import type { OpenOrder } from '../orders/order-reader';
import type { Settings } from '../state/settings';
import { chooseInRack, type AskedRack } from './apply-rack';
import type { CommandContext } from './command-context';

/** What `apply` was told about machines. */
export interface AskedMachines extends AskedRack {
  readonly drive?: readonly GivenAssignment[];
  readonly thisMachine?: true;
  readonly disk?: DiskRule;
}

/** The part of a batch that says which drives are for which machines. */
type AskedPart = MachinePart & Pick<BatchRequest, 'leftOut' | 'diskRule'>;

/** For which machines the drives are; on the machine itself its firmware is asked. */
export async function machinePart(
  asked: AskedMachines,
  { desk, rack: rackSettings }: Settings,
  context: CommandContext,
  { open: order, recipe }: { readonly open: OpenOrder | null; readonly recipe: RackChoices | null },
  isFinished: (serial: string) => boolean,
): Promise<AskedPart> {
  const { drive = [], thisMachine } = asked;
  const { helpers, output, signal } = context;
  const byRule = asked.rack === true || (asked.machine ?? []).length > 0;
  if (drive.length === 0 && !byRule) {
    throw new PrestageError({
      code: 'usage',
      message: 'No drive was given: --drive, --machine or --rack.',
      remedy: 'See prestage apply --help.',
    });
  }
  const isOrdered = (serial: string): boolean => order?.lines.has(serial) === true;
  const typed = (driveId: string, text: string): string => {
    const { serial, note } = requireTypedSerial(driveId, text, desk, isOrdered);
    if (note !== null) output.message(`note: ${note}`);
    return serial;
  };
  // In a machine that was started from a stick to image itself, there is no other machine to write for.
  const isOwn = thisMachine === true || desk.onMachine || (await readLive(helpers))?.role === 'machine';
  if (isOwn && byRule) {
    throw new PrestageError({
      code: 'usage',
      message: '--machine and --rack are for machines of a rack, not for the machine that runs.',
      remedy: 'See prestage apply --help.',
    });
  }
  if (isOwn) {
    const found = await readThisMachine(helpers, signal);
    // What the firmware itself says is a serial, whatever its form.
    const given = drive.map(({ driveId, machineSerial: text }) => ({
      driveId,
      machineSerial: text === null || normalizeSerial(text) === found.serial ? text : typed(driveId, text),
    }));
    return assignmentsOnThisMachine(given, undefined, found);
  }
  const rule = diskRuleOf(asked.disk, { order: order?.order ?? null, recipe }, rackSettings.disk);
  const chosen = byRule ? await chooseInRack(asked, rule, context, isFinished) : null;
  const named = drive.filter(({ driveId }) => isInRack(driveId));
  const inRack = [...named, ...(chosen?.given ?? [])];
  const rack = inRack.length === 0 ? new Map<string, never>() : await helpers.machinesOfRack();
  const ofRack = inRack.map((given) => rackPart(given, rack));
  const onBench = drive.filter((given) => !inRack.includes(given));
  return {
    ...(chosen === null ? {} : { leftOut: chosen.leftOut, diskRule: rule }),
    machines: new Map(ofRack.flatMap(({ machines }) => [...machines])),
    assignments: [...ofRack.flatMap(({ assignments }) => assignments), ...onBench.map(benchPart)],
  };
  function benchPart({ driveId, machineSerial }: GivenAssignment): Assignment {
    if (machineSerial !== null) return { driveId, machineSerial: typed(driveId, machineSerial) };
    throw new PrestageError({
      code: 'usage',
      message: `--drive ${sanitizeForDisplay(driveId, 200)} has no machine. It must be ID=MACHINE_SERIAL.`,
      remedy: 'See prestage apply --help. If the drive is installed in this machine, add --this-machine.',
    });
  }
}

/** @throws PrestageError rack-machine-unknown; as {@link assignmentInRack} */
function rackPart(given: GivenAssignment, rack: ReadonlyMap<string, MachineFacts>): MachinePart {
  const id = machineOfId(given.driveId).machine ?? '';
  const facts = rack.get(id);
  if (facts?.connected !== true) throw unknownMachine(facts?.admission.serial ?? id);
  return assignmentInRack(given, undefined, facts);
}
