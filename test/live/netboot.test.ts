import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeBootMedia } from '../boot/boot-media';
import { temporaryArea } from '../support/global-setup';
import { isRoot } from '../support/loop';
import { ip, NetworkRoom } from '../support/network-room';
import { filesOf, filesOnDrive } from './drive-outside';
import { LiveMachine, machineSerial, share, type Picture } from './live-machine';
import { emptyDrive, image, makeImage } from './stick';
import { root, run } from './tools';

/**
 * A machine with nothing on its disk and Secure Boot on starts from the network: by its firmware, shim, GRUB and Linux as they are signed,
 * from a station in a network namespace. It is admitted, imaged, says PASS, and starts what was written, whose first boot finds every
 * file right and turns it off. `npm run test:live`, as root.
 */

const startSeconds = 1200;
const soon = 300;
const prestage = join(root, 'dist/prestage.cjs');
const mac = '52:54:00:70:72:65';
const machineUuid = '4c4c4544-0042-4a10-8059-b4c04f4d3132';

/** The console's own green, which fills the screen at the end. */
const isPass = (picture: Picture): boolean => share(picture, [0, 170, 0]) > 0.4;

describe.skipIf(!isRoot)('a machine that starts from the network', () => {
  const room = new NetworkRoom();
  let area: string;
  let state: string;
  let nvme: string;
  let media: string;
  let machine: LiveMachine | null = null;
  let station: ChildProcess | null = null;
  let said = '';
  let driveId = '';

  beforeAll(async () => {
    area = temporaryArea('live-netboot');
    makeImage(area);
    mkdirSync(join(area, 'media'));
    ({ path: media } = await makeBootMedia(join(area, 'media')));
    state = join(area, 'state');
    mkdirSync(state);
    nvme = join(area, 'nvme.img');
    emptyDrive(nvme, 16);
    // The rack's switch: a bridge of the station's namespace, at which the machine and one other computer are.
    const [name, other] = [room.computer(), room.computer()];
    ip('-n', name, 'link', 'add', 'rack0', 'type', 'bridge');
    room.cable(name, other, { from: 'port0', to: 'eth0' });
    ip('netns', 'exec', name, 'ip', 'tuntap', 'add', 'tap0', 'mode', 'tap');
    for (const port of ['port0', 'tap0']) ip('-n', name, 'link', 'set', port, 'master', 'rack0', 'up');
    ip('-n', name, 'link', 'set', 'rack0', 'up');
    room.address(name, 'rack0', '192.168.77.1/24');
    const args = ['rack', 'serve', '--interface', 'rack0', '--boot-image', image, '--state', state];
    station = spawn('ip', ['netns', 'exec', name, process.execPath, prestage, ...args], {
      env: { ...process.env, TMPDIR: '/tmp' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [station.stdout, station.stderr]) {
      stream?.on('data', (piece: Buffer) => (said += piece.toString()));
    }
    await stationSays(/are started from the network/, 120);
    machine = await LiveMachine.start({
      ...{ area, stick: null, network: { namespace: name, tap: 'tap0', mac, uuid: machineUuid } },
      nvme: [{ file: nvme, serial: 'NVMERACK0001' }],
    });
  }, 1_800_000);
  afterAll(async () => {
    await machine?.cut();
    const ended = new Promise((done) => station?.once('close', done));
    station?.kill('SIGINT');
    await ended;
    room.remove();
    rmSync(area, { recursive: true, force: true });
  });

  /** @param meanwhile done once more every few seconds: what it leaves shows where a start has stopped */
  async function stationSays(
    what: RegExp,
    seconds: number,
    meanwhile: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<void> {
    const end = Date.now() + seconds * 1000;
    while (!what.test(said)) {
      if (Date.now() > end) {
        throw new Error(`the station did not say ${what.source} in ${seconds} s:\n${said}`);
      }
      await meanwhile();
      await sleep(5000);
    }
  }

  const screen = (): LiveMachine => {
    if (machine === null) throw new Error('the machine was not started');
    return machine;
  };

  it(
    'comes up with its serial, and asks the station to be admitted',
    { timeout: startSeconds * 1000 },
    async () => {
      await stationSays(/Machine LIVE-PC-0001 .* waits\. If its screen shows/, startSeconds, () =>
        screen().keepPicture('rack-starting'),
      );
      // By the barcodes on the screen, as a scanner of another station reads them.
      const shown = await barcodesOn(screen());
      expect(shown.filter((text) => text === machineSerial)).toHaveLength(2);
      expect(shown).toEqual(expect.arrayContaining([machineUuid.toUpperCase(), mac.toUpperCase()]));
      const [, code = ''] = /prestage rack admit (\w+)/.exec(said) ?? [];
      run(process.execPath, [prestage, 'rack', 'admit', code, '--operator', 'ana', '--state', state]);
      const listed = z
        .object({
          drives: z.array(z.object({ id: z.string(), verdict: z.string(), serial: z.string().nullable() })),
        })
        .parse(JSON.parse(run(process.execPath, [prestage, 'drives', '--json', '--state', state])));
      const own = listed.drives.filter(({ id }) => id.includes('@'));
      expect(own).toEqual([expect.objectContaining({ verdict: 'eligible', serial: 'NVMERACK0001' })]);
      driveId = own[0]?.id ?? '';
    },
  );

  it(
    'is imaged, says PASS, and once that is recorded starts what was written',
    { timeout: startSeconds * 1000 },
    async () => {
      const apply = spawn(
        process.execPath,
        [
          ...[prestage, 'apply', '--media', media, '--drive', driveId, '--operator', 'ana', '--yes'],
          ...['--at-end', 'restart', '--state', state, '--json'],
        ],
        { stdio: ['ignore', 'inherit', 'inherit'] },
      );
      const status = new Promise((done) => apply.once('close', done));
      await screen().until('PASS', isPass, startSeconds / 2);
      const passed = performance.now();
      await screen().keepPicture('rack-pass');
      expect(await status).toBe(0);
      // Nobody waits for a machine that has gone to restart.
      expect((performance.now() - passed) / 1000).toBeLessThan(60);
      // The firmware starts from the network first: only by its next start is it the disk's turn. Shim, GRUB, and the first boot.
      expect(await screen().untilSaid(/MEDIA (OK|DIFFERS|UNREADABLE)/, startSeconds / 2)).toContain(
        'MEDIA OK',
      );
      await screen().keepPicture('rack-restarted');
      expect(await screen().text()).toContain('MEDIA OK');
      expect(await screen().ended(soon)).toBe(true);
      const entries = run(process.execPath, [prestage, 'ledger', 'list', '--state', state, '--json']);
      expect(entries).toContain(machineSerial);
      expect(entries).toContain('NVMERACK0001');
      const exported = run(process.execPath, [
        ...[prestage, 'ledger', 'export', '--format', 'json', '--state', state],
      ]);
      // What the batch asked for, and what the machine was told at last and confirmed.
      expect(exported).toMatch(/"atEnd": ?"restart"/);
      expect(exported).toContain('machine-ended');
    },
  );

  it('has the media on its disk, as others read it', () => {
    expect(filesOnDrive(nvme, area)).toEqual(expect.arrayContaining(filesOf(media)));
  });
});

/** What a scanner reads from the machine's screen, once there is something to read. */
async function barcodesOn(machine: LiveMachine): Promise<string[]> {
  const end = Date.now() + soon * 1000;
  for (;;) {
    const picture = await machine.keepPicture('rack-waiting');
    const read = run('zbarimg', ['--quiet', '--raw', picture], { status: [0, 4] });
    if (read !== '' || Date.now() > end) return read.split('\n').filter((text) => text !== '');
    await sleep(5000);
  }
}
