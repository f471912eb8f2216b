import {
  judgeJob,
  shipmentRecordsSchema,
  type Judgement,
  type MachineEvidence,
  type ShipmentRecords,
} from '../../core/shipment';
import type { LedgerEntry, LedgerRecord } from '../../core/record';
import type { LedgerRow } from '../ledger/entry';
import type { Ledger } from '../ledger/ledger';

export type ShipmentClosed = Extract<LedgerRecord, { kind: 'shipment-closed' }>;
type OrderOpened = Extract<LedgerRecord, { kind: 'order-opened' }>;

/** A shipment as the ledger has it. */
export interface RecordedShipment {
  readonly row: LedgerRow;
  readonly record: ShipmentClosed;
}

/** All shipments that this station closed, oldest first. */
export function recordedShipments(ledger: Ledger): RecordedShipment[] {
  return ledger
    .entriesOf('shipment-closed')
    .flatMap((row) =>
      row.entry.record.kind === 'shipment-closed' ? [{ row, record: row.entry.record }] : [],
    );
}

/** Jobs that are in a shipment, with its number. */
export function shippedJobs(ledger: Ledger): ReadonlyMap<string, string> {
  return new Map(
    recordedShipments(ledger).flatMap(({ record }) =>
      record.machines.map(({ jobId }) => [jobId, record.number] as const),
    ),
  );
}

/** What the ledger says of one finished job now. */
export function judgeRecordedJob(ledger: Ledger, jobId: string): Judgement {
  return judgeJob(ledger.ofJob(jobId).map(({ entry }) => entry));
}

/** `records.json`: every entry that belongs to a shipment, with proofs that all of them are in one ledger. */
export function shipmentRecords(ledger: Ledger, { row, record }: RecordedShipment): ShipmentRecords {
  const rows = [
    ...record.machines.flatMap(({ jobId }) => ledger.ofJob(jobId)),
    ...orderRows(ledger, record),
    row,
  ];
  const sequences = [...new Set(rows.map(({ sequence }) => sequence))].sort((one, other) => one - other);
  const proofs = ledger.proofs(sequences);
  const [first] = proofs;
  if (first === undefined) throw new Error('a shipment has no entries');
  return shipmentRecordsSchema.parse({
    format: 'prestage-shipment-records',
    version: 1,
    checkpoint: first.checkpoint,
    entries: proofs.map(({ entry, path }) => ({ entry, path })),
  });
}

/** What was recorded of the orders that a shipment's machines belong to. */
function orderRows(ledger: Ledger, { machines, orderNumber }: ShipmentClosed): LedgerRow[] {
  const ids = new Set(
    machines.flatMap(({ jobId }) =>
      ledger
        .ofJob(jobId)
        .flatMap(({ entry: { record } }) =>
          'job' in record && record.job.orderId !== undefined ? [record.job.orderId] : [],
        ),
    ),
  );
  const opened = ledger.entriesOf('order-opened');
  for (const { entry } of opened) {
    const record = entry.record as OrderOpened;
    if (record.number === orderNumber) ids.add(record.orderId);
  }
  return [...opened, ...ledger.entriesOf('order-exception'), ...ledger.entriesOf('order-closed')].filter(
    ({ entry: { record } }) => 'orderId' in record && ids.has(record.orderId),
  );
}

/** The machines of a shipment with what their entries say, in the shipment's order. */
export interface ShippedMachine {
  readonly evidence: MachineEvidence;
  /** SHA-256 of the entry that recorded the end. */
  readonly entryHash: string;
}

/** Entries of one job. */
export function entriesOfJob(entries: readonly LedgerEntry[], jobId: string): LedgerEntry[] {
  return entries.filter(({ record }) => {
    if ('job' in record) return record.job.jobId === jobId;
    return 'jobId' in record && record.jobId === jobId;
  });
}
