import { execFileSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mediaSchema } from '../../core/media/media';
import { bootTestVerdictSchema } from '../../core/job/boot-test';
import { makeBench } from '../support/virtual-bench';
import { benchDrives, errorOf, reportOf, runCli, type CliResult, type ListedDrive } from '../support/cli';
import { removeArea, temporaryArea } from '../support/global-setup';
import { attachLoop, detachAllLoops, isRoot } from '../support/loop';
import { present } from '../support/present';
import { allProcesses, helperOf, type RunningProcess } from '../support/processes';
import { makeMedia } from '../support/wim';
import { bootPaths } from '../support/wim-tree';
import { TestApp } from '../support/app-service';
import { makeBootMedia, makeBootRecipe, makeYearsMedia, type BootMedia } from './boot-media';

/** Written drives are really started, by the command line, in QEMU with OVMF. */

let area: string;
let media: BootMedia;
let drive: ListedDrive;

beforeAll(async () => {
  area = temporaryArea('boot');
  media = await makeBootMedia(area);
  drive = await written('whole', media.path, 'BOOTED001');
});
afterEach(detachAllLoops);
afterAll(() => {
  removeArea(area);
});

const benchOf = (name: string): string => join(area, `bench-${name}`);
const state = (): string => join(area, 'state');

/** Writes a media file on a new virtual drive. */
async function written(
  name: string,
  path: string,
  serial: string,
  loopSectors?: number,
  options: readonly string[] = [],
): Promise<ListedDrive> {
  await makeBench(benchOf(name), 1, '1G', loopSectors);
  if (loopSectors !== undefined) attachLoop(present((await benchDrives(benchOf(name)))[0]).path, loopSectors);
  const [one] = await benchDrives(benchOf(name));
  if (one === undefined) throw new Error('no drive on the bench');
  const run = await runCli(
    ['apply', '--media', path, '--bench', benchOf(name), '--state', state(), '--yes', '--json'].concat([
      '--drive',
      `${one.id}=${serial}`,
      ...options,
    ]),
  );
  expect(reportOf(run).jobs.map((job) => job.state)).toEqual(['done']);
  return one;
}

const reportSchema = z.strictObject({
  drive: z.string(),
  machineSerial: z.string(),
  ...bootTestVerdictSchema.shape,
  pictureFile: z.string(),
  ledgerEntry: z.int(),
});

async function bootTest(name: string, id: string, ...options: string[]): Promise<CliResult> {
  return await runCli(
    ['rehearse', '--drive', id, '--bench', benchOf(name), '--state', state(), '--json', ...options].concat([
      '--seconds',
      '240',
    ]),
  );
}

function bootTestOf(run: CliResult): z.infer<typeof reportSchema> {
  try {
    return reportSchema.parse(JSON.parse(run.stdout));
  } catch (error) {
    throw new Error(`no rehearsal (exit ${run.status}): ${run.stdout}\n${run.stderr}`, { cause: error });
  }
}

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
const pngStart = Buffer.from('89504e470d0a1a0a', 'hex');

async function ledgerResults(): Promise<{ kind: string; result: string; sequence: number }[]> {
  const run = await runCli(['ledger', 'list', '--state', state(), '--json']);
  const entry = z.object({ kind: z.string(), result: z.string(), sequence: z.int() });
  return z.object({ entries: z.array(entry) }).parse(JSON.parse(run.stdout)).entries;
}

describe('a written drive', () => {
  it('starts with Secure Boot on, and the first boot finds every file as it is on the media', async () => {
    const before = sha256(drive.path);
    const run = await bootTest('whole', drive.id, '--sign', 'MEDIA OK', '--secure-boot');
    const report = bootTestOf(run);
    expect(report).toMatchObject({ passed: true, secureBoot: true, machineSerial: 'BOOTED001' });
    expect(report.console).toEqual(expect.arrayContaining(['SERIAL: BOOTED001', 'MEDIA OK']));
    expect(run.status).toBe(0);

    const picture = readFileSync(report.pictureFile);
    expect(picture.subarray(0, 8)).toEqual(pngStart);
    const entries = await ledgerResults();
    expect(entries.find(({ sequence }) => sequence === report.ledgerEntry)).toMatchObject({
      kind: 'drive-rehearsed',
      result: 'rehearsed',
    });
    const exported = await runCli(['ledger', 'export', '--format', 'json', '--state', state()]);
    expect(exported.stdout).toContain(createHash('sha256').update(picture).digest('hex'));
    // Starting it has not changed it.
    expect(sha256(drive.path)).toBe(before);
  });

  it.skipIf(!isRoot)('starts from a block device with 4096-byte sectors', async () => {
    const loop = await written('loop', media.path, 'BOOTED005', 4096);
    expect(loop.kind).toBe('loop');
    const report = bootTestOf(await bootTest('loop', loop.id, '--sign', 'MEDIA OK'));
    expect(report).toMatchObject({ passed: true });
    expect(report.console).toContain('SERIAL: BOOTED005');
  });

  it('with a media file that was made from a recipe starts, and the first boot finds every file', async () => {
    const folder = join(area, 'recipe');
    mkdirSync(folder);
    const recipe = await makeBootRecipe(folder, media);
    const made = join(folder, 'made.wim');
    const creation = await runCli(['media', 'create', recipe, '--output', made, '--json']);
    expect(creation.status, creation.stderr).toBe(0);
    const { id } = await written('recipe', made, 'BOOTED006');
    const run = await bootTest('recipe', id, '--sign', 'MEDIA OK', '--firmware-keys', '2023');
    expect(bootTestOf(run)).toMatchObject({ passed: true, machineSerial: 'BOOTED006' });
  });

  it('has left the firmware when the display shows something else', async () => {
    const run = await bootTest('whole', drive.id);
    expect(bootTestOf(run)).toMatchObject({ passed: true, sign: { kind: 'display' } });
    expect(run.status).toBe(0);
  });

  it('of which one byte was changed is found by the first boot, and fails', async () => {
    const changed = await written('changed', media.path, 'BOOTED002');
    const name = 'SMS/PKG/ABC00001/file0000.dll';
    changeOneByte(changed.path, readFileSync(join(media.tree, name)));
    const run = await bootTest('changed', changed.id, '--sign', 'MEDIA OK');
    const report = bootTestOf(run);
    expect(report.passed).toBe(false);
    expect(report.console).toEqual(expect.arrayContaining([`${name}: FAILED`, 'MEDIA DIFFERS']));
    expect(report.console).not.toContain('MEDIA OK');
    expect(run.status).toBe(4);
    expect((await ledgerResults()).at(-1)).toMatchObject({ kind: 'drive-rehearsed', result: 'failed' });
  });

  it('whose loader is not signed is refused with Secure Boot on', async () => {
    const unsigned = await written('unsigned', media.unsignedPath, 'BOOTED003');
    const run = await bootTest('unsigned', unsigned.id, '--sign', 'MEDIA OK', '--secure-boot');
    const report = bootTestOf(run);
    expect(report.passed).toBe(false);
    expect(report.what).toMatch(/the firmware refused to boot the drive: (Access Denied|Security Violation)/);
    expect(report.what).not.toContain('within');
    expect(run.status).toBe(4);
  });

  it('with a loader that has both signatures starts with the certificates of 2011, and with those of 2023', async () => {
    for (const [keys, trusted] of [
      ['2011', ['Microsoft Windows Production PCA 2011', 'Microsoft Corporation UEFI CA 2011']],
      ['2023', ['Microsoft UEFI CA 2023']],
    ] as const) {
      // The firmware says so once it has checked the signature.
      const run = await bootTest(
        'whole',
        drive.id,
        '--sign',
        'starting Boot0001 "UEFI QEMU NVMe',
        '--firmware-keys',
        keys,
      );
      expect(bootTestOf(run)).toMatchObject({ passed: true, secureBoot: true, firmwareKeys: keys });
      expect(bootTestOf(run).trusted).toEqual(expect.arrayContaining([...trusted]));
    }
  });

  it('is refused where the firmware trusts only the certificates of 2023 and its loader has those of 2011', async () => {
    const old = await written('2011', yearsMedia(), 'BOOTED007');
    const refused = bootTestOf(
      await bootTest('2011', old.id, '--sign', 'MEDIA OK', '--firmware-keys', '2023'),
    );
    expect(refused).toMatchObject({ passed: false, firmwareKeys: '2023' });
    expect(refused.what).toMatch(/refused to boot the drive: (Access Denied|Security Violation)/);
    const started = await bootTest('2011', old.id, '--sign', loaderStarted, '--firmware-keys', '2011');
    expect(bootTestOf(started)).toMatchObject({ passed: true });
  });

  it('with the loader of 2023 chosen starts with those certificates, and is refused with those of 2011', async () => {
    const chosen = await written('2023', yearsMedia(), 'BOOTED008', undefined, ['--loader', '2023']);
    const refused = await bootTest('2023', chosen.id, '--sign', 'MEDIA OK', '--firmware-keys', '2011');
    expect(bootTestOf(refused)).toMatchObject({ passed: false, firmwareKeys: '2011' });
    const started = await bootTest('2023', chosen.id, '--sign', 'MEDIA OK', '--firmware-keys', '2023');
    expect(bootTestOf(started)).toMatchObject({ passed: true, firmwareKeys: '2023' });
  });

  it('names the signers of its programs as sbverify does', async () => {
    const run = await runCli(['media', 'inspect', media.path, '--json']);
    const { bootable } = mediaSchema.parse(
      Object.fromEntries(
        Object.entries(JSON.parse(run.stdout) as object).filter(([name]) => name in mediaSchema.shape),
      ),
    );
    for (const name of ['bootx64.efi', 'grubx64.efi']) {
      const program = bootable.programs?.find(({ place }) => place.toLowerCase() === `\\efi\\boot\\${name}`);
      const signers = program?.signatures?.map(({ chain }) => chain[0]);
      expect(signers).toEqual(listedSigners(join(media.tree, 'EFI/Boot', name)));
      expect(signers?.length).toBeGreaterThan(0);
    }
  });

  it('without a loader does not start', async () => {
    const { path } = await makeMedia(join(area, 'no-loader'), {
      smallFiles: 3,
      without: [...bootPaths.loaders, 'Windows/Boot/EFI/bootmgfw.efi'],
    });
    const bootFailed = await written('silent', path, 'BOOTED004');
    const run = await bootTest('silent', bootFailed.id);
    expect(bootTestOf(run)).toMatchObject({ passed: false });
    expect(run.status).toBe(4);
  });

  it('that this station did not finish is not started', async () => {
    await makeBench(benchOf('blank'), 1, '1G');
    const [blank] = await benchDrives(benchOf('blank'));
    const run = await bootTest('blank', blank?.id ?? '');
    expect(errorOf(run).code).toBe('record-not-found');
    expect(run.status).toBe(3);
  });

  it('is the first of its batch, and is started without being asked for when the settings say so', async () => {
    const own = join(area, 'state-first');
    mkdirSync(own, { mode: 0o700 });
    const rehearsal = { firstOfBatch: true, sign: { kind: 'console', text: 'MEDIA OK' }, seconds: 240 };
    writeFileSync(join(own, 'settings.json'), JSON.stringify({ rehearsal }));
    await makeBench(benchOf('first'), 2, '1G');
    const listed = await benchDrives(benchOf('first'));
    const run = await runCli(
      ['apply', '--media', media.path, '--bench', benchOf('first'), '--state', own, '--yes', '--json'].concat(
        listed.flatMap(({ id }, index) => ['--drive', `${id}=FIRST000${index + 1}`]),
      ),
    );
    expect(reportOf(run).jobs.map((job) => job.state)).toEqual(['done', 'done']);
    const { rehearsal: report } = z.object({ rehearsal: reportSchema }).parse(JSON.parse(run.stdout));
    expect(report).toMatchObject({ passed: true, machineSerial: 'FIRST0001', drive: listed[0]?.id });
    expect(run.status).toBe(0);
  });

  it('is started from the app, and its verdict and picture are shown', async () => {
    const app = await TestApp.open(state(), benchOf('whole'));
    try {
      await app.until(({ drives }) => drives.listed, 'a list of drives');
      app.service.settings.change({
        rehearsal: {
          firstOfBatch: false,
          sign: { kind: 'console', text: 'MEDIA OK' },
          seconds: 240,
          secureBoot: false,
        },
      });
      await app.handlers.bootTestDrive({ driveId: drive.id });
      await app.until(
        ({ rehearsals: bootTests }) => bootTests[0]?.status === 'running',
        'a running rehearsal',
      );
      await expect(app.handlers.bootTestDrive({ driveId: drive.id })).rejects.toMatchObject({
        code: 'drive-busy',
      });
      const { rehearsals: bootTests } = await app.until(
        (seen) => seen.rehearsals[0]?.status === 'ended',
        'its end',
        240_000,
      );
      const [ended] = bootTests;
      if (ended?.status !== 'ended') throw new Error('it has not ended');
      expect(ended.verdict, JSON.stringify(ended.verdict)).toMatchObject({ passed: true, secureBoot: false });
      const { png } = await app.handlers.getPicture({ sha256: ended.picture ?? '' });
      expect(Buffer.from(png ?? '', 'base64').subarray(0, 8)).toEqual(pngStart);
      await expect(app.handlers.bootTestDrive({ driveId: 'nothing' })).rejects.toMatchObject({
        code: 'usage',
      });
    } finally {
      await app.service.close();
    }
  });

  it.each([
    ['the operator cancels', (cli: ChildProcess): boolean => cli.kill('SIGINT'), 130],
    ['the command line is killed', (cli: ChildProcess): boolean => cli.kill('SIGKILL'), 137],
    ['the helper is killed', (cli: ChildProcess): boolean => process.kill(helperOf(cli), 'SIGKILL'), 3],
  ] as const)('is let go when %s', async (_, end, status) => {
    let ending: Promise<unknown> = Promise.resolve();
    const run = await runCli(
      ['rehearse', '--drive', drive.id, '--bench', benchOf('whole'), '--state', state(), '--json'].concat([
        '--sign',
        'this never comes',
      ]),
      {
        onStart: (cli) => {
          ending = waitFor(() => machinesWith(drive.path).length > 0)
            .then(() => end(cli))
            .catch((error: unknown) => {
              cli.kill('SIGKILL');
              throw error;
            });
          ending.catch(() => undefined);
        },
      },
    );
    await ending;
    expect(run.status).toBe(status);
    await waitFor(() => holdersOf(drive.path).length === 0);
  });
});

/** The firmware says so of the drive once it has checked the loader's signature. */
const loaderStarted = 'starting Boot0001 "UEFI QEMU NVMe';

let years: string | null = null;

function yearsMedia(): string {
  const folder = join(area, 'years');
  if (years === null) mkdirSync(folder);
  years ??= makeYearsMedia(folder, media);
  return years;
}

/** The first certificate of each signature, as sbverify lists it. */
function listedSigners(program: string): (string | undefined)[] {
  const listed = execFileSync(media.sbverify, ['--list', program], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return listed
    .split(/^signature \d+$/m)
    .slice(1)
    .map((one) => / - subject: .*\/CN=(.+)$/m.exec(one)?.[1]);
}

async function waitFor(happened: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (happened()) return;
    await sleep(50);
  }
  throw new Error('it did not happen in 30 s');
}

/** Processes that have a drive open: helpers, and virtual machines. */
function holdersOf(path: string): RunningProcess[] {
  return allProcesses().filter(({ pid }) => filesOf(pid).includes(path));
}

function machinesWith(path: string): number[] {
  return holdersOf(path).flatMap(({ pid, args }) => (args.includes('qemu-system') ? pid : []));
}

/** None of one that has just ended. One that it has just closed is left out, and the others are not. */
function filesOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return (reading(() => readdirSync(folder)) ?? []).flatMap(
    (fd) => reading(() => readlinkSync(join(folder, fd))) ?? [],
  );
}

/** Null of what is not there, and of what another system's process has, which a container may see and not look into. */
function reading<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

/** Flips a byte in the middle of a file's content on a drive. */
function changeOneByte(path: string, content: Buffer): void {
  const fd = openSync(path, 'r+');
  try {
    const step = 64 * 1024 * 1024;
    const piece = Buffer.alloc(step + content.length);
    for (let position = 0; ; position += step) {
      const read = readSync(fd, piece, 0, piece.length, position);
      if (read === 0) throw new Error('the content is not on the drive');
      const found = piece.subarray(0, read).indexOf(content);
      if (found < 0) continue;
      const middle = found + Math.floor(content.length / 2);
      const byte = Buffer.of((piece[middle] ?? 0) ^ 1);
      writeSync(fd, byte, 0, 1, position + middle);
      return;
    }
  } finally {
    closeSync(fd);
  }
}
