import { mkdir, readFile } from 'node:fs/promises';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { driveLabel, type ConfirmedDrive, type Drive } from '../../core/drive/drive';
import { mayBeOpened, openedFileSystems } from '../../core/drive/other-disk';
import { livePaths } from '../../core/live/live-system';
import { flattenLsblk, type LsblkDevice } from '../drives/lsblk';
import { parseMountinfo } from '../drives/proc';
import { readListing } from '../drives/read-listing';
import { elevatedCaller } from '../tools/caller';
import { lastWords, runTool } from '../tools/runner';
import { requireLive } from './medium';

/**
 * Opens one disk beside the stick, so that files are read from it or put on it: nothing on a live system mounts by itself. Its largest file
 * system, at one place, never with programs or devices on it.
 */

/** What is opened now; null: nothing. */
export async function readOtherDisk(): Promise<{ readonly device: string; readonly write: boolean } | null> {
  const mounts = parseMountinfo(await readFile('/proc/self/mountinfo', 'utf8'));
  const mount = mounts.findLast(({ mountPoint }) => mountPoint === livePaths.disk);
  if (mount === undefined) return null;
  return { device: mount.source, write: mount.superOptions.split(',').includes('rw') };
}

/**
 * @param write files are put on it
 * @param find the drive as it was confirmed, from a listing of its own
 * @throws PrestageError live-only, live-disk-refused, drive-…
 */
export async function openOtherDisk(
  { write, ...wanted }: OpenRequest,
  find: (one: { readonly driveId: string; readonly confirmed: ConfirmedDrive }) => Drive,
): Promise<void> {
  const { role } = await requireLive();
  const drive = find(wanted);
  if (!mayBeOpened(drive, role)) {
    throw refused(`The ${driveLabel(drive)} is no disk that files are read from or put on.`);
  }
  if ((await readOtherDisk()) !== null) throw refused('Another disk is open.', 'Close it first.');
  const part = await fileSystemOn(drive);
  const system = openedFileSystems[part.fileSystem ?? ''];
  if (system === undefined) {
    throw refused(`The ${driveLabel(drive)} has no file system that can be opened here.`);
  }
  if (write && system.owners) {
    throw refused(
      `The file system of the ${driveLabel(drive)} is ${part.fileSystem ?? ''}: files are put on exFAT, FAT32 or NTFS.`,
    );
  }
  const caller = String(elevatedCaller() ?? process.geteuid?.() ?? 0);
  const options = [
    ...['nosuid', 'nodev', 'noexec', write ? 'rw' : 'ro'],
    ...(system.owners ? [] : [`uid=${caller}`, `gid=${caller}`, 'umask=077']),
  ];
  await mkdir(livePaths.disk, { recursive: true, mode: 0o755 });
  const args = ['-t', system.type, '-o', options.join(','), part.path, livePaths.disk];
  const ended = await runTool('mount', args, { timeout: timeouts.liveSetup });
  if (ended.status === 0) return;
  throw refused(
    `The ${driveLabel(drive)} cannot be opened.`,
    'Nothing was changed. Take it to the computer that it came from, eject it there properly, and try again.',
    lastWords(ended.stderr),
  );
}

/** Closes it: it may be pulled then. @throws PrestageError live-only, live-disk-refused while something on it is used */
export async function closeOtherDisk(): Promise<void> {
  await requireLive();
  if ((await readOtherDisk()) === null) return;
  const ended = await runTool('umount', [livePaths.disk], { timeout: timeouts.liveSetup });
  if (ended.status === 0) return;
  throw refused(
    'The disk is in use and stays open.',
    'Wait until nothing is read from it or put on it. A media file that is chosen from it is read while drives are prepared.',
    lastWords(ended.stderr),
  );
}

/** The largest of its file systems. */
async function fileSystemOn(drive: Drive): Promise<LsblkDevice> {
  const { devices } = await readListing();
  const disk = devices.find(({ path }) => path === drive.path);
  const [largest] = (disk === undefined ? [] : flattenLsblk([disk]))
    .filter(({ fileSystem }) => fileSystem !== null && fileSystem in openedFileSystems)
    .sort((one, other) => (other.size ?? 0) - (one.size ?? 0));
  if (largest !== undefined) return largest;
  throw refused(`The ${driveLabel(drive)} has no file system that can be opened here.`);
}

function refused(message: string, remedy?: string, cause: string | null = null): PrestageError {
  return new PrestageError({
    ...{ code: 'live-disk-refused', message, cause },
    ...(remedy === undefined ? {} : { remedy }),
  });
}

interface OpenRequest {
  readonly driveId: string;
  readonly confirmed: ConfirmedDrive;
  readonly write: boolean;
}
