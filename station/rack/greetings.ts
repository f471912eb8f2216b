import type { RackHello } from '../../core/contract/rack';
import { timeouts } from '../../core/base/timeouts';

export interface Greeted {
  readonly hello: RackHello;
  readonly stationNonce: string;
  readonly address: string;
}

/** Machines that have said what they are, and not yet their number. An agent does that at once: who does not is none, and forgotten. */
export class Greetings {
  /** The oldest first; `at` in milliseconds of performance.now(). */
  readonly #greeted = new Map<string, Greeted & { readonly at: number }>();

  get size(): number {
    return this.#greeted.size;
  }

  has(certificate: string): boolean {
    return this.#greeted.has(certificate);
  }

  add(certificate: string, greeted: Greeted): void {
    const now = performance.now();
    for (const [other, { at }] of this.#greeted) {
      if (now - at < timeouts.rackSilent) break;
      this.#greeted.delete(other);
    }
    this.#greeted.delete(certificate);
    this.#greeted.set(certificate, { ...greeted, at: now });
  }

  /** Its number has come: the greeting counts once. */
  take(certificate: string): Greeted | undefined {
    const found = this.#greeted.get(certificate);
    this.#greeted.delete(certificate);
    return found;
  }

  clear(): void {
    this.#greeted.clear();
  }
}
