import { execFileSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GiB } from '../../core/base/units';
import { makeBench } from '../support/virtual-bench';
import { benchDrives, reportOf, runCli, type CliResult, type ListedDrive } from '../support/cli';
import { runHere } from '../support/command-line';
import { hasNoTable } from '../support/drive-check';
import { childrenOf } from '../support/power-cut';
import { removeArea, temporaryArea } from '../support/global-setup';
import { heldPrograms } from '../support/held-programs';
import { Hold, type HeldPoint } from '../support/hold';
import { present } from '../support/present';
import { makeMedia, type MadeMedia } from '../support/wim';

/**
 * kill -9 and Ctrl-C, in each phase, of the helper and of the command line; the phase is held until it has happened
 * (test/support/hold.ts). Whatever dies: the ledger stays whole, no drive has a partition table, and the next run works.
 */

const size = 2 * GiB;
let area: string;
let media: MadeMedia;
let machines = 0;
let holds = 0;

beforeAll(async () => {
  area = temporaryArea('kill');
  // Small: the file systems alone make a hundred chunks, so that a drive can be held between two.
  media = await makeMedia(join(area, 'media'));
});
afterAll(() => {
  removeArea(area);
});

interface Scene {
  readonly state: string;
  readonly bench: string;
  readonly drives: readonly ListedDrive[];
}

async function makeScene(name: string): Promise<Scene> {
  const bench = join(area, `bench-${name}`);
  await makeBench(bench, 2);
  return { bench, state: join(area, `state-${name}`), drives: await benchDrives(bench) };
}

function applyArguments({ bench, state, drives }: Scene): string[] {
  return ['apply', '--media', media.path, '--bench', bench, '--state', state, '--yes', '--json'].concat(
    drives.flatMap(({ id }) => ['--drive', `${id}=KILL${String((machines += 1)).padStart(5, '0')}`]),
  );
}

/** The helper's process: the command line's only child. */
function helperOf(cli: ChildProcess): number {
  const helper = childrenOf(cli.pid ?? 0).find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('helper.cjs'),
  );
  if (helper === undefined) throw new Error('the command line has no helper');
  return helper;
}

async function gone(pid: number): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (!existsSync(`/proc/${pid}`)) return;
    await sleep(100);
  }
  throw new Error(`process ${pid} is still there after 30 seconds`);
}

/**
 * Runs an apply that is held in a phase, and does something while it is: to the command line, or to its helper. The hold
 * lasts until that has had its effect.
 */
async function applyHeldAt(
  scene: Scene,
  point: HeldPoint,
  act: (cli: ChildProcess, helper: number) => void,
): Promise<CliResult> {
  const hold = await Hold.at(point, join(area, `hold-${String((holds += 1))}`));
  let helper = 0;
  let acting: Promise<void> = Promise.resolve();
  try {
    const run = await runCli(applyArguments(scene), {
      program: join(heldPrograms(), 'dist/prestage.cjs'),
      env: hold.environment,
      onStart: (cli) => {
        acting = hold.reached(point === 'applying' ? 1 : scene.drives.length).then(() => {
          helper = helperOf(cli);
          act(cli, helper);
        });
      },
    });
    // What is held does not end, so it ended before.
    expect(helper, `apply ended before it came to ${point}: ${run.stdout}${run.stderr}`).not.toBe(0);
    await acting;
    await gone(helper);
    return run;
  } finally {
    hold.release();
  }
}

const entriesSchema = z.object({ ok: z.boolean(), entries: z.number() });

async function expectWholeLedger(scene: Scene): Promise<number> {
  const run = await runHere(['ledger', 'verify', '--json', '--state', scene.state]);
  expect(run.status, run.stdout).toBe(0);
  const { ok, entries } = entriesSchema.parse(JSON.parse(run.stdout));
  expect(ok).toBe(true);
  return entries;
}

/** Counts how often a text stands in the exported ledger. */
async function exportedCounts(scene: Scene): Promise<(text: string) => number> {
  const exported = await runHere(['ledger', 'export', '--format', 'json', '--state', scene.state]);
  expect(exported.status, exported.stderr).toBe(0);
  return (text) => exported.stdout.split(text).length - 1;
}
const finished = '"state":"done"';

/** The next run works, records what was left open, and leaves nothing half-made. */
async function expectNextRunWorks(scene: Scene, options: readonly string[] = []): Promise<void> {
  const again = await runHere([...applyArguments(scene), ...options]);
  expect(reportOf(again).jobs.map(({ state, reason }) => reason?.message ?? state)).toEqual(['done', 'done']);
  expect(again.status).toBe(0);
  for (const { path } of scene.drives) {
    expect(execFileSync('sgdisk', ['-v', path], { encoding: 'utf8' })).toContain('No problems found');
  }
  await expectWholeLedger(scene);
  const count = await exportedCounts(scene);
  expect(count('"kind":"job-ended"')).toBe(count('"kind":"job-started"'));
  expect(count(finished)).toBe(scene.drives.length);
  expect(readdirSync(join(scene.state, 'renders')).filter((name) => name.startsWith('.making-'))).toEqual([]);
  expect(readdirSync(join(scene.state, 'runs'))).toEqual([]);
}

/** No drive has a partition table, and none is recorded as finished. */
async function expectNoTables(scene: Scene): Promise<void> {
  const count = await exportedCounts(scene);
  expect(count(finished)).toBe(0);
  for (const { path } of scene.drives) expect(hasNoTable(path, size)).toBe(true);
}

const phases: readonly (readonly [string, HeldPoint])[] = [
  ['rendering', 'applying'],
  ['erasing', 'erasing'],
  ['writing', 'writing'],
  ['verifying', 'verifying'],
  ['sealing', 'sealing'],
];

describe('kill -9 of the command line', () => {
  it.each(phases)('while %s', async (name, point) => {
    const scene = await makeScene(`cli-${name}`);
    const run = await applyHeldAt(scene, point, (cli) => cli.kill('SIGKILL'));
    expect(run.status).toBe(137);
    await expectNoTables(scene);
    await expectWholeLedger(scene);
    await expectNextRunWorks(scene);
  });
});

describe('kill -9 of the helper', () => {
  it.each(phases)('while %s', async (name, point) => {
    const scene = await makeScene(`helper-${name}`);
    const run = await applyHeldAt(scene, point, (_cli, helper) => process.kill(helper, 'SIGKILL'));
    if (name === 'rendering') {
      expect(run.status).toBe(3);
      expect(run.stdout).toContain('helper-died');
    } else {
      const report = reportOf(run);
      expect(run.status).toBe(4);
      for (const [index, job] of report.jobs.entries()) {
        const { path, serial } = present(scene.drives[index]);
        expect(job).toMatchObject({ state: 'failed', reason: { code: 'helper-died' } });
        expect(job.reason?.message).toContain(serial);
        expect(job.ledgerEntry).not.toBeNull();
        expect(hasNoTable(path, size)).toBe(true);
      }
      expect(report.jobs).toHaveLength(scene.drives.length);
    }
    await expectWholeLedger(scene);
    await expectNextRunWorks(scene, ['--again', 'The helper was killed']);
  });
});

describe('Ctrl-C', () => {
  it.each(phases)('while %s', async (name, point) => {
    const scene = await makeScene(`interrupt-${name}`);
    const run = await applyHeldAt(scene, point, (cli) => cli.kill('SIGINT'));
    expect(run.status).toBe(130);
    for (const { path } of scene.drives) expect(hasNoTable(path, size)).toBe(true);
    if (name !== 'rendering') {
      expect(reportOf(run).jobs.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
      expect(await expectWholeLedger(scene)).toBe(4);
    }
    await expectNextRunWorks(scene);
  });
});
