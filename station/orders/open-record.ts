import type { LedgerRecord } from '../../core/ledger/record';
import type { LedgerReader } from '../ledger/ledger-reader';
import type { LedgerRow } from '../ledger/entry';

/** What opened the order that is open now, with its place in the ledger. */
export interface OpenRecord {
  readonly row: LedgerRow;
  readonly record: Extract<LedgerRecord, { kind: 'order-opened' }>;
}

/**
 * The opening of the order that is open now; null when none is. Cheap: two entries are looked at.
 * @throws PrestageError ledger-broken when one of them is not what was signed
 */
export function openRecord(ledger: Pick<LedgerReader, 'newestOf'>): OpenRecord | null {
  const row = ledger.newestOf('order-opened');
  const record = row?.entry.record;
  if (row === null || record?.kind !== 'order-opened') return null;
  // One order at a time: when the newest was closed, all were.
  const closed = ledger.newestOf('order-closed')?.entry.record;
  if (closed?.kind === 'order-closed' && closed.orderId === record.orderId) return null;
  return { row, record };
}
