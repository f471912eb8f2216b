import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rename, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { mediaSchema, type Media } from '../../core/media/media';
import { inspectMedia } from '../../helper/media/inspect-media';
import { wimlibSourceArguments } from '../../helper/media/wim-source';
import { verifyMedia, type VerifyProgress } from '../../helper/media/verify-media';
import { bootPaths, makeMedia, patchBytes, type MediaOptions } from '../support/wim';
import { mediaStore } from '../support/wim-tree';
import { folder, plain, packed, split, nothing, failure, useMediaFiles } from '../support/media-files';

useMediaFiles();

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
    const entries = await readdir(packed.tree, { recursive: true, withFileTypes: true });
    const files = await Promise.all(
      entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name))),
    );
    const sizes = new Map(files.map(({ ino, size }) => [ino, size]));
    expect(sizes.size).toBe(files.length - 2);
    expect(first?.bytes).toBe([...sizes.values()].reduce((sum, size) => sum + size, 0));
  });

  it('gives the absolute path of the media', async () => {
    const media = await inspectMedia(join(folder, 'plain', '..', 'plain', basename(plain.path)), 1);
    expect(media.path).toBe(plain.path);
  });

  it('finds a media file that is not bootable', async () => {
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
