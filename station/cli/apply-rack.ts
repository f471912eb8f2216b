import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { chooseDisk, type DiskRule } from '../../core/drive/disk-rule';
import { normalizeSerial } from '../../core/machine/serial';
import { notListed, unknownMachine, type MachineFacts } from '../helper-client/helpers';
import type { LeftOut } from '../jobs/batch-plan';
import type { GivenAssignment } from '../machine/confirm-machine';
import type { CommandContext } from './command-context';

/** Machines of the rack that `apply` was told of without their drives: the rule says which disk it is. */

export interface AskedRack {
  /** Serials of machines. */
  readonly machine?: readonly string[];
  /** All machines that are there. */
  readonly rack?: true;
}

export interface ChosenOfRack {
  readonly given: readonly GivenAssignment[];
  /** Machines that do not tell their drives. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * The disk of each machine. Nothing is touched.
 * @param isFinished whether a machine has a finished drive already: of all machines, those are not meant
 * @throws PrestageError rack-machine-unknown, rack-disk-unclear with every machine of which it cannot be told, drive-listing-failed
 */
export async function chooseInRack(
  asked: AskedRack,
  rule: DiskRule,
  { helpers, output, signal }: Pick<CommandContext, 'helpers' | 'output' | 'signal'>,
  isFinished: (serial: string) => boolean,
): Promise<ChosenOfRack> {
  const there = [...(await helpers.machinesOfRack()).values()].filter(({ connected }) => connected);
  const all = asked.rack === true ? there.filter((one) => !isLeft(one, isFinished, output)) : [];
  const machines = [...new Set([...all, ...(asked.machine ?? []).map((serial) => named(serial, there))])];
  if (machines.length === 0) throw noMachine(there.length);
  const { drives, problems } = await helpers.machineDrives(new Set(machines.map(({ id }) => id)), signal);
  const leftOut = machines.flatMap(({ id, admission }): LeftOut[] => {
    const problem = problems.find(({ machine }) => machine === id);
    if (problem === undefined) return [];
    return [{ driveId: null, machineSerial: admission.serial, reason: notListed([problem]).data }];
  });
  const telling = machines.filter(({ id }) => problems.every(({ machine }) => machine !== id));
  const choices = telling.map(({ id, admission }) => ({
    serial: admission.serial,
    choice: chooseDisk(
      rule,
      drives.filter(({ rack }) => rack?.machine === id),
    ),
  }));
  const unclear = choices.flatMap(({ serial, choice }) =>
    choice.found === 'one' ? [] : [`Machine ${sanitizeForDisplay(serial, 80)}: ${choice.why}`],
  );
  if (unclear.length > 0) {
    throw new PrestageError({ code: 'rack-disk-unclear', message: unclear.join(' ') });
  }
  const given = choices.flatMap(({ choice }) =>
    choice.found === 'one' ? [{ driveId: choice.drive.id, machineSerial: null }] : [],
  );
  if (given.length > 0) return { given, leftOut };
  throw notListed(problems);
}

/** Nobody is left of all machines. @param finished machines that are there, each with a finished drive */
function noMachine(finished: number): PrestageError {
  if (finished === 0) {
    return new PrestageError({
      code: 'rack-machine-unknown',
      message: 'No machine of the rack is there.',
      remedy: "Nothing was touched. Switch the machines on, and admit them: 'prestage rack show' lists them.",
    });
  }
  return new PrestageError({
    code: 'rack-machine-unknown',
    message: 'Every machine of the rack that is there already has a finished drive.',
    remedy:
      'Nothing was touched. To write one of them again on purpose, name it and give a reason: --machine SERIAL --again REASON',
  });
}

/** @throws PrestageError rack-machine-unknown */
function named(text: string, there: readonly MachineFacts[]): MachineFacts {
  const serial = normalizeSerial(text);
  const found = there.find(({ admission }) => admission.serial === serial);
  if (found !== undefined) return found;
  throw unknownMachine(serial);
}

function isLeft(
  { admission }: MachineFacts,
  isFinished: (serial: string) => boolean,
  output: CommandContext['output'],
): boolean {
  if (!isFinished(admission.serial)) return false;
  output.message(
    `note: machine ${sanitizeForDisplay(admission.serial, 80)} already has a finished drive: it is not written again without --again`,
  );
  return true;
}
