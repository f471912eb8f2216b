import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { newSecretKey } from '../../station/signing/secret-key';
import { makeSignature, publicKeyText } from '../../station/signing/minisign';
import { TestApp } from '../support/app-service';
import { errorOf, type CliResult } from '../support/cli';
import { removeArea, temporaryArea } from '../support/global-setup';
import { LoopStick, makeStickImage, slotMebibytes } from '../support/loop-stick';
import { detachAllLoops, isRoot, rootOnly } from '../support/loop';

/** The data partition and the slots of a stick, on a loop device in the place of the stick. */

const MiB = 1024 * 1024;
/** A dozen commands each, and cryptsetup, which takes its time by design. Milliseconds. */
vi.setConfig({ testTimeout: 400_000 });
let area: string;
let on: LoopStick | null = null;

async function start(name: string, mebibytes: number): Promise<LoopStick> {
  on = await LoopStick.start(join(area, name), mebibytes);
  return on;
}

beforeAll(() => {
  area = temporaryArea('live-setup');
});
afterEach(async () => {
  await on?.end();
  on = null;
  detachAllLoops();
});
afterAll(() => {
  removeArea(area);
});

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

/**
 * Names another cipher for the content in both copies of a LUKS2 header, as anybody can who has the disk: its checksum has no key
 * (LUKS2 On-Disk Format Specification 1.1.1, 2 and 3).
 */
function recipher(partition: string, from: string, to: string): void {
  const bytes = readFileSync(partition).subarray(0, 2 * 16_384);
  for (const at of [0, 16_384]) {
    const header = bytes.subarray(at, at + 16_384);
    const text = header.toString('latin1', 4096);
    const segments = text.indexOf('"segments"');
    const changed = text.slice(0, segments) + text.slice(segments).replace(from, to);
    expect(changed).not.toBe(text);
    header.write(changed, 4096, 'latin1');
    header.fill(0, 448, 512);
    createHash('sha256').update(header).digest().copy(header, 448);
  }
  writeFileSync(partition, bytes, { flag: 'r+' });
}

describe('a stick', () => {
  it('gets its data partition in the free space, once; another passphrase does not open it', async ({
    skip,
  }) => {
    if (!isRoot) skip(rootOnly);
    if (!existsSync('/usr/sbin/cryptsetup')) skip('needs cryptsetup');
    const { live, device: stick } = await start('setup', 1400);
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
    // Who had the stick made its content plain: the passphrase opens it as before, and nothing is kept on it.
    recipher(`${stick}p4`, 'aes-xts-plain64', 'cipher_null-ecb');
    const trap = errorOf(await run('unlock', '--password-file', passwordFile('correct horse')));
    expect(trap).toMatchObject({ code: 'live-data-changed' });
    expect(trap.message).toContain(`${stick}p4`);
    expect(told(await run('show')).live.data).toBe('locked');
    // Nothing but the node of device-mapper itself, which some machines have.
    expect(await live.shell('ls -A /dev/mapper | grep -vx control; true')).toBe('');
    recipher(`${stick}p4`, 'cipher_null-ecb', 'aes-xts-plain64');
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
    const updated = await start('update', 1400);
    const { live } = updated;
    updated.addSlotB();
    const state = join(area, 'update-state');
    mkdirSync(state);
    const image = join(area, 'new.iso');
    makeStickImage(image, 'version two');
    const update = (): Promise<CliResult> => live.run(['live', 'update', image, '--state', state, '--json']);
    const slotB = (): string => updated.slot('b');
    const environment = (): string => updated.environment();

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
    expect(updated.slot('a')).toBe('version one');
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
