import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { shownPath, sanitizeForDisplay } from '../../core/base/display';
import { cancelled, isCancellation, PrestageError } from '../../core/base/errors';
import type { bootMethods } from '../../core/contract/helper-boot';
import { required } from '../../core/base/required';
import { liveImageSchema } from '../../core/live/live-system';
import { bootFiles } from '../../core/netboot/boot-words';
import { hashPieces } from '../hash/hash';
import { BootMedium, type FilePlace } from './boot-medium';

/** Where the files lie in an image of Prestage Live (build/live/image.sh). */
const inImage = {
  about: 'prestage/live.json',
  system: 'live/filesystem.squashfs',
  [bootFiles.shim]: 'EFI/BOOT/BOOTX64.EFI',
  [bootFiles.grub]: 'prestage/netboot/grubnetx64.efi',
  [bootFiles.kernel]: 'live/vmlinuz',
  [bootFiles.initramfs]: 'live/initrd',
} as const;
const served = [bootFiles.shim, bootFiles.grub, bootFiles.kernel, bootFiles.initramfs] as const;

/** Bytes of the file that says what the image is. */
const longestAbout = 64 * 1024;

export type OpenedBootImage = z.infer<(typeof bootMethods)['openBootImage']['response']>;

/** Folders of this helper that are laid out. They go with it. */
const folders = new Set<string>();
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Lays out what machines fetch by TFTP. @throws PrestageError boot-image, cancelled */
export async function openBootImage(
  path: string,
  report: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<OpenedBootImage> {
  let medium: BootMedium | null = null;
  let folder: string | null = null;
  try {
    medium = await BootMedium.open(path);
    const about = liveImageSchema.parse(JSON.parse(await textOf(await medium.find(inImage.about))));
    const place = await openToOthers();
    await sweep(place);
    folder = mkdtempSync(join(place, `${prefix}${process.pid}-`));
    folders.add(folder);
    for (const name of served) await copy(await medium.find(inImage[name]), join(folder, name), signal);
    await mkdir(dirname(join(folder, bootFiles.grubConfig)));
    for (const at of [folder, dirname(join(folder, bootFiles.grubConfig))]) await chmod(at, 0o755);
    const system = await medium.find(inImage.system);
    const { path: file, offset, bytes } = system;
    const [hashed] = await hashPieces(
      [{ path: file, offset, length: bytes }],
      (done) => {
        report(done, bytes);
      },
      signal,
    );
    const { sha256 } = required(hashed, 'the hash of the system');
    return { folder, version: about.version, system: { ...system, sha256 } };
  } catch (error) {
    if (folder !== null) await closeBootImage(folder);
    if (isCancellation(error) || signal.aborted) throw cancelled('Reading the image of Prestage Live');
    throw new PrestageError({
      code: 'boot-image',
      message: `Machines cannot be started from ${shownPath(path)}.`,
      cause: sanitizeForDisplay(error instanceof Error ? error.message : String(error), 400),
    });
  } finally {
    await medium?.close();
  }
}

/** Removes a folder that was laid out here; no other. */
export async function closeBootImage(folder: string): Promise<void> {
  if (folders.delete(folder)) await rm(folder, { recursive: true, force: true });
}

/** Names the process whose folder it is. */
const prefix = 'prestage-netboot-';

/** Removes what a helper has left that was killed. Nobody else's: a folder of another user is not ours to remove. */
async function sweep(place: string): Promise<void> {
  for (const name of await readdir(place)) {
    const [, id] = /^prestage-netboot-(\d+)-[A-Za-z0-9]{6}$/.exec(name) ?? [];
    if (id === undefined || (await isAlive(Number(id)))) continue;
    const folder = join(place, name);
    const found = await lstat(folder).catch(() => null);
    if (found?.isDirectory() !== true || found.uid !== process.geteuid?.()) continue;
    await rm(folder, { recursive: true, force: true });
  }
}

/** One that was killed and that nobody has asked after (state Z, proc(5)) does no more. */
async function isAlive(id: number): Promise<boolean> {
  const state = await readFile(`/proc/${id}/stat`, 'utf8').catch(() => '');
  return state !== '' && !/^\d+ \(.*\) [ZX]/.test(state);
}

/** What answers machines runs as another user, and is to come to the files: a folder for temporary files into which others may go. */
async function openToOthers(): Promise<string> {
  for (const place of [tmpdir(), '/tmp', '/var/tmp']) {
    if (await mayBeEntered(place)) return place;
  }
  throw new Error('no folder for temporary files can be entered by other users');
}

async function mayBeEntered(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await stat(at).catch(() => null);
    if (found === null || (found.mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

function reading({ path, offset, bytes }: FilePlace): NodeJS.ReadableStream {
  return createReadStream(path, { start: offset, end: offset + bytes - 1, highWaterMark: 1024 * 1024 });
}

async function textOf(place: FilePlace): Promise<string> {
  if (place.bytes > longestAbout) throw new Error(`its file ${inImage.about} is too long`);
  let text = '';
  for await (const piece of reading(place)) text += piece.toString();
  return text;
}

async function copy(place: FilePlace, to: string, signal: AbortSignal): Promise<void> {
  await pipeline(reading(place), createWriteStream(to, { flags: 'wx', mode: 0o644 }), { signal });
  // Whatever the umask says.
  await chmod(to, 0o644);
}
