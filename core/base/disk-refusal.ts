import { formatBytes, shownPath } from './display';
import type { ErrorCode } from './error-reference';
import { MiB } from './units';

/**
 * What it means when a disk of this computer (not a drive that is written) takes no more: the one place where an errno
 * of a write becomes words. Who writes says which folder it was, what still holds, and where else it could be.
 */

export type DiskFault = 'full' | 'quota' | 'read-only' | 'file-too-large' | 'failing';

/** errno(3) names, and the results of SQLite that stand for them (sqlite.org/rescode.html). */
const faults: ReadonlyMap<string, DiskFault> = new Map<string, DiskFault>([
  ['ENOSPC', 'full'],
  ['EDQUOT', 'quota'],
  ['EROFS', 'read-only'],
  ['EFBIG', 'file-too-large'],
  ['EIO', 'failing'],
  ['SQLITE_FULL', 'full'],
]);

/** The fault that an errno's name stands for; null when it is about something else. */
export function diskFaultOf(code: string | null): DiskFault | null {
  return code === null ? null : (faults.get(code) ?? null);
}

/** The same words in what a tool prints: strerror(3) in the C locale. */
const toolWords: readonly (readonly [RegExp, DiskFault])[] = [
  [/no space left on device/i, 'full'],
  [/disk quota exceeded/i, 'quota'],
  [/read-only file system/i, 'read-only'],
  [/file too large/i, 'file-too-large'],
  [/input\/output error/i, 'failing'],
];

/** The fault that a tool speaks of; null when it speaks of something else. */
export function diskFaultIn(stderr: string): DiskFault | null {
  return toolWords.find(([words]) => words.test(stderr))?.[1] ?? null;
}

/** What a file system has left for this user, by statfs(2). */
export interface DiskRoom {
  /** Bytes. */
  readonly bytes: number;
  /** Files; null where the file system does not count them. */
  readonly files: number | null;
}

/** Something that is written to a disk of this computer. */
export interface DiskPlace {
  /** What lies there, as part of a sentence: `the state folder`. */
  readonly what: string;
  /** Folder or file, absolute. */
  readonly path: string;
  /** What still holds, in whole sentences: `No drive was touched.` */
  readonly holds?: string;
  /** How to use another disk, as a sentence's end: `give another folder with --state`. */
  readonly elsewhere?: string;
  /** Bytes that it takes; left out where nobody knows. */
  readonly needed?: number;
  /** The default is disk-unwritable. */
  readonly code?: ErrorCode;
  /** Where the disk, or the user's quota on it, is full; the default is {@link code}. */
  readonly fullCode?: ErrorCode;
}

/** What a PrestageError is made of. */
export interface DiskRefusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly cause: string | null;
  readonly remedy: string;
}

/**
 * The refusal: which folder, how much is missing, what to do.
 * @param room of the disk now; null when that cannot be found out
 * @param cause what the computer reported
 */
export function diskRefusal(
  fault: DiskFault,
  place: DiskPlace,
  room: DiskRoom | null,
  cause: string | null,
): DiskRefusal {
  const { code, fullCode = code } = { code: 'disk-unwritable' as const, ...place };
  const [happened, act] = words(fault, place, wantsFile(room, cause) ? { bytes: 0, files: 0 } : room);
  const other = place.elsewhere === undefined ? '' : `, or ${place.elsewhere}`;
  return {
    code: fault === 'full' || fault === 'quota' ? fullCode : code,
    message: `${happened}.`,
    cause,
    remedy: [place.holds, `${act}${other}. Then try again.`].filter((part) => part !== undefined).join(' '),
  };
}

/** Bytes; with as many free a disk is not full for want of them. */
const plenty = MiB;

/**
 * Whether a disk that has bytes left could not take another file. What was made for the same work may be gone by now, so that
 * what the file system tells of its files comes too late.
 */
function wantsFile(room: DiskRoom | null, cause: string | null): boolean {
  if (room === null || room.files === null || room.bytes < plenty) return false;
  return /, (?:open|mkdir|mkdtemp|symlink|link) '/.test(cause ?? '');
}

function words(fault: DiskFault, place: DiskPlace, room: DiskRoom | null): [happened: string, act: string] {
  const { what, path, needed } = place;
  const disk = `The disk with ${what} (${shownPath(path)})`;
  switch (fault) {
    case 'full':
      // A file system can run out of files before it runs out of bytes.
      if (room?.files === 0) {
        return [`${disk} has no room for another file`, 'Delete files that are not needed from that disk'];
      }
      return [`${disk} is full${roomText(room, needed)}`, 'Free some space on that disk'];
    case 'quota':
      return [
        `Your quota on the disk with ${what} (${shownPath(path)}) is used up${needText(needed)}`,
        'Free some of your space on that disk, or ask the administrator for a larger quota',
      ];
    case 'read-only':
      return [
        `${disk} is read-only`,
        'The system makes a disk read-only when it has errors: check it (run dmesg), then mount it writable',
      ];
    case 'file-too-large':
      return [
        `${disk} does not take a file of this size${needText(needed)}`,
        'Use a disk with ext4, XFS or Btrfs (FAT32 holds no file of 4 GiB or more), or raise the file size limit (ulimit -f)',
      ];
    case 'failing':
      return [`${disk} reported an error`, 'Check that disk: it may be failing (run dmesg), and back it up'];
  }
}

function roomText(room: DiskRoom | null, needed: number | undefined): string {
  if (room === null) return needText(needed);
  const free = `${formatBytes(room.bytes)} free`;
  if (needed === undefined) return `: ${free}`;
  const missing = needed - room.bytes;
  return `: ${formatBytes(needed)} needed, ${free}${missing > 0 ? `, ${formatBytes(missing)} missing` : ''}`;
}

function needText(needed: number | undefined): string {
  return needed === undefined ? '' : `: ${formatBytes(needed)} needed`;
}

/** System calls that make or change a file, as Node names them in its errors. Reading is for others to judge. */
const writing: ReadonlySet<string> = new Set([
  ...['open', 'write', 'writev', 'fsync', 'fdatasync', 'ftruncate', 'truncate', 'close', 'mkdir', 'mkdtemp'],
  ...['copyfile', 'rename', 'link', 'symlink', 'unlink', 'rmdir', 'chmod', 'fchmod', 'utime', 'futime'],
]);

interface SystemError {
  readonly code: string;
  readonly syscall?: unknown;
  readonly path?: unknown;
  readonly dest?: unknown;
}

/**
 * What nobody expected where it was thrown: a write of ours that failed because of the disk. A file's name is all that is
 * known then, and not always.
 * @returns null when it is something else
 */
export function unexpectedDiskRefusal(thrown: unknown): DiskRefusal | null {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return null;
  const { code, syscall, path, dest } = thrown as Error & SystemError;
  const fault = diskFaultOf(code);
  if (fault === null || typeof syscall !== 'string' || !writing.has(syscall)) return null;
  const file = [dest, path].find((one) => typeof one === 'string');
  return diskRefusal(
    fault,
    { what: 'this file', path: file ?? 'its name is not known', holds: 'Writing has stopped.' },
    null,
    thrown.message,
  );
}
