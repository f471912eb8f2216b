import { timeouts } from '../../core/base/timeouts';
import { copiesOfStation, isFree, newChunk, type ChunkState } from './chunk-state';
import { Faults } from './faults';
import { Paces } from './paces';

/**
 * Who gets which chunk from whom. The station alone decides: it knows what each machine has, so that a chunk leaves the station
 * about once, and goes from machine to machine from there. Nothing here moves a byte, and nobody is believed: who gets a chunk
 * compares its SHA-256, and says when it was wrong.
 */

/** What a machine fetches next, and where: `from` null is the station. */
export interface Assignment {
  readonly sha256: string;
  /** SHA-256 of the certificate of the machine that has it. */
  readonly from: string | null;
}

/** Chunks that the station sends at a time, to all machines together: enough to fill its link. */
const stationAtOnce = 4;
/** Chunks that a machine sends at a time. */
const machineAtOnce = 3;
/** So many of the chunks that a machine lacks are looked at for the next one. */
const lookedAt = 400;
/** To find who can use a place that became free, so many of those who wait are looked at, and so many chunks of each: it need not be exact. */
const waitingLookedAt = 64;
const chunksLookedAt = 32;

interface Taker {
  /** SHA-256 of the machine's certificate. */
  readonly machine: string;
  /** Chunks that it lacks and that nobody sends to it yet. */
  readonly missing: Set<string>;
  readonly coming: Map<string, Coming>;
}

interface Coming {
  readonly from: string | null;
  readonly since: number;
  /** It is overdue, and does not count among what its sender sends at a time. */
  isLate: boolean;
}

export class Swarm {
  readonly #chunks = new Map<string, ChunkState>();
  readonly #takers = new Map<string, Taker>();
  /** Chunks that each is sending, null is the station; but for those that are overdue. */
  readonly #uploads = new Map<string | null, number>();
  readonly #faults: Faults;
  readonly #paces: Paces;
  /** Chunks of each sender that are overdue, null is the station. */
  readonly #late = new Map<string | null, number>();
  /** When it was looked last for what does not arrive. */
  #looked = -Infinity;
  /** Who can send something since {@link usable} was asked last, null is the station: chunks that are new there; `any`: a place became free. */
  readonly #opened = new Map<string | null, 'any' | Set<string>>();

  /** @param now milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.#faults = new Faults(now);
    this.#paces = new Paces(now);
  }

  /**
   * A machine begins to fetch a disk image.
   * @param taker names machine and disk image
   * @param missing chunks that it lacks, in the order in which it would like them
   * @param has chunks that it can give to others
   * @param bytesOf length of a chunk
   */
  join(
    taker: string,
    machine: string,
    missing: readonly string[],
    has: readonly string[],
    bytesOf: (sha256: string) => number,
  ): void {
    this.leave(taker);
    const lacks = new Set(missing);
    this.#takers.set(taker, { machine, missing: lacks, coming: new Map() });
    for (const sha256 of lacks) this.#chunk(sha256, bytesOf).wanted += 1;
    for (const sha256 of has) this.#offers(machine, sha256, bytesOf);
  }

  /** It fetches no more. What it has it still gives to others. */
  leave(name: string): void {
    const taker = this.#takers.get(name);
    if (taker === undefined) return;
    const lacked = [...taker.missing, ...taker.coming.keys()];
    for (const sha256 of [...taker.coming.keys()]) this.#ended(name, sha256);
    this.#takers.delete(name);
    for (const sha256 of lacked) this.#unwanted(sha256);
  }

  /** A machine is gone, with all that it had. */
  gone(machine: string): void {
    for (const [name, taker] of this.#takers) if (taker.machine === machine) this.leave(name);
    for (const [sha256, chunk] of this.#chunks) {
      if (chunk.holders.delete(machine)) this.#forgetUseless(sha256, chunk);
    }
    this.#opened.delete(machine);
    // What only it had comes from the station again.
    this.#opened.set(null, 'any');
    this.#faults.gone(machine);
    this.#paces.gone(machine);
  }

  /** Chunks and machines of which something is kept. */
  get kept(): { readonly chunks: number; readonly machines: number } {
    return {
      chunks: this.#chunks.size,
      machines: new Set([...this.#uploads.keys(), ...this.#paces.machines].filter((one) => one !== null))
        .size,
    };
  }

  /** What a machine fetches next; `wait`: nobody can send what it lacks just now; `done`: it lacks nothing. */
  next(name: string): Assignment | 'wait' | 'done' {
    const taker = this.#takers.get(name);
    if (taker === undefined || taker.missing.size + taker.coming.size === 0) return 'done';
    this.#lookForLate();
    const ofStation = [...taker.coming.values()].filter(({ from }) => from === null).length;
    // A slow machine does not keep the station from sending to others, nor does one at which everything is wrong.
    const most =
      this.#paces.isSlow(taker.machine) || this.#faults.isDoubtful(taker.machine) ? 1 : stationAtOnce;
    const found = this.#choose(taker.machine, taker.missing, ofStation < most);
    if (found === null) return 'wait';
    taker.missing.delete(found.sha256);
    taker.coming.set(found.sha256, { from: found.from, since: this.now(), isLate: false });
    count(this.#uploads, found.from, 1);
    if (found.from === null) this.#chunk(found.sha256).sending += 1;
    return found;
  }

  /** A chunk has arrived and was right. @param offers whether the machine can give it to others */
  got(name: string, sha256: string, offers: boolean): void {
    const taker = this.#takers.get(name);
    const coming = this.#ended(name, sha256);
    if (taker === undefined) return;
    if (coming?.from === null) this.#chunk(sha256).sent += 1;
    if (coming !== undefined) {
      this.#faults.right(taker.machine, coming.from);
      // Of one that is gone since nothing is kept.
      const from = coming.from !== null && this.#chunk(sha256).holders.has(coming.from) ? [coming.from] : [];
      const { bytes } = this.#chunk(sha256);
      for (const one of [taker.machine, ...from]) this.#paces.took(one, bytes, this.now() - coming.since);
    }
    const lacked = taker.missing.delete(sha256) || coming !== undefined;
    if (offers) this.#offers(taker.machine, sha256);
    if (lacked) this.#unwanted(sha256);
  }

  /** A chunk did not arrive. */
  failed(name: string, sha256: string): void {
    const from = this.#again(name, sha256)?.from ?? null;
    const taker = this.#takers.get(name);
    if (from !== null && taker !== undefined) this.#faults.missed(taker.machine, from);
  }

  /** A chunk has arrived, and was not what its SHA-256 says. */
  wrong(name: string, sha256: string): void {
    const coming = this.#again(name, sha256);
    const taker = this.#takers.get(name);
    if (coming !== undefined && taker !== undefined) this.#faults.wrong(taker.machine, coming.from);
  }

  /** What was on its way is lacking again, and comes last. @returns what it was; undefined: it was not on its way */
  #again(name: string, sha256: string): Coming | undefined {
    const coming = this.#ended(name, sha256);
    if (coming !== undefined) this.#takers.get(name)?.missing.add(sha256);
    return coming;
  }

  /** The station could not send a chunk to its end: the machine is gone, or will ask for it again. */
  broke(machine: string, sha256: string): void {
    for (const [name, taker] of this.#takers) {
      if (taker.machine === machine && taker.coming.get(sha256)?.from === null) this.failed(name, sha256);
    }
  }

  /**
   * Of those who wait, the ones who can use what has changed since the last call: no more than there are places for. To wake all of them at each change
   * would cost the square of their number.
   * @param waiting takers, one that waits several times as often, who waited longest first
   * @returns indexes in that list
   */
  usable(waiting: readonly string[]): number[] {
    const found = new Set<number>();
    for (const [source, chunks] of this.#opened) {
      let places = atOnce(source) - this.#sendsOf(source);
      let looked = 0;
      for (const [index, name] of waiting.entries()) {
        if (places <= 0 || (chunks === 'any' && (looked += 1) > waitingLookedAt)) break;
        if (found.has(index) || !this.#isFor(this.#takers.get(name), source, chunks)) continue;
        found.add(index);
        places -= 1;
      }
    }
    this.#opened.clear();
    return [...found];
  }

  /** Whether a machine lacks something that can be sent now; one that fetches no more is told so. */
  #isFor(taker: Taker | undefined, source: string | null, chunks: 'any' | ReadonlySet<string>): boolean {
    if (taker === undefined) return true;
    if (!this.#faults.mayGive(source, taker.machine)) return false;
    if (chunks !== 'any') return [...chunks].some((sha256) => taker.missing.has(sha256));
    let looked = 0;
    for (const sha256 of taker.missing) {
      if ((looked += 1) > chunksLookedAt) return false;
      const chunk = this.#chunk(sha256);
      const { holders, sent } = chunk;
      const ofStation = isFree(chunk) && (holders.size === 0 || sent === 0 || this.#mayRepeat(chunk));
      if (source === null ? ofStation : holders.has(source)) return true;
    }
    return taker.missing.size === 0 && taker.coming.size === 0;
  }

  #offers(machine: string, sha256: string, bytesOf?: (sha256: string) => number): void {
    this.#chunk(sha256, bytesOf).holders.add(machine);
    const opened = this.#opened.get(machine) ?? new Set();
    this.#opened.set(machine, opened);
    if (opened !== 'any') opened.add(sha256);
  }

  #choose(machine: string, missing: ReadonlySet<string>, mayAskStation: boolean): Assignment | null {
    const barred = this.#faults.barredFor(machine);
    const stationFree = mayAskStation && !barred.has(null) && this.#sendsOf(null) < stationAtOnce;
    let fromMachine: { readonly sha256: string; readonly from: string; readonly holders: number } | null =
      null;
    let again: string | null = null;
    let looked = 0;
    for (const sha256 of missing) {
      if ((looked += 1) > lookedAt) break;
      const chunk = this.#chunk(sha256);
      const { best: from, holders } = this.#sender(machine, barred, chunk);
      // What nobody has goes out first: then there is the most to exchange.
      const unsent = holders === 0 || (from === null && chunk.sent === 0) || this.#onlySlowHave(chunk);
      if (stationFree && unsent && isFree(chunk)) return { sha256, from: null };
      if (from !== null && (fromMachine === null || holders < fromMachine.holders)) {
        fromMachine = { sha256, from, holders };
      }
      if (from === null && this.#mayRepeat(chunk)) again ??= sha256;
    }
    if (fromMachine !== null) return { sha256: fromMachine.sha256, from: fromMachine.from };
    return stationFree && again !== null ? { sha256: again, from: null } : null;
  }

  /** Rather than send nothing while all who have it are busy, the station sends a chunk once more. */
  #mayRepeat(chunk: ChunkState): boolean {
    return this.#sendsOf(null) === 0 && isFree(chunk) && chunk.sent < copiesOfStation;
  }

  /** Who has a chunk is slow, so that the station sends it once more. */
  #onlySlowHave({ holders, sent }: ChunkState): boolean {
    return sent < copiesOfStation && [...holders].every((holder) => this.#paces.isSlow(holder));
  }

  /**
   * The least busy machine that has a chunk and may send it; null: none.
   * @returns also how many have it for this machine: at some everything may be wrong, and itself does not count where it has it on another drive
   */
  #sender(
    machine: string,
    barred: ReadonlySet<string | null>,
    { holders }: ChunkState,
  ): { readonly best: string | null; readonly holders: number } {
    let best: string | null = null;
    let fewest = machineAtOnce;
    let count = 0;
    for (const holder of holders) {
      if (holder === machine || barred.has(holder)) continue;
      count += 1;
      const uploads = this.#sendsOf(holder);
      // One that is slow helps only where it is alone, and with one at a time.
      if (this.#paces.isSlow(holder) && (uploads > 0 || holders.size > 1)) continue;
      if (uploads < fewest) {
        best = holder;
        fewest = uploads;
      }
    }
    return { best, holders: count };
  }

  #chunk(sha256: string, bytesOf: (sha256: string) => number = () => 0): ChunkState {
    const known = this.#chunks.get(sha256);
    if (known !== undefined) return known;
    const made = newChunk(bytesOf(sha256));
    this.#chunks.set(sha256, made);
    return made;
  }

  /** A taker lacks a chunk no more, or has left. */
  #unwanted(sha256: string): void {
    const chunk = this.#chunk(sha256);
    chunk.wanted -= 1;
    this.#forgetUseless(sha256, chunk);
  }

  /** What nobody lacks and nobody has, such as one drive's own chunks, would be kept for ever. */
  #forgetUseless(sha256: string, { holders, wanted }: ChunkState): void {
    if (wanted === 0 && holders.size === 0) this.#chunks.delete(sha256);
  }

  #ended(name: string, sha256: string): Coming | undefined {
    const taker = this.#takers.get(name);
    const coming = taker?.coming.get(sha256);
    if (taker === undefined || coming === undefined) return undefined;
    taker.coming.delete(sha256);
    const ofStation = coming.from === null;
    if (ofStation) this.#chunk(sha256).sending -= 1;
    if (coming.isLate) {
      count(this.#late, coming.from, -1);
      if (ofStation) this.#chunk(sha256).late -= 1;
    } else this.#freePlace(coming.from);
    return coming;
  }

  #sendsOf(sender: string | null): number {
    return this.#uploads.get(sender) ?? 0;
  }

  #freePlace(sender: string | null): void {
    count(this.#uploads, sender, -1);
    this.#opened.set(sender, 'any');
  }

  /**
   * A machine that was switched off says nothing of what it was getting. What is overdue no longer keeps its sender from sending, and others
   * may get it; it may arrive all the same. As many as a sender sends at a time may be overdue: it may be the sender that is slow, and not its receivers.
   */
  #lookForLate(): void {
    const now = this.now();
    if (now - this.#looked < timeouts.rackTypical) return;
    this.#looked = now;
    for (const [name, { machine, coming, missing }] of this.#takers) {
      for (const [sha256, one] of coming) {
        const since = now - one.since;
        if (since > timeouts.rackChunk) {
          this.#ended(name, sha256);
          missing.add(sha256);
        } else if (!one.isLate && since > this.#paces.overdue(machine, one.from, this.#chunk(sha256).bytes)) {
          this.#becomesLate(sha256, one);
        }
      }
    }
  }

  #becomesLate(sha256: string, coming: Coming): void {
    if ((this.#late.get(coming.from) ?? 0) >= atOnce(coming.from)) return;
    coming.isLate = true;
    count(this.#late, coming.from, 1);
    if (coming.from === null) this.#chunk(sha256).late += 1;
    this.#freePlace(coming.from);
  }
}

/** Chunks that somebody sends at a time. */
function atOnce(sender: string | null): number {
  return sender === null ? stationAtOnce : machineAtOnce;
}

/** Of what nothing is counted any more nothing is kept. */
function count<Key>(counts: Map<Key, number>, key: Key, by: 1 | -1): void {
  const now = (counts.get(key) ?? 0) + by;
  if (now > 0) counts.set(key, now);
  else counts.delete(key);
}
