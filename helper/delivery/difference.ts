import { z } from 'zod';
import type { WimBlob } from './wim-blobs';

/**
 * The form of a difference: which bytes of the new file are copied from the old one, and the bytes that are not. A file of it is
 * the mark, the length of the list (eight bytes, little-endian), the list as JSON, then the bytes, one after another.
 */

/** `[length]`: so many bytes of the difference. `[length, offset]`: so many bytes of the old file from there. */
const stepSchema = z.union([
  z.tuple([z.int().positive()]),
  z.tuple([z.int().positive(), z.int().nonnegative()]),
]);
export type Step = z.infer<typeof stepSchema>;

export const stepsSchema = z.array(stepSchema).min(1);

const mark = Buffer.from('PSDIFF1\n', 'latin1');
/** Bytes before the list. */
export const headBytes = mark.length + 8;
/** Longer lists no media makes. Bytes. */
const longestList = 512 * 1024 * 1024;

/** What stands before the data. */
export function differenceHead(steps: readonly Step[]): Buffer {
  const list = Buffer.from(JSON.stringify(steps), 'utf8');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(list.length));
  return Buffer.concat([mark, length, list]);
}

/** @returns bytes of the list; null when it is no difference */
export function listBytes(head: Buffer): number | null {
  if (head.length < headBytes || !head.subarray(0, mark.length).equals(mark)) return null;
  const length = head.readBigUInt64LE(mark.length);
  return length > BigInt(longestList) ? null : Number(length);
}

/** @returns null when it is no list of steps */
export function readSteps(list: Buffer): Step[] | null {
  try {
    return stepsSchema.parse(JSON.parse(list.toString('utf8')));
  } catch {
    return null;
  }
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

/** Adds a step; what goes on where the last one ended becomes one with it. */
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
