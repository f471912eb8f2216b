import type { RawRow } from './database';
import type { LedgerRow } from './entry';

/** Rows that are kept; some 10 KB each. A look at the past of 24 drives reads some 200. */
const mostRows = 1000;

interface Known {
  readonly raw: RawRow;
  readonly row: LedgerRow;
}

/**
 * Entries that were checked and are as they were then. Each is read from the file again all the same: what is kept is only that its
 * check came out well, and it counts while every byte of the row is the one that was checked. So nothing has to be told when the ledger
 * grows, and what is changed in the file is checked, and found.
 */
export class CheckedRows {
  /** By sequence, what was asked for last at the end. */
  readonly #known = new Map<number, Known>();

  /** @param check looks at a row that is not known, and throws when something is wrong with it */
  of(raw: RawRow, check: (raw: RawRow) => LedgerRow): LedgerRow {
    const { sequence } = raw;
    const known = this.#known.get(sequence);
    this.#known.delete(sequence);
    const row = known !== undefined && isSame(known.raw, raw) ? known.row : check(raw);
    this.#known.set(sequence, { raw, row });
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostRows && oldest !== undefined) this.#known.delete(oldest);
    return row;
  }
}

/** All of a row: the index columns are checked against its text, too. */
function isSame(one: RawRow, other: RawRow): boolean {
  return (
    one.json === other.json &&
    one.hash === other.hash &&
    one.signature === other.signature &&
    one.kind === other.kind &&
    one.state === other.state &&
    one.machineSerial === other.machineSerial &&
    one.driveKey === other.driveKey &&
    one.jobId === other.jobId
  );
}
