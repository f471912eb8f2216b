import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrestageError, type ErrorData } from '../../core/base/errors';
import { mediaSchema, type Media } from '../../core/media/media';
import { inspectMedia } from '../../helper/media/inspect-media';
import { wimlibSourceArguments } from '../../helper/media/wim-source';
import { verifyMedia, type VerifyProgress } from '../../helper/media/verify-media';
import {
  bootPaths,
  flipByte,
  hostileFiles,
  hostileNames,
  makeEncrypted,
  makeHostile,
  makeMedia,
  makeNotAWim,
  makeTruncated,
  patchBytes,
  replaceXml,
  type HostileName,
  type MadeMedia,
  type MediaOptions,
} from '../support/wim';
import { mediaStore } from '../support/wim-tree';

let folder: string;
/** Uncompressed, with the files that can be made hostile. */
let plain: MadeMedia;
/** Compressed, with an integrity table and two images. */
let packed: MadeMedia;
let split: MadeMedia;
let counter = 0;

const fresh = (extension = 'wim'): string => join(folder, `copy${String((counter += 1))}.${extension}`);
const nothing = (): void => undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prestage-media-test-'));
  plain = await makeMedia(join(folder, 'plain'), { extraFiles: hostileFiles });
  packed = await makeMedia(join(folder, 'packed'), { compression: 'LZX', integrity: true, images: 2 });
  split = await makeMedia(join(folder, 'set [1]*?{a}\\b'), {
    compression: 'XPRESS',
    splitBytes: 300_000,
    integrity: true,
  });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function failure(promise: Promise<unknown>): Promise<ErrorData> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PrestageError) return error.data;
    throw error;
  }
  throw new Error('it should have failed');
}

async function verified(path: string): Promise<VerifyProgress[]> {
  const seen: VerifyProgress[] = [];
  const { bytes } = await verifyMedia(path, (progress) => seen.push(progress));
  expect(bytes).toBeGreaterThan(0);
  return seen;
}

describe('inspectMedia', () => {
  it.each([
    { compression: 'none' },
    { compression: 'XPRESS' },
    { compression: 'LZX' },
    { compression: 'LZMS' },
    { compression: 'LZMS', solid: true },
  ] as const)('reads $compression, solid: $solid', async (options) => {
    const made = await makeMedia(await mkdtemp(join(folder, 'kind-')), options);
    const media = await inspectMedia(made.path, 1);
    expect(mediaSchema.parse(media)).toEqual(media);
    expect(media).toMatchObject({
      path: made.path,
      files: [made.path],
      bytes: (await stat(made.path)).size,
      compression: options.compression,
      solid: 'solid' in options,
      parts: 1,
      integrityTable: false,
      warnings: [],
      bootable: {
        bootable: true,
        bootImage: 'whole',
        bootStore: 'boot-image',
        loaders: [{ path: '\\EFI\\Boot\\bootx64.efi', wanted: 'x64', cpu: 'x64', signed: true }],
        problems: [],
      },
    });
    const efi = await readdir(join(made.tree, 'EFI'), { recursive: true, withFileTypes: true });
    const sizes = await Promise.all(
      efi.filter((one) => one.isFile()).map(async (one) => (await stat(join(one.parentPath, one.name))).size),
    );
    expect(media.bootable.efiBytes).toBe(sizes.reduce((sum, bytes) => sum + bytes, 0));
    expect((await verified(made.path)).at(-1)).toMatchObject({ phase: 'verifying' });
  });

  it('warns when a machine would start the extracted Windows, and when the store is damaged', async () => {
    const inspected = async (store: Buffer): Promise<readonly string[]> => {
      const extraFiles = { [bootPaths.bootStore]: store };
      const made = await makeMedia(await mkdtemp(join(folder, 'store-')), { extraFiles });
      return (await inspectMedia(made.path, 1)).bootable.problems;
    };
    expect(await inspected(await mediaStore('windows'))).toEqual([
      'the boot store starts the extracted Windows, not the boot image: the task sequence would never start',
    ]);
    expect(await inspected(Buffer.from('regf, and no more'))).toEqual([
      'the boot store (\\EFI\\Microsoft\\Boot\\BCD) is damaged: this media will be refused',
    ]);
  });

  it('says of each part of starting what is wrong with it', async () => {
    const inspected = async (options: MediaOptions): Promise<Media> => {
      const made = await makeMedia(await mkdtemp(join(folder, 'start-')), { smallFiles: 3, ...options });
      return await inspectMedia(made.path, 1);
    };
    const cut = await inspected({
      extraFiles: { [bootPaths.bootImage]: (await readFile(plain.path)).subarray(0, 5000) },
    });
    expect(cut.bootable).toMatchObject({ bootable: false, bootImage: 'damaged' });
    const program = await readFile(join(plain.tree, bootPaths.loaders[0]));
    program.writeUInt16LE(0xaa64, 0x84);
    program.writeUInt32LE(0, 0x80 + 24 + 112 + 36);
    const other = await inspected({ extraFiles: { [bootPaths.loaders[0]]: program } });
    expect(other.bootable.problems).toEqual([
      '\\EFI\\Boot\\bootx64.efi is a program for arm64 machines, but its name is for x64 machines',
    ]);
    expect(other.warnings).toEqual([
      '\\EFI\\Boot\\bootx64.efi is not signed: a machine with Secure Boot enabled will refuse it',
    ]);
    const bare = await inspected({
      without: [...bootPaths.loaders, 'Windows/Boot/EFI/bootmgfw.efi', bootPaths.bootStore],
    });
    expect(bare.bootable.problems).toEqual([
      'there is no UEFI boot loader: neither \\EFI\\Boot\\bootx64.efi nor a boot manager',
    ]);
    expect(bare.warnings[0]).toContain('the media has no boot store');
    const ofWindows = await inspected({ without: bootPaths.loaders });
    expect(ofWindows.bootable).toMatchObject({
      bootable: true,
      loaders: [{ path: '\\Windows\\Boot\\EFI\\bootmgfw.efi', wanted: 'x64', cpu: 'x64' }],
    });
    const large = await inspected({ extraFiles: { 'EFI/large.bin': Buffer.alloc(300 * 1024 * 1024) } });
    expect(large.warnings[0]).toContain('only the layout configmgr-uefi has enough space for them');
  });

  it('finds boot files whatever their case', async () => {
    const made = await makeMedia(join(folder, 'lower'), { smallFiles: 3, compression: 'XPRESS' });
    await rename(join(made.tree, 'EFI'), join(made.tree, 'efi'));
    await rename(join(made.tree, 'sources'), join(made.tree, 'SOURCES'));
    const wim = join(folder, 'lower.wim');
    await promisify(execFile)('wimlib-imagex', ['capture', made.tree, wim, '--compress=none']);
    expect((await inspectMedia(wim, 1)).bootable).toMatchObject({ bootable: true, bootStore: 'boot-image' });
  });

  it('reads images, and counts hard links once', async () => {
    const media = await inspectMedia(packed.path, 2);
    expect(media.images.map(({ index, name }) => [index, name])).toEqual([
      [1, 'Prestaged media'],
      [2, 'Image 2'],
    ]);
    expect(media).toMatchObject({ imageIndex: 2, integrityTable: true, bootable: { bootable: false } });
    const [first, second] = media.images;
    expect(first?.files).toBeGreaterThan(200);
    expect(first?.bytes).toBeGreaterThan(second?.bytes ?? Infinity);
    // ntoskrnl.exe is there three times by name and once by content.
    const { stdout } = await promisify(execFile)('du', [
      '--apparent-size',
      '--bytes',
      '--summarize',
      packed.tree,
    ]);
    const folders = (await readdir(packed.tree, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isDirectory(),
    );
    expect(first?.bytes).toBe(Number.parseInt(stdout) - (folders.length + 1) * 4096);
  });

  it('gives the absolute path of the media', async () => {
    const media = await inspectMedia(join(folder, 'plain', '..', 'plain', basename(plain.path)), 1);
    expect(media.path).toBe(plain.path);
  });

  it('finds a media that is not bootable', async () => {
    const made = await makeMedia(join(folder, 'unbootable'), {
      without: [bootPaths.bootImage],
      smallFiles: 3,
    });
    expect((await inspectMedia(made.path, 1)).bootable).toMatchObject({
      bootable: false,
      bootImage: 'missing',
    });
  });

  it('cleans names, and notes oddities that stop nothing', async () => {
    const made = await makeMedia(join(folder, 'odd'), {
      imageName: 'Good\u202Eli\u200Bve',
      smallFiles: 3,
      extraFiles: {
        'Odd/trailing ': '',
        'Odd/aux.c': '',
        'Odd/NAME': '',
        'Odd/name': '',
        "Odd/it's [1]": '',
      },
    });
    const media = await inspectMedia(made.path, 1);
    expect(media.images[0]?.name).toBe('Goodlive');
    expect(media.warnings).toHaveLength(3);
  });

  it('leaves no temporary files and does not touch the media', async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('prestage-names-'));
    const { mtimeMs } = await stat(plain.path);
    await inspectMedia(plain.path, 1);
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith('prestage-names-'));
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
    expect((await stat(plain.path)).mtimeMs).toBe(mtimeMs);
  });

  it('is cancelled', async () => {
    expect(await failure(inspectMedia(plain.path, 1, AbortSignal.abort()))).toMatchObject({
      code: 'cancelled',
    });
    expect(await failure(verifyMedia(plain.path, nothing, AbortSignal.abort()))).toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('a split set', () => {
  it('is found from any part, with names that are patterns', async () => {
    expect(split.files.length).toBeGreaterThan(2);
    for (const part of split.files) {
      const media = await inspectMedia(part, 1);
      expect(media).toMatchObject({ path: split.path, files: split.files, parts: split.files.length });
      expect(media.integrityTable).toBe(true);
    }
    const phases = new Set((await verified(split.path)).map(({ phase }) => phase));
    expect(phases).toEqual(new Set(['checking', 'verifying']));
  });

  it('can be applied with the arguments for wimlib', async () => {
    const { file, refs } = wimlibSourceArguments(await inspectMedia(split.path, 1));
    const target = join(folder, 'applied');
    await promisify(execFile)('wimlib-imagex', ['apply', file, '1', target, ...refs]);
    const path = 'Windows/System32/ntoskrnl.exe';
    expect(await readFile(join(target, path))).toEqual(await readFile(join(split.tree, path)));
  });

  /** Copies the set, parts renamed by `rename`; null leaves a part out. */
  async function copySet(name: (part: number, own: string) => string | null): Promise<string[]> {
    const target = await mkdtemp(join(folder, 'set-'));
    const copies: string[] = [];
    for (const [index, file] of split.files.entries()) {
      const own = name(index + 1, basename(file));
      if (own === null) continue;
      copies.push(join(target, own));
      await copyFile(file, join(target, own));
    }
    return copies;
  }

  it('names the parts that are missing', async () => {
    const [first = ''] = await copySet((part, own) => (part === 2 ? null : own));
    const error = await failure(inspectMedia(first, 1));
    expect(error.code).toBe('media-part-missing');
    expect(error.message).toContain('part 2 is not in the same folder');
    expect(error.remedy).toContain('media2.swm');
    expect((await failure(verifyMedia(first, nothing))).code).toBe('media-part-missing');

    const [last = ''] = await copySet((part, own) => (part === 3 ? own : null));
    expect((await failure(inspectMedia(last, 1))).message).toContain('parts 1, 2');
  });

  it('is found by what is in the parts, whatever they are called', async () => {
    const copies = await copySet((part) => `${'zyxwvutsrq'.charAt(part)}.swm`);
    const media = await inspectMedia(copies.at(-1) ?? '', 1);
    expect(media.files).toEqual(copies);
  });

  it('is not completed by a part of another set', async () => {
    const [first = ''] = await copySet((_, own) => own);
    const other = await makeMedia(await mkdtemp(join(folder, 'other-')), { splitBytes: 300_000 });
    await copyFile(other.files[1] ?? '', first.replace('media.swm', 'media2.swm'));
    const error = await failure(inspectMedia(first, 1));
    expect(error).toMatchObject({ code: 'media-part-missing' });
    expect(error.message).toContain('part 2 ');
  });

  it('prefers the usual name of two copies, and else asks', async () => {
    const [first = '', second = ''] = await copySet((_, own) => own);
    await copyFile(second, first.replace('media.swm', 'a copy.swm'));
    expect((await inspectMedia(first, 1)).files[1]).toBe(second);
    await rename(second, first.replace('media.swm', 'another copy.swm'));
    const error = await failure(inspectMedia(first, 1));
    expect(error.message).toContain('more than once: a copy.swm, another copy.swm');
  });

  it('damaged in a later part is found by verify', async () => {
    const [first = '', second = ''] = await copySet((_, own) => own);
    await patchBytes(second, (bytes) => bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000));
    expect((await failure(verifyMedia(first, nothing))).code).toBe('media-corrupt');
  });
});

describe('bad input', () => {
  it('a file that is not there, a folder, a device, a pipe', async () => {
    expect((await failure(inspectMedia(join(folder, 'none.wim'), 1))).code).toBe('media-not-found');
    expect((await failure(inspectMedia(join(plain.path, 'x'), 1))).code).toBe('media-not-found');
    expect((await failure(inspectMedia(folder, 1))).message).toContain('is a folder');
    expect((await failure(inspectMedia('/dev/zero', 1))).code).toBe('media-unreadable');
    const pipe = fresh();
    await promisify(execFile)('mkfifo', [pipe]);
    expect((await failure(inspectMedia(pipe, 1))).code).toBe('media-unreadable');
  });

  it('not a WIM, and an empty file', async () => {
    const error = await failure(inspectMedia(await makeNotAWim(fresh()), 1));
    expect(error.code).toBe('media-not-a-wim');
    expect(error.message).toContain(folder);
    const empty = fresh();
    await writeFile(empty, '');
    expect((await failure(inspectMedia(empty, 1))).code).toBe('media-truncated');
  });

  it.each([8, 100, 207, 208, 5000, -1, -60, -2000, -100_000])('cut off at %i', async (bytes) => {
    for (const media of [plain, packed]) {
      const cut = await makeTruncated(media.path, fresh(), bytes);
      expect((await failure(inspectMedia(cut, 1))).code).toBe('media-truncated');
      expect((await failure(verifyMedia(cut, nothing))).code).toBe('media-truncated');
    }
  });

  it('a flipped byte in data is found by verify', async () => {
    for (const media of [plain, packed]) {
      const bad = await flipByte(media.path, fresh(), 'data');
      await inspectMedia(bad, 1);
      expect(await failure(verifyMedia(bad, nothing))).toMatchObject({
        code: 'media-corrupt',
        message: expect.stringContaining(bad) as string,
      });
    }
  });

  it('a flipped byte in metadata is found by inspect', async () => {
    for (const media of [plain, packed]) {
      const bad = await flipByte(media.path, fresh(), 'metadata');
      expect((await failure(inspectMedia(bad, 1))).code).toBe('media-corrupt');
    }
  });

  it('a flipped byte in the header is found wherever it changes what is read', async () => {
    // Free to have any value: flags wimlib ignores, the GUID of a WIM of one part, which image to boot, and
    // what is reserved.
    const free = (at: number): boolean =>
      (at >= 16 && at < 20) || (at >= 24 && at < 40) || (at >= 96 && at < 124) || at >= 148;
    for (let at = 0; at < 148; at += 1) {
      if (free(at)) continue;
      const bad = await flipByte(packed.path, fresh(), at);
      // An integrity table that is not looked at before verify.
      const look = at >= 124 ? verifyMedia(bad, nothing) : inspectMedia(bad, 1);
      const outcome = await look.then(
        () => 'fine',
        (error: unknown) => (error instanceof PrestageError ? error.code : String(error)),
      );
      expect([at, outcome]).toEqual([at, expect.stringMatching(/^media-/)]);
      await rm(bad);
    }
    const compression = fresh();
    await copyFile(packed.path, compression);
    await patchBytes(compression, (bytes) => bytes.writeUInt8(bytes.readUInt8(18) ^ 0x04, 18));
    expect((await failure(inspectMedia(compression, 1))).code).toBe('media-corrupt');
  });

  it('an encrypted ESD', async () => {
    const bad = await makeEncrypted(plain.path, fresh('esd'));
    expect((await failure(inspectMedia(bad, 1))).code).toBe('media-encrypted');
    expect((await failure(verifyMedia(bad, nothing))).code).toBe('media-encrypted');
  });

  it('XML that is broken, or counts other images', async () => {
    const broken = await replaceXml(plain.path, fresh(), (xml) => xml.replace('</IMAGE>', '</IMAGF>'));
    expect((await failure(inspectMedia(broken, 1))).code).toBe('media-corrupt');
    const fewer = await replaceXml(packed.path, fresh(), (xml) =>
      xml.replace(/<IMAGE INDEX="2".*<\/IMAGE>/s, ''),
    );
    expect((await failure(inspectMedia(fewer, 1))).message).toContain('its header has 2 images, its XML data has 1');
  });

  it('an image that is not there, naming those that are', async () => {
    const error = await failure(inspectMedia(packed.path, 3));
    expect(error.code).toBe('media-image-missing');
    expect(error.message).toContain('no image 3. Images: 1 (Prestaged media), 2 (Image 2)');
  });

  const kinds = Object.keys(hostileNames) as HostileName[];
  it.each(kinds.flatMap((kind) => (['none', 'LZX'] as const).map((claim) => [kind, claim] as const)))(
    'names: %s, compression %s',
    async (kind, claim) => {
      const bad = await makeHostile(plain.path, fresh(), kind, claim);
      const error = await failure(inspectMedia(bad, 1));
      expect(error.code).toBe('media-unsafe-names');
      expect(error.message).toContain(bad);
      if (kind !== 'cycle' && kind !== 'lineFeed') expect(error.message).toContain('/Odd');
    },
  );

  it('accepts the media that the hostile ones are made from', async () => {
    expect((await inspectMedia(plain.path, 1)).warnings).toEqual([]);
  });
});
