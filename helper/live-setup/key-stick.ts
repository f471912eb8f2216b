import { randomBytes } from 'node:crypto';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { keyFileName } from '../../core/live/live-state';
import { flattenLsblk, type LsblkDevice } from '../drives/lsblk';
import { readListing } from '../drives/read-listing';
import { lastWords, runTool } from '../tools/runner';
import type { LiveMedium } from './medium';

/** The key file on a second stick. Read and written by mtools, so that no file system of a stranger is mounted for it. */

const keyBytes = 64;

/** USB disks beside the medium whose one file system is FAT. */
async function fatSticks(medium: LiveMedium): Promise<LsblkDevice[]> {
  const { devices } = await readListing();
  return devices
    .filter((disk) => disk.path !== medium.disk.path && (disk.transport === 'usb' || disk.type === 'loop'))
    .flatMap((disk) => flattenLsblk([disk]).filter(({ fileSystem }) => fileSystem === 'vfat'));
}

/** The key of the one stick that has one. @throws PrestageError live-key-missing */
export async function readKeyStick(medium: LiveMedium, signal: AbortSignal): Promise<Buffer> {
  const keys: Buffer[] = [];
  for (const { path } of await fatSticks(medium)) {
    const key = await readKey(path, signal);
    if (key !== null) keys.push(key);
  }
  const [key, ...others] = keys;
  if (key !== undefined && others.length === 0) return key;
  throw new PrestageError({
    code: 'live-key-missing',
    message:
      key === undefined
        ? `No stick with a key file (${keyFileName}) is plugged in.`
        : `${keys.length} sticks with a key file (${keyFileName}) are plugged in.`,
  });
}

async function readKey(path: string, signal: AbortSignal): Promise<Buffer | null> {
  const args = ['-n', '-i', path, `::${keyFileName}`, '-'];
  const ended = await runTool('mcopy', args, {
    signal,
    timeout: timeouts.listingTool,
    firstBytes: keyBytes + 1,
  });
  return ended.status === 0 && ended.stdout.length === keyBytes ? ended.stdout : null;
}

/** Puts a new key on the one stick that is plugged in, and reads it back. One that has a key keeps it: it may open another medium. */
export async function makeKeyStick(medium: LiveMedium, signal: AbortSignal): Promise<Buffer> {
  const sticks = await fatSticks(medium);
  const [stick, ...others] = sticks;
  if (stick === undefined || others.length > 0) {
    throw new PrestageError({
      code: 'live-key-missing',
      message:
        stick === undefined
          ? 'No second stick with FAT32 is plugged in for the key file.'
          : `${sticks.length} sticks are plugged in: which of them gets the key file is not clear.`,
      remedy: 'Nothing was changed. Plug in one stick for the key file, formatted as FAT32, and try again.',
    });
  }
  const known = await readKey(stick.path, signal);
  if (known !== null) return known;
  const key = randomBytes(keyBytes);
  const args = ['-i', stick.path, '-', `::${keyFileName}`];
  const ended = await runTool('mcopy', args, { signal, timeout: timeouts.listingTool, input: key });
  const written = await readKey(stick.path, signal);
  if (ended.status === 0 && written?.equals(key) === true) return key;
  throw new PrestageError({
    code: 'live-key-missing',
    message: `The key file cannot be written to the stick ${stick.path}.`,
    cause: lastWords(ended.stderr),
    remedy:
      'Nothing was changed. Use another stick for the key file, formatted as FAT32, that is not write-protected.',
  });
}
