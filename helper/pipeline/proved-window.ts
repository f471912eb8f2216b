import { maximumChunkBytes } from '../../core/media/chunk-map';

/**
 * What drives of one batch tell each other while they are read back. A drive that has hashed a chunk it read, and found it right, shows the
 * bytes here; a drive that reads the same bytes a moment later has the same SHA-256, which a comparison tells with a quarter of the
 * processor's work. Nobody waits for anybody: what is not shown, or not any more, is hashed. What differs is hashed, too: only
 * a SHA-256 makes a drive fail. docs/adr/0067 says what this proves.
 *
 * Shared memory, one for all drives of a helper. A ring of slots; which slot a chunk has is told by its place in the chunk map. Each slot has
 * a number that is odd while it is written, and is looked at before and after a comparison: bytes that were replaced
 * meanwhile count for nothing.
 */

/** Drives that have to be read back at a time for it to be worth its memory: for one it would be more work, for two or three no less. */
export const fewestDrives = 4;
/** Chunks of a drive that are read in an order of its own, so that drives that are level with each other do not hash the same ones. */
export const blockChunks = 16;
/** As many drives may be apart from each other by, and still use what another has hashed: two blocks, 256 MiB. */
const usualSlots = 2 * blockChunks;
/** What was shown so many milliseconds ago nobody is near any more: a later batch, or slower drives, may replace it. */
const oldAfter = 5000;

/** In words of 32 bits: number of the slot, its bytes, when it was shown, the chunk's place, and eight of the SHA-256. */
const headerWords = 12;
const headerOf = { number: 0, length: 1, shown: 2, place: 3, sha256: 4 } as const;
/** Before the slots: drives that are read back now, and how many began. */
const counters = { drives: 0, begun: 1 } as const;
const counterWords = 16;

export class ProvedWindow {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #slots: number;
  readonly #dataAt: number;

  /** @param buffer of {@link ProvedWindow.make}, in another thread */
  constructor(
    buffer: SharedArrayBuffer,
    private readonly slotBytes = maximumChunkBytes,
    private readonly now: () => number = milliseconds,
  ) {
    this.buffer = buffer;
    this.#slots = Math.floor((buffer.byteLength - 4 * counterWords) / (slotBytes + 4 * headerWords));
    this.#dataAt = buffer.byteLength - this.#slots * slotBytes;
    this.#words = new Int32Array(buffer, 0, counterWords + this.#slots * headerWords);
  }

  /** Memory that is not there before it is used. */
  static make(slots = usualSlots, slotBytes = maximumChunkBytes): SharedArrayBuffer {
    return new SharedArrayBuffer(windowBytes(slots, slotBytes));
  }

  /** A drive begins to be read back. @returns how many began before it */
  begin(): number {
    Atomics.add(this.#words, counters.drives, 1);
    return Atomics.add(this.#words, counters.begun, 1);
  }

  end(): void {
    Atomics.sub(this.#words, counters.drives, 1);
  }

  /** Enough drives are read back now. */
  get isWorthwhile(): boolean {
    return Atomics.load(this.#words, counters.drives) >= fewestDrives;
  }

  /**
   * Whether these bytes are what another drive has just been found to hold for this SHA-256. False says nothing.
   * @param place of the chunk in the chunk map
   */
  has(place: number, sha256: string, bytes: Buffer): boolean {
    const at = this.#headerAt(place);
    const before = Atomics.load(this.#words, at + headerOf.number);
    if (before % 2 !== 0 || this.#words[at + headerOf.length] !== bytes.length) return false;
    if (!this.#hashAt(at).equals(Buffer.from(sha256, 'hex'))) return false;
    return (
      this.#bytesAt(place, bytes.length).equals(bytes) &&
      Atomics.load(this.#words, at + headerOf.number) === before
    );
  }

  /** Shows bytes whose SHA-256 was just found to be this one. */
  show(place: number, sha256: string, bytes: Buffer): void {
    if (bytes.length > this.slotBytes) return;
    const at = this.#headerAt(place);
    const before = Atomics.load(this.#words, at + headerOf.number);
    if (before % 2 !== 0 || !this.#mayReplace(at, before, place)) return;
    if (Atomics.compareExchange(this.#words, at + headerOf.number, before, before + 1) !== before) return;
    this.#words[at + headerOf.length] = bytes.length;
    this.#words[at + headerOf.shown] = this.now() | 0;
    this.#words[at + headerOf.place] = place;
    Buffer.from(sha256, 'hex').copy(this.#hashAt(at));
    bytes.copy(this.#bytesAt(place, bytes.length));
    Atomics.store(this.#words, at + headerOf.number, (before + 2) | 0);
  }

  /** What is further ahead is not taken away from those who come to it. */
  #mayReplace(at: number, number: number, place: number): boolean {
    const shown = this.#words[at + headerOf.shown] ?? 0;
    const age = ((this.now() | 0) - shown) | 0;
    return number === 0 || age > oldAfter || (this.#words[at + headerOf.place] ?? 0) < place;
  }

  #headerAt(place: number): number {
    return counterWords + (place % this.#slots) * headerWords;
  }

  #hashAt(at: number): Buffer {
    return Buffer.from(this.buffer, 4 * (at + headerOf.sha256), 32);
  }

  #bytesAt(place: number, length: number): Buffer {
    return Buffer.from(this.buffer, this.#dataAt + (place % this.#slots) * this.slotBytes, length);
  }
}

/** Memory that a window takes once it is full. */
export function windowBytes(slots = usualSlots, slotBytes = maximumChunkBytes): number {
  return 4 * (counterWords + slots * headerWords) + slots * slotBytes;
}

/** The same in all threads of a process. */
function milliseconds(): number {
  return Number(process.hrtime.bigint() / 1_000_000n) % 2 ** 31;
}

/**
 * In which order a drive is read back: block after block, each from another chunk on than other drives begin it with, and then
 * around. So drives that are level with each other hash each a part of a block, and come to what the others have hashed.
 * @param count chunks
 * @param drive number of the drive, from 0
 * @returns places in the chunk map, each once
 */
export function readBackOrder(count: number, drive: number): number[] {
  const order: number[] = [];
  const share = spread(drive % blockChunks);
  for (let block = 0; block < count; block += blockChunks) {
    const length = Math.min(blockChunks, count - block);
    const from = Math.floor(share * length);
    for (let step = 0; step < length; step += 1) order.push(block + ((from + step) % length));
  }
  return order;
}

/** Numbers from 0 on as parts of 1 that lie apart however many there are: 0, 1/2, 1/4, 3/4, 1/8 … (van der Corput's sequence). */
function spread(number: number): number {
  let part = 0;
  for (let rest = number, digit = 0.5; rest > 0; rest = Math.floor(rest / 2), digit /= 2) {
    if (rest % 2 === 1) part += digit;
  }
  return part;
}

/** The window of a helper, while a drive is worked on that may use it. */
let shared: { readonly buffer: SharedArrayBuffer; users: number } | null = null;

/** Gives work the window of this process, which goes with the last one that had it. */
export async function withProvedWindow<T>(work: (buffer: SharedArrayBuffer) => Promise<T>): Promise<T> {
  const mine = (shared ??= { buffer: ProvedWindow.make(), users: 0 });
  mine.users += 1;
  try {
    return await work(mine.buffer);
  } finally {
    mine.users -= 1;
    if (mine.users === 0) shared = null;
  }
}
