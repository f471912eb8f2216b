import { link, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mediaStore } from '../boot/media-store';
import { inTemporaryFolder } from '../tools/disk';
import { captureWim } from './capture-wim';

/** A folder that looks like the inside of prestaged media and starts nothing: for the training media, and for tests. */

/** A small repeatable generator of pseudo-random numbers (mulberry32): the same seed, the same bytes. */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return (value ^ (value >>> 14)) >>> 0;
  };
}

/** Bytes that no compressor makes smaller, the same for the same seed. */
export function randomBytes(bytes: number, seed: number): Buffer {
  const next = randomSource(seed);
  const words = new Uint32Array(Math.ceil(bytes / 4));
  for (let index = 0; index < words.length; index += 1) words[index] = next();
  return Buffer.from(words.buffer, 0, bytes);
}

/** Bytes that every compressor makes much smaller. */
export function plainBytes(bytes: number, seed: number): Buffer {
  const line = Buffer.from(`[${seed}] Prestage training file, a line of plain text that repeats itself.\r\n`);
  const buffer = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += line.length) line.copy(buffer, at);
  return buffer;
}

/** The start of a PE file for x64, with a certificate table: enough for what looks at the first bytes only. */
function fakeProgram(bytes: number, seed: number): Buffer {
  const program = randomBytes(bytes, seed);
  program.write('MZ', 0, 'latin1');
  program.writeUInt32LE(0x80, 0x3c);
  program.write('PE\0\0', 0x80, 'latin1');
  program.writeUInt16LE(0x8664, 0x84);
  const optional = 0x80 + 24;
  program.writeUInt16LE(0x20b, optional);
  program.writeUInt32LE(16, optional + 108);
  program.writeUInt32LE(bytes - 1000, optional + 112 + 32);
  program.writeUInt32LE(1000, optional + 112 + 36);
  return program;
}

/**
 * A whole, small WIM: what stands for the boot image.
 * @param options of `wimlib-imagex capture`; the default makes what Microsoft's boot manager starts
 */
export async function smallWim(
  seed: number,
  options: readonly string[] = ['--boot'],
  signal = new AbortController().signal,
): Promise<Buffer> {
  return await inTemporaryFolder('boot-image', async (folder) => {
    await mkdir(join(folder, 'tree'));
    await writeFile(join(folder, 'tree', 'winpe.dat'), randomBytes(300_000, seed));
    const file = join(folder, 'boot.wim');
    await captureWim({ tree: join(folder, 'tree'), file, options, place: folder, signal });
    return await readFile(file);
  });
}

export interface TrainingTreeOptions {
  /** Small files below \Windows\System32 and \SMS; the default is 200. */
  readonly smallFiles?: number;
  /** Paths of the standard tree (for example `sources/boot.wim`) that are left out. */
  readonly without?: readonly string[];
  /** Names of driver packs, each with one file that installs nothing; none by default. There is no table of them. */
  readonly driverPacks?: readonly string[];
}

/** Paths of what makes the tree bootable prestaged media. */
export const bootPaths = {
  bootImage: 'sources/boot.wim',
  bootStore: 'EFI/Microsoft/Boot/BCD',
  ramdiskFile: 'boot/boot.sdi',
  loaders: ['EFI/Boot/bootx64.efi', 'EFI/Microsoft/Boot/bootmgfw.efi', 'EFI/Microsoft/Boot/memtest.efi'],
} as const;

/**
 * Makes a folder that looks like the inside of prestaged media: boot files, a Windows folder, content of
 * packages, hard links, an empty file and an empty folder, names beyond ASCII, and paths longer than 260.
 */
export async function makeTrainingTree(
  directory: string,
  options: TrainingTreeOptions = {},
  signal = new AbortController().signal,
): Promise<void> {
  const without = new Set(options.without ?? []);
  const put = async (path: string, content: string | Buffer): Promise<void> => {
    if (without.has(path)) return;
    const target = join(directory, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  };

  await put(bootPaths.bootStore, await mediaStore('boot image', signal));
  for (const [index, path] of bootPaths.loaders.entries()) await put(path, fakeProgram(40_000, 10 + index));
  await put('EFI/Microsoft/Boot/Fonts/wgl4_boot.ttf', randomBytes(48_000, 2));
  await put('EFI/Microsoft/Boot/de-DE/bootmgfw.efi.mui', plainBytes(9_000, 3));
  await put(bootPaths.bootImage, await smallWim(4, ['--boot'], signal));
  await put(bootPaths.ramdiskFile, Buffer.concat([Buffer.from('$SDI0001'), plainBytes(60_000, 5)]));
  await put('SMS/data/TsmBootstrap.ini', '[MediaInfo]\r\nMediaType=FullMedia\r\nUnattended=true\r\n');
  await put('SMS/data/variables.dat', randomBytes(6_000, 6));
  await put('Windows/System32/ntoskrnl.exe', fakeProgram(220_000, 7));
  await put('Windows/System32/config/SYSTEM', Buffer.concat([Buffer.from('regf'), plainBytes(90_000, 8)]));
  await put('Windows/Boot/EFI/bootmgfw.efi', fakeProgram(40_000, 11));
  for (const pack of options.driverPacks ?? []) {
    await put(
      `Drivers/${pack}/training.inf`,
      '; Installs nothing.\r\n[Version]\r\nSignature="$WINDOWS NT$"\r\n',
    );
  }
  await put('Windows/empty.log', '');
  await put('Windows/Web/Grüße – Привет 你好 🎛.txt', 'not ASCII\r\n');
  await put(`Windows/WinSxS/${'a-rather-long-folder-name_31bf3856ad364e35/'.repeat(7)}manifest.xml`, '<a/>');

  const next = randomSource(99);
  for (let index = 0; index < (options.smallFiles ?? 200); index += 1) {
    const bytes = 1 + (next() % (index % 20 === 0 ? 60_000 : 3_000));
    const content = index % 3 === 0 ? randomBytes(bytes, 1000 + index) : plainBytes(bytes, 1000 + index);
    const folder = index % 4 === 0 ? 'SMS/PKG/ABC00001' : `Windows/System32/drivers/set${index % 7}`;
    await put(`${folder}/file${String(index).padStart(4, '0')}.${index % 2 === 0 ? 'dll' : 'inf'}`, content);
  }

  await mkdir(join(directory, 'Windows/Temp'), { recursive: true });
  await link(
    join(directory, 'Windows/System32/ntoskrnl.exe'),
    join(directory, 'Windows/WinSxS/ntoskrnl.exe'),
  );
  await link(join(directory, 'Windows/System32/ntoskrnl.exe'), join(directory, 'Windows/ntoskrnl.bak'));
}
