import { execFileSync } from 'node:child_process';
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layouts } from '../../core/drive/layout';
import { ledgerExportSchema } from '../../station/ledger/export';
import { GiB, MiB } from '../../core/base/units';
import { makeBench } from '../support/virtual-bench';
import {
  benchDrives,
  errorOf,
  onlyDrive,
  reportOf,
  type ApplyReport,
  type ListedDrive,
} from '../support/cli';
import { runHere } from '../support/command-line';
import { extractPartition, hasNoTable, imageHashes, partitionOn, volumeHashes } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { isRoot, rootOnly } from '../support/loop';
import { present } from '../support/present';
import { makeMedia, smallWim, type MadeMedia } from '../support/wim';

const size = 2 * GiB;
let area: string;
let media: MadeMedia;
let recoveryFiles: Readonly<Record<string, Buffer>>;
let machines = 0;

beforeAll(async () => {
  area = temporaryArea('apply');
  recoveryFiles = { 'Windows/System32/Recovery/Winre.wim': await smallWim(45) };
  media = await makeMedia(join(area, 'media'), { compression: 'LZX', extraFiles: recoveryFiles });
});
afterAll(() => {
  removeArea(area);
});

const nextMachine = (): string => `MACHINE${String((machines += 1)).padStart(4, '0')}`;

async function apply(
  bench: string,
  drives: readonly ListedDrive[],
  options: readonly string[] = [],
  path = media.path,
): Promise<ApplyReport> {
  const run = await runHere(
    ['apply', '--media', path, '--bench', bench, '--state', join(area, 'state'), '--yes', '--json']
      .concat(drives.flatMap(({ id }) => ['--drive', `${id}=${nextMachine()}`]))
      .concat(options),
  );
  const report = reportOf(run);
  expect(report.jobs.map(({ state, reason }) => reason?.message ?? state)).toEqual(drives.map(() => 'done'));
  expect(run.status).toBe(0);
  return report;
}

/** The same drives are written for the next machines. */
const reused = ['--again', 'The same drives, for the test'];

function expectSound(drive: string, wanted: Map<string, string>): void {
  const folder = temporaryArea('check');
  const efi = extractPartition(drive, 'efi', folder);
  expect(execFileSync('fsck.fat', ['-n', efi], { encoding: 'utf8' })).not.toMatch(/differ|bad|lost|error/i);
  const windows = extractPartition(drive, 'windows', folder);
  expect(execFileSync('ntfsfix', ['-n', windows], { encoding: 'utf8' })).toContain('processed successfully');
  expect(volumeHashes(windows, folder)).toEqual(wanted);
  removeArea(folder);
}

const winre = '/Windows/System32/Recovery/Winre.wim';

/** The Recovery partition holds the image's Winre.wim, and nothing else. */
function expectRecovery(drive: string, image: Map<string, string>): void {
  const folder = temporaryArea('recovery');
  const volume = extractPartition(drive, 'recovery', folder);
  expect(execFileSync('ntfsfix', ['-n', volume], { encoding: 'utf8' })).toContain('processed successfully');
  const wanted = new Map([['/Recovery/WindowsRE/Winre.wim', present(image.get(winre))]]);
  // Folders have no content.
  const files = [...volumeHashes(volume, folder)].filter(([, sha1]) => !/^0+$/.test(sha1));
  expect(new Map(files)).toEqual(wanted);
  removeArea(folder);
}

describe('apply on virtual drives', () => {
  it('writes, verifies, seals and records two drives that other tools find faultless', async () => {
    const bench = join(area, 'bench-two');
    await makeBench(bench, 2);
    const drives = await benchDrives(bench);
    const report = await apply(bench, drives);
    expect(report.render.cached).toBe(false);
    expect(report.jobs.map(({ ledgerEntry }) => ledgerEntry).sort()).toEqual([3, 4]);

    const wanted = imageHashes(media.path);
    expect(wanted.size).toBeGreaterThan(100);
    const guids = new Set<string>();
    for (const { path } of drives) {
      expect(execFileSync('sgdisk', ['-v', path], { encoding: 'utf8' })).toContain('No problems found');
      for (const line of execFileSync('sfdisk', ['--dump', path], { encoding: 'utf8' }).split('\n')) {
        const guid = /(?:label-id: |uuid=)([0-9A-F-]{36})/.exec(line)?.[1];
        if (guid !== undefined) guids.add(guid);
      }
      expectSound(path, wanted);
    }
    // Disk and three partitions, on two drives, and no two alike.
    expect(guids.size).toBe(8);

    const listed = await runHere(['ledger', 'verify', '--state', join(area, 'state')]);
    expect(listed.status).toBe(0);
  });

  it('starts at once the second time, and makes a damaged or half-made render anew', async () => {
    const bench = join(area, 'bench-cache');
    await makeBench(bench, 1);
    const drives = await benchDrives(bench);
    const images = join(area, 'state', 'renders');
    await apply(bench, drives);
    expect((await apply(bench, drives, reused)).render.cached).toBe(true);

    const [key] = readdirSync(images).filter((name) => /^[0-9a-f]{64}$/.test(name));
    const image = join(images, key ?? '', 'partition-3.img');
    const fd = openSync(image, 'r+');
    const byte = Buffer.alloc(1);
    readSync(fd, byte, 0, 1, 3);
    writeSync(fd, Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, 3);
    closeSync(fd);
    expect((await apply(bench, drives, reused)).render.cached).toBe(false);
    expect((await apply(bench, drives, reused)).render.cached).toBe(true);

    rmSync(join(images, key ?? '', 'chunk-map.json'));
    expect((await apply(bench, drives, reused)).render.cached).toBe(false);
    for (const { path } of drives) expectSound(path, imageHashes(media.path));
  });

  it('writes zeros over what the drive held, and removes every old table', async () => {
    const bench = join(area, 'bench-dirty');
    // All of it is written here, and read when it is checked.
    await makeBench(bench, 1, '1G');
    const drive = await onlyDrive(bench);
    const dirty = openSync(drive.path, 'r+');
    const noise = Buffer.alloc(MiB, 0xa5);
    for (let offset = 0; offset < GiB; offset += MiB) writeSync(dirty, noise, 0, MiB, offset);
    closeSync(dirty);
    execFileSync('sgdisk', ['--zap-all', '--new=1:0:+100M', drive.path], { stdio: 'ignore' });
    await apply(bench, [drive]);
    expect(execFileSync('sgdisk', ['-v', drive.path], { encoding: 'utf8' })).toContain('No problems found');
    expectSound(drive.path, imageHashes(media.path));
    const reserved = partitionOn(drive.path, 'msr');
    const read = Buffer.alloc(MiB);
    const fd = openSync(drive.path, 'r');
    readSync(fd, read, 0, MiB, reserved.offset);
    closeSync(fd);
    expect(read.every((value) => value === 0)).toBe(true);
  });

  for (const { name } of layouts.slice(1)) {
    it(`makes the layout ${name}`, async () => {
      const bench = join(area, `bench-${name}`);
      await makeBench(bench, 1);
      const drive = await onlyDrive(bench);
      await apply(bench, [drive], ['--layout', name]);
      expect(execFileSync('sgdisk', ['-v', drive.path], { encoding: 'utf8' })).toContain('No problems found');
      expectSound(drive.path, imageHashes(media.path));
      expectRecovery(drive.path, imageHashes(media.path));
    });
  }

  it.skipIf(!isRoot)(
    `keeps ordinary users away from the recovery environment, and records it (${rootOnly})`,
    async () => {
      const bench = join(area, 'bench-recovery');
      await makeBench(bench, 1);
      const drive = await onlyDrive(bench);
      await apply(bench, [drive], ['--layout', 'uefi-recovery']);
      const folder = temporaryArea('recovery');
      const volume = extractPartition(drive.path, 'recovery', folder);
      const rights = execFileSync('ntfssecaudit', ['-r', volume, '/Recovery'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      removeArea(folder);
      const modes = [...rights.matchAll(/mode 0?([0-7]{3})\b/g)].map(([, mode]) => mode);
      expect([rights.includes('/Recovery/WindowsRE/Winre.wim'), new Set(modes)]).toEqual([
        true,
        new Set(['700']),
      ]);
      expect(rights).not.toContain('no key');
      const state = ['--state', join(area, 'state')];
      const { stdout } = await runHere(['ledger', 'export', '--format', 'json', ...state]);
      const bytes = present(recoveryFiles['Windows/System32/Recovery/Winre.wim']).length;
      const sha1 = present(imageHashes(media.path).get(winre));
      expect(ledgerExportSchema.parse(JSON.parse(stdout)).entries.at(-1)?.json.record).toMatchObject({
        kind: 'job-ended',
        job: { layout: 'uefi-recovery', recovery: { bytes, sha1 } },
      });
      expect((await runHere(['media', 'inspect', media.path])).stdout).toMatch(/recovery +Winre\.wim, /);
    },
  );

  it.each([
    ['XPRESS', { compression: 'XPRESS' }],
    ['uncompressed', { compression: 'none' }],
    ['LZMS', { compression: 'LZMS' }],
    ['solid ESD', { compression: 'LZMS', solid: true }],
    ['split', { compression: 'LZX', splitBytes: 400_000, extraBytes: 1_000_000 }],
  ] as const)('applies %s media', async (name, options) => {
    const folder = join(area, `media ${name} [1]`);
    const made = await makeMedia(folder, { ...options, extraFiles: recoveryFiles });
    const bench = join(area, `bench-${name.replace(' ', '-')}`);
    await makeBench(bench, 1);
    const drives = await benchDrives(bench);
    await apply(bench, drives, ['--layout', 'uefi-recovery'], made.path);
    // The tree that was captured, captured again: what the drive must hold, whatever the compression.
    const plain = join(folder, 'plain.wim');
    execFileSync('wimlib-imagex', ['capture', made.tree, plain, 'plain', '--compress=none'], {
      stdio: 'ignore',
    });
    expectSound(present(drives[0]).path, imageHashes(plain));
    expectRecovery(present(drives[0]).path, imageHashes(plain));
  });

  it('applies the image that was asked for', async () => {
    const made = await makeMedia(join(area, 'media-many'), { images: 2 });
    const bench = join(area, 'bench-many');
    await makeBench(bench, 1);
    const drives = await benchDrives(bench);
    await apply(bench, drives, ['--image', '2'], made.path);
    expectSound(present(drives[0]).path, imageHashes(made.path, 2));
  });

  it('writes drives with 4096-byte sectors', async () => {
    const bench = join(area, 'bench-4kn');
    await makeBench(bench, 1, '2G', 4096);
    const drive = await onlyDrive(bench);
    await apply(bench, [drive]);
    const head = Buffer.alloc(8);
    const fd = openSync(drive.path, 'r');
    readSync(fd, head, 0, 8, 4096);
    closeSync(fd);
    expect(head.toString()).toBe('EFI PART');
    expectSound(drive.path, imageHashes(media.path));
  });

  it('compares with the manifest beside the media, and records that it did', async () => {
    const made = await makeMedia(join(area, 'media-manifest'), {});
    writeFileSync(
      `${made.path}.sha256`,
      execFileSync('sha256sum', ['--binary', 'media.wim'], { cwd: join(made.path, '..') }),
    );
    const bench = join(area, 'bench-manifest');
    await makeBench(bench, 1);
    const drives = await benchDrives(bench);
    const report = await apply(bench, drives, [], made.path);
    const exported = await runHere(['ledger', 'export', '--format', 'json', '--state', join(area, 'state')]);
    expect(exported.stdout).toContain('"expected":"manifest"');
    expect(exported.stdout).toContain(report.media.sha256);
  });
});

describe('verify of a finished drive', () => {
  it('passes an untouched drive and finds one changed byte, naming the place', async () => {
    const bench = join(area, 'bench-verify');
    await makeBench(bench, 1);
    const drive = await onlyDrive(bench);
    await apply(bench, [drive]);
    const verify = [
      'verify',
      '--drive',
      drive.id,
      '--bench',
      bench,
      '--state',
      join(area, 'state'),
      '--json',
    ];
    expect((await runHere(verify)).status).toBe(0);
    // Also without the cache: the chunk map is kept with the record.
    rmSync(join(area, 'state', 'renders'), { recursive: true });
    expect((await runHere(verify)).status).toBe(0);

    const fd = openSync(drive.path, 'r+');
    const at = 277 * MiB + 3;
    const byte = Buffer.alloc(1);
    readSync(fd, byte, 0, 1, at);
    writeSync(fd, Buffer.from([(byte[0] ?? 0) ^ 0x10]), 0, 1, at);
    const found = await runHere(verify);
    expect(found.status).toBe(4);
    expect(errorOf(found)).toMatchObject({ code: 'verify-mismatch', offset: 277 * MiB });
    writeSync(fd, byte, 0, 1, at);
    expect((await runHere(verify)).status).toBe(0);

    // The partition table is part of the record too.
    readSync(fd, byte, 0, 1, 600);
    writeSync(fd, Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, 600);
    closeSync(fd);
    const table = await runHere(verify);
    expect(table.status).toBe(4);
    expect(errorOf(table).code).toBe('table-mismatch');
  });

  it('refuses a drive that has no record', async () => {
    const bench = join(area, 'bench-unknown');
    await makeBench(bench, 1);
    const drive = await onlyDrive(bench);
    const run = await runHere([
      'verify',
      '--drive',
      drive.id,
      '--bench',
      bench,
      '--state',
      join(area, 'state'),
      '--json',
    ]);
    expect(run.status).toBe(3);
    expect(errorOf(run).code).toBe('record-not-found');
    expect(hasNoTable(drive.path, size)).toBe(true);
    expect(statSync(drive.path).blocks).toBe(0);
  });
});

describe('the ledger after all this', () => {
  it('is whole, and has two entries a job', async () => {
    const run = await runHere(['ledger', 'verify', '--json', '--state', join(area, 'state')]);
    expect(run.status).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ ok: true });
    expect(readFileSync(join(area, 'state', 'station-key.pem'), 'utf8')).toContain('PRIVATE KEY');
    expect(statSync(join(area, 'state', 'station-key.pem')).mode & 0o777).toBe(0o600);
  });
});
