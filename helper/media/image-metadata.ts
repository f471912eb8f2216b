import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { securityPart } from './small-wim';

/**
 * The metadata of an image, unpacked: its security descriptors, then its list of names. Source: Microsoft, "Windows Imaging
 * File Format (WIM)"; wimlib, include/wimlib/{security,dentry}.h. All numbers are little endian.
 *
 * ```
 * security   0  4  length of this part, with the descriptors
 *            4  4  number of descriptors
 *            8  8  length of each, then the descriptors one behind the other; filled up to 8 bytes
 * entry      0  8  length, without the streams behind it; 8 or less ends a list
 *            8  4  attributes (0x10: a folder)
 *           12  4  number of its descriptor, -1 for none
 *           16  8  where the list of its children begins, from the start of the metadata; 0 for none
 *           96  2  number of streams behind it
 *           98  2  bytes of the short name
 *          100  2  bytes of the name, which begins at 102, in UTF-16
 * stream     0  8  length
 * ```
 */
/** Places in an entry. */
export const at = {
  attributes: 8,
  security: 12,
  children: 16,
  streams: 96,
  nameBytes: 100,
  name: 102,
} as const;
export const directory = 0x10;

/** What a descriptor is chosen by. */
export interface NamedEntry {
  /** `/` between names; `/` alone is the root. Upper case, since Windows does not tell it from lower case. */
  readonly path: string;
  readonly folder: boolean;
  /** It has a descriptor already. */
  readonly described: boolean;
}

/** More folders below one another than any path of Windows can have (32,767 characters). */
const deepest = 16_384;

/**
 * Gives entries a security descriptor.
 * @param choose the descriptor of an entry, null to leave it as it is. The same bytes are stored once.
 * @returns the new metadata, and how many entries were changed
 * @throws PrestageError media-corrupt when the metadata is not what wimlib writes
 */
export function describeEntries(
  metadata: Buffer,
  choose: (entry: NamedEntry) => Buffer | null,
): { readonly metadata: Buffer; readonly changed: number } {
  const security = readSecurity(metadata);
  const numbers = new Map<Buffer, number>();
  const added: Buffer[] = [];
  const changes: { readonly place: number; readonly number: number }[] = [];
  walk(metadata, security.end, (entry, place) => {
    const descriptor = choose(entry);
    if (descriptor === null) return;
    let number = numbers.get(descriptor);
    if (number === undefined) {
      number = security.descriptors.length + added.length;
      numbers.set(descriptor, number);
      added.push(descriptor);
    }
    changes.push({ place: place + at.security, number });
  });
  if (changes.length === 0) return { metadata, changed: 0 };

  const head = securityPart([...security.descriptors, ...added]);
  const shift = head.length - security.end;
  const result = Buffer.concat([head, metadata.subarray(security.end)]);
  for (const { place, number } of changes) result.writeInt32LE(number, place + shift);
  walk(metadata, security.end, (_entry, place) => {
    const children = Number(metadata.readBigUInt64LE(place + at.children));
    if (children !== 0) result.writeBigUInt64LE(BigInt(children + shift), place + shift + at.children);
  });
  return { metadata: result, changed: changes.length };
}

/** The security descriptors of an image. */
export interface Security {
  readonly descriptors: readonly Buffer[];
  /** Where the list of names begins. */
  readonly end: number;
}

export function readSecurity(metadata: Buffer): Security {
  const length = number32(metadata, 0);
  const count = number32(metadata, 4);
  // An empty part may have any length up to that of its two numbers.
  const end = Math.ceil(Math.max(8, length) / 8) * 8;
  const descriptors: Buffer[] = [];
  let next = 8 + 8 * count;
  for (let index = 0; index < count; index += 1) {
    const bytes = number64(metadata, 8 + 8 * index);
    if (next + bytes > end) throw damaged('its security descriptors are longer than their part');
    descriptors.push(metadata.subarray(next, next + bytes));
    next += bytes;
  }
  if (end > metadata.length) throw damaged('it ends in its security descriptors');
  return { descriptors, end };
}

/** Visits every entry. @param visit gets it, and where it begins */
function walk(metadata: Buffer, root: number, visit: (entry: NamedEntry, place: number) => void): void {
  const open: { at: number; readonly path: string; readonly single: boolean }[] = [
    { at: root, path: '', single: true },
  ];
  // Each entry takes more than 100 bytes: what is visited more often contains itself.
  let left = metadata.length / at.name + 1;
  for (let list = open.at(-1); list !== undefined; list = open.at(-1)) {
    const place = list.at;
    const length = number64(metadata, place);
    if (length <= 8) {
      open.pop();
      continue;
    }
    left -= 1;
    if (length < at.name || place + length > metadata.length || left < 0) {
      throw damaged(`an entry at ${place} is out of place`);
    }
    list.at = afterStreams(metadata, place, length);
    if (list.single) open.pop();
    const nameBytes = metadata.readUInt16LE(place + at.nameBytes);
    if (at.name + nameBytes > length) throw damaged(`the name at ${place} is too long`);
    const name = metadata.toString('utf16le', place + at.name, place + at.name + nameBytes);
    const path = list.single ? '/' : `${list.path}/${name.toUpperCase()}`;
    const folder = (number32(metadata, place + at.attributes) & directory) !== 0;
    visit({ path, folder, described: metadata.readInt32LE(place + at.security) >= 0 }, place);
    const children = number64(metadata, place + at.children);
    if (children === 0) continue;
    if (open.length > deepest) throw damaged('its folders are endlessly nested');
    open.push({ at: children, path: path === '/' ? '' : path, single: false });
  }
}

/** Where the entry behind this one begins. @param length of this one, as it says */
export function afterStreams(metadata: Buffer, place: number, length: number): number {
  let next = place + Math.ceil(length / 8) * 8;
  for (let left = metadata.readUInt16LE(place + at.streams); left > 0; left -= 1) {
    const bytes = number64(metadata, next);
    if (bytes < 8) throw damaged(`a stream at ${next} is out of place`);
    next += Math.ceil(bytes / 8) * 8;
  }
  return next;
}

export function number32(metadata: Buffer, place: number): number {
  if (place < 0 || place + 4 > metadata.length) throw damaged('it ends too early');
  return metadata.readUInt32LE(place);
}

export function number64(metadata: Buffer, place: number): number {
  if (place < 0 || place + 8 > metadata.length) throw damaged('it ends too early');
  const value = metadata.readBigUInt64LE(place);
  if (value > BigInt(metadata.length)) throw damaged('a number in it is too large');
  return Number(value);
}

export function damaged(what: string): PrestageError {
  return new PrestageError({
    code: 'media-corrupt',
    message: `The list of files of the image cannot be read: ${sanitizeForDisplay(what)}.`,
    remedy: 'Nothing was made. Check the file that it was read from: prestage media verify FILE',
  });
}
