import { timeouts } from '../../core/base/timeouts';

/** A machine that needs so many times as long for a chunk as most do is slow: nobody waits for it. */
const slowTimes = 3;
/** A chunk that needs so many times as long as most do, or as the machine needs at best, is overdue. */
const overdueTimes = 4;

/** How long machines need for a chunk at best, lately: whoever is at the other end, it cannot have been slower. */
export class Paces {
  /** Milliseconds. */
  readonly #of = new Map<string, number>();
  #typical: { readonly pace: number; readonly at: number } = { pace: Infinity, at: -Infinity };

  /** @param now milliseconds */
  constructor(private readonly now: () => number) {}

  get machines(): Iterable<string> {
    return this.#of.keys();
  }

  /** @param milliseconds that one chunk took */
  took(machine: string, milliseconds: number): void {
    this.#of.set(machine, Math.min(milliseconds, 1.1 * (this.#of.get(machine) ?? Infinity)));
  }

  isSlow(machine: string): boolean {
    return (this.#of.get(machine) ?? 0) > slowTimes * this.#most();
  }

  /** After how many milliseconds a chunk on its way to a machine is overdue. As long as nobody has got one, nobody knows. */
  overdue(machine: string): number {
    const usual = overdueTimes * Math.max(this.#most(), this.#of.get(machine) ?? 0);
    return Math.min(timeouts.rackChunk, Math.max(timeouts.rackOverdue, usual));
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
