import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeBench } from '../support/virtual-bench';
import {
  benchDrives,
  errorOf,
  prestage,
  reportOf,
  runCli,
  type CliResult,
  type ListedDrive,
} from '../support/cli';
import { removeArea, openToOthers, temporaryArea } from '../support/global-setup';
import { attachLoop, detachAllLoops, isRoot } from '../support/loop';
import { present } from '../support/present';
import { makeMedia, type MadeMedia } from '../support/wim';

/** A plain user at the bench, with the real sudo and a rule of the test's own for exactly the helper. */

const nobody = 65534;
const sudoers = '/etc/sudoers.d/prestage-test';
const helper = resolve(prestage, '../helper.cjs');
let area: string;
let media: MadeMedia;
let machines = 0;

beforeAll(async () => {
  area = temporaryArea('privilege');
  openToOthers(area);
  media = await makeMedia(join(area, 'media'), {});
});
afterEach(() => {
  rmSync(sudoers, { force: true });
  detachAllLoops();
});
afterAll(() => {
  removeArea(area);
});

async function applyAsNobody(
  bench: string,
  drives: readonly ListedDrive[],
  state: string,
): Promise<CliResult> {
  return await runCli(
    ['apply', '--media', media.path, '--bench', bench, '--state', state, '--yes', '--json'].concat(
      drives.flatMap(({ id }) => ['--drive', `${id}=USER${String((machines += 1)).padStart(5, '0')}`]),
    ),
    { uid: nobody, env: { HOME: area } },
  );
}

function ownState(name: string): string {
  const state = join(area, name);
  mkdirSync(state);
  chownSync(state, nobody, nobody);
  return state;
}

describe.skipIf(!isRoot)('as a plain user', () => {
  it('writes virtual drives with nothing but the user’s own rights', async () => {
    const bench = join(area, 'bench-virtual');
    await makeBench(bench, 1);
    const drives = await benchDrives(bench);
    for (const { path } of drives) chownSync(path, nobody, nobody);
    const run = await applyAsNobody(bench, drives, ownState('state-virtual'));
    expect(reportOf(run).jobs.map(({ state, reason }) => reason?.message ?? state)).toEqual(['done']);
  });

  it('is told plainly when a virtual drive is not the user’s to write', async () => {
    const bench = join(area, 'bench-foreign');
    await makeBench(bench, 1);
    const [drive] = await benchDrives(bench);
    chmodSync(present(drive).path, 0o644);
    const run = await applyAsNobody(bench, [present(drive)], ownState('state-foreign'));
    expect(run.status).toBe(3);
    expect(errorOf(run)).toMatchObject({ code: 'drive-blocked' });
    expect(errorOf(run).message).toMatch(/read-only/);
    expect(errorOf(run).message).toContain('bay 1');
  });

  it('writes block devices through sudo, and keeps ledger and renders the user’s own', async ({ skip }) => {
    if (!existsSync('/usr/bin/sudo')) skip('needs sudo');
    const bench = join(area, 'bench-sudo');
    await makeBench(bench, 2);
    const [first, second] = await benchDrives(bench);
    for (const { path } of [present(first), present(second)]) chownSync(path, nobody, nobody);
    attachLoop(present(second).path);
    const drives = await benchDrives(bench);
    expect(drives.map(({ kind }) => kind).sort()).toEqual(['loop', 'virtual']);
    writeFileSync(sudoers, `nobody ALL=(root) NOPASSWD: ${process.execPath} ${helper}\n`, { mode: 0o440 });
    const state = ownState('state-sudo');
    const run = await applyAsNobody(bench, drives, state);
    expect(reportOf(run).jobs.map(({ state: end, reason }) => reason?.message ?? end)).toEqual([
      'done',
      'done',
    ]);
    expect(run.status).toBe(0);
    for (const file of ['ledger.db', 'station-key.pem', 'renders']) {
      expect(statSync(join(state, file)).uid).toBe(nobody);
    }
  });

  it('is refused without a rule, with nothing touched', async ({ skip }) => {
    if (!existsSync('/usr/bin/sudo')) skip('needs sudo');
    const bench = join(area, 'bench-denied');
    await makeBench(bench, 1);
    for (const { path } of await benchDrives(bench)) {
      chownSync(path, nobody, nobody);
      attachLoop(path);
    }
    const state = ownState('state-denied');
    const run = await applyAsNobody(bench, await benchDrives(bench), state);
    expect(run.status).toBe(3);
    expect(errorOf(run)).toMatchObject({ code: 'privilege-denied' });
    const ledger = await runCli(['ledger', 'list', '--json', '--state', state]);
    expect(JSON.parse(ledger.stdout)).toMatchObject({ entries: [] });
  });
});
