import { MiB } from '../../core/base/units';
import { timeouts } from '../../core/base/timeouts';

/** A machine that needs so many times as long for a chunk as most do is slow: nobody waits for it. */
const slowTimes = 3;
/** A chunk that needs so many times as long as most do, or as its two ends need at best, is overdue. */
const overdueTimes = 4;
/** Bytes from which on the time of a chunk tells how fast a machine is; of a smaller one it is mostly the way there and back. */
const telling = MiB;

/** How long machines need for a MiB at best, lately: whoever is at the other end, it cannot have been slower. */
export class Paces {
  /** Milliseconds. */
  readonly #of = new Map<string, number>();
  #typical: { readonly pace: number; readonly at: number } = { pace: Infinity, at: -Infinity };

  /** @param now milliseconds */
  constructor(private readonly now: () => number) {}

  get machines(): Iterable<string> {
    return this.#of.keys();
  }

  /** @param milliseconds that a chunk of so many bytes took */
  took(machine: string, bytes: number, milliseconds: number): void {
    if (bytes < telling) return;
    const pace = milliseconds / (bytes / MiB);
    this.#of.set(machine, Math.min(pace, 1.1 * (this.#of.get(machine) ?? Infinity)));
  }

  isSlow(machine: string): boolean {
    return (this.#of.get(machine) ?? 0) > slowTimes * this.#most();
  }

  /**
   * After how many milliseconds a chunk of so many bytes is overdue. As long as nothing is known of a machine that sends, nor of any that gets, only
   * by the time that every chunk has.
   * @param sender null is the station
   */
  overdue(receiver: string, sender: string | null, bytes: number): number {
    const ofSender = sender === null ? 0 : (this.#of.get(sender) ?? Infinity);
    const pace = Math.max(this.#most(), this.#of.get(receiver) ?? 0, ofSender);
    // Who waits for a machine in vain says so by then: it is not to be given to others meanwhile.
    const least = sender === null ? timeouts.rackOverdue : timeouts.rackPeerSilent + timeouts.rackOverdue;
    const usual = overdueTimes * pace * Math.max(1, bytes / MiB);
    return Math.min(timeouts.rackChunk, Math.max(least, usual));
  }

  gone(machine: string): void {
    this.#of.delete(machine);
  }

  /** What most machines need. */
  #most(): number {
    if (this.now() - this.#typical.at >= timeouts.rackTypical) {
      const paces = [...this.#of.values()].sort((one, two) => one - two);
      this.#typical = { pace: paces[Math.floor(paces.length / 2)] ?? Infinity, at: this.now() };
    }
    return this.#typical.pace;
  }
}
