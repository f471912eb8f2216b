import {
  closeSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MiB } from '../../core/base/units';
import { errorOf, listDrives } from '../support/cli';
import { runHere } from '../support/command-line';
import { apply, changeBench, idIn, machineOf, place, ship, verify } from '../support/finished-bench';
import { removeArea, temporaryArea } from '../support/global-setup';
import { runAtTerminal } from '../support/refusal-run';
import { makeMedia, type MadeMedia } from '../support/wim';

/** A finished drive is recognised whatever changed around it (docs/adr/0025). */

let area: string;
let media: MadeMedia;

beforeAll(async () => {
  area = temporaryArea('drive-recognised');
  media = await makeMedia(join(area, 'media'), { smallFiles: 20 });
});
afterAll(() => {
  removeArea(area);
});

describe('a finished drive that comes back through an adapter with other sectors', () => {
  it.each([
    [512, 4096],
    [4096, 512],
  ])('is known: written with %i bytes, presented with %i', async (written, presented) => {
    const at = await place(area, `sectors-${written}`, 1);
    changeBench(at.bench, { sectorSize: written });
    expect((await apply(at, media.path, [`${await idIn(at, 'drive-01.img')}=FIRST-001`])).status).toBe(0);
    const [before] = await listDrives(at.bench);
    changeBench(at.bench, { sectorSize: presented });
    const [now] = await listDrives(at.bench);
    expect(now?.logicalSectorSize).toBe(presented);
    expect(now?.diskGuid).toBe(before?.diskGuid);
    expect(now?.contents).toEqual(['GPT partition table']);

    // It cannot be compared as it is presented now, and nothing is laid to the machine.
    const id = await idIn(at, 'drive-01.img');
    const read = await verify(at, id);
    expect([read.status, errorOf(read).code]).toEqual([3, 'adapter-differs']);
    expect(errorOf(read).message).toContain('FIRST-001');

    // Whoever writes it for another machine takes it from the first.
    expect(
      (await apply(at, media.path, [`${id}=SECOND-02`], ['--again', 'For another machine'])).status,
    ).toBe(0);
    expect(await ship(at, `S-${written}`)).toEqual({
      machines: [{ machineSerial: 'SECOND-02' }],
      leftOut: [
        {
          machineSerial: 'FIRST-001',
          reason: expect.stringMatching(
            /^Machine FIRST-001 no longer has its image: its drive was written again for machine SECOND-02\. .*prestage verify/,
          ) as string,
        },
      ],
    });
  });
});

/** Zeroes the first and the last MiB of a drive, as `wipefs` and `sgdisk --zap-all` take its tables off. */
function wipeTables(file: string): void {
  const fd = openSync(file, 'r+');
  for (const at of [0, 1023 * MiB]) writeSync(fd, Buffer.alloc(MiB), 0, MiB, at);
  closeSync(fd);
}

describe('a drive whose table was wiped while it stayed in its bay', () => {
  it('is still the same drive: it is not boot tested as what it was, and its machine has lost its image', async () => {
    const at = await place(area, 'wiped', 1);
    const id = await idIn(at, 'drive-01.img');
    expect((await apply(at, media.path, [`${id}=WIPED-001`])).status).toBe(0);
    wipeTables(join(at.bench, 'drive-01.img'));
    const test = await runHere(
      ['rehearse', '--drive', id, '--bench', at.bench, '--state', at.state].concat(['--json']),
    );
    expect([test.status, errorOf(test).code]).toEqual([3, 'table-mismatch']);
    expect(errorOf(test).message).toContain('WIPED-001');

    expect((await apply(at, media.path, [`${id}=LATER-002`])).status).toBe(0);
    const shipped = await ship(at, 'S-WIPED');
    expect(shipped.machines).toEqual([{ machineSerial: 'LATER-002' }]);
    expect(shipped.leftOut[0]?.reason).toMatch(/^Machine WIPED-001 no longer has its image/);
  });
});

describe('a finished image that the question did not show', () => {
  it.each([
    ['no', 3],
    ['erase', 0],
  ])('is asked about when the drive is open; %s', async (typed, status) => {
    const at = await place(area, `hidden-${typed}`, 1);
    const file = join(at.bench, 'drive-01.img');
    const id = await idIn(at, 'drive-01.img');
    expect((await apply(at, media.path, [`${id}=HIDDEN-01`])).status).toBe(0);
    const head = readFileSync(file).subarray(0, MiB);
    wipeTables(file);
    const run = await runAtTerminal(
      ['apply', '--media', media.path, '--drive', `${id}=OTHER-002`, '--bench', at.bench].concat([
        ...['--state', at.state, '--layout', 'uefi', '--again', 'Wrong machine'],
      ]),
      join(area, `hidden-${typed}.out`),
      (screen) => {
        expect(screen).not.toContain('HIDDEN-01');
        const fd = openSync(file, 'r+');
        writeSync(fd, head, 0, MiB, 0);
        closeSync(fd);
        return Promise.resolve('erase');
      },
      undefined,
      { shown: 'holds the finished image of machine HIDDEN-01', typed },
    );
    expect(run.status).toBe(status);
    const shipped = await ship(at, `S-HIDDEN-${typed}`);
    expect(shipped.machines).toEqual([{ machineSerial: typed === 'no' ? 'HIDDEN-01' : 'OTHER-002' }]);
  });
});

describe('a finding', () => {
  it('about a copy with the same disk GUID does not condemn the drive; one about the drive itself is told', async () => {
    const at = await place(area, 'planted', 1);
    const file = join(at.bench, 'drive-01.img');
    const id = await idIn(at, 'drive-01.img');
    expect((await apply(at, media.path, [`${id}=GOOD-0001`])).status).toBe(0);
    // The table alone, on another drive in the same dock.
    const away = join(area, 'planted-away.img');
    const head = readFileSync(file).subarray(0, MiB);
    renameSync(file, away);
    writeFileSync(file, head);
    truncateSync(file, 1024 * MiB);
    const copy = await verify(at, id);
    expect([copy.status, errorOf(copy).code]).toEqual([4, 'verify-mismatch']);
    renameSync(away, file);
    const good = await verify(at, id);
    expect(machineOf(good)).toBe('GOOD-0001');
    expect(JSON.parse(good.stdout)).toMatchObject({ standingFinding: null });

    // The drive itself, which never left, gives other bytes once.
    const spot = 277 * MiB + 3;
    const byte = Buffer.alloc(1);
    const fd = openSync(file, 'r+');
    readSync(fd, byte, 0, 1, spot);
    writeSync(fd, Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, spot);
    const bad = await verify(at, id);
    expect([bad.status, errorOf(bad).code]).toEqual([4, 'verify-mismatch']);
    writeSync(fd, byte, 0, 1, spot);
    closeSync(fd);
    const again = await verify(at, id);
    expect(again.status).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      standingFinding: expect.stringMatching(
        /^Machine GOOD-0001 is still held back .* writing the drive again/,
      ) as string,
    });
  });
});
