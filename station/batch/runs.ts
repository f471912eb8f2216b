import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunning, processMark } from '../process-mark';
import type { AppendContext, Ledger } from '../ledger/ledger';

/** Says in the state folder that this process runs a batch. @returns a function that takes it back */
export async function markRunning(runs: string, batchId: string): Promise<() => Promise<void>> {
  const file = join(runs, batchId);
  await writeFile(file, processMark(process.pid) ?? '', { mode: 0o600 });
  return async () => {
    await rm(file, { force: true });
  };
}

/**
 * Writes the end of every job whose station process is gone: killed, or ended by a power cut.
 * @returns the machine serials of the interrupted jobs
 */
export async function recordInterrupted(
  runs: string,
  ledger: Ledger,
  context: AppendContext,
): Promise<string[]> {
  const interrupted: string[] = [];
  for (const { job, startedAt } of ledger.openJobs()) {
    const mark = await readFile(join(runs, job.batchId), 'utf8').catch(() => '');
    if (isRunning(mark)) continue;
    ledger.append({ kind: 'job-ended', job, startedAt, end: { state: 'interrupted' } }, context);
    interrupted.push(job.machineSerial);
  }
  for (const batchId of await readdir(runs)) {
    const mark = await readFile(join(runs, batchId), 'utf8').catch(() => '');
    if (!isRunning(mark)) await rm(join(runs, batchId), { force: true });
  }
  return interrupted;
}
