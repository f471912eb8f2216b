import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { required } from '../../core/base/required';
import { onDiskLater, statePlace } from '../state/disk';
import { isRunning, processMark } from '../state/process-mark';
import type { RecordedDrive } from '../../core/ledger/record';
import type { AppendContext, Ledger } from '../ledger/ledger';
import type { StatePaths } from '../state/state-paths';
import { EraseJournal } from './erase-journal';
import { withdraw } from './withdraw';

/**
 * What a running batch leaves in the state folder, a file a batch: first line the process that runs it, then
 * a line `recording JOB MACHINE` before a finished job's last entry is written and `released JOB` once the
 * helper has given the drive up. The next start reads what a killed station left.
 */
export class RunJournal {
  private constructor(private readonly file: string) {}

  static async begin(runs: string, batchId: string): Promise<RunJournal> {
    const file = join(runs, batchId);
    const mark = `${required(processMark(process.pid), 'its own process')}\n`;
    await onDiskLater(statePlace(runs, 'No drive was touched.'), () =>
      writeFile(file, mark, { mode: 0o600 }),
    );
    return new RunJournal(file);
  }

  async recording(jobId: string, machineSerial: string): Promise<void> {
    const line = `recording ${jobId} ${machineSerial}\n`;
    await onDiskLater(statePlace(this.file), () => appendFile(this.file, line));
  }

  async released(jobId: string): Promise<void> {
    await appendFile(this.file, `released ${jobId}\n`);
  }

  /** The batch has ended in an orderly way. */
  async end(): Promise<void> {
    await rm(this.file, { force: true });
  }
}

/** What the stations that were killed left open. */
export interface LeftOpen {
  /** Jobs that are now recorded as interrupted. */
  readonly interrupted: readonly LeftOpenJob[];
  /**
   * Jobs recorded as finished in the very moment in which their station died: the helper may have taken
   * the drive's tables off again, because nobody told it of the record. Now recorded as withdrawn.
   */
  readonly suspect: readonly LeftOpenJob[];
}

/** A job that a killed station left open, as far as a technician must know it. */
export interface LeftOpenJob {
  readonly machineSerial: string;
  readonly drive: RecordedDrive;
  /** By what the computer knew the drive; null when the record does not tell. */
  readonly attachment: string | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Of the entry that says so now. */
  readonly ledgerEntry: number;
}

/**
 * Writes the end of every job whose station process is gone: killed, or ended by a power cut. Where it had erased its drive, the
 * record says so; where it was erasing it, that nobody knows how that ended.
 */
export async function closeLeftOpen(
  { runs, erasures }: Pick<StatePaths, 'runs' | 'erasures'>,
  ledger: Ledger,
  context: AppendContext,
): Promise<LeftOpen> {
  const interrupted: LeftOpenJob[] = [];
  for (const { job, startedAt } of ledger.openJobs()) {
    if (isRunning((await readLines(join(runs, job.batchId)))[0] ?? '')) continue;
    const end = { state: 'interrupted' } as const;
    const erase = new EraseJournal({ erasures }, job.drive);
    const sanitised = await erase.leftBy(job.jobId);
    const size = (await erase.grownBy(job.jobId)) ?? job.drive.size;
    const ended = { ...job, drive: { ...job.drive, size } };
    const { sequence } = ledger.append(
      { kind: 'job-ended', job: ended, startedAt, end, ...(sanitised === null ? {} : { sanitised }) },
      context,
    );
    await erase.recorded(job.jobId);
    const { machineSerial, drive, attachment = null } = job;
    interrupted.push({ machineSerial, drive, attachment, startedAt, ledgerEntry: sequence });
  }
  const suspect: LeftOpenJob[] = [];
  for (const batchId of await readdir(runs)) {
    const [mark = '', ...lines] = await readLines(join(runs, batchId));
    if (isRunning(mark)) continue;
    const released = new Set(
      lines.filter((line) => line.startsWith('released ')).map((line) => line.slice(9)),
    );
    for (const line of lines) {
      const [, jobId = '', machine = ''] = /^recording (\S+) (.+)$/.exec(line) ?? [];
      const shipped = released.has(jobId) || machine === '' ? null : ledger.findShipped(machine);
      const record = shipped?.entry.record;
      if (shipped === null || record?.kind !== 'job-ended' || record.job.jobId !== jobId) continue;
      withdraw(record.job, ledger, context);
      const { drive, attachment = null } = record.job;
      const { startedAt } = record;
      suspect.push({ machineSerial: machine, drive, attachment, startedAt, ledgerEntry: shipped.sequence });
    }
    await rm(join(runs, batchId), { force: true });
  }
  return { interrupted, suspect };
}

async function readLines(file: string): Promise<string[]> {
  return (await readFile(file, 'utf8').catch(() => '')).split('\n');
}
