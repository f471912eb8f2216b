/**
 * A batch of many drives through the app: how late its main process' event loop is meanwhile, and what memory and processor it
 * takes. It is the app without its window (TestApp), with the real helper, on drives that are files in memory; every drive must
 * pass, and every entry of the ledger is verified. Needs the built helper (npm run build) and about 6 GB of memory for 48.
 *   tsx test/benchmark/app-batch.ts [DRIVES]
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AppState } from '../../core/contract/app';
import { TestApp } from '../support/app-service';
import { makeBench } from '../support/virtual-bench';
import { runCli } from '../support/cli';
import { spread } from './figures';
import { ensureWim } from './generate-wim';

/** Milliseconds between two looks at the event loop: the least that can be found. */
const resolution = 5;
const count = Number(process.argv[2] ?? 48);

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

const folder = mkdtempSync('/dev/shm/prestage-app-batch-');
try {
  const context = { signal: new AbortController().signal, folder, log: console.error, inMemory: true };
  const media = await ensureWim(context, 442, 20);
  const bench = join(folder, 'bench');
  const state = join(folder, 'state');
  await makeBench(bench, count, '1G');
  const app = await TestApp.open(state, bench);
  try {
    await batch(app, media.path);
  } finally {
    await app.service.close();
  }
  const verified = await runCli(['ledger', 'verify', '--state', state]);
  if (verified.status !== 0) throw new Error(verified.stderr);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function batch(app: TestApp, media: string): Promise<void> {
  const { handlers } = app;
  await app.until(({ drives }) => drives.listed, 'a list of drives');
  await app.scan('OP-Bench');
  app.service.media.select(media);
  await handlers.expectHash({ sha256: createHash('sha256').update(readFileSync(media)).digest('hex') });
  await app.until(({ media: { status } }) => status === 'proved', 'a proved media file');
  const driveIds = app.state.drives.bays.flatMap(({ driveId }) => driveId ?? []);
  if (driveIds.length !== count) throw new Error(`${driveIds.length} of ${count} drives are listed`);
  const before = process.cpuUsage();
  const begin = performance.now();
  const patches = app.patches;
  // What waits for the processor that other programs have is not what the app does.
  preferred(true);
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  const turns = ownWork();
  for (const [index, driveId] of driveIds.entries()) {
    await handlers.pair({ driveId, machineSerial: `BENCH${String(index + 1).padStart(4, '0')}` });
    // As the page's calls come: each in a turn of its own.
    await nextTurn();
  }
  await app.until(({ pairing: { pairs } }) => pairs.length === count, 'all paired');
  await handlers.arm({ armed: true });
  await handlers.start({ driveIds });
  const held = (performance.now() - begin) / 1000;
  const allEnded = ({ jobs }: AppState): boolean =>
    jobs.length === count && jobs.every(({ endedAt }) => endedAt !== null);
  await app.until(allEnded, 'all ended', 3_600_000);
  delay.disable();
  const work = turns();
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(before);
  preferred(false);
  const { jobs } = app.state;
  const passed = jobs.filter(({ state }) => state.state === 'done').length;
  if (passed !== count) throw new Error(`${passed} of ${count} drives passed: ${JSON.stringify(jobs)}`);
  const late = [delay.percentile(50), delay.percentile(99), delay.max].map((one) => (one / 1e6).toFixed(1));
  console.log(
    `${count} drives, all passed, ${seconds.toFixed(1)} s after the first was paired; held after ${held.toFixed(1)} s`,
  );
  console.log(
    `event loop of the app, looked at every ${resolution} ms, ms (median / 99 % / worst): ${late.join(' / ')}`,
  );
  console.log(`of it the app's own work between two looks, ms (median / p95 / p99 / worst): ${spread(work)}`);
  console.log(`processor of the app: ${((user + system) / 1e6).toFixed(1)} s`);
  console.log(`memory, peak: app ${gigabytes(peakOf('self'))}, helper ${gigabytes(helperPeak())}`);
  console.log(`changes sent to the page: ${app.patches - patches}`);
}

/** Peak resident memory of a process, bytes: the kernel keeps it. */
function peakOf(pid: string): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** Of the helper, which this process started. */
function helperPeak(): number {
  const children = readdirSync('/proc/self/task').flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8')
      .split(' ')
      .filter((pid) => pid !== ''),
  );
  const helper = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('helper.cjs'));
  if (helper === undefined) throw new Error('the helper is gone');
  return peakOf(helper);
}

/**
 * Looks every few milliseconds at the processor time of this thread, the one with the event loop: what it worked since the last
 * look is what it was late by itself, whatever else the computer did. Source: proc(5), schedstat.
 * @returns what ends it and gives the milliseconds of each look
 */
function ownWork(): () => readonly number[] {
  const spent = (): number =>
    Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  const found: number[] = [];
  let last = spent();
  const timer = setInterval(() => {
    const now = spent();
    found.push(now - last);
    last = now;
  }, resolution);
  return () => {
    clearInterval(timer);
    return found;
  };
}

/** Runs this process before other programs, as root; the helper, which is there already, stays as it is. */
function preferred(on: boolean): void {
  try {
    // Linux gives each thread its own; those that collect garbage make the first one wait.
    for (const thread of readdirSync('/proc/self/task')) setPriority(Number(thread), on ? -15 : 0);
  } catch {
    console.error('not root: what other programs do on this computer is in the delays');
  }
}
