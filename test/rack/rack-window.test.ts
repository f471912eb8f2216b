import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { productManifest } from '../../build/package/paths';
import { AppWindow, giveToUser, type AppWindowOptions } from '../support/app-window';
import { openCheckout } from '../support/checkout';
import { startDisplay } from '../support/display';
import { openToOthers, removeArea, temporaryArea } from '../support/global-setup';
import { isRoot } from '../support/loop';
import { dnsmasqIn, startMachine } from '../support/netboot';
import { ip, NetworkRoom } from '../support/network-room';
import { present } from '../support/present';
import { codesIn } from '../support/read-codes';
import { recordsOf, Stations } from '../support/two-stations';

/** The rack through the real window: two stations side by side, and machines that are started from the network. */

const root = resolve(import.meta.dirname, '../..');
const { version } = productManifest();
let area: string;
const closing: (() => Promise<unknown> | undefined)[] = [];

beforeAll(() => {
  area = temporaryArea('rack-window');
  openToOthers(area);
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => {
  removeArea(area);
});

/** A folder of its own for each try of a test. */
function folderOf(name: string): string {
  return mkdtempSync(join(area, `${name}-`));
}

/** The app on a screen of its own, with somebody who works there. */
async function open(operator: string, options: AppWindowOptions): Promise<AppWindow> {
  const display = await startDisplay();
  closing.push(() => display.end());
  const app = await AppWindow.start({ ...options, env: { ...options.env, DISPLAY: display.name } });
  closing.push(() => app.end());
  await app.scan(`OP-${operator}`);
  await app.page.getByText(operator).first().waitFor();
  return app;
}

/** What the rack that is served says of itself. */
async function served({
  page,
}: AppWindow): Promise<{ readonly station: string; readonly fingerprint: string }> {
  const command = await page.getByText(/^prestage agent --station/).textContent();
  const [, station, fingerprint] = /--station (\S+) --fingerprint ([0-9a-f]{64})$/.exec(command ?? '') ?? [];
  return { station: present(station), fingerprint: present(fingerprint) };
}

describe('a station and another one, each in its window', () => {
  it('scans its code, is admitted by a press there, gets media and disk image, and has them as its own', async () => {
    const stations = await Stations.make(folderOf('stations'));
    const [there, here] = [stations.copyOfFirst('there'), await stations.second('here')];
    const giving = await open('Grace Hopper', { state: there });
    await giving.page.keyboard.press('F8');
    await giving.page.getByRole('textbox', { name: 'Address and port' }).fill('127.0.0.1:0');
    await giving.page.getByRole('button', { name: 'Serve the rack' }).click();
    const { station, fingerprint } = await served(giving);
    await giving.page.getByText('For another station').click();
    const code = join(area, 'station-code.png');
    await giving.page
      .getByAltText(/^QR code with the address and the fingerprint/)
      .screenshot({ path: code });

    const getting = await open('Ada Byron', { state: here });
    const { page } = getting;
    await page.keyboard.press('F3');
    await page.getByRole('button', { name: 'Get from another station …' }).click();
    await page.getByRole('textbox', { name: 'Fingerprint' }).waitFor();
    const [read] = codesIn(code);
    expect(read?.text).toBe(`${station} ${fingerprint}`);
    await getting.scan(present(read).text);

    await page.getByText('Compare this code with the one that station Bench 1 shows').waitFor();
    const shown = present(await page.locator('.mirror-code strong').textContent());
    await getting.picture('two-stations-compares');
    const asks = giving.page.locator('.machines-asks');
    await asks.getByText(shown, { exact: true }).waitFor();
    await giving.picture('two-stations-asks');
    expect(await asks.count()).toBe(1);
    // Nobody has pressed anything: nothing of the other station is told.
    expect(await page.getByRole('region', { name: 'What station Bench 1 has' }).count()).toBe(0);
    await asks.getByRole('button', { name: `Admit Station here, code ${shown}` }).click();
    await giving.page.getByRole('row', { name: /^Station here Admitted/ }).waitFor();

    const offer = page.getByRole('region', { name: 'What station Bench 1 has' });
    await offer.getByRole('cell', { name: 'not here' }).first().waitFor();
    expect(await page.getByText('No media was received yet.').count()).toBe(1);
    await offer.getByRole('checkbox', { name: 'Choose Contoso 24H2, revision 1' }).check();
    await page.getByRole('button', { name: /^Get 1 media and 1 disk image, / }).click();
    await page.getByText('1 media and 1 disk image came from station Bench 1').waitFor();
    await getting.picture('two-stations-got');
    expect(await offer.getByRole('cell', { name: 'got', exact: true }).count()).toBe(2);

    const media = page.locator('.library-cards > li');
    await media.getByText('Signed by Contoso').waitFor();
    await media.getByText(/^1, /).waitFor();
    await media.getByText(/, Ada Byron$/).waitFor();
    await media.getByRole('button', { name: 'Use Contoso 24H2' }).click();
    await media.getByText('Chosen for the next drives').waitFor();
    await getting.end();
    const from = { station: 'Bench 1', certificate: fingerprint };
    const { sha256, key } = stations;
    expect(await recordsOf(here)).toMatchObject([
      { kind: 'got-from-station', from, what: { is: 'media', sha256 } },
      { kind: 'got-from-station', from, what: { is: 'disk-image', key } },
    ]);
  });
});

/** A rule of the test's own, for exactly the helper. */
const sudoers = '/etc/sudoers.d/prestage-test-rack-window';
/** What the image that machines start holds as their system. */
const system = 'the system of a machine';

describe('machines that are started from the network, by the window', () => {
  it('are switched on with an interface and an image, are answered there alone, and are answered by nothing after it is switched off', async ({
    skip,
  }) => {
    if (!isRoot) skip('needs root, for network namespaces');
    if (!existsSync('/usr/bin/sudo')) skip('needs sudo, which stands behind the stand-in for pkexec');
    const room = new NetworkRoom();
    closing.push(() => {
      room.remove();
    });
    const [station, machine] = [room.computer(), room.computer()];
    room.cable(station, machine, { from: 'rack0', to: 'eth0' });
    room.cable(station, machine, { from: 'office0', to: 'eth1' });
    for (const [of, name, address] of [
      [station, 'rack0', '192.168.77.1/24'],
      [machine, 'eth0', '192.168.77.9/24'],
      [station, 'office0', '10.20.0.5/24'],
      [machine, 'eth1', '10.20.0.6/24'],
    ] as const) {
      room.address(of, name, address);
    }
    const { app, image, leftFolders } = await openIn(station);
    const { page } = app;

    await page.keyboard.press('F8');
    await page.getByRole('radio', { name: /^From the network/ }).check();
    await page.getByRole('radio', { name: /^office0: 10\.20\.0\.5\/24/ }).waitFor();
    expect(await page.getByRole('radio', { name: /^lo: / }).isDisabled()).toBe(true);
    const begin = page.getByRole('button', { name: 'Serve the rack, and start machines' });
    expect(await begin.isDisabled()).toBe(true);
    await page.getByRole('radio', { name: /^rack0: 192\.168\.77\.1\/24/ }).check();
    await app.answerFiles(image);
    await page.getByRole('button', { name: 'Choose an image …' }).click();
    await page.getByText(image, { exact: true }).waitFor();
    await app.picture('netboot-chosen');
    expect(dnsmasqIn(room, station)).toEqual([]);
    await begin.click();
    await page.getByText('Machines are started from the network.').waitFor();
    await page.getByText('rack0, 192.168.77.1', { exact: true }).waitFor();
    const { station: address, fingerprint } = await served(app);
    expect(address).toBe('192.168.77.1:7411');
    expect(dnsmasqIn(room, station)).toHaveLength(1);
    // Neither DHCP, TFTP nor HTTP on the other interface.
    expect(listeners(station).filter((place) => !/^192\.168\.77\.1:|%rack0:/.test(place))).toEqual([]);

    const given = startMachine(machine, '192.168.77.9');
    expect(given).toMatchObject({
      offer: { server: '192.168.77.1', file: 'shimx64.efi' },
      sizes: { 'shimx64.efi': 4, 'grubx64.efi': 4, vmlinuz: 6, initrd: 9 },
      outside: 'refused',
      system: createHash('sha256').update(system).digest('hex'),
    });
    expect(given.offer.address).toMatch(/^192\.168\.77\.(?!1$)\d+$/);
    expect(given.config).toContain(`prestage.station=${address} prestage.fingerprint=${fingerprint}`);
    await page.getByText(/, 1 has it$/).waitFor();
    await app.picture('netboot-serves');

    await page.getByRole('button', { name: 'Stop serving' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop serving' }).click();
    await page.getByText('Off. No machine can reach this station.').waitFor();
    expect(closedTo(machine)).toEqual({ 'udp 67': true, 'udp 69': true, 'tcp 7411': true, 'tcp 7412': true });
    expect([listeners(station), dnsmasqIn(room, station), leftFolders()]).toEqual([[], [], []]);
    await app.end();
    await expect.poll(() => room.processes(station)).toEqual([]);
  });

  /** The app in a computer, where an administrator's password needs no typing; and an image to be chosen. */
  async function openIn(computer: string): Promise<{
    readonly app: AppWindow;
    readonly image: string;
    /** Folders that the app has laid out for machines. */
    readonly leftFolders: () => string[];
  }> {
    const folder = folderOf('netboot');
    const [tmp, bin, image] = [join(folder, 'tmp'), join(folder, 'bin'), join(folder, 'prestage-live.iso')];
    for (const one of [tmp, bin]) mkdirSync(one);
    // As /tmp is.
    chmodSync(tmp, 0o1777);
    writeFileSync(image, smallImage());
    const programs = `${openCheckout()}/dist`;
    closing.push(() => {
      rmSync(sudoers, { force: true });
    });
    writeFileSync(sudoers, `nobody ALL=(root) NOPASSWD: ${programs}/runtime/node ${programs}/helper.cjs\n`, {
      mode: 0o440,
    });
    writeFileSync(
      join(bin, 'pkexec'),
      '#!/bin/sh\n[ "$1" = --disable-internal-agent ] && shift\nexec sudo --non-interactive -- "$@"\n',
      { mode: 0o755 },
    );
    giveToUser(join(folder, 'state'));
    const app = await open('Ada Byron', {
      state: join(folder, 'state'),
      through: [process.execPath, '--import', 'tsx', join(root, 'test/support/ports-outside.ts'), computer],
      env: { TMPDIR: tmp, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    });
    return {
      app,
      image,
      leftFolders: () => readdirSync(tmp).filter((name) => name.startsWith('prestage-netboot')),
    };
  }
});

/** An image as xorriso wrote it, of this version. */
function smallImage(): Buffer {
  const image = gunzipSync(readFileSync(join(root, 'test/fixtures/recorded/netboot/small.iso.gz')));
  const about = (of: string, commit: string): string =>
    JSON.stringify({ version: of, built: '2026-01-01T00:00:00Z', commit });
  const recorded = about('0.2.0', 'none');
  const at = image.indexOf(recorded);
  if (at < 0) throw new Error('the recorded image tells another version');
  // As long as what was there: where a file ends stands elsewhere in the image.
  image.write(about(version, 'n'.repeat('none'.length + '0.2.0'.length - version.length)), at);
  return image;
}

/** Where a computer listens for what a rack answers: DHCP, TFTP, agents and what machines fetch. */
function listeners(computer: string): string[] {
  return ip('netns', 'exec', computer, 'ss', '-Hlntu')
    .split('\n')
    .flatMap((line) => line.trim().split(/\s+/)[4] ?? [])
    .filter((place) => /:(67|69|7411|7412)$/.test(place));
}

/** Which ports of the station turn a machine away at once, asked from there. */
function closedTo(machine: string): Record<string, boolean> {
  const script = `
    const { createSocket } = require('node:dgram');
    const { connect } = require('node:net');
    const host = '192.168.77.1';
    const udp = (port) => new Promise((done) => {
      const socket = createSocket('udp4');
      const end = (closed) => { socket.close(); done(['udp ' + port, closed]); };
      socket.on('error', ({ code }) => end(code === 'ECONNREFUSED')).on('message', () => end(false));
      socket.connect(port, host, () => socket.send('?'));
    });
    const tcp = (port) => new Promise((done) => {
      const socket = connect(port, host);
      const end = (closed) => { socket.destroy(); done(['tcp ' + port, closed]); };
      socket.on('error', ({ code }) => end(code === 'ECONNREFUSED')).on('connect', () => end(false));
    });
    Promise.all([udp(67), udp(69), tcp(7411), tcp(7412)])
      .then((all) => console.log(JSON.stringify(Object.fromEntries(all))));`;
  // A port that is open and says nothing never answers.
  const told = spawnSync('ip', ['netns', 'exec', machine, process.execPath, '-e', script], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return z.record(z.string(), z.boolean()).parse(JSON.parse(told.stdout));
}
