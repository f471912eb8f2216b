import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GiB, MiB } from '../../core/base/units';
import { TestApp } from '../support/app-service';
import { benchDrives, errorOf, type CliResult } from '../support/cli';
import { runHere } from '../support/command-line';
import { hasNoTable } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { runThrough } from '../support/command-line';
import { present } from '../support/present';
import { benchState, makeBench } from '../support/virtual-bench';
import { makeMedia } from '../support/wim';

/** The real size of drives, one of which a library that is preloaded into the helper makes smaller than it says. */

let area: string;
let library: string;

beforeAll(() => {
  area = temporaryArea('real-size');
  library = join(area, 'wrapping-drive.so');
  const source = join(import.meta.dirname, '../support/wrapping-drive.c');
  execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl']);
});
afterAll(() => {
  removeArea(area);
});

const state = (): string => join(area, 'state');

const checking = (bench: string, id: string): string[] => [
  'drives',
  'check',
  '--full',
  '--drive',
  id,
  '--bench',
  bench,
  '--state',
  state(),
  '--yes',
  '--json',
];

/** Runs a command whose helper sees one drive as smaller than it says. The station passes nothing of its own environment on. */
async function runWrapping(
  args: readonly string[],
  drive: string,
  bytes: number,
  more: readonly string[] = [],
): Promise<CliResult> {
  const made = [`LD_PRELOAD=${library}`, `WRAPPING_FILE=${drive}`, `WRAPPING_BYTES=${bytes}`, ...more];
  const helper = resolve(import.meta.dirname, '../../dist/helper.cjs');
  return await runThrough(['/usr/bin/env', ...made, process.execPath, helper], args);
}

const checkForm = z.looseObject({ size: z.looseObject({ verdict: z.unknown() }), ledgerEntry: z.int() });
const listForm = z.object({
  entries: z.array(z.looseObject({ sequence: z.int(), kind: z.string(), result: z.string() })),
});

describe('drives check --full', () => {
  it.each([
    ['wraps', 24 * MiB, []],
    // Not a multiple of a transfer, and the claimed size is none of it.
    ['wraps', 20 * MiB + 8192, []],
    ['loses what is written', 24 * MiB, ['WRAPPING_LOSES=1']],
  ])('tells the real size of a drive that %s at %i bytes, and records it', async (what, real, how) => {
    const bench = join(area, `${what}-${real}`);
    await makeBench(bench, 1, '64M');
    const [drive] = await benchDrives(bench);
    const { path, id } = present(drive);
    const run = await runWrapping(checking(bench, id), path, real, how);
    expect(run.status, run.stderr).toBe(4);
    const { size, ledgerEntry } = checkForm.parse(JSON.parse(run.stdout));
    // Where writes are lost and reads wrap, marks are found at another place as well.
    expect(size.verdict).toMatchObject({ what: 'wraps', realBytes: real });
    expect(run.stderr).toContain(`(${real} bytes), not the 64.0 MiB (67108864 bytes) it reports`);
    const list = await runHere(['ledger', 'list', '--state', state(), '--json']);
    expect(listForm.parse(JSON.parse(list.stdout)).entries).toContainEqual(
      expect.objectContaining({ sequence: ledgerEntry, kind: 'size-checked', result: 'failed' }),
    );
  });

  it('is taken back in the app by a check that finds all of it', async () => {
    const bench = join(area, 'again');
    await makeBench(bench, 1, '64M');
    const { path, id } = present((await benchDrives(bench))[0]);
    expect((await runWrapping(checking(bench, id), path, 24 * MiB)).status).toBe(4);
    const app = await TestApp.open(state(), bench);
    try {
      const { drives } = await app.until(
        (now) => now.drives.drives[0]?.verdict === 'blocked',
        'a false size',
      );
      expect(drives.drives[0]?.reasons).toMatchObject([{ code: 'false-size' }]);
      await app.handlers.checkSize({ driveId: id });
      await app.until(
        (now) => now.drives.drives[0]?.verdict === 'eligible',
        'a drive that is whole after all',
      );
    } finally {
      await app.service.close();
    }
  });

  it('as a part of a batch fails the one drive that is smaller; a finished drive is refused, untouched', async () => {
    const bench = join(area, 'whole');
    await makeBench(bench, 2, '1G');
    const [whole, smaller] = (await benchDrives(bench)).map(present);
    const { id } = present(whole);
    const media = await makeMedia(join(area, 'media'), { smallFiles: 20 });
    const apply = (what: string): string[] =>
      ['apply', '--media', media.path, '--drive', what, '--layout', 'uefi', '--yes', '--json'].concat([
        ...['--bench', bench, '--state', state()],
      ]);
    const args = [...apply(`${present(smaller).id}=SIZE0002`), '--check-size'];
    const failed = await runWrapping(args, present(smaller).path, 640 * MiB);
    expect(failed.status).toBe(4);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      jobs: [{ state: 'failed', reason: { code: 'drive-size-false', offset: 640 * MiB }, sizeCheck: null }],
    });
    expect((await runHere(apply(`${id}=SIZE0001`))).status).toBe(0);
    expect(hasNoTable(present(smaller).path, GiB)).toBe(true);
    const before = benchState(bench);
    const refused = await runHere(checking(bench, id));
    expect([refused.status, errorOf(refused).code]).toEqual([3, 'drive-holds-finished']);
    expect(errorOf(refused).message).toContain('SIZE0001');
    expect(benchState(bench)).toBe(before);

    // Without --yes and without a terminal nothing is begun either.
    const small = join(area, 'small');
    await makeBench(small, 1, '64M');
    const one = present((await benchDrives(small))[0]);
    const untouched = benchState(small);
    const asked = await runHere([
      'drives',
      'check',
      '--full',
      '--drive',
      one.id,
      '--bench',
      small,
      '--state',
      state(),
      '--json',
    ]);
    expect([asked.status, errorOf(asked).code]).toEqual([3, 'not-confirmed']);
    expect(benchState(small)).toBe(untouched);
    const passed = await runHere(checking(small, one.id));
    expect(passed.status, passed.stderr).toBe(0);
    expect(hasNoTable(one.path, 64 * MiB)).toBe(true);
    const ledger = await runHere(['ledger', 'verify', '--state', state()]);
    expect(ledger.status, ledger.stderr).toBe(0);
  });
});
