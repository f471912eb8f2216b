import { listingFailed } from './listing-failed';

/** One line of /proc/self/mountinfo. */
export interface MountEntry {
  /** `major:minor`; major 0 is an anonymous device (btrfs, overlay, tmpfs, …). */
  readonly deviceNumber: string;
  readonly mountPoint: string;
  readonly fileSystem: string;
  /** Device path for disk file systems, else whatever was given to mount(8). */
  readonly source: string;
  /** The file system's own options: `upperdir=…` of an overlay is here. */
  readonly superOptions: string;
}

/** One line of /proc/swaps. */
export interface SwapEntry {
  readonly path: string;
  readonly kind: 'partition' | 'file';
}

/** Undoes the octal escapes (`\040` for a space) of /proc. They are bytes of UTF-8, not characters. */
export function unescapeProc(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes: Buffer[] = [];
  let rest = 0;
  for (const match of text.matchAll(/\\([0-3][0-7]{2})/g)) {
    bytes.push(Buffer.from(text.slice(rest, match.index)), Buffer.of(parseInt(match[1] ?? '', 8)));
    rest = match.index + match[0].length;
  }
  bytes.push(Buffer.from(text.slice(rest)));
  return Buffer.concat(bytes).toString('utf8');
}

/**
 * Reads /proc/self/mountinfo (proc_pid_mountinfo(5)): the fields before ` - ` vary in number.
 * @throws PrestageError drive-listing-failed for a line that is not understood: a mount must not be lost
 */
export function parseMountinfo(text: string): MountEntry[] {
  return linesOf(text).map((line) => {
    const [before, after] = splitOnce(line, ' - ');
    const [, , deviceNumber, , mountPoint] = before.split(' ');
    const [fileSystem, source, superOptions] = (after ?? '').split(' ');
    if (
      deviceNumber === undefined ||
      !/^\d+:\d+$/.test(deviceNumber) ||
      mountPoint === undefined ||
      fileSystem === undefined ||
      source === undefined
    ) {
      throw listingFailed('the list of mounts could not be read', line);
    }
    return {
      deviceNumber,
      mountPoint: unescapeProc(mountPoint),
      fileSystem: unescapeProc(fileSystem),
      source: unescapeProc(source),
      superOptions: unescapeProc(superOptions ?? ''),
    };
  });
}

/**
 * Reads /proc/swaps: a heading, then path, kind, and figures.
 * @throws PrestageError drive-listing-failed for a line that is not understood
 */
export function parseSwaps(text: string): SwapEntry[] {
  return linesOf(text)
    .slice(1)
    .map((line) => {
      const [path, kind] = line.split(/\s+/);
      if (path === undefined || (kind !== 'partition' && kind !== 'file')) {
        throw listingFailed('the list of swap spaces could not be read', line);
      }
      // A swap file that was removed while in use: the kernel adds this to its name.
      return { path: unescapeProc(path).replace(/ ?\(deleted\)$/, ''), kind };
    });
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
