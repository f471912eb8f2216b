import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { commandBarcode } from '../../core/scan/scan';
import { timeouts } from '../../core/base/timeouts';
import { liveMachineForm } from '../../station/cli/live-machine-command';
import { TestApp } from '../support/app-service';
import { errorOf, runCli, type CliResult } from '../support/cli';
import { minisignKeys } from '../support/delivery';
import { removeArea, openToOthers, temporaryArea } from '../support/global-setup';
import { liveDisk } from '../support/live-disk';
import { LiveSystem, type LiveOptions } from '../support/live-system';
import { isRoot } from '../support/loop';
import { present } from '../support/present';
import type { Device } from '../support/refusal-lsblk';
import { standIn } from '../support/refusal-run';
import { benchState, makeBench } from '../support/virtual-bench';
import { makeMedia } from '../support/wim';

/** Role `machine` of the stick: the machine that runs images itself, from the command line and in the app without its window. */

const serial = 'PF3A7KX9';
let area: string;
let mediaPath: string;
let mediaSha256: string;
let system: LiveSystem | null = null;
let app: TestApp | null = null;
let count = 0;

beforeAll(async () => {
  area = temporaryArea('live-machine');
  openToOthers(area);
  ({ path: mediaPath } = await makeMedia(join(area, 'media'), { compression: 'LZX' }));
  mediaSha256 = createHash('sha256').update(readFileSync(mediaPath)).digest('hex');
});
afterEach(async () => {
  await app?.service.close();
  app = null;
  await system?.stop();
  system = null;
});
afterAll(() => {
  removeArea(area);
});

const stick = liveDisk('sda', '8:0', {
  ...{ tran: 'usb', model: 'Ultra', vendor: 'SanDisk', pttype: 'gpt' },
  children: [
    liveDisk('sda2', '8:2', {
      ...{ type: 'part', partlabel: 'PRESTAGE-A', mountpoints: ['/run/live/medium'], serial: null },
    }),
  ],
});
const own = liveDisk('sdc', '8:32', { tran: 'sata' });
const second = liveDisk('sdd', '8:48', { tran: 'sata' });
const usb = liveDisk('sdb', '8:16', { tran: 'usb' });
/** What live-boot maps from the stick. */
const squashfs: Device = {
  ...liveDisk('loop0', '7:0', { serial: null, tran: null }),
  ...{ type: 'loop', mountpoints: ['/run/live/rootfs/filesystem.squashfs'] },
};
const started = {
  ...{ medium: '/dev/sda2', slot: 'a' },
  diskIdentitiesAtStart: [
    { name: 'sda', 'disk-seq': 1, serial: 'SERIAL-sda', wwn: null },
    { name: 'sdc', 'disk-seq': 2, serial: 'SERIAL-sdc', wwn: null },
  ],
};
const asMachine = 'boot=live prestage.role=machine prestage.slot=a';

/** @param told serial of the firmware */
async function start(told: string, options: Partial<LiveOptions> = {}): Promise<LiveSystem> {
  count += 1;
  const live = await LiveSystem.start(join(area, `live-${count}`), {
    ...{ start: started, commandLine: asMachine, ...options },
  });
  system = live;
  firmware(live, told);
  await live.shell('if [ -e /sys/class/dmi ]; then mount -t tmpfs tmpfs /sys/class/dmi; fi');
  return live;
}

function firmware(live: LiveSystem, told: string): void {
  const said = [
    ...['SMBIOS 3.2.0 present.', '', 'Handle 0x0001, DMI type 1, 27 bytes', 'System Information'],
    ...['\tManufacturer: LENOVO', '\tProduct Name: 21HDCTO1WW', `\tSerial Number: ${told}`, ''],
  ];
  standIn(live.bin, 'dmidecode', `cat <<'END'\n${said.join('\n')}\nEND`);
}

const listedAs = (devices: readonly Device[]): Partial<LiveOptions> => ({
  devices,
  sequences: Object.fromEntries(devices.map(({ kname }, index) => [kname, index + 1])),
});

/** @param bench folder of virtual drives that stand for the machine's disks; null: what lsblk lists */
async function open(live: LiveSystem, state: string, bench: string | null): Promise<TestApp> {
  app = await TestApp.open(state, bench, live.helper(resolve('dist/helper.cjs')));
  await app.until(({ live: told }) => told.own?.found !== null && told.live !== null, 'the machine is read');
  return app;
}

/** The pairs as they are now: what the page was told may be older. */
async function pairsOf(at: TestApp): Promise<readonly (readonly [string, string])[]> {
  at.state = await at.handlers.getState({});
  return at.state.pairing.pairs.map(({ machineSerial, driveId }) => [
    machineSerial,
    present(at.state.drives.drives.find(({ id }) => id === driveId)).path,
  ]);
}
const driveAt = (at: TestApp, path: string): string =>
  present(at.state.drives.drives.find((drive) => drive.path === path)).id;
const wait = async (milliseconds: number): Promise<void> => {
  await new Promise((resolved) => setTimeout(resolved, milliseconds));
};
/** Long enough for another listing, and whatever it leads to. */
const oneMoreListing = timeouts.driveListing + 1_500;

describe.skipIf(!isRoot)('prestage live machine', () => {
  it('tells who the machine is, its disks with verdicts, and the one that is offered', async () => {
    const live = await start(serial, listedAs([stick, own, usb, squashfs]));
    const run = await live.run(['live', 'machine', '--json', '--state', join(area, 'told')]);
    expect(run.status, run.stderr).toBe(0);
    const told = liveMachineForm.parse(JSON.parse(run.stdout));
    expect(told.machine).toMatchObject({ serial, facts: { maker: 'LENOVO' } });
    const disks = told.disks.map(({ path, verdict, builtIn }) => [path, verdict, builtIn]);
    expect(disks).toEqual([
      ['/dev/sda', 'blocked', false],
      ['/dev/sdc', 'eligible', true],
      ['/dev/sdb', 'eligible', false],
    ]);
    expect(told.offered).toBe(told.disks[1]?.id);
    expect(told.disks[1]?.ownDisk).toEqual({ as: 'machine' });
    expect(told.problems.map(({ code }) => code)).toEqual(['live-no-data']);
    const text = await live.run(['live', 'machine', '--state', join(area, 'told')]);
    expect(text.stdout).toContain('offered');
    expect(text.stdout).toContain('never written');
  });

  it('offers none of several, and none on USB', async () => {
    const several = await start(serial, listedAs([stick, own, second, usb]));
    const offered = async (live: LiveSystem): Promise<string | null> => {
      const run = await live.run(['live', 'machine', '--json', '--state', join(area, 'told')]);
      return liveMachineForm.parse(JSON.parse(run.stdout)).offered;
    };
    expect(await offered(several)).toBeNull();
    await several.stop();
    expect(await offered(await start(serial, listedAs([stick, usb])))).toBeNull();
  });

  it('is refused on a station, and on any other computer', async () => {
    const live = await start(serial, { commandLine: 'prestage.role=station' });
    const refused = (run: CliResult): string => errorOf(run).code;
    expect(refused(await live.run(['live', 'machine', '--json']))).toBe('live-only');
    expect(refused(await runCli(['live', 'machine', '--json']))).toBe('live-only');
    expect(refused(await runCli(['live', 'off', '--json']))).toBe('live-only');
  });

  it('writes for no other machine than this one, also without --this-machine', async () => {
    const live = await start(serial, listedAs([stick, own]));
    const drives = JSON.parse((await live.runAsUser(['drives', '--json'])).stdout) as {
      drives: { id: string; path: string }[];
    };
    const { id } = present(drives.drives.find(({ path }) => path === '/dev/sdc'));
    const run = await live.run([
      ...['apply', '--media', mediaPath, '--drive', `${id}=5CD4120LQ7`, '--yes', '--json'],
      ...['--state', join(area, 'other')],
    ]);
    expect(errorOf(run)).toMatchObject({ code: 'machine-contradicts' });
  });
});

describe.skipIf(!isRoot)('the app in a machine that images itself', () => {
  it('offers the only built-in disk, takes no other machine’s label, and writes nothing without a place for records', async () => {
    const live = await start(serial, listedAs([stick, own, usb]));
    const at = await open(live, join(area, 'offers'), null);
    await at.until(({ pairing }) => pairing.pairs.length > 0, 'the disk is paired');
    expect(await pairsOf(at)).toEqual([[serial, '/dev/sdc']]);
    expect((await at.scan('5CD4120LQ7'))?.outcome).toMatchObject({
      ...{ result: 'refused', reason: 'not-this-machine', detail: serial },
    });

    // A disk on USB only when somebody chooses it; and back.
    await at.handlers.useDisk({ driveId: driveAt(at, '/dev/sdb') });
    expect(await pairsOf(at)).toEqual([[serial, '/dev/sdb']]);
    await at.handlers.useDisk({ driveId: driveAt(at, '/dev/sda') });
    at.state = await at.handlers.getState({});
    expect(at.state.pairing.lastScan?.outcome).toMatchObject({ result: 'refused', reason: 'drive-blocked' });
    await at.handlers.useDisk({ driveId: driveAt(at, '/dev/sdc') });

    // What is taken back stays so.
    await at.handlers.undo({});
    await wait(oneMoreListing);
    expect(await pairsOf(at)).toEqual([]);
    await at.handlers.useDisk({ driveId: driveAt(at, '/dev/sdc') });

    await at.scan('OP-Ada');
    await at.handlers.selectMedia({ path: mediaPath });
    await at.scan(mediaSha256);
    await at.until(({ media }) => media.status === 'proved', 'a proved media file');
    await at.handlers.arm({ armed: true });
    await pairsOf(at);
    const driveIds = at.state.pairing.pairs.map(({ driveId }) => driveId);
    await expect(at.handlers.start({ driveIds })).rejects.toMatchObject({ data: { code: 'live-no-data' } });
    expect(at.state.jobs).toEqual([]);
  });

  it('asks which of several disks is meant, and for the label where the firmware tells no serial', async () => {
    const live = await start('To be filled by O.E.M.', listedAs([stick, own, second]));
    const at = await open(live, join(area, 'asks'), null);
    expect(at.state.live.own?.found?.refused).toMatchObject([{ what: 'serial', why: 'placeholder' }]);
    await wait(oneMoreListing);
    expect([at.state.pairing.pairs, at.state.pairing.waitingMachine]).toEqual([[], null]);
    const nobody = at.handlers.useDisk({ driveId: driveAt(at, '/dev/sdd') });
    await expect(nobody).rejects.toMatchObject({ data: { code: 'usage' } });

    await at.scan('5CD4120LQ7');
    await wait(oneMoreListing);
    expect(at.state.pairing.waitingMachine).toBe('5CD4120LQ7');
    await at.scan('SERIAL-sdd');
    expect(await pairsOf(at)).toEqual([['5CD4120LQ7', '/dev/sdd']]);
  });

  it('takes nothing over that was left in another machine', async () => {
    const state = join(area, 'left');
    mkdirSync(state);
    const card = {
      ...{ driveId: 'gone', bay: 'bay 1', machineSerial: 'OTHER-1', attachment: null, ledgerEntry: null },
      ...{ startedAt: '2026-11-28T10:00:00.000Z', endedAt: '2026-11-28T10:01:00.000Z', bench: null },
      state: { state: 'cancelled', bytesWritten: 1 },
    };
    const session = {
      ...{ version: 1, operator: 'Ada', workOrder: '', imageIndex: 1, layout: 'uefi', media: null },
      pairs: [{ machineSerial: 'OTHER-2', driveId: 'gone-2', bay: 'bay 2', attachment: null }],
      ...{ waitingMachine: 'OTHER-3', cards: [card], bootTests: [], interrupted: [] },
    };
    writeFileSync(join(state, 'desk.json'), JSON.stringify(session));
    const live = await start('Default string', listedAs([stick, own]));
    const at = await open(live, state, null);
    await wait(oneMoreListing);
    expect(at.state.batch.lastOperator).toBe('Ada');
    expect([at.state.pairing.pairs, at.state.pairing.waitingMachine, at.state.jobs]).toEqual([[], null, []]);
  });

  it('images its disk from the media of the library, records that it did so itself, and goes off', async () => {
    const state = join(area, 'images');
    await receive(state);
    const bench = join(area, 'disk');
    await makeBench(bench, 1);
    const live = await start(serial);
    const off = join(live.folder, 'off');
    standIn(live.bin, 'systemctl', `echo "$@" >>'${off}'`);
    const at = await open(live, state, bench);
    await at.scan('OP-Ada');
    await at.until(({ media }) => media.status === 'proved', 'the only media is chosen and proved');
    await at.until(({ pairing }) => pairing.pairs.length === 1, 'the only disk is paired');
    const before = benchState(bench);

    // Nothing is erased by one START, nor turned off by one OFF.
    await at.scan(commandBarcode('START'));
    await at.until(({ pairing }) => pairing.armed, 'what will be erased is shown');
    expect((await at.scan(commandBarcode('OFF')))?.outcome).toMatchObject({ reason: 'wrong-kind' });
    await at.scan(commandBarcode('CANCEL'));
    expect((await at.scan(commandBarcode('OFF')))?.outcome).toMatchObject({ effect: 'off-asked' });
    await wait(timeouts.startRepeat);
    await at.scan(commandBarcode('START'));
    expect([benchState(bench), existsSync(off)]).toEqual([before, false]);
    await wait(timeouts.startRepeat + 100);
    await at.scan(commandBarcode('START'));
    expect((await at.scan(commandBarcode('OFF')))?.outcome).toMatchObject({
      ...{ result: 'refused', reason: 'still-at-work' },
    });
    const ended = await at.until(({ jobs }) => jobs[0]?.state.state === 'done', 'PASS');
    expect(ended.jobs[0]).toMatchObject({ machineSerial: serial });

    const entry = present(ended.jobs[0]?.ledgerEntry);
    const shown = await runCli(['ledger', 'export', '--format', 'json', '--state', state]);
    expect(shown.stdout).toMatch(/"ownDisk":\s*\{\s*"as":\s*"machine"/);
    expect(shown.stdout).toMatch(new RegExp(`"sequence":\\s*${entry}\\b`));
    expect((await runCli(['ledger', 'verify', '--state', state])).status).toBe(0);

    await at.handlers.pageStands({});
    expect(Date.parse(live.read('/run/prestage/page-stands').trim())).not.toBeNaN();
    await wait(timeouts.doubleRead + 100);
    await at.scan(commandBarcode('OFF'));
    expect(readFileSync(off, 'utf8')).toBe('--no-block poweroff\n');
  });
});

/** A state folder whose library holds the one media file, as `media receive` puts it there. */
async function receive(state: string): Promise<void> {
  const keys = await minisignKeys(area, 'contoso');
  const sent = join(area, 'sent');
  const must = async (...args: string[]): Promise<void> => {
    const run = await runCli(args);
    expect(run.status, run.stderr).toBe(0);
  };
  await must(
    ...['media', 'send', mediaPath, '--to', sent, '--name', 'Contoso', '--key', keys.secret],
    ...['--media-version', '24H2', '--revision', '1'],
  );
  await must('key', 'trust', 'Contoso', '--public-key', keys.public, '--state', state);
  await must('media', 'receive', sent, '--state', state);
}
