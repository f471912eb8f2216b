import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bcdElements, bcdObjects, elementOf, objectOf } from '../../core/boot/bcd';
import { MiB } from '../../core/base/units';
import { mediaSchema, type Media } from '../../core/media/media';
import { readBootStore } from '../../helper/boot/hive';
import { errorOf, reportOf, type CliResult } from '../support/cli';
import { runHere } from '../support/command-line';
import { extractPartition } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { apply, expectRefused, makeStation, type RefusalStation } from '../support/refusal-station';
import {
  addAttributes,
  bootPaths,
  makeMedia,
  makeReparsePoint,
  patchMetadata,
  replaceXml,
  smallWim,
  type MadeMedia,
  type MediaOptions,
} from '../support/wim';

/** What a media file holds that a drive cannot, and what keeps a machine from starting: told before anything is erased. */

let area: string;
let station: RefusalStation;
let plain: MadeMedia;
let counter = 0;

beforeAll(async () => {
  area = temporaryArea('media-content');
  station = await makeStation(area, 'station');
  plain = await makeMedia(join(area, 'plain'), {
    smallFiles: 10,
    extraFiles: { 'Data/secret.txt': 'a secret' },
  });
});
afterAll(() => {
  removeArea(area);
});

const fresh = (): string => join(area, `media${String((counter += 1))}.wim`);
const media = async (options: MediaOptions): Promise<MadeMedia> =>
  await makeMedia(join(area, `made${String((counter += 1))}`), { smallFiles: 5, ...options });

async function inspect(path: string): Promise<CliResult> {
  return await runHere(['media', 'inspect', path, '--json']);
}
async function inspected(path: string): Promise<Media> {
  const run = await inspect(path);
  expect(run.status, run.stderr).toBe(0);
  return mediaSchema.strip().parse(JSON.parse(run.stdout));
}
const stateOf = ({ bootable }: Media, wanted: string): string | undefined =>
  bootable.demands.find(({ id }) => id === wanted)?.state;

describe('content that would be left out', () => {
  it('of encrypted files refuses the media, by inspection and by apply, and names a file', async () => {
    const path = fresh();
    copyFileSync(plain.path, path);
    await patchMetadata(path, (metadata) => {
      addAttributes(metadata, 'secret.txt', 0x4000);
    });
    const looked = await inspect(path);
    expect(looked.status).toBe(3);
    expect(errorOf(looked).code).toBe('media-content-left-out');
    await expectRefused(station, () => apply(station, { media: path }), {
      code: 'media-content-left-out',
      names: ['1 file is EFS-encrypted', '\\Data\\secret.txt'],
      remedy: 'decrypt',
    });
  });

  it.each<[string, number, number, string]>([
    ['a OneDrive placeholder', 0x9000_601a, 0x40_1000, 'is not in it but in OneDrive or another cloud'],
    ['a placeholder of Windows 8.1', 0x8000_0015, 0x1000, 'in OneDrive or another cloud'],
    ['a deduplicated file', 0x8000_0013, 0x200, 'in the chunk store of Data Deduplication'],
    ['a file backed by another WIM', 0x8000_0017, 0, 'in another WIM'],
  ])('because it is elsewhere refuses the media: %s', async (_what, tag, attributes, where) => {
    const path = fresh();
    copyFileSync(plain.path, path);
    await patchMetadata(path, (metadata) => {
      makeReparsePoint(metadata, 'secret.txt', tag, attributes);
    });
    expect(errorOf(await inspect(path)).code).toBe('media-content-left-out');
    await expectRefused(station, () => apply(station, { media: path }), {
      code: 'media-content-left-out',
      names: ['the content of 1 file', where, '\\Data\\secret.txt'],
      remedy: 'Always keep on this device',
    });
  });

  it('is none for links, also those of apps from the store, and the drive has them', async () => {
    const path = fresh();
    copyFileSync(plain.path, path);
    await patchMetadata(path, (metadata) => {
      makeReparsePoint(metadata, 'secret.txt', 0x8000_001b);
    });
    expect((await inspected(path)).leftOut).toEqual([]);
    const own = await makeStation(area, 'app-link');
    const run = await apply(own, { media: path });
    expect(run.status, run.stderr).toBe(0);
    const windows = extractPartition(own.drives[0].path, 'windows', temporaryArea('app-link-drive'));
    const found = execFileSync('ntfsinfo', ['-F', '/Data/secret.txt', windows], { encoding: 'utf8' });
    expect(found).toMatch(/Reparse tag:\s+0x8000001b/);
  });

  it('may be elsewhere behind a tag that nobody knows, which is told and recorded', async () => {
    const path = fresh();
    copyFileSync(plain.path, path);
    await patchMetadata(path, (metadata) => {
      makeReparsePoint(metadata, 'secret.txt', 0x0000_1234);
    });
    const { leftOut, warnings } = await inspected(path);
    expect(leftOut).toEqual([{ kind: 'uncertain-content', count: 1, example: '\\Data\\secret.txt' }]);
    expect(warnings.join()).toContain('1 file has a reparse point (for example \\Data\\secret.txt)');
  });

  it('that is no file content is counted, told before the drive is erased, and recorded', async () => {
    const path = fresh();
    execFileSync('wimlib-imagex', ['capture', plain.tree, path, '--compress=none', '--unix-data']);
    const { leftOut, warnings } = await inspected(path);
    expect(leftOut).toMatchObject([{ kind: 'unix-metadata' }]);
    expect(warnings.join()).toContain('the Linux owner and mode of');

    const own = await makeStation(area, 'unix-data');
    const run = await apply(own, { media: path });
    expect(reportOf(run).jobs.map(({ state }) => state)).toEqual(['done']);
    expect(run.stderr).toContain('note: the Linux owner and mode of');
    const exported = await runHere(['ledger', 'export', '--format', 'json', '--state', own.state]);
    const { entries } = z
      .object({ entries: z.array(z.object({ json: z.object({ record: z.unknown() }) })) })
      .parse(JSON.parse(exported.stdout));
    for (const { json } of entries) expect(json.record).toMatchObject({ job: { media: { leftOut } } });
  });

  it('of a delta WIM refuses it, and says what it is', async () => {
    const path = fresh();
    const base = fresh();
    writeFileSync(join(plain.tree, 'Data/more.txt'), 'more');
    execFileSync('wimlib-imagex', ['capture', plain.tree, base]);
    writeFileSync(join(plain.tree, 'Data/most.txt'), 'most');
    execFileSync('wimlib-imagex', ['capture', plain.tree, path, `--delta-from=${base}`]);
    const error = errorOf(await inspect(path));
    expect(error.message).toContain('a delta WIM');
    expect(error.remedy).toContain('/Export-Image');
  });
});

describe('the boot demands', () => {
  it.each<[string, readonly string[], string, string]>([
    ['no boot index', [], 'boot-index', 'boot index 0'],
    ['solid', ['--boot', '--solid'], 'boot-image-compression', 'is solid'],
    ['LZMS', ['--boot', '--compress=LZMS'], 'boot-image-compression', 'LZMS'],
    ['chunks of 128 KiB', ['--boot', '--chunk-size=131072'], 'boot-image-chunk-size', '128 KiB'],
    ['pipable', ['--boot', '--pipable'], 'boot-image-format', 'pipable'],
  ])('name a boot image with %s', async (_what, options, demand, problem) => {
    const made = await media({ extraFiles: { [bootPaths.bootImage]: await smallWim(4, options) } });
    const found = await inspected(made.path);
    expect(found.bootable).toMatchObject({ bootable: false, bootImage: 'whole' });
    expect(found.bootable.problems).toEqual([expect.stringContaining(problem)]);
    expect(stateOf(found, demand)).toBe('not-met');
    const shown = await runHere(['media', 'inspect', made.path]);
    expect(shown.stdout).toMatch(new RegExp(`${demand} +no +`));
    // Told before anything is erased, and it stops nothing.
    const own = await makeStation(area, `demand-${String((counter += 1))}`);
    const run = await apply(own, { media: made.path });
    expect(run.status, run.stderr).toBe(0);
    expect(run.stderr).toContain('note: a machine may not boot from this image');
  });

  it('name a boot.sdi that the media’s store wants and that is not there', async () => {
    const made = await media({
      without: [bootPaths.ramdiskFile],
      extraFiles: { 'sources/boot.sdi': '$SDI0001' },
    });
    const found = await inspected(made.path);
    expect(found.bootable.problems).toEqual([
      expect.stringContaining('\\boot\\boot.sdi, which is not in the image'),
    ]);
  });

  it.each(['sources/boot.sdi', 'Windows/Boot/DVD/EFI/boot.sdi'])(
    'are met by a store that Prestage makes for %s',
    async (sdi) => {
      const made = await media({
        without: [bootPaths.ramdiskFile, bootPaths.bootStore, ...bootPaths.loaders],
        extraFiles: { [sdi]: '$SDI0001' },
      });
      const found = await inspected(made.path);
      const path = `\\${sdi.replaceAll('/', '\\')}`;
      expect(found.bootable).toMatchObject({ bootable: true, ramdisk: { sdi: { path, content: 'sdi' } } });
      const own = await makeStation(area, `sdi-${String((counter += 1))}`);
      const run = await apply(own, { media: made.path });
      expect(run.status, run.stderr).toBe(0);
      const folder = temporaryArea('sdi-store');
      const efi = extractPartition(own.drives[0].path, 'efi', folder);
      execFileSync('mcopy', ['-i', efi, '-n', '::/EFI/Microsoft/Boot/BCD', folder]);
      const store = await readBootStore(join(folder, 'BCD'), new AbortController().signal);
      expect(elementOf(objectOf(store, bcdObjects.ramdiskOptions), bcdElements.sdiPath)).toEqual({
        kind: 'string',
        text: path,
      });
    },
  );

  it('name a missing boot.sdi where Prestage would make the store', async () => {
    const made = await media({ without: [bootPaths.ramdiskFile, bootPaths.bootStore] });
    expect((await inspected(made.path)).bootable.problems).toEqual([
      expect.stringContaining('boot.sdi) is in none of'),
    ]);
  });
});

describe('boot files that FAT32 cannot hold', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['folders that differ in case', { 'EFI/BOOT/extra.efi': 'x' }, '\\EFI\\Boot'],
    [
      'folders around the boot store that differ in case',
      { 'EFI/Microsoft/boot/Fonts/x.ttf': 'x' },
      '\\EFI\\Microsoft\\Boot',
    ],
    ['files that differ in case', { 'EFI/Boot/BOOTX64.EFI': 'x' }, '\\EFI\\Boot\\BOOTX64.EFI'],
    ['a name that stands for a device', { 'EFI/Boot/aux.efi': 'x' }, '\\EFI\\Boot\\aux.efi'],
    ['a name that ends with a dot', { 'EFI/Boot/file.': 'x' }, '\\EFI\\Boot\\file.'],
  ])('are told and refused: %s', async (_what, extraFiles, named) => {
    const made = await media({ extraFiles });
    const found = await inspected(made.path);
    expect(found.bootable.bootable).toBe(false);
    expect(found.bootable.problems.join()).toContain(named);
    await expectRefused(station, () => apply(station, { media: made.path }), {
      code: 'boot-files-invalid',
      names: [named, 'FAT32'],
      remedy: 'Ask the enterprise to correct these files',
    });
  });
});

describe('a link in the place of a boot file', () => {
  it('is told of before anything is made, and the media is read all the same', async () => {
    const made = await media({});
    const link = join(area, 'link');
    symlinkSync('bootx64.efi', link);
    const changes = [
      `add '${link}' /EFI/Boot/link.efi`,
      'delete /sources/boot.wim',
      `add '${link}' /sources/boot.wim`,
    ];
    execFileSync('wimlib-imagex', ['update', made.path, '1'], { input: `${changes.join('\n')}\n` });
    const { problems } = (await inspected(made.path)).bootable;
    expect(problems.join()).toMatch(
      /\\sources\\boot\.wim\) is only a link.*\\EFI\\Boot\\link\.efi is a link/,
    );
    await expectRefused(station, () => apply(station, { media: made.path }), {
      code: 'boot-files-invalid',
      names: ['\\EFI\\Boot\\link.efi'],
      remedy: 'Ask the enterprise to correct these files',
    });
  });
});

describe('a file that is no ordinary WIM', () => {
  it('and pipable is read, verified and applied', async () => {
    const path = fresh();
    execFileSync('wimlib-imagex', ['capture', plain.tree, path, '--pipable']);
    expect((await inspected(path)).bootable.bootable).toBe(true);
    const verified = await runHere(['media', 'verify', path]);
    expect(verified.status, verified.stderr).toBe(0);
    const own = await makeStation(area, 'pipable');
    expect(reportOf(await apply(own, { media: path })).jobs.map(({ state }) => state)).toEqual(['done']);
    // Its lists of names are stored as wimlib alone reads them: no slot can be laid into them.
    const list = join(area, 'own.yaml');
    writeFileSync(list, "machineFiles:\n  - { path: '\\a.txt', template: own.txt }\n");
    writeFileSync(join(area, 'own.txt'), '{{serial}}');
    const slots = await makeStation(area, 'pipable-slots');
    await expectRefused(slots, () => apply(slots, { media: path, more: ['--machine-files', list] }), {
      code: 'slot-unusable',
      names: [basename(path), 'pipable'],
      remedy: '--not-pipable',
    });
    // Cut off: the header that counts stands at the end.
    const cut = fresh();
    writeFileSync(cut, readFileSync(path).subarray(0, -100));
    expect(errorOf(await inspect(cut)).code).toBe('media-truncated');
  });

  it.each<[string, () => Buffer | string, string]>([
    ['a WIM in gzip', () => gzipSync(readFileSync(plain.path)), 'a gzip archive'],
    ['a ZIP', () => 'PK\x03\x04'.padEnd(600, 'z'), 'a ZIP archive'],
    ['a cabinet', () => 'MSCF'.padEnd(600, 'z'), 'a cabinet'],
    [
      'an ISO',
      () => Buffer.concat([Buffer.alloc(32_769), Buffer.from('CD001\x01'.padEnd(3000, 'z'))]),
      'an ISO',
    ],
    ['an FFU', () => '\x18\0\0\0SignedImage '.padEnd(600, 'z'), 'an FFU'],
    ['a VHDX', () => 'vhdxfile'.padEnd(600, 'z'), 'VHDX'],
    ['a Git LFS pointer', () => 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n', 'Git LFS'],
    ['a web page', () => '<!DOCTYPE html><html><title>Sign in</title></html>', 'a web page'],
    ['zeros', () => Buffer.alloc(100_000), 'zeros'],
  ])('is named for what it is: %s', async (_what, content, named) => {
    const path = fresh();
    const bytes = content();
    writeFileSync(path, typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    const error = errorOf(await inspect(path));
    expect(error.code).toBe('media-not-a-wim');
    expect(error.message).toContain(named);
    expect(error.remedy).not.toBe('');
  });

  it('and empty is said to be empty', async () => {
    const path = fresh();
    writeFileSync(path, '');
    expect(errorOf(await inspect(path))).toMatchObject({ code: 'media-truncated' });
    expect(errorOf(await inspect(path)).message).toContain('is empty');
  });
});

describe('the SHA-256 of a media file', () => {
  it.each([
    ['small', 0],
    ['hashed by threads', 20 * MiB],
    ['split, and hashed by threads', 24 * MiB],
  ])('is the one that others compute: %s', async (what, extraBytes) => {
    const made = await media({ extraBytes, ...(what.startsWith('split') ? { splitBytes: 8 * MiB } : {}) });
    const folder = dirname(made.path);
    const sums = execFileSync(
      'sha256sum',
      made.files.map((file) => basename(file)),
      { cwd: folder },
    );
    writeFileSync(`${made.path}.sha256`, sums);
    const run = await inspect(made.path);
    expect(run.status, run.stderr).toBe(0);
    // Of several parts: the SHA-256 of their list.
    const [first = ''] = sums.toString().split(' ');
    const sha256 = made.files.length === 1 ? first : createHash('sha256').update(sums).digest('hex');
    expect(JSON.parse(run.stdout)).toMatchObject({ sha256, expected: 'manifest' });
  });
});

describe('the size of an image', () => {
  it('counts a file once, whatever the metadata says of its further names', async () => {
    const [known] = (await inspected(plain.path)).images;
    const changes: readonly (readonly [RegExp, string])[] = [
      [/<HARDLINKBYTES>[^<]*<\/HARDLINKBYTES>/, ''],
      // Some tools write that no file has two names without having looked.
      [/(?<=<HARDLINKBYTES>)[^<]*/, '0'],
      [/(?<=<IMAGE.*<TOTALBYTES>)[^<]*/s, '0'],
    ];
    for (const [what, instead] of changes) {
      const path = await replaceXml(plain.path, fresh(), (xml) => xml.replace(what, instead));
      const [counted] = (await inspected(path)).images;
      expect([instead, counted?.bytes]).toEqual([instead, known?.bytes]);
    }
  });
});

describe('a list of files that is longer than memory for it', () => {
  it('is read as it comes', async () => {
    // 30 folders of 1000 names, each path of about 9,600 characters: 288 MiB of list.
    const tree = join(area, 'long');
    const name = (index: number): string => `${String(index).padStart(3, '0')}${'n'.repeat(245)}`;
    mkdirSync(join(tree, 'leaf'), { recursive: true });
    for (let index = 0; index < 1000; index += 1) writeFileSync(join(tree, 'leaf', name(index)), '');
    const path = fresh();
    execFileSync('wimlib-imagex', ['capture', tree, path, '--compress=none']);
    const adds: string[] = [];
    for (let copy = 0; copy < 30; copy += 1) {
      const folder = `/${String(copy)}/${Array.from({ length: 38 }, (_, depth) => name(depth)).join('/')}`;
      adds.push(`add '${join(tree, 'leaf')}' '${folder}'`);
    }
    execFileSync('wimlib-imagex', ['update', path, '1'], {
      input: `${adds.join('\n')}\n`,
      // It warns of each folder that it adds twice, in words as long as the path.
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const run = await inspect(path);
    expect(run.status, run.stderr).toBe(0);
  });
});
