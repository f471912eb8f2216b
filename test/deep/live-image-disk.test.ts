import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { toErrorData } from '../../core/base/errors';
import { ledgerEntrySchema, type LedgerEntry } from '../../core/ledger/record';
import { mediaLibraryForm } from '../../station/cli/media-library-command';
import { Ledger } from '../../station/ledger/ledger';
import { statePaths } from '../../station/state/state-paths';
import { TestApp } from '../support/app-service';
import { errorOf, runCli, type CliResult } from '../support/cli';
import { captureTree, makeContent, minisignKeys } from '../support/delivery';
import { removeArea, temporaryArea } from '../support/global-setup';
import { LoopStick } from '../support/loop-stick';
import { detachAllLoops, isRoot } from '../support/loop';
import { present } from '../support/present';
import { standIn } from '../support/refusal-run';
import { context, done, sampleJob, started } from '../unit/station/ledger/samples';

/** A disk beside the stick that holds disk images and media: the app without its window, stick and disk on loop devices. */

const MiB = 1024 * 1024;
/** cryptsetup takes its time by design. Milliseconds. */
vi.setConfig({ testTimeout: 300_000 });
let area: string;
let stick: LoopStick | null = null;
let app: TestApp | null = null;
let count = 0;

beforeAll(() => {
  area = temporaryArea('live-image-disk');
});
afterEach(async () => {
  await app?.service.close();
  app = null;
  await stick?.end();
  stick = null;
  detachAllLoops();
});
afterAll(() => {
  removeArea(area);
});

const open = { act: 'open', key: { kind: 'passphrase', text: 'correct horse' } } as const;

interface Started {
  readonly on: LoopStick;
  readonly at: TestApp;
  readonly state: string;
  readonly disk: string;
  readonly file: string;
}

/** A stick, and a disk beside it that holds the finished image for 5CD4120LQ7 by the ledger. */
async function start(): Promise<Started> {
  count += 1;
  const on = await LoopStick.start(join(area, `stick-${count}`), 1400);
  stick = on;
  const file = join(area, `disk-${count}.img`);
  writeFileSync(file, '');
  truncateSync(file, 1100 * MiB);
  const diskGuid = randomUUID();
  execFileSync('sgdisk', [`--disk-guid=${diskGuid}`, file]);
  const disk = await on.plugIn(file, 'IMAGES0001');
  const state = join(area, `state-${count}`);
  const ledger = Ledger.open(statePaths(state));
  const drive = { ...sampleJob().drive, kind: 'disk' as const, path: disk, serial: 'IMAGES0001' };
  const job = sampleJob({
    machineSerial: '5CD4120LQ7',
    diskGuid,
    drive: { ...drive, size: 1100 * MiB, bus: 'usb', bay: null },
  });
  for (const record of [started(job), done(job)]) ledger.append(record, context);
  ledger.close();
  const at = await TestApp.open(state, null, on.live.helper(resolve('dist/helper.cjs')));
  app = at;
  await at.until(({ live }) => live.live !== null, 'the stick is told');
  await at.handlers.openStick({ ...open, act: 'make' });
  return { on, at, state, disk, file };
}

async function idOf(at: TestApp, path: string): Promise<string> {
  await at.handlers.refreshDrives({});
  const { drives } = await at.handlers.getState({});
  return present(drives.drives.find((drive) => drive.path === path)).id;
}

function lastOf(state: string, count: number): LedgerEntry[] {
  const ledger = Ledger.open(statePaths(state));
  try {
    return ledger.lastEntries(count).map(({ json }) => ledgerEntrySchema.parse(JSON.parse(json)));
  } finally {
    ledger.close();
  }
}

const wish = async (at: TestApp, path: string): Promise<{ driveId: string; reason: null }> => ({
  driveId: await idOf(at, path),
  reason: null,
});

/** A delivery of a small media file, signed with a key without a password. */
async function sendMedia(name: string, key: string): Promise<string> {
  const [tree, wim, to] = ['tree', 'wim', 'sent'].map((one) => join(area, `${name}-${count}.${one}`));
  makeContent(present(tree), 1, MiB);
  await captureTree(present(tree), present(wim));
  const sent = ['media', 'send', present(wim), '--to', present(to), '--name', name, '--revision', '1'];
  expect((await runCli([...sent, '--key', key])).status).toBe(0);
  return present(to);
}

const codeOf = async (doing: Promise<unknown>): Promise<string | null> =>
  await doing.then(
    () => null,
    (error: unknown) => toErrorData(error).code,
  );

describe.skipIf(!isRoot)('a disk for images and media', () => {
  // One story of a hundred commands: 80 s on a quiet machine, five minutes on a busy one.
  it(
    'is chosen, encrypted, opened with the stick, and missed in words; nothing goes anywhere else',
    { timeout: 1_200_000 },
    async () => {
      const { on, at, state, disk, file } = await start();
      const images = '/var/lib/prestage/renders';
      const now = async (): Promise<TestApp['state']['live']> => {
        await at.service.live.look();
        return (await at.handlers.getState({})).live;
      };
      // Other tests attach and detach loop devices beside this: one listing that fails of that leaves what was told.
      const expectProblems = async (...codes: readonly string[]): Promise<void> => {
        await expect.poll(async () => (await now()).problems.map(({ code }) => code)).toEqual(codes);
      };
      expect((await now()).live?.imageDisk).toBeNull();
      // A media file on the stick stays there, and can be used.
      const keys = await minisignKeys(area, `sender-${count}`);
      const kept = ['--state', '/var/lib/prestage'];
      const library = '/var/lib/prestage/library';
      const receive = async (folder: string): Promise<CliResult> =>
        await on.live.run(['media', 'receive', folder, '--operator', 'tess', '--json', ...kept]);
      const media = async (): Promise<unknown> => {
        const { stdout } = await on.live.run(['media', 'library', 'list', '--json', ...kept]);
        const { media: listed } = mediaLibraryForm.parse(JSON.parse(stdout));
        return listed.map(({ name, folder, problem }) => [name, dirname(folder), problem]);
      };
      await on.live.run(['key', 'trust', 'Contoso', '--public-key', keys.public, ...kept]);
      expect((await receive(await sendMedia('First', keys.secret))).status).toBe(0);
      // Nobody said who works.
      expect(await codeOf(at.handlers.makeImageDisk(await wish(at, disk)))).toBe('not-confirmed');
      await at.handlers.setBatch({ operator: 'Ada Byron' });
      // The stick is none, and nothing is done to it.
      expect(await codeOf(at.handlers.makeImageDisk(await wish(at, on.device)))).toBe(
        'live-image-disk-refused',
      );

      // Somebody works on it: nothing is done to it.
      const before = statSync(file).blocks;
      const user = openSync(disk, 'r+');
      expect(await codeOf(at.handlers.makeImageDisk(await wish(at, disk)))).toBe('drive-busy');
      closeSync(user);
      expect(statSync(file).blocks).toBe(before);

      // It holds a machine's finished image: not without a reason, and nothing is recorded.
      const id = await idOf(at, disk);
      expect(await codeOf(at.handlers.makeImageDisk({ driveId: id, reason: ' ' }))).toBe(
        'drive-holds-finished',
      );
      const cli = await on.live.run(['live', 'image-disk', id, '--yes', '--json', '--state', state]);
      expect(errorOf(cli)).toMatchObject({ code: 'drive-holds-finished' });
      expect(errorOf(cli).message).toContain('5CD4120LQ7');
      expect(statSync(file).blocks).toBe(before);
      expect(lastOf(state, 9).map(({ record }) => record.kind)).toEqual(['job-started', 'job-ended']);

      await at.handlers.makeImageDisk({ driveId: id, reason: 'machine was scrapped' });
      const again = { reason: 'machine was scrapped', held: { machineSerial: '5CD4120LQ7' } };
      const made = { kind: 'station-disk', drive: { serial: 'IMAGES0001' }, driveAgain: again };
      expect(lastOf(state, 3)).toMatchObject([
        { operator: 'Ada Byron', record: { ...made, end: { state: 'begun' } } },
        { record: { kind: 'drive-verified', machineSerial: '5CD4120LQ7', end: { state: 'failed' } } },
        { operator: 'Ada Byron', record: { ...made, end: { state: 'done' } } },
      ]);
      expect((await now()).live?.imageDisk).toMatchObject({ serial: 'IMAGES0001', open: true });
      expect(await on.live.shell(`ls -A ${images}`)).toBe('');
      await on.live.shell(`echo image >${images}/one && sync`);
      const second = await sendMedia('Second', keys.secret);
      expect((await receive(second)).status).toBe(0);
      expect(await media()).toEqual([
        ['First', library, null],
        ['Second', `${library}/disk`, null],
      ]);

      // Pulled while it is open: it stays mounted, and is there no more.
      on.pull(disk);
      await expectProblems('live-image-disk-missing');
      const replugged = await on.plugIn(file, 'IMAGES0001');
      await at.handlers.openImageDisk({});
      await expectProblems();
      expect(await on.live.shell(`cat ${images}/one`)).toBe('image\n');
      // A LUKS header is on it, and a disk that was chosen is not chosen again.
      expect(execFileSync('cryptsetup', ['luksDump', `${replugged}p1`], { encoding: 'utf8' })).toContain(
        'PRESTAGE-IMAGES',
      );
      expect(execFileSync('sgdisk', ['--verify', replugged], { encoding: 'utf8' })).toContain(
        'No problems found',
      );
      const key = await on.live.shell('stat --format %a /var/lib/prestage/image-disk.key');
      expect(key.trim()).toBe('600');
      expect(await codeOf(at.handlers.makeImageDisk(await wish(at, replugged)))).toBe(
        'live-image-disk-refused',
      );

      // As after a start without it.
      const end = `umount ${images} ${library}/disk; rm /dev/mapper/prestage-images; umount /var/lib/prestage; rm /dev/mapper/prestage-data`;
      await on.live.shell(end);
      on.pull(replugged);
      await at.handlers.openStick(open);
      await expectProblems('live-image-disk-missing');
      const missed = await now();
      expect(missed.live).toMatchObject({ data: 'open', imageDisk: { serial: 'IMAGES0001', open: false } });
      expect(missed.problems).toMatchObject([{ code: 'live-image-disk-missing' }]);
      expect(missed.problems[0]?.message).toContain('IMAGES0001');
      expect(await codeOf(at.handlers.openImageDisk({}))).toBe('live-image-disk-missing');
      const gone = 'The media Second 1 is on the disk for images and media, which is not there.';
      expect(await media()).toEqual([
        ['First', library, null],
        ['Second', `${library}/disk`, gone],
      ]);
      const third = await receive(await sendMedia('Third', keys.secret));
      expect(errorOf(third)).toMatchObject({ code: 'live-image-disk-missing' });
      // Neither station nor helper lets a drive be written.
      const started = await on.live.run([
        'apply',
        '--media',
        '/nowhere.wim',
        '--drive',
        'x=5CD4120LQ7',
        '--yes',
        '--json',
        '--state',
        '/var/lib/prestage',
      ]);
      expect(started.stdout + started.stderr).toContain('live-image-disk-missing');

      // Plugged in afterwards.
      const back = await on.plugIn(file, 'IMAGES0001');
      await at.handlers.openImageDisk({});
      await expectProblems();
      expect(await on.live.shell(`cat ${images}/one`)).toBe('image\n');
      // With the stick, where it is there at the start.
      await on.live.shell(end);
      await at.handlers.openStick(open);
      expect((await now()).live?.imageDisk?.open).toBe(true);

      const forget = ['live', 'image-disk', '--forget', '--json', ...kept];
      expect(errorOf(await on.live.run(forget))).toMatchObject({ code: 'not-confirmed' });
      expect(errorOf(await on.live.run(forget)).message).toContain('Second 1');
      expect((await on.live.run([...forget, '--yes'])).status).toBe(0);
      expect(await media()).toEqual([['First', library, null]]);
      expect((await now()).live?.imageDisk).toBeNull();
      expect(await codeOf(on.live.shell(`cat ${images}/one`))).not.toBeNull();
      expect(await codeOf(on.live.shell('cat /var/lib/prestage/image-disk.key'))).not.toBeNull();
      expect(statSync(back).isBlockDevice()).toBe(true);
    },
  );

  it('is not erased when another answers in its place while what was open before is closed', async () => {
    const { on, at, disk, file } = await start();
    await at.handlers.setBatch({ operator: 'Ada Byron' });
    const wanted = { driveId: await idOf(at, disk), reason: 'machine was scrapped' };
    const before = statSync(file).blocks;
    // What a choice left that was broken off: it is closed first, and meanwhile the disk becomes another one.
    const { bin } = on.live;
    const usual = join(bin, 'cryptsetup-as-usual');
    renameSync(join(bin, 'cryptsetup'), usual);
    const swap = `truncate --size=+1M '${file}'; losetup --set-capacity '${disk}'`;
    standIn(bin, 'cryptsetup', `case " $* " in *' close '*) ${swap} ;; esac\nexec '${usual}' "$@"`);
    await on.live.shell(`ln -s ${disk} /dev/mapper/prestage-images`);
    expect(await codeOf(at.handlers.makeImageDisk(wanted))).toBe('drive-changed');
    expect(statSync(file).blocks).toBe(before);
    expect((await at.handlers.getState({})).live.live?.imageDisk).toBeNull();
  });

  it('is none of the disks of the PC unless it was unlocked', async () => {
    const { on, at, disk, file } = await start();
    await at.handlers.setBatch({ operator: 'Ada Byron' });
    // What was there at the start: every number up to this one.
    on.startWith(disk);
    const before = statSync(file).blocks;
    const refused = await at.handlers.makeImageDisk(await wish(at, disk)).then(
      () => null,
      (error: unknown) => toErrorData(error),
    );
    expect(refused).toMatchObject({ code: 'live-image-disk-refused' });
    expect(refused?.message).toContain("this PC's own disk");
    expect(refused?.remedy).toContain('unlock it in Settings');
    expect(statSync(file).blocks).toBe(before);
    expect((await at.handlers.getState({})).live.live?.imageDisk).toBeNull();
  });
});
