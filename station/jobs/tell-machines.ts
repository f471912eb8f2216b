import { PrestageError, toErrorData } from '../../core/base/errors';
import type { Drive } from '../../core/drive/drive';
import { toldWords, type AtEnd, type MachineEnd } from '../../core/machine/at-end';
import type { EndRecord } from '../../core/ledger/record';
import type { HelperClient } from '../helper-client/helper-client';
import { logEvent } from '../state/log-file';
import type { LedgerReader } from '../ledger/ledger-reader';
import type { JobReport, ReservedJob } from './run-job';

/** Tells machines of the rack how their drives ended, and keeps what they answer. Only what is recorded is told as passed: a report with an entry. */

/** A job that has ended, and what its machine was told and answered; null: its drive is in no machine of the rack. */
export interface ToldJob {
  readonly job: ReservedJob;
  readonly jobId: string;
  readonly report: JobReport;
  readonly told: MachineEnd | null;
}

function verdictOf({ end, ledgerEntry }: JobReport): { verdict: MachineEnd['verdict']; text: string } {
  if (end.state === 'done' && ledgerEntry !== null) return { verdict: 'passed', text: '' };
  if (end.state === 'failed') return { verdict: 'failed', text: end.reason.message.slice(0, 400) };
  return { verdict: 'stopped', text: '' };
}

/** Shows the verdict on the machine's screen, at once. Never throws: the drive is recorded, whatever becomes of the screen. */
export async function tellVerdict(job: ReservedJob, report: JobReport): Promise<MachineEnd | null> {
  if (job.planned.drive.rack === undefined) return null;
  return await tell(job, report, 'wait');
}

/**
 * Whether a drive still is what its job made of it. A batch can take hours: meanwhile a machine's drive may have been written again,
 * erased, or found wrong, and what is told of it then is the newer job's.
 * @throws PrestageError ledger-broken when an entry is not what was signed
 */
export function stillFinished(
  { job, jobId }: ToldJob,
  ledger: Pick<LedgerReader, 'findShipped' | 'findErasure'>,
): boolean {
  const newest = ledger.findShipped(job.planned.machineSerial)?.entry;
  return (
    newest?.record.kind === 'job-ended' &&
    newest.record.job.jobId === jobId &&
    ledger.findErasure(newest.record.job, newest.sequence) === null
  );
}

/**
 * Has each machine do what the batch says, at the batch's end: until then it gives its chunks to others. A machine with a drive that did
 * not pass waits, and goes on showing that. One whose drive is not what its job made of it any more is told nothing, and nothing
 * is recorded of it. Never throws.
 * @param holds whether a job that passed still counts
 * @param record is given what each machine was told at last and answered, once for each of its jobs that the ledger has
 */
export async function endMachines(
  jobs: readonly ToldJob[],
  atEnd: AtEnd,
  holds: (job: ToldJob) => boolean,
  record: (end: EndRecord) => void,
): Promise<void> {
  const byMachine = new Map<string, ToldJob[]>();
  for (const one of jobs) {
    const machine = one.job.planned.drive.rack?.machine;
    if (machine !== undefined) byMachine.set(machine, [...(byMachine.get(machine) ?? []), one]);
  }
  await Promise.all(
    [...byMachine.values()].map(async (ofMachine) => {
      const [first] = ofMachine;
      const hasPassed = ({ report }: ToldJob): boolean => verdictOf(report).verdict === 'passed';
      const over = ofMachine.filter((one) => hasPassed(one) && !isStill(one, holds));
      const goes = atEnd !== 'wait' && over.length === 0 && ofMachine.every(hasPassed);
      const ended = goes && first !== undefined ? await tell(first.job, first.report, atEnd) : null;
      for (const one of ofMachine) {
        const { job, jobId, report, told } = one;
        if (over.includes(one)) continue;
        // Of one that was silent before, that is why: after it the connection is gone.
        const silent = ended?.end.state === 'not-confirmed' && told?.end.state === 'not-confirmed';
        const end = silent ? { ...ended, end: told.end } : (ended ?? told);
        if (end === null || report.ledgerEntry === null) continue;
        const { machineSerial } = job.planned;
        try {
          record({ kind: 'machine-ended', jobId, machineSerial, ...end });
        } catch (error) {
          // The drive is finished and recorded all the same.
          logEvent('error', 'machine-end-not-recorded', { machineSerial, ...end, error: toErrorData(error) });
        }
      }
    }),
  );
}

/** What cannot be found out does not count. */
function isStill(one: ToldJob, holds: (job: ToldJob) => boolean): boolean {
  const { machineSerial } = one.job.planned;
  try {
    if (holds(one)) return true;
    logEvent('info', 'machine-not-ended', {
      machineSerial,
      jobId: one.jobId,
      why: 'its drive was worked on since',
    });
  } catch (error) {
    logEvent('error', 'machine-not-ended', { machineSerial, jobId: one.jobId, error: toErrorData(error) });
  }
  return false;
}

/** Shows on a machine's screen what reading its drive back again found, as it is recorded. Never throws. */
export async function showVerdict(
  client: Pick<HelperClient, 'call'>,
  { rack }: Pick<Drive, 'rack'>,
  verdict: 'passed' | 'failed',
  text = '',
): Promise<void> {
  if (rack === undefined) return;
  const told = { verdict, text: text.slice(0, 400), atEnd: 'wait' } as const;
  await client.call('tellMachine', told).catch((error: unknown) => {
    logEvent('error', 'machine-not-told', { machine: rack.machine, ...told, error: toErrorData(error) });
  });
}

async function tell({ client, planned }: ReservedJob, report: JobReport, atEnd: AtEnd): Promise<MachineEnd> {
  const { drive, machineSerial } = planned;
  const { verdict, text } = verdictOf(report);
  const said = { verdict, told: atEnd };
  try {
    const { did } = await client.call('tellMachine', { verdict, text, atEnd });
    if (did !== atEnd && did !== 'said') {
      throw new PrestageError({
        code: 'helper-protocol',
        message: `It was ${toldWords[atEnd]} and answered that it does something else: ${did}.`,
      });
    }
    if (did !== 'wait') {
      logEvent('info', 'machine-ended', { machineSerial, machine: drive.rack?.machine, did });
    }
    return { ...said, end: { state: 'confirmed', did } };
  } catch (error) {
    const reason = toErrorData(error);
    logEvent('error', 'machine-not-told', { machineSerial, ...said, error: reason });
    return { ...said, end: { state: 'not-confirmed', reason } };
  }
}
