import { PrestageError } from '../../core/base/errors';
import { grouped } from '../../core/base/plurals';
import type { WimBlob } from './wim-blobs';

/**
 * The form of a difference: which bytes of the new file are copied from the old one, and the bytes that are not. A file of it is
 * the mark, the length of the list (eight bytes, little-endian), the list as JSON, then the bytes, one after another.
 */

/** `[length]`: so many bytes of the difference. `[length, offset]`: so many bytes of the old file from there. */
export type Step = [length: number] | [length: number, offset: number];

const mark = Buffer.from('PSDIFF1\n', 'latin1');
/** Bytes before the list. */
export const headBytes = mark.length + 8;
/**
 * Most steps. A media file of 15 GB in which every piece of 64 KiB were another case has a quarter of it; so many are held in memory
 * several times over, about 100 bytes each.
 */
export const mostSteps = 1_000_000;
/** Bytes of the longest list: two numbers of a file of 8 TB for each step. */
const longestList = mostSteps * 32;

/** What stands before the data. */
export function differenceHead(steps: readonly Step[]): Buffer {
  const list = Buffer.from(JSON.stringify(steps), 'utf8');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(list.length));
  return Buffer.concat([mark, length, list]);
}

/**
 * @param fileBytes of the whole difference
 * @returns bytes of the list; null when it is no difference, or has no room for the list
 * @throws PrestageError difference-too-long
 */
export function listBytes(head: Buffer, fileBytes: number): number | null {
  if (head.length < headBytes || !head.subarray(0, mark.length).equals(mark)) return null;
  const length = head.readBigUInt64LE(mark.length);
  if (length > BigInt(fileBytes - headBytes)) return null;
  if (length > BigInt(longestList)) throw tooLong(`its list has ${length} bytes, ${longestList} is the most`);
  return Number(length);
}

/**
 * Steps are counted before they are read: a step takes four bytes in the file, and many times as much in memory.
 * @returns null when it is no list of steps
 * @throws PrestageError difference-too-long
 */
export function readSteps(list: Buffer): Step[] | null {
  let opened = 0;
  for (const byte of list) if (byte === openingBracket) opened += 1;
  // One is the list's own.
  if (opened > mostSteps + 1) throw tooLong(`its list has ${grouped(opened - 1)} steps`);
  try {
    const steps: unknown = JSON.parse(list.toString('utf8'));
    return isSteps(steps) ? steps : null;
  } catch {
    return null;
  }
}

const openingBracket = 0x5b;

/** By hand: a schema would make a second list of all steps. */
function isSteps(value: unknown): value is Step[] {
  return Array.isArray(value) && value.length > 0 && value.every(isStep);
}

function isStep(value: unknown): value is Step {
  if (!Array.isArray(value) || value.length < 1 || value.length > 2) return false;
  const [length, offset = 0] = value as unknown[];
  return isWhole(length) && length > 0 && isWhole(offset);
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function tooLong(cause: string): PrestageError {
  return new PrestageError({
    code: 'difference-too-long',
    message: `The difference is made of too many pieces: ${grouped(mostSteps)} is the most.`,
    cause,
  });
}

/** Bytes that the steps take from the difference, and from the old file, and make in all. */
export function sizesOf(steps: readonly Step[]): { data: number; made: number; oldEnd: number } {
  const sizes = { data: 0, made: 0, oldEnd: 0 };
  for (const [length, offset] of steps) {
    sizes.made += length;
    if (offset === undefined) sizes.data += length;
    else sizes.oldEnd = Math.max(sizes.oldEnd, offset + length);
  }
  return sizes;
}

/** Adds a step; what goes on where the last one ended becomes one with it. @throws PrestageError difference-too-long */
export function addStep(steps: Step[], [length, offset]: Step): void {
  const last = steps.at(-1);
  if (last !== undefined) {
    const [lastLength, lastOffset] = last;
    if (offset === undefined && lastOffset === undefined) {
      last[0] = lastLength + length;
      return;
    }
    if (offset !== undefined && lastOffset !== undefined && lastOffset + lastLength === offset) {
      last[0] = lastLength + length;
      return;
    }
  }
  if (steps.length >= mostSteps) throw tooLong('the two media share their content in more pieces');
  steps.push(offset === undefined ? [length] : [length, offset]);
}

/**
 * Which bytes of the new file may lie in the old one, by the tables of contents of both: the same content, stored in as many
 * bytes. Whether they are the same bytes is for whoever reads both.
 * @param bytes of the new file
 */
export function candidateSteps(blobs: readonly WimBlob[], old: readonly WimBlob[], bytes: number): Step[] {
  const known = new Map(old.map((blob) => [blob.sha1, blob]));
  const steps: Step[] = [];
  let at = 0;
  for (const blob of blobs) {
    const same = known.get(blob.sha1);
    if (same === undefined || blob.offset < at) continue;
    if (same.storedBytes !== blob.storedBytes || same.compressed !== blob.compressed) continue;
    if (blob.offset > at) addStep(steps, [blob.offset - at]);
    addStep(steps, [blob.storedBytes, same.offset]);
    at = blob.offset + blob.storedBytes;
  }
  if (at < bytes) addStep(steps, [bytes - at]);
  return steps;
}
