import { isDriveRecord } from '../../core/ledger/record';
import { newestJob, type MachineHistory } from '../../core/shipment/shipment-rules';
import type { LedgerReader } from '../ledger/ledger-reader';
import { closedRow, type ClosedRow } from './content';

/** What the ledger says of shipments, and of machines that could go into one. */

/** Every shipment, oldest first. @throws PrestageError ledger-broken */
export function shipmentsIn(ledger: LedgerReader): ClosedRow[] {
  return ledger.find({ by: 'kind', kind: 'shipment-closed' }).flatMap((row) => closedRow(row) ?? []);
}

/** Number of the shipment a job went with, by job. */
export function shippedJobs(shipments: readonly ClosedRow[]): ReadonlyMap<string, string> {
  return new Map(
    shipments.flatMap(({ record }) => record.machines.map(({ jobId }) => [jobId, record.number] as const)),
  );
}

/** Serials of machines of which some finished job is in no shipment, oldest first. */
export function waitingSerials(ledger: LedgerReader, shipments: readonly ClosedRow[]): string[] {
  const gone = shipments.flatMap(({ record }) => record.machines.map(({ sequence }) => sequence));
  return ledger.machinesOf({ of: 'finished' }, new Set(gone));
}

/** @throws PrestageError ledger-broken */
export function historyOf(
  ledger: LedgerReader,
  machineSerial: string,
  shipped: ReadonlyMap<string, string>,
): MachineHistory {
  const records = ledger
    .find({ by: 'machine', machineSerial })
    .flatMap(({ sequence, entry: { record } }) => (isDriveRecord(record) ? [{ sequence, record }] : []));
  const newest = newestJob(records);
  if (newest === null) return { machineSerial, records, erasure: null, shipment: null };
  return {
    ...{ machineSerial, records },
    erasure: ledger.findErasure(newest.job, newest.sequence),
    shipment: shipped.get(newest.job.jobId) ?? null,
  };
}
