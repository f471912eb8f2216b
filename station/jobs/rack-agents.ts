import type { RecordedAgent } from '../../core/machine/admission';
import type { AtEnd } from '../../core/machine/at-end';
import { toErrorData } from '../../core/base/errors';
import { unknownMachine, type Helpers } from '../helper-client/helpers';
import type { LeftOut, PlannedJob } from './batch-plan';
import type { ReservedJob } from './run-job';

/** Machines of a rack in a batch: who writes their drives, and which of them it goes on without. */

/** What is told of a drive that a batch goes on without. */
export function leftOutOf({ drive, machineSerial }: PlannedJob, error: unknown): LeftOut {
  return { driveId: drive.id, machineSerial, reason: toErrorData(error) };
}

/**
 * Who writes the drives that are in machines of a rack. One that is admitted no more has none.
 * @throws PrestageError rack-not-served
 */
export async function agentsOf(
  reserved: readonly ReservedJob[],
  helpers: Pick<Helpers, 'machinesOfRack'>,
  atEnd: AtEnd,
): Promise<{ readonly agents: Map<ReservedJob, RecordedAgent>; readonly without: ReservedJob[] }> {
  const agents = new Map<ReservedJob, RecordedAgent>();
  const without: ReservedJob[] = [];
  const inRack = reserved.filter(({ planned }) => planned.drive.rack !== undefined);
  // Read once: the list of a large rack is long.
  const machines = inRack.length === 0 ? new Map<string, never>() : await helpers.machinesOfRack();
  for (const job of inRack) {
    const facts = machines.get(job.planned.drive.rack?.machine ?? '');
    if (facts === undefined) without.push(job);
    else {
      const { certificate, admission } = facts;
      agents.set(job, { certificate, admission, versions: job.client.greeting?.versions ?? {}, atEnd });
    }
  }
  return { agents, without };
}

/** The refusal of a machine that was turned away while its batch was being prepared. */
export function turnedAway({ planned }: ReservedJob): LeftOut {
  return leftOutOf(planned, unknownMachine(planned.drive.rack?.serial ?? planned.machineSerial));
}
