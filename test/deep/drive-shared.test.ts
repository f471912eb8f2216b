import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MiB } from '../../core/base/units';
import { errorOf, type CliResult } from '../support/cli';
import { runHere } from '../support/command-line';
import { changeBench, idIn, place, ship, type Place } from '../support/finished-bench';
import { removeArea, temporaryArea } from '../support/global-setup';
import { runPresenting } from '../support/presenting';
import { makeMedia, type MadeMedia } from '../support/wim';

/** What is known of disks that tell their own serial, and share it, or are formatted to other sectors (docs/adr/0030). */

let area: string;
let media: MadeMedia;
/** Of the media: drives of an order are written from compared media only. */
let sha256: string;

beforeAll(async () => {
  area = temporaryArea('drive-shared');
  media = await makeMedia(join(area, 'media'), { smallFiles: 20 });
  sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
});
afterAll(() => {
  removeArea(area);
});

const isRoot = process.getuid?.() === 0;

/** Runs a command whose drives are disks on this bus. */
async function on(bus: string, at: Place, args: readonly string[]): Promise<CliResult> {
  const where = ['--bench', at.bench, '--state', at.state, '--json'];
  return await runPresenting({ kind: 'disk', bus }, [...args, ...where]);
}
async function write(bus: string, at: Place, id: string, machine: string): Promise<void> {
  const what = ['--media', media.path, '--drive', `${id}=${machine}`, '--layout', 'uefi', '--yes'];
  const run = await on(bus, at, ['apply', ...what]);
  expect(run.status, run.stderr).toBe(0);
}

describe('disks with one serial, as cheap ones have it', () => {
  it('do not erase each other when both are attached: both machines are shipped, and done in the order', async (test) => {
    test.skip(!isRoot, 'disks are opened as root only');
    const at = await place(area, 'both', 2);
    const list = join(area, 'both.csv');
    writeFileSync(list, 'serial\nONE-0001\nTWO-0002\n');
    const opened = await runHere(['order', 'open', list, '--number', 'WO-1', '--state', at.state]);
    expect(opened.status, opened.stderr).toBe(0);
    const hash = ['--expect-sha256', sha256];
    for (const [file, machine] of [
      ['drive-01.img', 'ONE-0001'],
      ['drive-02.img', 'TWO-0002'],
    ] as const) {
      const what = ['--media', media.path, ...hash, '--drive', `${await idIn(at, file)}=${machine}`];
      const run = await on('sata', at, ['apply', ...what, '--layout', 'uefi', '--yes']);
      expect(run.status, run.stderr).toBe(0);
    }
    const order = await runHere(['order', 'show', '--state', at.state, '--json']);
    expect(JSON.parse(order.stdout)).toMatchObject({ counts: { done: 2, failed: 0 }, open: 0 });
    const shipped = await ship(at, 'S-BOTH');
    expect(shipped.machines).toEqual([{ machineSerial: 'ONE-0001' }, { machineSerial: 'TWO-0002' }]);

    // The enterprise is told, and nothing speaks against them.
    const again = ['ship', '--again', 'S-BOTH', '--output', join(area, 'again.zip')];
    const made = await runHere([...again, '--state', at.state, '--json']);
    const { keyFingerprint } = z.object({ keyFingerprint: z.string() }).parse(JSON.parse(made.stdout));
    const asked = ['audit', join(area, 'again.zip'), '--trust', keyFingerprint];
    const audit = await runHere(asked);
    expect(audit.status, audit.stdout).toBe(0);
    expect(audit.stderr).toMatch(
      /note: serial-shared: Machine TWO-0002 has a drive with serial BRIDGE-0001, like machine ONE-0001\./,
    );
    expect(JSON.parse((await runHere([...asked, '--json'])).stdout)).toMatchObject({
      ...{ ok: true, doubts: [] },
      notes: [{ code: 'serial-shared', machineSerial: 'TWO-0002' }],
    });
  });

  it('one after the other: what is not sure is said, in the order and by ship, until a good verify', async (test) => {
    test.skip(!isRoot, 'disks are opened as root only');
    const at = await place(area, 'turns', 1);
    const file = join(at.bench, 'drive-01.img');
    const id = await idIn(at, 'drive-01.img');
    const list = join(area, 'turns.csv');
    writeFileSync(list, 'serial\nXY-0001\nXY-0002\n');
    await runHere(['order', 'open', list, '--number', 'WO-2', '--state', at.state]);
    const hash = ['--expect-sha256', sha256, '--layout', 'uefi', '--yes'];
    const apply = async (machine: string): Promise<CliResult> =>
      await on('sata', at, ['apply', '--media', media.path, '--drive', `${id}=${machine}`, ...hash]);
    expect((await apply('XY-0001')).status).toBe(0);
    const away = join(area, 'turns-away.img');
    renameSync(file, away);
    writeFileSync(file, '');
    truncateSync(file, 1024 * MiB);
    expect((await apply('XY-0002')).status).toBe(0);

    const order = await runHere(['order', 'show', '--state', at.state]);
    expect(order.stdout).toMatch(
      /^XY-0001: not sure\. A drive with the same serial was written later for machine XY-0002\./m,
    );
    const before = await ship(at, 'S-TURNS');
    expect(before.machines).toEqual([{ machineSerial: 'XY-0002' }]);
    expect(before.leftOut[0]?.reason).toMatch(/^Machine XY-0001 may no longer have its image: a drive with/);

    rmSync(file);
    renameSync(away, file);
    expect((await on('sata', at, ['verify', '--drive', id])).status).toBe(0);
    expect((await runHere(['order', 'show', '--state', at.state])).stdout).not.toContain('not sure');
    expect((await ship(at, 'S-TURNS-2')).machines).toEqual([{ machineSerial: 'XY-0001' }]);
  });
});

describe('a drive that has other sectors than it was written with', () => {
  it('and no adapter before it is found wrong, until it is as it was', async (test) => {
    test.skip(!isRoot, 'disks are opened as root only');
    const at = await place(area, 'formatted', 1);
    const file = join(at.bench, 'drive-01.img');
    const id = await idIn(at, 'drive-01.img');
    await write('nvme', at, id, 'NVME-001');
    const away = join(area, 'formatted-away.img');
    copyFileSync(file, away);
    // As `nvme format --lbaf` does it: other sectors, and nothing left.
    truncateSync(file, 0);
    truncateSync(file, 1024 * MiB);
    changeBench(at.bench, { sectorSize: 4096 });
    const found = await on('nvme', at, ['verify', '--drive', await idIn(at, 'drive-01.img')]);
    expect([found.status, errorOf(found).code]).toEqual([4, 'table-mismatch']);
    expect(errorOf(found).message).toMatch(
      /NVME-001 with sectors of 512 bytes and now has sectors of 4096\./,
    );
    expect(errorOf(found).cause).toMatch(/were not compared/);
    const shipped = await runHere(['ship', '--number', 'S-NVME', '--state', at.state, '--json']);
    expect(errorOf(shipped).cause).toMatch(/^Machine NVME-001 failed when its drive was read again/);
    const test2 = await on('nvme', at, ['rehearse', '--drive', await idIn(at, 'drive-01.img')]);
    expect([test2.status, errorOf(test2).code]).toEqual([3, 'table-mismatch']);

    copyFileSync(away, file);
    changeBench(at.bench, { sectorSize: 512 });
    const good = await on('nvme', at, ['verify', '--drive', id]);
    expect(JSON.parse(good.stdout)).toMatchObject({ verified: true, standingFinding: null });
    expect((await ship(at, 'S-NVME-2')).machines).toHaveLength(1);
  });

  it('and may be behind an adapter is not laid to anybody', async (test) => {
    test.skip(!isRoot, 'disks are opened as root only');
    const at = await place(area, 'bridged', 1);
    const id = await idIn(at, 'drive-01.img');
    await write('usb', at, id, 'USB-0001');
    changeBench(at.bench, { sectorSize: 4096 });
    const found = await on('usb', at, ['verify', '--drive', await idIn(at, 'drive-01.img')]);
    expect([found.status, errorOf(found).code]).toEqual([3, 'adapter-differs']);
    // Nor is one whose table is gone: a dock shows the next drive as it showed the one before.
    changeBench(at.bench, { sectorSize: 512 });
    truncateSync(join(at.bench, 'drive-01.img'), 0);
    truncateSync(join(at.bench, 'drive-01.img'), 1024 * MiB);
    const blank = await on('usb', at, ['verify', '--drive', id]);
    expect([blank.status, errorOf(blank).code]).toEqual([3, 'record-not-found']);
    expect(errorOf(blank).message).toMatch(
      / finished for machine USB-0001, but it is not certain that this is it: /,
    );
    expect((await ship(at, 'S-USB')).machines).toHaveLength(1);

    // Whether the drive that is written there next is the one that was shipped, the bundle cannot tell, and says so.
    const next = ['--media', media.path, '--drive', `${id}=USB-0002`, '--layout', 'uefi', '--again', 'Next'];
    expect((await on('usb', at, ['apply', ...next, '--yes'])).status).toBe(0);
    const again = ['ship', '--again', 'S-USB', '--output', join(area, 'usb-again.zip')];
    const made = await runHere([...again, '--state', at.state]);
    expect(made.stderr).toMatch(
      /^NOT CERTAIN: Machine USB-0001 may no longer have its image: a drive with the same serial was written later for machine USB-0002\. .*prestage verify/m,
    );
    expect(made.stdout).toMatch(/^USB-0001 .*NOT CERTAIN$/m);
  });
});
