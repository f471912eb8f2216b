import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { toErrorData } from '../../core/base/errors';
import { makeSignature, publicKeyText } from '../../station/signing/minisign';
import { newSecretKey } from '../../station/signing/secret-key';
import { TestApp } from '../support/app-service';
import { runCli } from '../support/cli';
import { removeArea, temporaryArea } from '../support/global-setup';
import { liveDisk } from '../support/live-disk';
import { LiveSystem } from '../support/live-system';
import { LoopStick, makeStickImage } from '../support/loop-stick';
import { attachLoop, detachAllLoops, isRoot } from '../support/loop';
import { standIn } from '../support/refusal-run';
import { makeMedia } from '../support/wim';

/** What is done in Settings on a running stick, where there is no command line: the app without its window, on loop devices. */

const MiB = 1024 * 1024;
/** Each copies a state, opens a ledger or writes a slot. Milliseconds. */
vi.setConfig({ testTimeout: 240_000 });
let area: string;
let stick: LoopStick | null = null;
let live: LiveSystem | null = null;
let app: TestApp | null = null;

beforeAll(() => {
  area = temporaryArea('live-app');
});
afterEach(async () => {
  await app?.service.close();
  app = null;
  await stick?.end();
  stick = null;
  await live?.stop();
  live = null;
  detachAllLoops();
});
afterAll(() => {
  removeArea(area);
});

const stickDisk = liveDisk('sda', '8:0', {
  ...{ tran: 'usb', pttype: 'gpt' },
  children: [
    liveDisk('sda2', '8:2', {
      ...{ type: 'part', partlabel: 'PRESTAGE-A', mountpoints: ['/run/live/medium'], serial: null },
    }),
  ],
});

let count = 0;
/** A folder of its own, also when a test is tried again. */
const fresh = (name: string): string => join(area, `${name}-${(count += 1)}`);

async function open(on: LoopStick, state: string): Promise<TestApp> {
  app = await TestApp.open(state, null, on.live.helper(resolve('dist/helper.cjs')));
  await app.until(({ live }) => live.live !== null, 'the stick is told');
  return app;
}

describe.skipIf(!isRoot)('a running stick', () => {
  it('is updated from a file that a trusted key signed, and told why from no other', async () => {
    const on = await LoopStick.start(fresh('update'), 128);
    stick = on;
    on.addSlotB();
    const asked = fresh('systemctl');
    standIn(on.live.bin, 'systemctl', `echo "$@" >>'${asked}'`);
    const image = join(area, 'prestage-live_0.7.0_amd64.iso');
    makeStickImage(image, 'version two');
    const at = await open(on, fresh('update-state'));
    const ended = async (path: string): Promise<TestApp['state']['live']['update']> => {
      at.service.live.beginUpdate(path);
      return await updateEnd(at);
    };

    const refused = { status: 'refused', file: 'prestage-live_0.7.0_amd64.iso' };
    expect(await ended(image)).toMatchObject({ ...refused, error: { code: 'live-update-refused' } });
    const key = newSecretKey();
    writeFileSync(`${image}.minisig`, makeSignature(readFileSync(image), key, 'prestage-live 0.7.0'));
    const stranger = await ended(image);
    expect(stranger).toMatchObject(refused);
    expect(JSON.stringify(stranger)).toContain('not trusted here');
    await at.handlers.trustKey({ name: 'Prestage', text: publicKeyText(key.keyId, key.publicKey) });
    expect([on.slot('b') === 'version two', on.environment().includes('try=')]).toEqual([false, false]);

    // While it runs: how far it is, and nothing that would break it off.
    const tasks = new Set<string>();
    at.service.live.beginUpdate(image);
    expect(() => {
      at.service.live.beginUpdate(image);
    }).toThrow(/is being put/);
    await expect(at.handlers.restartStick({})).rejects.toMatchObject({ data: { code: 'usage' } });
    await expect(at.handlers.powerOff({})).rejects.toMatchObject({ data: { code: 'usage' } });
    const listening = at.service.live.onChange(() => {
      const { update } = at.service.live.state;
      if (update.status === 'running' && update.task !== null) tasks.add(update.task.phase);
    });
    expect(await updateEnd(at)).toEqual({ ...refused, status: 'done', slot: 'b', signer: 'Prestage' });
    listening.dispose();
    expect([...tasks].sort()).toEqual(['checking', 'copying', 'hashing']);
    expect([on.slot('a'), on.slot('b')]).toEqual(['version one', 'version two']);
    expect(on.environment()).toContain('slot=a\ntry=b\n');

    expect(existsSync(asked)).toBe(false);
    await at.handlers.restartStick({});
    expect(readFileSync(asked, 'utf8')).toBe('--no-block reboot\n');
  });

  it('stays with its version when an update is stopped', async () => {
    const on = await LoopStick.start(fresh('stopped'), 128);
    stick = on;
    on.addSlotB();
    const image = join(area, 'stopped.iso');
    makeStickImage(image, 'version two');
    const key = newSecretKey();
    writeFileSync(`${image}.minisig`, makeSignature(readFileSync(image), key, 'stopped'));
    const at = await open(on, fresh('stopped-state'));
    await at.handlers.trustKey({ name: 'Prestage', text: publicKeyText(key.keyId, key.publicKey) });
    at.service.live.beginUpdate(image);
    await at.handlers.cancelUpdate({});
    expect(await updateEnd(at)).toEqual({ status: 'none' });
    expect(on.environment()).not.toContain('try=');
  });

  it('has its state backed up onto another disk alone, and restored by the next start, records and all', async () => {
    const on = await LoopStick.start(fresh('backup'), 1400);
    stick = on;
    const [old, other] = [fresh('backup-state'), fresh('other-state')];
    await prestage('machine', 'returned', 'OLD-A1', '--note', 'came back', '--state', old);
    const at = await open(on, old);
    const file = `${other}.prestage`;
    const code = async (): Promise<unknown> =>
      await at.service.backup.backUp(file, 'horse').then(
        () => null,
        (error: unknown) => toErrorData(error).code,
      );
    // Neither where nothing is kept, nor onto the stick itself.
    expect(await code()).toBe('live-no-data');
    await at.handlers.openStick({ act: 'make', key: { kind: 'passphrase', text: 'correct horse' } });
    expect(await code()).toBe('live-disk-refused');
    await on.live.shell('mkdir -p /run/prestage/disk && mount -t tmpfs tmpfs /run/prestage/disk');
    await at.service.live.look();
    expect(await code()).toBeNull();
    expect(await at.service.backup.backUp(`${other}-again.prestage`, 'horse')).toMatchObject({
      entries: 1,
    });

    await prestage('machine', 'returned', 'NEW-A1', '--note', 'came back', '--state', other);
    const restore = async (password: string, ...more: string[]): Promise<unknown> => {
      const args = [resolve(import.meta.dirname, '../support/restoring-app.ts'), other, file, password];
      return JSON.parse(
        (await promisify(execFile)(process.execPath, ['--import', 'tsx', ...args, ...more])).stdout,
      ) as unknown;
    };
    expect(await restore('house')).toEqual({ restored: 0, refused: 'backup-refused' });
    expect(await restore('horse')).toEqual({ restored: 0, refused: 'state-not-empty' });
    expect(await machines(other)).toEqual(['NEW-A1']);
    expect(readdirSync(other).filter((name) => name.startsWith('.restore'))).toEqual([]);
    expect(await restore('horse', 'replace')).toEqual({ restored: 1, refused: null });
    // Whatever opens the station next puts it in place.
    await prestage('machine', 'returned', 'OLD-A2', '--note', 'came back', '--state', other);
    expect(await machines(other)).toEqual(['OLD-A1', 'OLD-A2']);
    const [before = ''] = readdirSync(other).filter((name) => name.startsWith('before-restore-'));
    expect(await machines(join(other, before, 'state'))).toEqual(['NEW-A1']);
    expect(readdirSync(other).filter((name) => name.startsWith('.restore'))).toEqual([]);
  });

  it('starts no real drive while its clock cannot be right, and says so on the screen', async () => {
    const folder = fresh('clock');
    const inner = `${folder}-data.img`;
    writeFileSync(inner, '');
    truncateSync(inner, 64 * MiB);
    execFileSync('mkfs.ext4', ['-q', inner]);
    const data = attachLoop(inner);
    const devices = [stickDisk, liveDisk('sdc', '8:32', { tran: 'sata' })];
    live = await LiveSystem.start(folder, {
      ...{ devices, sequences: { sda: 1, sdc: 5 }, built: '2099-01-01' },
      start: {
        ...{ medium: '/dev/sda2', slot: 'a' },
        diskIdentitiesAtStart: [{ name: 'sda', 'disk-seq': 1, serial: 'SERIAL-sda', wwn: null }],
      },
    });
    await live.shell(
      `mkdir -p /dev/mapper /var/lib/prestage && mount -t tmpfs tmpfs /dev/mapper && ln -s ${data} /dev/mapper/prestage-data && mount ${data} /var/lib/prestage`,
    );
    const media = await makeMedia(fresh('media'), { compression: 'XPRESS' });
    app = await TestApp.open(`${folder}-state`, null, live.helper(resolve('dist/helper.cjs')));
    const at = app;
    const told = await at.until((state) => state.live.problems.length > 0, 'what is wrong is told');
    expect(told.live).toMatchObject({ live: { data: 'open' }, problems: [{ code: 'clock-wrong' }] });
    expect(told.live.problems[0]?.message).toContain('2099-01-01');

    await at.scan('OP-Ada');
    await at.handlers.selectMedia({ path: media.path });
    await at.scan(createHash('sha256').update(readFileSync(media.path)).digest('hex'));
    await at.until((state) => state.media.status === 'proved', 'a proved media file');
    await at.scan('5CD4120LQ7');
    await at.scan('SERIAL-sdc');
    const start = async (): Promise<unknown> => {
      await at.handlers.arm({ armed: true });
      const { pairing } = await at.handlers.getState({});
      expect(pairing.pairs).toHaveLength(1);
      const driveIds = pairing.pairs.map(({ driveId }) => driveId);
      return await at.handlers.start({ driveIds }).then(
        () => null,
        (error: unknown) => toErrorData(error).code,
      );
    };
    expect(await start()).toBe('clock-wrong');
    const refused = await at.handlers.getState({});
    expect([refused.jobs, refused.pairing.refusal?.code]).toEqual([[], 'clock-wrong']);

    // With a clock that can be right, it is the next thing that is looked at: the device, which nobody has here.
    writeFileSync(
      join(folder, 'image/live.json'),
      JSON.stringify({ version: '0.6.0', built: '2026-11-20', commit: 'abc1234' }),
    );
    await at.service.live.look();
    expect((await at.handlers.getState({})).live.problems).toEqual([]);
    expect(['clock-wrong', null]).not.toContain(await start());
  });
});

/** What the page is told once nothing is put on the stick any more. */
async function updateEnd(at: TestApp): Promise<TestApp['state']['live']['update']> {
  await expect.poll(() => at.service.live.update.isRunning, { timeout: 60_000 }).toBe(false);
  return (await at.handlers.getState({})).live.update;
}

async function prestage(...args: string[]): Promise<string> {
  const ended = await runCli(args);
  expect(ended.status, ended.stderr).toBe(0);
  return ended.stdout;
}

/** Serials of the machines in a ledger that is whole, the oldest first. */
async function machines(state: string): Promise<string[]> {
  await prestage('ledger', 'verify', '--state', state);
  const exported = await prestage('ledger', 'export', '--format', 'json', '--state', state);
  return Array.from(exported.matchAll(/"machineSerial":\s*"([^"]+)"/g), (match) => match[1] ?? '');
}
