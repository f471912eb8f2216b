import type { LedgerReader } from '../ledger/ledger-reader';

/** When machines got their finished drives: asked of the ledger once for each of its states. What is next is asked of all of a rack. */
export class ShippedMemory {
  readonly #ledger: Pick<LedgerReader, 'findShipped' | 'count'>;
  readonly #known = new Map<string, string | null>();
  /** Entries that the ledger had when they were asked for. */
  #entries = 0;

  constructor(ledger: Pick<LedgerReader, 'findShipped' | 'count'>) {
    this.#ledger = ledger;
  }

  /** @param machineSerial normalized. @returns ISO 8601; null: it has none. @throws PrestageError ledger-broken */
  on(machineSerial: string): string | null {
    const entries = this.#ledger.count();
    if (entries !== this.#entries) this.#known.clear();
    this.#entries = entries;
    const known = this.#known.get(machineSerial);
    if (known !== undefined) return known;
    const time = this.#ledger.findShipped(machineSerial)?.entry.time ?? null;
    this.#known.set(machineSerial, time);
    return time;
  }
}
