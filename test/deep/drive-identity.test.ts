import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MiB } from '../../core/base/units';
import { drivesAt, errorOf, type CliResult } from '../support/cli';
import { runHere } from '../support/command-line';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';
import { changeDevices, devicesIn, standInLsblk } from '../support/refusal-lsblk';
import { apply as applyTo, makeStation, verify, type RefusalStation } from '../support/refusal-station';
import { overwrite } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

/** What a drive is known by: the disk GUID on it, not a serial that others share (docs/adr/0025). */

let area: string;
let media: MadeMedia;

beforeAll(async () => {
  area = temporaryArea('drive-identity');
  media = await makeMedia(join(area, 'media'), { smallFiles: 20 });
});
afterAll(() => {
  removeArea(area);
});

const benchForm = z.looseObject({
  drives: z.array(z.looseObject({ file: z.string(), serial: z.string(), bay: z.string() })),
});

/** Gives every drive of a bench one serial, as the drives of a USB dock have it. */
function shareSerial(bench: string): void {
  const file = join(bench, 'bench.json');
  const made = benchForm.parse(JSON.parse(readFileSync(file, 'utf8')));
  const drives = made.drives.map((drive) => ({ ...drive, serial: 'BRIDGE-0001' }));
  writeFileSync(file, JSON.stringify({ ...made, drives }));
}

const verifyForm = z.object({ machineSerial: z.string() });
const shipForm = z.object({
  machines: z.array(z.object({ machineSerial: z.string() })),
  leftOut: z.array(z.object({ machineSerial: z.string(), reason: z.string() })),
});

/** A station whose drives share a serial. */
async function stationWith(name: string, drives: number): Promise<RefusalStation> {
  const station = await makeStation(area, name, { drives });
  shareSerial(station.bench);
  return station;
}

const idIn = async (station: RefusalStation, file: string): Promise<string> =>
  present((await drivesAt(station.bench)).find(({ path }) => path === join(station.bench, file))).id;

const apply = async (
  station: RefusalStation,
  drives: readonly string[],
  more: readonly string[] = [],
): Promise<CliResult> =>
  await applyTo(station, { media: media.path, drives, more: ['--layout', 'uefi', ...more] });
const ship = async ({ state }: RefusalStation, number: string): Promise<z.infer<typeof shipForm>> => {
  const out = join(area, `${number}.zip`);
  const run = await runHere(['ship', '--number', number, '--output', out, '--state', state, '--json']);
  if (run.status !== 0) throw new Error(run.stderr + run.stdout);
  return shipForm.parse(JSON.parse(run.stdout));
};

describe('two attached drives with one serial', () => {
  it('are shown as such, are written, and neither is taken for the other', async () => {
    const at = await stationWith('two', 2);
    const [first, second] = [await idIn(at, 'drive-01.img'), await idIn(at, 'drive-02.img')];
    const list = await runHere(['drives', '--bench', at.bench]);
    expect(list.stdout).toMatch(
      /note: drive BRIDGE-0001 \(bay 1\): The drive in bay 2 reports the same serial/,
    );
    expect(list.stdout).toMatch(
      /note: drive BRIDGE-0001 \(bay 2\): The drive in bay 1 reports the same serial/,
    );
    expect((await apply(at, [`${first}=ONE-0001`, `${second}=TWO-0002`])).status).toBe(0);

    // Each is its own machine's, whichever was written last.
    for (const [id, machine] of [
      [first, 'ONE-0001'],
      [second, 'TWO-0002'],
    ] as const) {
      const run = await verify(at, id);
      expect(run.status).toBe(0);
      expect(verifyForm.parse(JSON.parse(run.stdout)).machineSerial).toBe(machine);
    }
    // A finding is recorded for the machine whose drive it is.
    overwrite(join(at.bench, 'drive-02.img'), 277 * MiB + 3, Buffer.from([0xa5]));
    const bad = await verify(at, second);
    expect([bad.status, errorOf(bad).code]).toEqual([4, 'verify-mismatch']);
    const shipped = await ship(at, 'S-TWO');
    expect(shipped.machines.map(({ machineSerial }) => machineSerial)).toEqual(['ONE-0001']);
    expect(shipped.leftOut).toEqual([
      {
        machineSerial: 'TWO-0002',
        reason: expect.stringMatching(/^Machine TWO-0002 failed when its drive was read again/) as string,
      },
    ]);
  });

  it('are not known by it when the disk GUID is gone', async () => {
    const at = await stationWith('gone', 2);
    const [first, second] = [await idIn(at, 'drive-01.img'), await idIn(at, 'drive-02.img')];
    expect((await apply(at, [`${first}=GONE-0001`])).status).toBe(0);
    const blank = await verify(at, second);
    expect([blank.status, errorOf(blank).code]).toEqual([3, 'record-not-found']);
    expect(errorOf(blank).message).toContain('GONE-0001');
    // Nothing was recorded against the machine.
    expect((await ship(at, 'S-GONE')).machines).toHaveLength(1);
  });

  it('and a copy of a finished drive is not taken for it', async () => {
    const at = await stationWith('copied', 2);
    const first = await idIn(at, 'drive-01.img');
    expect((await apply(at, [`${first}=COPY-0001`])).status).toBe(0);
    copyFileSync(join(at.bench, 'drive-01.img'), join(at.bench, 'drive-02.img'));
    expect((await runHere(['drives', '--bench', at.bench])).stdout).toContain('the same disk GUID');
    const run = await verify(at, first);
    expect([run.status, errorOf(run).code]).toEqual([3, 'record-not-found']);
    expect(errorOf(run).message).toContain('one is a copy of the other');
  });
});

describe('drives that sit in one bay one after another', () => {
  it('are both shipped', async () => {
    const at = await stationWith('dock', 1);
    const file = join(at.bench, 'drive-01.img');
    const id = await idIn(at, 'drive-01.img');
    expect((await apply(at, [`${id}=XY-0001`])).status).toBe(0);
    copyFileSync(file, join(area, 'put-away.img'));
    rmSync(file);
    writeFileSync(file, '');
    truncateSync(file, 1024 * MiB);
    expect((await apply(at, [`${id}=XY-0002`])).status).toBe(0);
    const shipped = await ship(at, 'S-DOCK');
    expect(shipped.machines.map(({ machineSerial }) => machineSerial)).toEqual(['XY-0001', 'XY-0002']);

    // The first comes back: it is known, whatever its serial says, and nobody erases it unasked.
    rmSync(file);
    copyFileSync(join(area, 'put-away.img'), file);
    const run = await verify(at, id);
    expect(verifyForm.parse(JSON.parse(run.stdout)).machineSerial).toBe('XY-0001');
  });

  it('are told of when the drive of one was erased for the other', async () => {
    const at = await stationWith('again', 1);
    const id = await idIn(at, 'drive-01.img');
    expect((await apply(at, [`${id}=ERASED-01`])).status).toBe(0);
    expect((await apply(at, [`${id}=LATER-002`], ['--again', 'Not needed'])).status).toBe(0);
    const exported = await runHere(['ledger', 'export', '--format', 'json', '--state', at.state]);
    expect(exported.stdout).toContain('previousDiskGuid');
    const shipped = await ship(at, 'S-AGAIN');
    expect(shipped.machines.map(({ machineSerial }) => machineSerial)).toEqual(['LATER-002']);
    expect(shipped.leftOut).toEqual([
      {
        machineSerial: 'ERASED-01',
        reason:
          'Machine ERASED-01 no longer has its image: its drive was written again for machine LATER-002. ' +
          'If you have the drive of this machine, insert it and run: prestage verify. If it is good, the machine can be shipped.',
      },
    ]);
  });
});

describe('a USB adapter that presents 4096-byte sectors', () => {
  it('is told of in the list', async () => {
    const recorded = join(import.meta.dirname, '../fixtures/recorded/drives/blank-sata/lsblk.json');
    const devices = devicesIn(readFileSync(recorded, 'utf8')).map((device) =>
      changeDevices(device, (one) => ({ ...one, tran: 'usb', 'log-sec': 4096 })),
    );
    const tools = standInLsblk(join(area, 'lsblk'), devices);
    const run = await runHere(['drives'], { env: { PATH: `${tools}:${process.env['PATH'] ?? ''}` } });
    expect(run.stdout).toMatch(/^note: drive \S+ \(.+\): This USB adapter presents 4096-byte sectors\./m);
  });
});
