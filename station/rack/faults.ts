import { timeouts } from '../../core/base/timeouts';

/**
 * Between whom chunks go wrong. Where a chunk is wrong nobody knows at which end: the memory of either may be bad, and either may lie. So what a
 * machine says of another counts between these two, and for all others only when several say so who have nothing to say of anybody else.
 */

/** So many wrong chunks in a row, and the machine gets nothing more from that one; from the station, which alone it cannot do without, one now and then. */
const wrongAtMost = 3;
/** So many machines have to have got wrong chunks from one, until nobody gets anything from it. */
const saidByAtLeast = 3;
/** A rest is doubled so often at most. */
const doublingsAtMost = 3;

/** What went wrong between two since a chunk came that was right. */
interface Pair {
  wrong: number;
  missed: number;
  /** Milliseconds. */
  restsUntil: number;
}

export class Faults {
  /** By receiver, then by sender: machines, null is the station. */
  readonly #pairs = new Map<string, Map<string | null, Pair>>();
  #banned: ReadonlySet<string> = new Set();

  /** @param now milliseconds */
  constructor(private readonly now: () => number) {}

  /** Whether a machine gets chunks from another, or from the station, now. */
  mayGive(sender: string | null, receiver: string): boolean {
    if (sender !== null && this.#banned.has(sender)) return false;
    const pair = this.#pairs.get(receiver)?.get(sender);
    if (pair === undefined) return true;
    return (sender === null || pair.wrong < wrongAtMost) && this.now() >= pair.restsUntil;
  }

  /** From whom a machine gets nothing now. */
  barredFor(receiver: string): ReadonlySet<string | null> {
    const known = this.#pairs.get(receiver);
    if (known === undefined) return this.#banned;
    return new Set([...this.#banned, ...known.keys()].filter((sender) => !this.mayGive(sender, receiver)));
  }

  /** What the station itself sends is wrong there, again and again. */
  isDoubtful(receiver: string): boolean {
    return (this.#pairs.get(receiver)?.get(null)?.wrong ?? 0) >= wrongAtMost;
  }

  /** A chunk was not what its SHA-256 says. */
  wrong(receiver: string, sender: string | null): void {
    const pair = this.#pair(receiver, sender);
    pair.wrong += 1;
    if (sender === null && pair.wrong >= wrongAtMost) this.#rest(pair, pair.wrong - wrongAtMost);
    this.#judge();
  }

  /** A chunk did not arrive: that is no fault of whoever should have sent it, and may be over in a moment. */
  missed(receiver: string, sender: string): void {
    const pair = this.#pair(receiver, sender);
    this.#rest(pair, pair.missed);
    pair.missed += 1;
  }

  /** A chunk was right. */
  right(receiver: string, sender: string | null): void {
    const pairs = this.#pairs.get(receiver);
    if (pairs?.delete(sender) !== true) return;
    if (pairs.size === 0) this.#pairs.delete(receiver);
    this.#judge();
  }

  /** A machine is gone: nothing is known of it any more. */
  gone(machine: string): void {
    this.#pairs.delete(machine);
    for (const [receiver, pairs] of this.#pairs) {
      if (pairs.delete(machine) && pairs.size === 0) this.#pairs.delete(receiver);
    }
    this.#judge();
  }

  #pair(receiver: string, sender: string | null): Pair {
    const pairs = this.#pairs.get(receiver) ?? new Map<string | null, Pair>();
    const pair = pairs.get(sender) ?? { wrong: 0, missed: 0, restsUntil: -Infinity };
    this.#pairs.set(receiver, pairs.set(sender, pair));
    return pair;
  }

  #rest(pair: Pair, doublings: number): void {
    pair.restsUntil = this.now() + timeouts.rackRest * 2 ** Math.min(doublings, doublingsAtMost);
  }

  #judge(): void {
    const saidBy = new Map<string, number>();
    for (const pairs of this.#pairs.values()) {
      const [first, ...others] = [...pairs].flatMap(([sender, { wrong }]) => (wrong > 0 ? [sender] : []));
      // At which chunks of several are wrong, or the station's, it is itself at fault: what it says does not count.
      if (typeof first === 'string' && others.length === 0) saidBy.set(first, (saidBy.get(first) ?? 0) + 1);
    }
    this.#banned = new Set(
      [...saidBy].flatMap(([sender, times]) => (times >= saidByAtLeast ? [sender] : [])),
    );
  }
}
