/**
 * Records what a station hears of real jobs on a bench of virtual drives, into test/fixtures/recorded/progress/: once with
 * the disk image to be made, once with it in the cache and the helper stopped for some seconds while it writes.
 *   npx tsx test/support/record-progress.ts
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { JobLook } from '../../core/job/work-plan';
import { defaultLayoutName } from '../../core/drive/layout';
import { chooseElevation, elevationContext } from '../../station/helper-client/elevation';
import { Helpers } from '../../station/helper-client/helpers';
import { openImageCache } from '../../station/image-cache/image-cache';
import { openStation } from '../../station/jobs/open-station';
import { type BatchRequest } from '../../station/jobs/batch-plan';
import { planBatch } from '../../station/jobs/plan-batch';
import { runBatch } from '../../station/jobs/run-batch';
import { benchDrives } from './cli';
import { temporaryArea } from './global-setup';
import { helpersOf } from './processes';
import { makeBench } from './virtual-bench';
import { makeMedia } from './wim';

const folder = resolve(import.meta.dirname, '../fixtures/recorded/progress');
const helper = resolve(import.meta.dirname, '../../dist/helper.cjs');
/** Bytes of data beside the small files of every media file. */
const extraBytes = 1_200_000_000;
const drives = 4;
/** Milliseconds: from the first look at writing to the stop, and how long it is. */
const pause = { after: 1_500, long: 4_000 };

/** What was heard: milliseconds from the start, which drive (null: all of them), and its state. */
type Heard = readonly [milliseconds: number, drive: number | null, look: JobLook];

async function record(name: string, request: BatchRequest, state: string, paused: boolean): Promise<void> {
  const { paths, settings, ledger } = openStation(state);
  const helpers = new Helpers({
    helper: [process.execPath, helper],
    client: 'prestage recorder',
    onEvent: () => undefined,
    elevation: () => chooseElevation({ ...elevationContext(), terminal: false }),
  });
  const heard: Heard[] = [];
  const signal = new AbortController().signal;
  try {
    const plan = await planBatch(request, helpers, ledger, paths, signal);
    const begin = { at: 0 };
    const hear = (drive: number | null, look: JobLook): void => {
      heard.push([Math.round(performance.now() - begin.at), drive, look]);
    };
    let isPaused = !paused;
    await runBatch(request, plan, {
      ...{ helpers, ledger, paths, settings, signal },
      cache: await openImageCache(paths.imageCache, settings.cacheLimitBytes),
      onReserved: () => {
        begin.at = performance.now();
        hear(null, { state: 'preparing', task: null });
      },
      onTask: ({ phase, done, total }) => {
        hear(null, { state: 'preparing', task: { phase, done, total } });
      },
      onJob: (job, look) => {
        hear(plan.jobs.indexOf(job), look);
        if (isPaused || look.state !== 'writing') return;
        isPaused = true;
        setTimeout(stopHelper, pause.after);
      },
    });
  } finally {
    await helpers.dispose();
    ledger.close();
  }
  const lines = heard.map((line) => `  ${JSON.stringify(line)}`);
  writeFileSync(join(folder, `${name}.json`), `[\n${lines.join(',\n')}\n]\n`);
  process.stdout.write(`${name}: ${lines.length} lines, ${String(heard.at(-1)?.[0])} ms\n`);
}

/** As when the drives' controller empties its cache: nothing moves for a while. */
function stopHelper(): void {
  for (const pid of helpersOf(process.pid)) {
    process.kill(pid, 'SIGSTOP');
    setTimeout(() => process.kill(pid, 'SIGCONT'), pause.long);
  }
}

async function main(): Promise<void> {
  const area = temporaryArea('record-progress');
  try {
    mkdirSync(folder, { recursive: true });
    const media = await makeMedia(join(area, 'media'), { extraBytes });
    const bench = join(area, 'bench');
    await makeBench(bench, drives, '8G');
    const found = await benchDrives(bench);
    const request: BatchRequest = {
      mediaPath: media.path,
      imageIndex: 1,
      layoutName: defaultLayoutName,
      expectSha256: null,
      assignments: found.map(({ id }, index) => ({ driveId: id, machineSerial: `7KX9PQ${index}` })),
      benchDirectory: bench,
      operator: 'recorder',
      againReason: null,
      workOrder: null,
      bays: [],
      ...{ proof: null, healthRules: [], checkSize: false },
    };
    const again = { ...request, againReason: 'recorded again' };
    await record('image-made', request, join(area, 'state'), false);
    await record('image-cached-with-pause', again, join(area, 'state'), true);
  } finally {
    rmSync(area, { recursive: true, force: true });
  }
}

void main();
