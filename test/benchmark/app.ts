/**
 * Measures the desktop app on this machine: how long it takes to start, and what one frame takes while 48 jobs, or those of 200
 * machines of a rack, report ten times a second. Needs the built app (npm run build) and a display; makes its own where there is none.
 *   tsx test/benchmark/app.ts [frames | machines]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AppPatch, AppState } from '../../core/contract/app';
import type { AppJob } from '../../core/contract/app-bench';
import { patchText } from '../../electron/app-ipc';
import { tellInterval } from '../../core/job/tell-interval';
import { GiB } from '../../core/base/units';
import { makeBench } from '../support/virtual-bench';
import { listDrives } from '../support/cli';
import { benchOfMachines } from '../support/app-preview-machines-states';
import { AppWindow } from '../support/app-window';
import { startDisplay } from '../support/display';
import { spread, watchFrames, type Frames } from './figures';
import { heaviest, type Frame } from './page-events';
import { tracePage, type PageTasks } from './page-tasks';

const starts = 5;
/** Of so many frames is told what they took their time for. */
const heavy = 8;
const seconds = 10;

async function measureStarts(folder: string, bench: string): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < starts; round += 1) {
    const begin = performance.now();
    const app = await AppWindow.start({ state: join(folder, 'state'), bench });
    await app.page.getByText('bay 1', { exact: false }).first().waitFor();
    times.push(performance.now() - begin);
    await app.end();
  }
  return times;
}

/** When all jobs were started: one that is started again is another job, and its card is new. */
const startedAt = new Date().toISOString();

/** Jobs as the app pushes them, `step` tenths of a second after their start. */
function jobsAt(driveIds: readonly string[], step: number): AppJob[] {
  return driveIds.map((driveId, index) => ({
    driveId,
    bay: `bay ${index + 1}`,
    machineSerial: `MACHINE${String(index).padStart(3, '0')}`,
    state: {
      state: 'writing',
      bytesDone: Math.min(4 * GiB, step * (20 + (index % 7)) * 1_000_000),
      bytesTotal: 4 * GiB,
    },
    startedAt,
    endedAt: null,
    ledgerEntry: null,
    canCancel: true,
    canRetry: false,
    attachment: null,
  }));
}

/** How far the jobs of {@link jobsAt} are, as the app pushes it beside them. */
function progressAt(jobs: readonly AppJob[], step: number): AppState['progress'] {
  const drives = jobs.map(({ driveId, state }, index) => {
    const percent = 'bytesDone' in state ? Math.floor((80 * state.bytesDone) / state.bytesTotal) : 0;
    // Each one's time is told anew once a second, not all in the same update.
    return { driveId, percent, secondsLeft: 600 + index - Math.floor((step + (index % 10)) / 10) };
  });
  const total = {
    ...{ startedAt, drives: jobs.length, running: jobs.length, passed: 0, failed: 0, stopped: 0 },
    ...{ failedBays: [], bootTests: [], percent: drives[0]?.percent ?? 0, over: false },
    ...{ secondsLeft: 800 - Math.floor(step / 10), seconds: null },
  };
  return { drives, total };
}

async function measureFrames(folder: string): Promise<Frames & { readonly mainDelay: readonly number[] }> {
  const bench = join(folder, 'rack');
  await makeBench(bench, 48, '1G');
  const app = await AppWindow.start({ state: join(folder, 'state-frames'), bench });
  try {
    await app.page.getByText('bay 48', { exact: false }).first().waitFor();
    const listed = await listDrives(bench);
    const eligible = listed.filter(({ verdict }) => verdict === 'eligible').map(({ id }) => id);
    await app.electron.evaluate(() => {
      const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks');
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      Object.assign(globalThis, { delay });
    });
    const frames = app.page.evaluate<Frames>(watchFrames(seconds * 1000));
    for (let step = 1; step <= seconds * 10; step += 1) {
      await app.electron.evaluate(
        ({ BrowserWindow }, patch) => {
          BrowserWindow.getAllWindows()[0]?.webContents.send('app:patch', patch);
        },
        patchText({ jobs: jobsAt(eligible, step) }),
      );
      await sleep(90);
    }
    const measured = await frames;
    const mainDelay = await app.electron.evaluate(() => {
      const { delay } = globalThis as unknown as {
        delay: { percentile(share: number): number; max: number };
      };
      return [50, 95, 99].map((share) => delay.percentile(share) / 1e6).concat(delay.max / 1e6);
    });
    // Updates that the page threw away would cost nothing.
    const drawn = await app.page.locator('li.card', { hasText: /writing/i }).count();
    if (drawn !== 48) throw new Error(`the page shows ${drawn} of 48 jobs`);
    return { ...measured, mainDelay };
  } finally {
    await app.end();
  }
}

/** Cards, or tiles, of so many machines, whose jobs all report ten times a second. */
async function measureMachines(
  state: string,
  count: number,
  benchView: 'cards' | 'rack',
): Promise<Frames & PageTasks & { readonly first: PageTasks }> {
  const bench = join(folder, 'one');
  await makeBench(bench, 1, '1G').catch(() => undefined);
  const app = await AppWindow.start({ state, bench });
  try {
    await app.page.getByText('bay 1', { exact: false }).first().waitFor();
    const { drives, rack, settings } = benchOfMachines(count);
    const push = async (patch: AppPatch): Promise<void> => {
      await app.electron.evaluate(({ BrowserWindow }, given) => {
        BrowserWindow.getAllWindows()[0]?.webContents.send('app:patch', given);
      }, patchText(patch));
    };
    await push({ drives, rack, settings: { ...settings, desk: { ...settings.desk, benchView } } });
    const cards = app.page.locator(benchView === 'cards' ? 'li.card' : 'li.tile');
    await cards.nth(count - 1).waitFor();
    const driveIds = drives.bays.flatMap(({ driveId }) => driveId ?? []);
    // The first one turns all cards over, once; what comes after it goes on for an hour.
    const tellAt = async (step: number): Promise<void> => {
      const jobs = jobsAt(driveIds, step);
      await push({ jobs, progress: progressAt(jobs, step) });
    };
    const first = await tracePage(app, async () => {
      await tellAt(0);
      await sleep(1000);
    });
    const { value, ...tasks } = await tracePage(app, async () => {
      const frames = app.page.evaluate<Frames>(watchFrames(seconds * 1000));
      const begin = performance.now();
      const interval = tellInterval(count);
      for (let time = interval; time <= seconds * 1000; time += interval) {
        await tellAt(time / 100);
        await sleep(Math.max(0, begin + time - performance.now()));
      }
      return await frames;
    });
    const measured = { ...value, ...tasks, first };
    const drawn = await cards.filter({ hasText: /writing/i }).count();
    if (drawn !== count) throw new Error(`the page shows ${drawn} of ${count} jobs`);
    return measured;
  } finally {
    await app.end();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'prestage-app-benchmark-'));
const display = process.env['DISPLAY'] === undefined ? await startDisplay() : null;
if (display !== null) process.env['DISPLAY'] = display.name;
const took = (frames: readonly Frame[]): number[] => frames.map((frame) => frame.took);
const show = (what: string, { busy, gaps }: Frames, jobs: number): void => {
  console.log(`${what}, ${1000 / tellInterval(jobs)} updates a second, ${busy.length} frames:`);
  console.log(`  work in a frame, ms (median / p95 / p99 / worst): ${spread(busy)}`);
  console.log(`  between frames, ms  (median / p95 / p99 / worst): ${spread(gaps)}`);
};
try {
  const bench = join(folder, 'bench');
  await makeBench(bench, 8, '1G');
  if (!['frames', 'machines'].includes(process.argv[2] ?? '')) {
    const starts = spread(await measureStarts(folder, bench));
    console.log(`start to a shown bench, ms (median / p95 / p99 / worst): ${starts}`);
  }
  if (process.argv[2] !== 'machines') {
    const jobs = await measureFrames(folder);
    show('48 jobs', jobs, 48);
    const late = jobs.mainDelay.map((one) => one.toFixed(1)).join(' / ');
    console.log(`  event loop of the main process, looked at every 5 ms, ms: ${late}`);
  }
  for (const view of ['cards', 'rack'] as const) {
    const { first, tasks, frames, drawing, milliseconds, ...clock } = await measureMachines(
      join(folder, `state-${view}`),
      200,
      view,
    );
    show(`200 machines as ${view}`, clock, 200);
    console.log(`  processor of a task of the page, ms (median / p95 / p99 / worst): ${spread(tasks)}`);
    console.log(`  processor of a frame, ms           (median / p95 / p99 / worst): ${spread(took(frames))}`);
    console.log(`  of which, in the heaviest ${heavy}, ms on average: ${heaviest(frames, heavy)}`);
    const most = (values: readonly number[]): string => Math.max(...values).toFixed(1);
    console.log(
      `  the first update, which changes every card: at most ${most(first.tasks)} ms in a task, ${most(took(first.frames))} ms in a frame`,
    );
    console.log(`  drawing, on other threads: ${((100 * drawing) / milliseconds).toFixed(0)} % of a core`);
  }
} finally {
  await display?.end();
  rmSync(folder, { recursive: true, force: true });
}
