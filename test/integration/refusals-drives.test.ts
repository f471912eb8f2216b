import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MiB } from '../../core/base/units';
import { listDrives, runCli } from '../support/cli';
import { runHere } from '../support/command-line';
import { removeArea, temporaryArea } from '../support/global-setup';
import { isRoot, rootOnly } from '../support/loop';
import { present } from '../support/present';
import { attachDrive, mountDrive, swapOn, systemDisks, undoDisks } from '../support/refusal-disk';
import { changeDevices, devicesIn, standInLsblk, type Device } from '../support/refusal-lsblk';
import {
  apply,
  applyArguments,
  expectRefusal,
  expectRefused,
  listedOn,
  makeStation,
  nextMachine,
  type RefusalStation,
} from '../support/refusal-station';
import { makeMedia, randomBytes, replaceXml, type MadeMedia } from '../support/wim';

let area: string;
let media: MadeMedia;
let station: RefusalStation;
let counter = 0;

beforeAll(async () => {
  area = temporaryArea('refusals-drives');
  station = await makeStation(area, 'station');
  media = await makeMedia(join(area, 'media'), { smallFiles: 60 });
});
afterEach(undoDisks);
afterAll(() => {
  removeArea(area);
});

const another = async (options: { drives?: number; size?: string } = {}): Promise<RefusalStation> =>
  await makeStation(area, `station${String((counter += 1))}`, options);

describe('apply refuses a drive that is too small', () => {
  it('for what the image says it holds', async () => {
    const large = join(area, 'large.wim');
    await replaceXml(media.path, large, (xml) =>
      xml.replace(/<TOTALBYTES>\d+</, `<TOTALBYTES>${String(5 * 1024 * MiB)}<`),
    );
    await expectRefused(station, () => apply(station, { media: large }), {
      code: 'drive-too-small',
      names: [station.drives[0].serial ?? '?', 'bay 1', 'has 1.0 GiB', 'needs 5.0 GiB'],
    });
  });

  it('for the layout', async () => {
    const more = ['--layout', 'configmgr-uefi'];
    await expectRefused(station, () => apply(station, { media: media.path, more }), {
      code: 'drive-too-small',
      names: [station.drives[0].serial ?? '?', 'bay 1', 'configmgr-uefi'],
    });
  });

  it('though another drive of the batch is large enough', async () => {
    const two = await another({ drives: 2 });
    const file = join(two.bench, 'bench.json');
    const bench = z
      .looseObject({ drives: z.array(z.looseObject({ file: z.string() })) })
      .parse(JSON.parse(readFileSync(file, 'utf8')));
    // The second drive is put in from a bench of smaller ones.
    const small = await another({ size: '512M' });
    const one: unknown = JSON.parse(readFileSync(join(small.bench, 'bench.json'), 'utf8'));
    const [smallDrive] = z.object({ drives: z.array(z.looseObject({ file: z.string() })) }).parse(one).drives;
    copyFileSync(small.drives[0].path, join(two.bench, 'drive-03.img'));
    bench.drives[1] = { ...smallDrive, file: 'drive-03.img', bay: 'bay 3' };
    writeFileSync(file, JSON.stringify(bench));
    const inBay3 = await listedOn(two, join(two.bench, 'drive-03.img'));
    const drives = [two.drives[0], inBay3].map(({ id }) => `${id}=${nextMachine()}`);
    await expectRefused(two, () => apply(two, { media: media.path, drives }), {
      code: 'drive-too-small',
      names: [inBay3.serial ?? '?', 'bay 3', '512.0 MiB'],
    });
  });

  it('for what only the render shows: clusters that small files fill in part', async () => {
    const tight = await another({ size: '790M' });
    const large = randomBytes(12 * MiB, 1);
    const small = randomBytes(1500, 2);
    // By its bytes it just fits into the 512 MiB that Windows gets; each small file takes more than them.
    const made = await makeMedia(join(area, 'tight'), {
      extraFiles: Object.fromEntries([
        ...Array.from({ length: 40 }, (_, index) => [`SMS/large/${String(index)}`, large] as const),
        ...Array.from({ length: 5900 }, (_, index) => [`SMS/small/${String(index)}`, small] as const),
      ]),
    });
    await expectRefused(tight, () => apply(tight, { media: made.path }), {
      code: 'drive-too-small',
      names: ['790.0 MiB', 'Image 1'],
      remedy: 'larger drive',
    });
  });
});

describe('apply refuses a drive in use', () => {
  const mounted = async (): Promise<{ at: RefusalStation; point: string; device: string }> => {
    const at = await another();
    const device = attachDrive(at.drives[0].path);
    const point = join(at.folder, 'mounted');
    mountDrive(device, point, (folder) => {
      copyFileSync(media.path, join(folder, 'media.wim'));
    });
    return { at, point, device };
  };

  it('that is mounted', async ({ skip }) => {
    skip(!isRoot, rootOnly);
    const { at, point, device } = await mounted();
    const { id, serial, reasons } = await listedOn(at, device);
    expect(reasons.map(({ code }) => code)).toEqual(['mounted']);
    await expectRefused(at, () => apply(at, { media: media.path, drives: [`${id}=${nextMachine()}`] }), {
      code: 'drive-blocked',
      names: [serial ?? '?', 'bay 1', point],
      cause: 'mounted',
    });
  });

  it('that the media is on', async ({ skip }) => {
    skip(!isRoot, rootOnly);
    const { at, point, device } = await mounted();
    const { id, serial } = await listedOn(at, device);
    const onDrive = join(point, 'media.wim');
    await expectRefused(at, () => apply(at, { media: onDrive, drives: [`${id}=${nextMachine()}`] }), {
      code: 'drive-blocked',
      names: [serial ?? '?', 'bay 1', `ounted at ${point}`, `The file ${onDrive} is on this drive`],
      cause: 'mounted, media-on-drive',
    });
  });

  it('that the state folder is on', async ({ skip }) => {
    skip(!isRoot, rootOnly);
    const at = await another();
    const device = attachDrive(at.drives[0].path);
    const point = join(at.folder, 'mounted');
    mountDrive(device, point, () => undefined, 'writable');
    const { id, serial } = await listedOn(at, device);
    const state = join(point, 'state');
    const drives = [`${id}=${nextMachine()}`];
    // Its file system is in use by the ledger itself: what must not be touched is the ledger. A program lets go of it when it ends.
    expectRefusal(await runCli(applyArguments(at, { media: media.path, state, drives })), {
      code: 'drive-blocked',
      names: [serial ?? '?', 'bay 1', `The folder ${state} is on this drive`],
      cause: 'mounted, state-on-drive',
    });
    const ledger = await runCli(['ledger', 'list', '--json', '--state', state]);
    expect(ledger.status, ledger.stderr).toBe(0);
    expect(JSON.parse(ledger.stdout)).toMatchObject({ entries: [] });
  });

  it('that is swap space', async ({ skip }) => {
    skip(!isRoot, rootOnly);
    const at = await another();
    const device = attachDrive(at.drives[0].path);
    swapOn(device);
    const { id, serial, reasons } = await listedOn(at, device);
    expect(reasons.map(({ code }) => code)).toEqual(['swap']);
    const refusal = {
      code: 'drive-blocked',
      names: [serial ?? '?', 'bay 1', 'wap space in use by this computer'],
      cause: 'swap',
    } as const;
    const drives = [`${id}=${nextMachine()}`];
    await expectRefused(at, () => apply(at, { media: media.path, drives }), refusal, {
      swap: at.drives[0].path,
    });
  });
});

describe('apply refuses the disk that this system runs from', () => {
  it('by its id and by its path', async ({ skip }) => {
    const disks = systemDisks();
    skip(disks.length === 0, 'the root of this system is on no disk: a container');
    const listed = await listDrives(null);
    for (const path of disks) {
      const drive = listed.find((one) => one.path === path);
      expect(drive?.verdict).toBe('blocked');
      expect(drive?.reasons.map(({ code }) => code)).toContain('system-disk');
      // Without --yes and without a terminal: were it ever eligible, this would still end before writing.
      for (const name of [drive?.id ?? '?', path]) {
        for (const bench of [null, station.bench]) {
          await expectRefused(
            station,
            () =>
              apply(station, {
                media: media.path,
                drives: [`${name}=${nextMachine()}`],
                bench,
                yes: false,
              }),
            {
              code: 'drive-blocked',
              names: [drive?.serial ?? drive?.id ?? '?', 'the running system (/'],
              cause: 'system-disk',
            },
          );
        }
      }
    }
  });
});

describe('apply refuses a drive that LVM uses', () => {
  const recorded = join(import.meta.dirname, '../fixtures/recorded/drives/lvm-on-luks-nvme/lsblk.json');
  /** Names and numbers that no device of this machine has. */
  const moved = (from: Device): Device =>
    changeDevices(from, (device) => ({
      ...device,
      name: device.name.replace('nvme0n1', 'nvme97n1'),
      kname: device.kname.replace('nvme0n1', 'nvme97n1').replace('dm-', 'dm-97'),
      path: device.path.replace('nvme0n1', 'nvme97n1'),
      'maj:min': device['maj:min'].replace(/\d+$/, '97$&'),
    }));
  /** The same disk with the logical volumes right on a partition, and nothing of it mounted. */
  const unmounted = (from: Device): Device => {
    const volumes = from.children?.[2]?.children?.[0]?.children ?? [];
    const partition = from.children?.[2];
    if (partition === undefined || volumes.length === 0) throw new Error('the fixture has changed');
    return changeDevices({ ...from, children: [{ ...partition, children: volumes }] }, (device) => ({
      ...device,
      mountpoint: null,
      mountpoints: [null],
    }));
  };

  it.each([
    [
      'below an open encrypted volume that the system runs from',
      moved,
      'system-disk, swap, lvm, encrypted',
      null,
    ],
    [
      'directly, with nothing mounted',
      (disk: Device) => unmounted(moved(disk)),
      'lvm',
      'release it and list the drives again. Run: sudo vgchange --activate n station-vg',
    ],
  ])('%s', async (_what, change, codes, release) => {
    const [disk] = devicesIn(readFileSync(recorded, 'utf8'));
    const tools = standInLsblk(join(area, `lsblk${String((counter += 1))}`), [change(present(disk))]);
    const env = { PATH: `${tools}:${process.env['PATH'] ?? ''}`, TMPDIR: station.temporary };

    const listing = await runHere(['drives', '--json'], { env });
    expect(listing.status, listing.stderr).toBe(0);
    const { drives } = z
      .object({ drives: z.array(z.looseObject({ id: z.string(), path: z.string(), verdict: z.string() })) })
      .parse(JSON.parse(listing.stdout));
    expect(drives.map(({ path, verdict }) => [path, verdict])).toEqual([['/dev/nvme97n1', 'blocked']]);

    for (const name of [drives[0]?.id ?? '?', '/dev/nvme97n1']) {
      await expectRefused(
        station,
        () =>
          runHere(
            ['apply', '--media', media.path, '--drive', `${name}=${nextMachine()}`].concat([
              '--state',
              station.state,
              '--json',
            ]),
            { env },
          ),
        {
          code: 'drive-blocked',
          names: ['nvme97n1', 'art of the LVM volume group station-vg.'],
          // This machine's /sys knows nothing of it: that counts against it too.
          cause: `${codes}, facts-missing`,
          // Nobody is told how to take the running system away.
          remedy: release ?? 'Nothing was written to it. Choose another drive.',
        },
      );
    }
  });
});

describe('apply refuses a drive', () => {
  it.each([
    ['that is not there', 'VD-NOWHERE-00000000', 'VD-NOWHERE-00000000'],
    ['with a control character in its name', 'VD\u001b[31m-NO', 'VD'],
  ])('%s', async (_what, id, named) => {
    await expectRefused(station, () => apply(station, { media: media.path, drives: [`${id}=SERIAL77`] }), {
      code: 'drive-not-found',
      names: [named],
    });
  });

  it('named by its path, which another can have tomorrow', async () => {
    const { path, id } = station.drives[0];
    await expectRefused(station, () => apply(station, { media: media.path, drives: [`${path}=SERIAL78`] }), {
      code: 'drive-not-found',
      names: [path.slice(0, 50)],
      remedy: id,
    });
  });
});
