import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { newSecretKey } from '../../station/signing/secret-key';
import { makeSignature, publicKeyText } from '../../station/signing/minisign';
import { TestApp } from '../support/app-service';
import { errorOf, type CliResult } from '../support/cli';
import { temporaryArea } from '../support/global-setup';
import { LiveSystem } from '../support/live-system';
import { detachAllLoops, isRoot, rootOnly } from '../support/loop';
import { realTool, standIn } from '../support/refusal-run';

/**
 * The data partition and the slots of a stick, on a loop device in the place of the stick. This kernel may have no dm-crypt, so
 * that of cryptsetup one step is replaced: what `open` maps is a second loop device, once the real cryptsetup has let the key open
 * the real LUKS header.
 */

const MiB = 1024 * 1024;
/** A dozen commands each, and cryptsetup, which takes its time by design. Milliseconds. */
vi.setConfig({ testTimeout: 400_000 });
let area: string;
let system: LiveSystem | null = null;
const loops = new Set<string>();

function attach(file: string): string {
  const device = execFileSync('losetup', ['--find', '--show', file], { encoding: 'utf8' }).trim();
  loops.add(device);
  return device;
}

beforeAll(() => {
  area = temporaryArea('live-setup');
});
afterEach(async () => {
  await system?.stop();
  system = null;
  for (const device of loops) {
    spawnSync('partx', ['--delete', device]);
    execFileSync('losetup', ['--detach', device]);
  }
  loops.clear();
  detachAllLoops();
});
afterAll(() => {
  spawnSync('rmdir', ['/dev/mapper']);
  rmSync(area, { recursive: true, force: true });
});

const slotMebibytes = 8;

/** An image as build/live makes it, but small: the EFI system partition behind the first slot. */
function makeImage(file: string, content: string): void {
  writeFileSync(file, '');
  truncateSync(file, 56 * MiB);
  execFileSync('sgdisk', [
    ...['--new=2:2048:' + String(2048 + slotMebibytes * 2048 - 1), '--change-name=2:PRESTAGE-A'],
    ...['--new=1:0:+40M', '--typecode=1:ef00', '--change-name=1:PRESTAGE-ESP', file],
  ]);
  const esp = join(area, 'esp.img');
  rmSync(esp, { force: true });
  writeFileSync(esp, '');
  truncateSync(esp, 40 * MiB);
  execFileSync('mkfs.fat', ['-F', '32', '-s', '1', esp]);
  const block = join(area, 'grubenv');
  writeFileSync(block, '# GRUB Environment Block\nslot=a\n'.padEnd(1024, '#'));
  execFileSync('mmd', ['-i', esp, '::EFI', '::EFI/debian']);
  execFileSync('mcopy', ['-i', esp, block, '::EFI/debian/grubenv']);
  const bytes = readFileSync(file);
  bytes.write(content, MiB);
  readFileSync(esp).copy(bytes, (1 + slotMebibytes) * MiB);
  writeFileSync(file, bytes);
}

async function start(
  name: string,
  mebibytes: number,
): Promise<{ live: LiveSystem; stick: string; file: string }> {
  const folder = join(area, name);
  mkdirSync(folder);
  const file = join(folder, 'stick.img');
  makeImage(file, 'version one');
  truncateSync(file, mebibytes * MiB);
  const stick = attach(file);
  execFileSync('partx', ['--add', stick]);
  const inner = join(folder, 'inner.img');
  writeFileSync(inner, '');
  truncateSync(inner, 256 * MiB);
  const mapped = attach(inner);
  const live = await LiveSystem.start(join(folder, 'live'), {
    start: {
      ...{ medium: `${stick}p2`, slot: 'a' },
      diskIdentitiesAtStart: [{ name: basename(stick), 'disk-seq': 1, serial: null, wwn: null }],
    },
  });
  system = live;
  // Where no udev runs, lsblk has no names of partitions: they are added from the table itself.
  const names = join(folder, 'names.mjs');
  writeFileSync(
    names,
    `import { spawnSync } from 'node:child_process';
const told = spawnSync('${realTool('lsblk')}', process.argv.slice(2), { encoding: 'utf8' });
const table = JSON.parse(spawnSync('sfdisk', ['--json', '${stick}'], { encoding: 'utf8' }).stdout).partitiontable;
const label = (node) => table.partitions.find(({ node: at }) => at === node)?.name ?? null;
const list = JSON.parse(told.stdout);
for (const disk of list.blockdevices) for (const part of disk.children ?? []) part.partlabel ??= label(part.path);
process.stdout.write(JSON.stringify(list));`,
  );
  standIn(live.bin, 'lsblk', `exec ${process.execPath} ${names} "$@"`);
  const real = realTool('cryptsetup');
  standIn(
    live.bin,
    'cryptsetup',
    `case " $* " in *' open '*) ${real} open --test-passphrase --type luks2 --key-file - "$6"; ln -s ${mapped} /dev/mapper/prestage-data;; *) exec ${real} "$@" --pbkdf-force-iterations 4 --pbkdf-memory 32;; esac`,
  );
  // What a kernel with device-mapper has.
  await live.shell('mkdir -p /dev/mapper; mount -t tmpfs tmpfs /dev/mapper');
  return { live, stick, file };
}

const liveForm = z.object({
  live: z.object({
    data: z.string(),
    slot: z.string(),
    station: z.object({ timeZone: z.string(), keyboard: z.string() }).nullable(),
  }),
  problems: z.array(z.object({ code: z.string() })),
});
const told = ({ status, stdout, stderr }: CliResult): z.infer<typeof liveForm> => {
  expect(status, stdout + stderr).toBe(0);
  return liveForm.parse(JSON.parse(stdout));
};

function passwordFile(text: string): string {
  const file = join(area, 'password');
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return file;
}

describe('a stick', () => {
  it('gets its data partition in the free space, once; another passphrase does not open it', async ({
    skip,
  }) => {
    if (!isRoot) skip(rootOnly);
    if (!existsSync('/usr/sbin/cryptsetup')) skip('needs cryptsetup');
    const { live, stick } = await start('setup', 1400);
    const run = (...args: string[]): Promise<CliResult> =>
      live.run(['live', ...args, '--state', '/var/lib/prestage', '--json']);
    expect(told(await run('show'))).toMatchObject({
      live: { data: 'none' },
      problems: [{ code: 'live-no-data' }],
    });
    expect(errorOf(await run('setup', '--password-file', passwordFile('short'))).code).toBe('live-key-wrong');

    const made = told(await run('setup', '--password-file', passwordFile('correct horse')));
    expect(made).toMatchObject({ live: { data: 'open' }, problems: [] });
    const table = execFileSync('sgdisk', ['--print', stick], { encoding: 'utf8' });
    for (const name of ['PRESTAGE-ESP', 'PRESTAGE-A', 'PRESTAGE-B', 'PRESTAGE-DATA']) {
      expect(table).toContain(name);
    }
    expect(execFileSync('sgdisk', ['--verify', stick], { encoding: 'utf8' })).toContain('No problems found');
    expect(execFileSync('cryptsetup', ['luksDump', `${stick}p4`], { encoding: 'utf8' })).toContain(
      'argon2id',
    );
    expect(errorOf(await run('setup', '--password-file', passwordFile('correct horse'))).code).toBe(
      'live-data-exists',
    );

    const zoneOfComputer = readlinkSync('/etc/localtime');
    const zone = told(await run('station', '--time-zone', 'America/New_York', '--keyboard', 'de'));
    expect(zone.live.station).toMatchObject({ timeZone: 'America/New_York', keyboard: 'de' });
    expect(live.read('/run/prestage/keyboard')).toBe('de\n');
    expect(await live.shell('readlink /etc/localtime')).toContain('America/New_York');
    expect(readlinkSync('/etc/localtime')).toBe(zoneOfComputer);
    expect(errorOf(await run('station', '--time-zone', 'Mars/Olympus')).code).toBe('usage');
    expect(errorOf(await run('station', '--time-zone', '../../etc/passwd')).code).toBe('usage');

    // As after a start: nothing is mapped or mounted.
    await live.shell('umount /var/lib/prestage; rm /dev/mapper/prestage-data; rm /etc/localtime');
    expect(told(await run('show')).live.data).toBe('locked');
    expect(errorOf(await run('unlock', '--password-file', passwordFile('wrong horse'))).code).toBe(
      'live-key-wrong',
    );
    expect(told(await run('show')).live.data).toBe('locked');
    const opened = told(await run('unlock', '--password-file', passwordFile('correct horse')));
    expect(opened.live).toMatchObject({ data: 'open', station: { timeZone: 'America/New_York' } });
    expect(await live.shell('readlink /etc/localtime')).toContain('America/New_York');

    // The same in the app, which ends when the records are there.
    await live.shell('umount /var/lib/prestage; rm /dev/mapper/prestage-data');
    const app = await TestApp.open(join(area, 'app-state'), null, live.helper(resolve('dist/helper.cjs')));
    try {
      let restarts = 0;
      app.service.live.onRestart(() => (restarts += 1));
      const locked = await app.until((state) => state.live.live !== null, 'the stick is told');
      expect(locked.live).toMatchObject({ live: { data: 'locked' }, problems: [{ code: 'live-no-data' }] });
      const open = (text: string): Promise<unknown> =>
        app.handlers.openStick({ act: 'open', key: { kind: 'passphrase', text } });
      await expect(open('wrong horse')).rejects.toMatchObject({ data: { code: 'live-key-wrong' } });
      expect([restarts, app.state.live.live?.data]).toEqual([0, 'locked']);
      await open('correct horse');
      expect(restarts).toBe(1);
      expect(app.service.live.state).toMatchObject({ live: { data: 'open' }, problems: [] });
      await app.handlers.setStick({ timeZone: 'Asia/Kolkata', keyboard: 'gb' });
      expect(restarts).toBe(2);
      expect(app.service.live.state.live?.station).toMatchObject({
        timeZone: 'Asia/Kolkata',
        keyboard: 'gb',
      });
      expect(live.read('/run/prestage/keyboard')).toBe('gb\n');
    } finally {
      await app.service.close();
    }
    // No passphrase lies in the log, the session or anywhere else.
    expect(spawnSync('grep', ['--recursive', 'horse', join(area, 'app-state')]).status).toBe(1);
  });

  it('that is too small gets none, and nothing on it is changed', async ({ skip }) => {
    if (!isRoot) skip(rootOnly);
    const { live, file } = await start('small', 600);
    const before = readFileSync(file);
    const run = await live.run(['live', 'setup', '--password-file', passwordFile('correct horse'), '--json']);
    expect(errorOf(run)).toMatchObject({ code: 'live-no-room' });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('takes another version into the slot that does not run, when it is signed by a trusted key', async ({
    skip,
  }) => {
    if (!isRoot) skip(rootOnly);
    const { live, stick } = await start('update', 1400);
    execFileSync('sgdisk', ['--move-second-header', '--new=3:0:+8M', '--change-name=3:PRESTAGE-B', stick]);
    execFileSync('partx', ['--add', '--nr', '3', stick]);
    const state = join(area, 'update-state');
    mkdirSync(state);
    const image = join(area, 'new.iso');
    makeImage(image, 'version two');
    const update = (): Promise<CliResult> => live.run(['live', 'update', image, '--state', state, '--json']);
    const slotB = (): string => readFileSync(`${stick}p3`).subarray(0, 11).toString('latin1');
    const environment = (): string =>
      execFileSync('mtype', ['-i', `${stick}p1`, '::EFI/debian/grubenv'], { encoding: 'utf8' });

    expect(errorOf(await update())).toMatchObject({ code: 'live-update-refused' });
    const key = newSecretKey();
    const sign = (): void => {
      writeFileSync(`${image}.minisig`, makeSignature(readFileSync(image), key, 'prestage-live 0.7.0'));
    };
    sign();
    expect(errorOf(await update()).message).toContain('not trusted here');
    await live.run([
      'key',
      'trust',
      'Prestage',
      '--public-key',
      publicKeyText(key.keyId, key.publicKey),
      '--state',
      state,
    ]);
    const bytes = readFileSync(image);
    bytes[MiB + 100] = 1;
    writeFileSync(image, bytes);
    expect(errorOf(await update()).message).toContain('does not match');
    expect(slotB()).not.toBe('version two');
    expect(environment()).not.toContain('try=');

    sign();
    const done = await update();
    expect(done.status, done.stdout).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({
      slot: 'b',
      signer: 'Prestage',
      bytes: slotMebibytes * MiB,
    });
    expect(slotB()).toBe('version two');
    expect(readFileSync(`${stick}p2`).subarray(0, 11).toString('latin1')).toBe('version one');
    expect(environment()).toContain('slot=a\ntry=b\n');
    expect(Buffer.byteLength(environment())).toBe(1024);

    // Signed, and no image of ours.
    writeFileSync(image, Buffer.alloc(2 * MiB));
    sign();
    expect(errorOf(await update()).message).toContain('not an image');
    expect(statSync(image).size).toBe(2 * MiB);
    expect(slotB()).toBe('version two');
  });
});

describe('elsewhere', () => {
  it('every command of a stick is refused', async () => {
    const { runCli } = await import('../support/cli');
    const shown = await runCli(['live', '--json']);
    expect(JSON.parse(shown.stdout)).toEqual({ live: null, problems: [] });
    for (const args of [['setup'], ['unlock'], ['station', '--time-zone', 'UTC'], ['update', '/x.iso']]) {
      expect(errorOf(await runCli(['live', ...args, '--json'])).code, args[0]).toBe('live-only');
    }
  });
});
