import type { RecordedAgent } from '../../core/machine/admission';
import type { AtEnd } from '../../core/machine/at-end';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError, toErrorData } from '../../core/base/errors';
import { driveLabel } from '../../core/drive/drive';
import { unknownMachine, type Helpers } from '../helper-client/helpers';
import type { LeftOut, PlannedJob } from './batch-plan';
import type { ReservedJob } from './run-job';

/** Machines of a rack in a batch: who writes their drives, and which of them it goes on without. */

/** What is told of a drive that a batch goes on without. */
export function leftOutOf({ drive, machineSerial }: PlannedJob, error: unknown): LeftOut {
  return { driveId: drive.id, machineSerial, reason: toErrorData(error) };
}

/**
 * Who writes the drives that are in machines of a rack. One that is admitted no more, or with another serial, has none.
 * @throws PrestageError rack-not-served
 */
export async function agentsOf(
  reserved: readonly ReservedJob[],
  helpers: Pick<Helpers, 'machinesOfRack'>,
  atEnd: AtEnd,
): Promise<{
  readonly agents: ReadonlyMap<ReservedJob, RecordedAgent>;
  readonly without: ReadonlyMap<ReservedJob, LeftOut>;
}> {
  const agents = new Map<ReservedJob, RecordedAgent>();
  const without = new Map<ReservedJob, LeftOut>();
  const inRack = reserved.filter(({ planned }) => planned.drive.rack !== undefined);
  // Read once: the list of a large rack is long.
  const machines = inRack.length === 0 ? new Map<string, never>() : await helpers.machinesOfRack();
  for (const job of inRack) {
    const facts = machines.get(job.planned.drive.rack?.machine ?? '');
    if (facts === undefined) without.set(job, turnedAway(job.planned));
    else if (facts.admission.serial !== job.planned.machineSerial) {
      without.set(job, leftOutOf(job.planned, otherSerial(job.planned, facts.admission.serial)));
    } else {
      const { certificate, admission } = facts;
      agents.set(job, { certificate, admission, versions: job.client.greeting?.versions ?? {}, atEnd });
    }
  }
  return { agents, without };
}

/** The refusal of a machine that was turned away while its batch was being prepared. */
function turnedAway(planned: PlannedJob): LeftOut {
  return leftOutOf(planned, unknownMachine(planned.drive.rack?.serial ?? planned.machineSerial));
}

/** Somebody corrected the serial of a machine while the image was being made: the job is for the one that was wrong. */
function otherSerial({ drive, machineSerial }: PlannedJob, serial: string): PrestageError {
  return new PrestageError({
    code: 'machine-contradicts',
    message: `The machine of the ${driveLabel(drive)} was ${sanitizeForDisplay(machineSerial, 80)} when the batch was started, and is ${sanitizeForDisplay(serial, 80)} now.`,
    remedy: 'Nothing was written to it. Start it again: its job is then for the right serial.',
  });
}
