import { toErrorData } from '../../core/base/errors';
import type { AtEnd } from '../../core/machine/at-end';
import type { HelperRequest } from '../../core/contract/helper-api';
import { logEvent } from '../state/log-file';
import type { JobReport, ReservedJob } from './run-job';

/** Tells machines of the rack how their drives ended. Only what is recorded is told as passed: a report with an entry. */

type Told = HelperRequest<'tellMachine'>;

function verdictOf({ end, ledgerEntry }: JobReport): Pick<Told, 'verdict' | 'text'> {
  if (end.state === 'done' && ledgerEntry !== null) return { verdict: 'passed', text: '' };
  if (end.state === 'failed') return { verdict: 'failed', text: end.reason.message.slice(0, 400) };
  return { verdict: 'stopped', text: '' };
}

/** Shows the verdict on the machine's screen, at once. Never throws: the drive is recorded, whatever becomes of the screen. */
export async function tellVerdict(job: ReservedJob, report: JobReport): Promise<void> {
  if (job.planned.drive.rack === undefined) return;
  await tell(job, { ...verdictOf(report), atEnd: 'wait' });
}

/**
 * Has each machine do what the batch says, at the batch's end: until then it gives its chunks to others. A machine with a drive that did
 * not pass waits, and goes on showing that. Never throws.
 */
export async function endMachines(
  reserved: readonly ReservedJob[],
  reports: readonly JobReport[],
  atEnd: AtEnd,
): Promise<void> {
  if (atEnd === 'wait') return;
  const byMachine = new Map<string, { readonly job: ReservedJob; passed: boolean }>();
  for (const job of reserved) {
    const machine = job.planned.drive.rack?.machine;
    if (machine === undefined) continue;
    const report = reports.find(({ job: planned }) => planned === job.planned);
    const passed = report !== undefined && verdictOf(report).verdict === 'passed';
    const known = byMachine.get(machine);
    if (known === undefined) byMachine.set(machine, { job, passed });
    else known.passed &&= passed;
  }
  await Promise.all(
    [...byMachine.values()].map(async ({ job, passed }) => {
      if (passed) await tell(job, { verdict: 'passed', text: '', atEnd });
    }),
  );
}

async function tell({ client, planned }: ReservedJob, told: Told): Promise<void> {
  const { drive, machineSerial } = planned;
  try {
    const { did } = await client.call('tellMachine', told);
    if (did !== 'wait') {
      logEvent('info', 'machine-ended', { machineSerial, machine: drive.rack?.machine, did });
    }
  } catch (error) {
    logEvent('error', 'machine-not-told', { machineSerial, ...told, error: toErrorData(error) });
  }
}
