import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, realpath, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { formatBytes } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { timeouts } from '../../core/base/timeouts';
import { GiB } from '../../core/base/units';
import { driveLabel, type ConfirmedDrive, type Drive } from '../../core/drive/drive';
import { mayBeOpened } from '../../core/drive/other-disk';
import { imageDiskProblem } from '../../core/live/live-rules';
import { imageDiskSchema, type ImageDisk } from '../../core/live/live-state';
import { imageDiskMapping, imageDiskPartition, libraryDisk, livePaths } from '../../core/live/live-system';
import { deviceNumberAt } from '../drives/drives-sysfs';
import { flattenLsblk, type LsblkDevice } from '../drives/lsblk';
import { parseMountinfo } from '../drives/proc';
import { readListing } from '../drives/read-listing';
import { elevatedCaller } from '../tools/caller';
import { lastWords, runTool } from '../tools/runner';
import { must, partitionPath, partitionThere, tellSystem } from './data-partition';
import { onHeld, type HeldDisk, type HoldDisk } from './held-disk';
import { hasOwnHeader, headerOptions } from './luks-header';
import { keepFile, requireData } from './kept-files';
import { requireLive } from './medium';

/**
 * A disk beside the stick that holds disk images and media instead of the stick: encrypted, with a key that lies on the data partition alone
 * (docs/adr/0069). Which disk it is, the key says: what it opens is ours. What was chosen stays chosen when the disk is gone.
 */

const keptFile = join(livePaths.state, 'image-disk.json');
const keyFile = join(livePaths.state, 'image-disk.key');
const keptSchema = z.strictObject({ version: z.literal(1), ...imageDiskSchema.omit({ open: true }).shape });
const mapped = `/dev/mapper/${imageDiskMapping}`;
const keyBytes = 64;
/** Less holds no disk image worth having. */
const smallest = GiB;
/** Its folders, and where they are mounted. */
const places = [
  { folder: 'renders', at: livePaths.images },
  { folder: 'library', at: livePaths.library },
] as const;
const goneMark = join(livePaths.library, libraryDisk.gone);

/**
 * What was chosen, and whether it is there; null: disk images and media go onto the stick.
 * @param devices of a listing: a disk that was pulled stays mapped and mounted, and is in no listing
 */
export async function readImageDisk(devices: readonly LsblkDevice[]): Promise<ImageDisk | null> {
  let text: string;
  try {
    text = await readFile(keptFile, 'utf8');
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return null;
    text = '';
  }
  const isOpen = (await mountedPlaces()).length === places.length && (await isListed(devices));
  try {
    const { model, serial, size } = keptSchema.parse(JSON.parse(text));
    return { model, serial, size, open: isOpen };
  } catch {
    // One was chosen. Which, the key still says.
    return { model: null, serial: null, size: 0, open: isOpen };
  }
}

async function isListed(devices: readonly LsblkDevice[]): Promise<boolean> {
  const path = (await readFile(livePaths.imageDiskDevice, 'utf8').catch(() => '')).trim();
  return candidatesIn(devices).some((part) => part.path === path);
}

function candidatesIn(devices: readonly LsblkDevice[]): LsblkDevice[] {
  return flattenLsblk(devices).filter(({ partitionLabel }) => partitionLabel === imageDiskPartition);
}

/** Where the disk is mounted, of the places where it belongs; the last of them first. */
async function mountedPlaces(at = places.map((place): string => place.at)): Promise<string[]> {
  const mapping = await deviceNumberAt(mapped);
  if (mapping === null) return [];
  const mounts = parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8'));
  return at
    .filter((place) =>
      mounts.some(({ mountPoint, deviceNumber }) => mountPoint === place && deviceNumber === mapping),
    )
    .reverse();
}

interface ImageDiskRequest {
  readonly driveId: string;
  readonly confirmed: ConfirmedDrive;
}

/**
 * A disk that can be had for disk images and media. Nothing is done to it.
 * @param find the drive as it was confirmed, from a listing of its own
 * @param requireUnused throws where somebody works on it
 * @throws PrestageError live-…, drive-…
 */
export async function requireForImages(
  wanted: ImageDiskRequest,
  find: (one: ImageDiskRequest) => Drive,
  requireUnused: (drive: Drive) => Promise<void>,
): Promise<Drive> {
  const { role } = await requireLive();
  await requireData();
  if ((await readImageDisk([])) !== null) {
    throw refused('Another disk was chosen already.', 'Nothing was changed. Stop using that one first.');
  }
  const drive = find(wanted);
  const [reason] = drive.reasons;
  if (reason !== undefined || !mayBeOpened(drive, role)) {
    const why = reason === undefined ? '' : ` ${reason.message}`;
    throw refused(
      `The ${driveLabel(drive)} cannot be used for disk images and media.${why}`,
      reason?.release,
    );
  }
  if (drive.size < smallest) {
    throw refused(`The ${driveLabel(drive)} has only ${formatBytes(drive.size)}.`);
  }
  await requireUnused(drive);
  return drive;
}

/**
 * Erases a disk and has disk images and new media on it from now on. The other parameters and refusals as of {@link requireForImages}.
 * @param hold keeps the disk's name its own until all of it is done
 * @throws PrestageError live-…, drive-…, tool-failed
 */
export async function makeImageDisk(
  wanted: ImageDiskRequest,
  find: (one: ImageDiskRequest) => Drive,
  requireUnused: (drive: Drive) => Promise<void>,
  hold: HoldDisk,
): Promise<void> {
  const drive = await requireForImages(wanted, find, requireUnused);
  const held = await hold(drive);
  try {
    await eraseForImages(drive, held);
  } finally {
    await held.close();
  }
}

async function eraseForImages(drive: Drive, held: HeldDisk): Promise<void> {
  const destroy = onHeld(held);
  await closeMapping();
  const key = randomBytes(keyBytes);
  await keepFile(keyFile, key, 0o600);
  const { path } = drive;
  await destroy('sgdisk', ['--zap-all', path]);
  const table = ['--new=1:1M:-1M', '--typecode=1:8309', `--change-name=1:${imageDiskPartition}`];
  await destroy('sgdisk', [...table, path]);
  await runTool('partx', ['--update', path], { timeout: timeouts.liveSetup });
  const part = partitionPath(path, '1');
  await partitionThere(part);
  // The key is no passphrase: nobody guesses it, so nothing has to make guessing slow.
  const cost = ['--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000'];
  const format = [
    '--batch-mode',
    '--type',
    'luks2',
    ...headerOptions,
    ...cost,
    '--label',
    imageDiskPartition,
  ];
  await destroy('cryptsetup', ['luksFormat', ...format, '--key-file', '-', part], key);
  if (!(await openMapping(part, key))) throw refused(`The ${driveLabel(drive)} does not open.`);
  await must('mkfs.ext4', ['-q', '-F', '-L', imageDiskPartition, mapped]);
  try {
    await mountPlaces(part);
  } catch (error) {
    await closeMapping().catch(() => undefined);
    await unmarkPlaces();
    throw error;
  }
  // A listing tells the partition by its name.
  await tellSystem(part);
  // Last: what was broken off before is begun again.
  const { model, serial, size } = drive;
  await keepFile(keptFile, `${JSON.stringify({ version: 1, model, serial, size })}\n`, 0o644);
}

/** Opens the disk that was chosen. @throws PrestageError live-…: it is not there, or cannot be used */
export async function openImageDisk(): Promise<void> {
  await requireLive();
  await requireData();
  const { devices } = await readListing();
  const chosen = await readImageDisk(devices);
  // What a choice left that was broken off.
  if (chosen === null) await unmarkPlaces();
  if (chosen === null || chosen.open) return;
  await closeMapping();
  const key = await readFile(keyFile).catch(() => null);
  for (const { path } of candidatesIn(devices)) {
    if (key === null || !(await openMapping(path, key))) continue;
    await mountPlaces(path);
    return;
  }
  // Mounted or not, what lies on it is missing: the library says so of its media.
  await markPlaces();
  const problem = imageDiskProblem(chosen);
  if (problem !== null) throw new PrestageError(problem);
}

/** Disk images and media go onto the stick again. What is on the disk stays there, and nobody can read it any more. */
export async function forgetImageDisk(): Promise<void> {
  await requireLive();
  await requireData();
  await closeMapping();
  await rm(keptFile, { force: true });
  await rm(keyFile, { force: true });
  await unmarkPlaces();
}

/** Unmounts it where it is mounted, and closes what the disk left that was pulled, too. */
async function closeMapping(): Promise<void> {
  if ((await deviceNumberAt(mapped)) === null) return;
  for (const place of await mountedPlaces([...places.map(({ at }) => at), livePaths.imageDisk])) {
    const ended = await runTool('umount', [place], { timeout: timeouts.liveSetup });
    if (ended.status === 0) continue;
    throw refused(
      'The disk for images and media is in use.',
      'Nothing was erased. Wait until no drives are prepared and nothing is received, then try again.',
      lastWords(ended.stderr),
    );
  }
  await must('cryptsetup', ['close', imageDiskMapping]);
}

/** @returns false: the key opens something else, or it would open anything */
async function openMapping(path: string, key: Buffer): Promise<boolean> {
  if (!(await hasOwnHeader(path, 'disk'))) return false;
  const args = ['open', '--type', 'luks2', '--key-file', '-', path, imageDiskMapping];
  return (await runTool('cryptsetup', args, { input: key, timeout: timeouts.liveSetup })).status === 0;
}

/**
 * Mounts the folders of the open disk where they belong.
 * @param part device of its partition
 */
async function mountPlaces(part: string): Promise<void> {
  await markPlaces();
  await mkdir(livePaths.imageDisk, { recursive: true, mode: 0o700 });
  const args = ['-t', 'ext4', '-o', 'nosuid,nodev,noexec', mapped, livePaths.imageDisk];
  const ended = await runTool('mount', args, { timeout: timeouts.liveSetup });
  if (ended.status !== 0) {
    throw refused(
      'The disk opens, but its file system cannot be used.',
      'Stop using it in Settings, and choose it again: disk images are made again, and media are received again.',
      lastWords(ended.stderr),
    );
  }
  try {
    for (const { folder, at } of places) {
      await ownFolder(join(livePaths.imageDisk, folder));
      await must('mount', ['--bind', join(livePaths.imageDisk, folder), at]);
    }
    await writeFile(livePaths.imageDiskDevice, `${part}\n`);
  } finally {
    await must('umount', [livePaths.imageDisk]);
  }
}

/** The places on the stick, which show while nothing is mounted there. */
async function markPlaces(): Promise<void> {
  await ownFolder(livePaths.images);
  await ownFolder(dirname(livePaths.library));
  if ((await mountedPlaces()).includes(livePaths.library)) return;
  // Of root: nothing is put there by mistake.
  await mkdir(livePaths.library, { recursive: true, mode: 0o755 });
  for (const { at } of places) {
    // The folder above is the user's: a link there would have root write and mount elsewhere.
    if ((await realpath(at)) !== at) throw refused(`${at} is a link to another place.`);
  }
  await writeFile(goneMark, '');
}

/** No disk is chosen: the library is the stick's alone. */
async function unmarkPlaces(): Promise<void> {
  if ((await mountedPlaces()).length > 0) return;
  await rm(goneMark, { force: true });
  await rmdir(livePaths.library).catch(() => undefined);
}

/** A folder of the user who asked. */
async function ownFolder(path: string): Promise<void> {
  const caller = elevatedCaller() ?? process.geteuid?.() ?? 0;
  const made = await mkdir(path, { recursive: true, mode: 0o700 });
  if (made !== undefined) await chown(path, caller, caller);
}

function refused(message: string, remedy?: string, cause: string | null = null): PrestageError {
  return new PrestageError({
    ...{ code: 'live-image-disk-refused', message, cause },
    ...(remedy === undefined ? {} : { remedy }),
  });
}
