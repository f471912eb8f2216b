import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findLayout, planPartitions } from '../../core/drive/layout';
import { GiB } from '../../core/base/units';
import { errorOf, onlyDrive, runCli, type CliResult } from '../support/cli';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';
import { benchState, makeBench } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

/** A drive past the 16 TiB that NTFS reaches with its default cluster. Sparse, in memory: ext4 has no files as long. */

const memory = '/dev/shm';
/** magic.h: TMPFS_MAGIC. */
const tmpfs = 0x01021994;
/** What the volume's bitmap takes in the disk image and on the drive, and some room. */
const needed = 3 * GiB;
const size = 20 * 1024 * GiB;

const suitable = existsSync(memory) && statfsSync(memory).type === tmpfs && roomOf(memory) > needed;
const why = `needs ${memory} in memory with 3 GiB free`;
let area: string;
let large: string | null = null;
let media: MadeMedia;

function roomOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

beforeAll(async () => {
  area = temporaryArea('large-drive');
  if (!suitable) return;
  media = await makeMedia(join(area, 'media'), { smallFiles: 20 });
  large = mkdtempSync(join(memory, 'prestage-test-large-'));
  await makeBench(join(large, 'bench'), 1, '20480G');
});
afterAll(() => {
  removeArea(area);
  if (large !== null) rmSync(large, { recursive: true, force: true });
});

async function apply(state: string): Promise<CliResult> {
  const bench = join(present(large), 'bench');
  const { id } = await onlyDrive(bench);
  return await runCli(
    ['apply', '--media', media.path, '--drive', `${id}=LARGE-001`, '--bench', bench, '--state', state].concat(
      // Its last partition begins where 32 bits of sectors do not reach.
      ['--layout', 'uefi-recovery', '--yes', '--json'],
    ),
  );
}

it('is refused, in words and before anything is made, where the image cache cannot hold its disk image', async ({
  skip,
}) => {
  skip(!suitable, why);
  const state = join(area, 'state');
  const before = benchState(join(present(large), 'bench'));
  const run = await apply(state);
  skip(run.status === 0, 'the temporary folder is on a file system with files of 20 TiB');
  expect([run.status, errorOf(run).code]).toEqual([3, 'drive-too-large']);
  expect(errorOf(run).message).toContain('(bay 1) has 20.0 TiB');
  expect(errorOf(run).remedy).toContain('XFS or Btrfs');
  expect(benchState(join(present(large), 'bench'))).toBe(before);
});

it('gets a cluster that reaches to its end, and a Recovery partition behind it', async ({ skip }) => {
  skip(!suitable, why);
  const run = await apply(join(present(large), 'state'));
  expect(run.status, run.stderr).toBe(0);
  const { path } = await onlyDrive(join(present(large), 'bench'));
  const windows = present(planPartitions(present(findLayout('uefi-recovery')), size)?.at(-2));
  const found = execFileSync('blkid', [
    ...['-p', '-O', String(windows.offset), '-S', String(windows.length), '-o', 'export', path],
  ]).toString();
  expect(found).toMatch(/^TYPE=ntfs$/m);
  expect(found).toMatch(/^FSBLOCKSIZE=8192$|^BLOCK_SIZE=512$/m);
});
