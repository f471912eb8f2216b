import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { timeouts } from '../../core/base/timeouts';
import type { ProgressState } from '../../core/contract/app-bench';
import { commandBarcode } from '../../core/scan/scan';
import { TestApp } from '../support/app-service';
import { benchDrives, reportOf, runCli } from '../support/cli';
import { removeArea, temporaryArea } from '../support/global-setup';
import { makeBench } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

/** The per cent of real jobs, from the command line and from the app. */

let area: string;
let media: MadeMedia;
let attempts = 0;

beforeAll(async () => {
  area = temporaryArea('progress');
  // Enough for each phase to be looked at more than once.
  media = await makeMedia(join(area, 'media'), { extraBytes: 300_000_000 });
});
afterAll(() => {
  removeArea(area);
});

/** The per cents that the command line printed of the drive in a bay, in order. */
function percentsOf(stderr: string, bay: string): number[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith(bay))
    .flatMap((line) => /: (?:writing|verifying) (\d+)%/.exec(line)?.[1] ?? [])
    .map(Number);
}

it('the command line counts preparing, writing and reading back in one per cent', async () => {
  attempts += 1;
  const bench = join(area, `cli-bench-${attempts}`);
  await makeBench(bench, 2);
  const drives = (await benchDrives(bench)).flatMap(({ id }, index) => ['--drive', `${id}=7KX9PQ${index}`]);
  const apply = [
    'apply',
    '--media',
    media.path,
    '--bench',
    bench,
    '--state',
    join(area, `cli-state-${attempts}`),
    '--yes',
  ];
  const made = await runCli([...apply, '--json', ...drives]);
  expect(made.status, made.stderr).toBe(0);
  const cached = await runCli([...apply, '--json', '--again', 'once more', ...drives]);
  expect(cached.status, cached.stderr).toBe(0);
  expect(reportOf(made).jobs).toHaveLength(2);
  for (const bay of ['bay 1', 'bay 2']) {
    for (const run of [made, cached]) {
      const percents = percentsOf(run.stderr, bay);
      expect(percents.length, run.stderr).toBeGreaterThanOrEqual(4);
      expect(percents).toEqual([...percents].sort((a, b) => a - b));
      expect(percents.at(-1)).toBeGreaterThan(85);
      expect(percents.at(-1)).toBeLessThan(100);
    }
    const [first] = percentsOf(made.stderr, bay);
    const [again] = percentsOf(cached.stderr, bay);
    expect(first).toBeGreaterThan(30);
    expect(again).toBeLessThan(first ?? 0);
  }
});

it('the app tells each drive and all of them from 0 to 100, and that they can be taken out', async () => {
  const bench = join(area, 'app-bench');
  await makeBench(bench, 2);
  const app = await TestApp.open(join(area, 'app-state'), bench);
  try {
    const told: ProgressState[] = [];
    app.service.progress.onChange(() => {
      told.push(app.service.progress.state);
    });
    await app.until(({ drives }) => drives.listed, 'the drives');
    app.service.media.select(media.path);
    await app.handlers.expectHash({
      sha256: createHash('sha256').update(readFileSync(media.path)).digest('hex'),
    });
    await app.until(({ media: { status } }) => status === 'proved', 'a proof');
    for (const scan of ['OP-Ada Byron', '7KX9PQ3', 'BAY 1', '7KX9PQ4', 'BAY 2']) await app.scan(scan);
    await app.scan(commandBarcode('START'));
    await sleep(timeouts.startRepeat + 50);
    await app.scan(commandBarcode('START'));
    const state = await app.until(({ progress }) => progress.total?.over === true, 'the end of all');
    expect(state.progress.drives).toEqual([]);
    expect(state.progress.total).toMatchObject({
      drives: 2,
      passed: 2,
      failed: 0,
      percent: 100,
      bootTests: [],
    });
    // Nothing is held any more when it says so.
    expect(app.service.jobs.isSettled).toBe(true);

    const totals = told.map(({ total }) => total?.percent ?? -1);
    expect(totals[0]).toBe(0);
    expect(totals).toEqual([...totals].sort((a, b) => a - b));
    const drive = state.jobs[0]?.driveId;
    const percents = told.flatMap(({ drives }) =>
      drives.filter(({ driveId }) => driveId === drive).map(({ percent }) => percent),
    );
    expect(percents.length).toBeGreaterThan(5);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(percents.at(-1)).toBeLessThan(100);

    await app.handlers.dismissJob({ driveId: state.jobs[0]?.driveId ?? '' });
    await app.handlers.dismissJob({ driveId: state.jobs[1]?.driveId ?? '' });
    await app.until(({ progress }) => progress.total === null, 'an empty bench');
  } finally {
    await app.service.close();
  }
});
