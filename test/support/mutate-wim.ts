/** Damages WIMs at random, but the same for the same seed, where a reader believes numbers. */
import { blobEntries } from './wim-hostile';

/** Numbers at which sums, sizes and signs go wrong. */
const awkward = [
  0n,
  1n,
  2n,
  7n,
  8n,
  0x7fn,
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0xff_ffff_ffff_ffffn,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0xffff_ffff_ffff_fff8n,
  0xffff_ffff_ffff_ffffn,
];

/** A generator of numbers below a limit; mulberry32. */
export function numbersFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** @returns a copy with one to four changes */
export function mutateWim(sound: Buffer, seed: number): Buffer {
  const below = numbersFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  let bytes = Buffer.from(sound);
  const entries = blobEntries(sound);
  /** Places of numbers that are believed: header, table of blobs, beginnings of resources (their tables of chunks), XML. */
  const anywhere = (): number => {
    const entry = pick(entries);
    switch (below(6)) {
      case 0:
        return below(208);
      case 1:
      case 2:
        return entry.entry + below(50);
      case 3:
        return entry.resource.offset + below(Math.min(64, Math.max(1, entry.resource.storedBytes)));
      case 4:
        return Number(sound.readBigUInt64LE(80)) + below(400);
      default:
        return below(sound.length);
    }
  };
  const changes: (() => void)[] = [
    () => {
      const at = Math.min(anywhere(), bytes.length - 1);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
    },
    () => {
      const [at, length] = [anywhere(), pick([1, 2, 4, 8])];
      if (at + length > bytes.length) return;
      const value = Buffer.alloc(8);
      value.writeBigUInt64LE(pick(awkward));
      value.copy(bytes, at, 0, length);
    },
    () => {
      // A little more or less than it was: the error next to what is right.
      const at = anywhere();
      if (at + 4 <= bytes.length) bytes.writeUInt32LE((bytes.readUInt32LE(at) + below(33) - 16) >>> 0, at);
    },
    () => {
      // One entry of the table where another one was: twice the same, or two of one resource.
      const [from, to] = [pick(entries), pick(entries)];
      const [start, end] = pick([
        [0, 50],
        [0, 24],
        [30, 50],
      ] as const);
      const place = to.entry + start;
      if (place < bytes.length) sound.copy(bytes, place, from.entry + start, from.entry + end);
    },
    () => {
      if (below(4) === 0) bytes = bytes.subarray(0, Math.max(1, below(bytes.length)));
    },
  ];
  for (let change = 1 + below(4); change > 0; change -= 1) pick(changes)();
  return bytes;
}
