/** What is still to be pushed; the ledger is the queue. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { sha256Schema } from '../../core/media/chunk-map';
import { genesisHash, type StoredEntry } from '../../core/ledger/record';
import { hashSignatureHolds, sha256Hex } from '../ledger/entry';
import { ledgerBroken } from '../ledger/ledger-errors';
import type { VerifyingKey } from '../ledger/keys';
import { LedgerReader } from '../ledger/ledger-reader';
import { writeFileAtomically, type StatePaths } from '../state/state-paths';

export type OutboxPaths = Pick<
  StatePaths,
  'ledgerFile' | 'headFile' | 'keyFile' | 'publicKeyFile' | 'fleetFile'
>;

/** How far a chain goes. */
export interface Position {
  /** 0 before the first entry. */
  readonly sequence: number;
  readonly hash: string;
}
export const noEntries: Position = { sequence: 0, hash: genesisHash };

/** A batch never holds more, but always one entry. Bounds memory, and what one lost answer costs. */
export const batchLimits = { entries: 200, bytes: 1024 * 1024 } as const;

const confirmedSchema = z.strictObject({
  version: z.literal(1),
  sequence: z.int().nonnegative(),
  hash: sha256Schema,
  /** When the database said so. ISO 8601, UTC. */
  at: z.iso.datetime(),
});
export type Confirmed = z.infer<typeof confirmedSchema>;

/**
 * What is still to be pushed. It is the ledger itself: nothing is copied, so nothing can be lost between. The ledger is
 * opened for reading only and for one page at a time, so that whoever appends never waits for it.
 */
export class Outbox {
  readonly #paths: OutboxPaths;

  constructor(paths: OutboxPaths) {
    this.#paths = paths;
  }

  /** The station's key; null when the station never wrote. */
  key(): VerifyingKey | null {
    return this.#look((ledger) => ledger.publicKey);
  }

  /** How many entries there are. */
  count(): number {
    return this.#look((ledger) => ledger.count());
  }

  /** Hash of an entry; null when there is none of that number. */
  hashOf(sequence: number): string | null {
    if (sequence === 0) return genesisHash;
    return this.#look((ledger) => ledger.entriesBetween(sequence, sequence, 1))[0]?.hash ?? null;
  }

  /**
   * The next entries after a place, oldest first. Each is looked at before it leaves: what this station would not vouch
   * for is not sent.
   * @throws PrestageError ledger-broken
   */
  batchAfter(after: Position, key: VerifyingKey): StoredEntry[] {
    const last = after.sequence + batchLimits.entries;
    const entries = this.#look((ledger) =>
      ledger.entriesBetween(after.sequence + 1, last, batchLimits.entries).reverse(),
    );
    const batch: StoredEntry[] = [];
    let bytes = 0;
    for (const entry of entries) {
      bytes += Buffer.byteLength(entry.json);
      if (batch.length > 0 && bytes > batchLimits.bytes) break;
      if (
        entry.sequence !== after.sequence + batch.length + 1 ||
        sha256Hex(entry.json) !== entry.hash ||
        !hashSignatureHolds(entry.hash, entry.signature, key.publicKey)
      ) {
        throw ledgerBroken(`Entry ${entry.sequence} is not as this station wrote it and was not pushed.`);
      }
      batch.push(entry);
    }
    return batch;
  }

  /** How far the database was when it last answered; null when it never did, or nobody knows any more. */
  confirmed(): Confirmed | null {
    try {
      const parsed = confirmedSchema.safeParse(JSON.parse(readFileSync(this.#paths.fleetFile, 'utf8')));
      return parsed.success ? parsed.data : null;
    } catch {
      return null;
    }
  }

  /** Remembers it. Only shown: what is pushed is decided by what the database says. */
  confirm({ sequence, hash }: Position): void {
    const before = this.confirmed();
    if (before?.sequence === sequence && before.hash === hash) return;
    const content: Confirmed = { version: 1, sequence, hash, at: new Date().toISOString() };
    try {
      writeFileAtomically(this.#paths.fleetFile, `${JSON.stringify(content)}\n`, 0o600);
    } catch {
      // A full disk is for the ledger to tell.
    }
  }

  #look<T>(work: (ledger: LedgerReader) => T): T {
    const ledger = LedgerReader.openForReading(this.#paths);
    try {
      return work(ledger);
    } finally {
      ledger.close();
    }
  }
}
