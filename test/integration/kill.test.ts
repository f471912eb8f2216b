import { execFileSync, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GiB, MiB } from '../../core/base/units';
import { makeBench } from '../support/virtual-bench';
import { benchDrives, reportOf, runCli, type CliResult, type ListedDrive } from '../support/cli';
import { hasNoTable } from '../support/drive-check';
import { temporaryArea } from '../support/global-setup';
import { present } from '../support/present';
import { makeMedia, type MadeMedia } from '../support/wim';

/**
 * kill -9 and Ctrl-C, in each phase, of the helper and of the command line. Whatever dies: the ledger stays
 * whole, no drive has a partition table, and the next run works.
 */

const size = 2 * GiB;
let area: string;
let media: MadeMedia;
let machines = 0;

beforeAll(async () => {
  area = temporaryArea('kill');
  // Large enough that every phase lasts longer than it takes to see it and kill.
  media = await makeMedia(join(area, 'media'), { extraBytes: 400 * MiB });
});
afterAll(() => {
  rmSync(area, { recursive: true, force: true });
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
  const children = readFileSync(`/proc/${cli.pid ?? 0}/task/${cli.pid ?? 0}/children`, 'utf8')
    .trim()
    .split(' ');
  const helper = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('helper.cjs'));
  if (helper === undefined) throw new Error('the command line has no helper');
  return Number(helper);
}

async function gone(pid: number): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (!existsSync(`/proc/${pid}`)) return;
    await sleep(100);
  }
  throw new Error(`process ${pid} is still there after 30 seconds`);
}

/** Runs an apply and does something once it says that it has come to a phase. */
async function applyUntil(
  scene: Scene,
  sign: RegExp,
  act: (cli: ChildProcess, helper: number) => void,
): Promise<CliResult> {
  let helper = 0;
  const run = await runCli(applyArguments(scene), {
    onStderr: (text, cli) => {
      if (helper !== 0 || !sign.test(text)) return;
      helper = helperOf(cli);
      act(cli, helper);
    },
  });
  expect(helper, `the phase ${String(sign)} was never seen: ${run.stderr}`).not.toBe(0);
  await gone(helper);
  return run;
}

const entriesSchema = z.object({ ok: z.boolean(), entries: z.number() });

async function expectWholeLedger(scene: Scene): Promise<number> {
  const run = await runCli(['ledger', 'verify', '--json', '--state', scene.state]);
  expect(run.status, run.stdout).toBe(0);
  const { ok, entries } = entriesSchema.parse(JSON.parse(run.stdout));
  expect(ok).toBe(true);
  return entries;
}

/** The next run works, records what was left open, and leaves nothing half-made. */
async function expectNextRunWorks(scene: Scene): Promise<void> {
  const again = await runCli(applyArguments(scene));
  expect(reportOf(again).jobs.map(({ state, reason }) => reason?.message ?? state)).toEqual(['done', 'done']);
  expect(again.status).toBe(0);
  for (const { path } of scene.drives) {
    expect(execFileSync('sgdisk', ['-v', path], { encoding: 'utf8' })).toContain('No problems found');
  }
  await expectWholeLedger(scene);
  const exported = await runCli(['ledger', 'export', '--format', 'json', '--state', scene.state]);
  const count = (kind: string): number => exported.stdout.split(`"kind":"${kind}"`).length - 1;
  expect(count('job-ended')).toBe(count('job-started'));
  expect(readdirSync(join(scene.state, 'renders')).filter((name) => name.startsWith('.making-'))).toEqual([]);
  expect(readdirSync(join(scene.state, 'runs'))).toEqual([]);
}

const exportSchema = z.object({
  entries: z.array(
    z.object({
      json: z.object({
        record: z.object({
          kind: z.string(),
          job: z.object({ drive: z.object({ path: z.string() }) }).optional(),
          end: z.object({ state: z.string() }).optional(),
        }),
      }),
    }),
  ),
});

/**
 * No drive has a partition table, but for one that was faster than the kill: it is finished, and recorded as
 * such.
 */
async function expectNoTables(scene: Scene, phase: string): Promise<void> {
  const exported = await runCli(['ledger', 'export', '--format', 'json', '--state', scene.state]);
  const records = exportSchema.parse(JSON.parse(exported.stdout)).entries.map(({ json }) => json.record);
  const finished = records.filter(({ kind, end }) => kind === 'job-ended' && end?.state === 'done');
  const paths = new Set(finished.map(({ job }) => job?.drive.path));
  if (phase !== 'sealing') expect(paths.size).toBe(0);
  for (const { path } of scene.drives) expect(hasNoTable(path, size)).toBe(!paths.has(path));
}

const phases: readonly (readonly [string, RegExp])[] = [
  ['rendering', /render: applying/],
  ['erasing', /: erasing/],
  ['writing', /: writing/],
  ['verifying', /: verifying/],
  ['sealing', /: sealing/],
];

describe('kill -9 of the command line', () => {
  it.each(phases)('while %s', async (name, sign) => {
    const scene = await makeScene(`cli-${name}`);
    const run = await applyUntil(scene, sign, (cli) => cli.kill('SIGKILL'));
    expect(run.status).toBe(137);
    await expectNoTables(scene, name);
    await expectWholeLedger(scene);
    await expectNextRunWorks(scene);
  });
});

describe('kill -9 of the helper', () => {
  it.each(phases)('while %s', async (name, sign) => {
    const scene = await makeScene(`helper-${name}`);
    const run = await applyUntil(scene, sign, (_cli, helper) => process.kill(helper, 'SIGKILL'));
    if (name === 'rendering') {
      expect(run.status).toBe(3);
      expect(run.stdout).toContain('helper-died');
    } else {
      const report = reportOf(run);
      expect(run.status).toBe(4);
      for (const [index, job] of report.jobs.entries()) {
        const { path, serial } = present(scene.drives[index]);
        // One drive may have been faster than the kill; it is finished, and recorded as such.
        if (job.state === 'done') continue;
        expect(job).toMatchObject({ state: 'failed', reason: { code: 'helper-died' } });
        expect(job.reason?.message).toContain(serial);
        expect(job.ledgerEntry).not.toBeNull();
        expect(hasNoTable(path, size)).toBe(true);
      }
      expect(report.jobs.some(({ state }) => state === 'failed')).toBe(true);
    }
    await expectWholeLedger(scene);
    await expectNextRunWorks(scene);
  });
});

describe('Ctrl-C', () => {
  it.each(phases.filter(([name]) => name !== 'sealing'))('while %s', async (name, sign) => {
    const scene = await makeScene(`interrupt-${name}`);
    const run = await applyUntil(scene, sign, (cli) => cli.kill('SIGINT'));
    expect(run.status).toBe(130);
    for (const { path } of scene.drives) expect(hasNoTable(path, size)).toBe(true);
    if (name !== 'rendering') {
      expect(reportOf(run).jobs.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
      expect(await expectWholeLedger(scene)).toBe(4);
    }
    await expectNextRunWorks(scene);
  });
});
