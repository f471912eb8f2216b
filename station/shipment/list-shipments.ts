/** What waits to be shipped, and what was. */
import type { ShipList, WaitingMachine } from '../../core/contract/app-shipments';
import { assessMachine, type FinishedJob } from '../../core/shipment/shipment-rules';
import type { LedgerReader } from '../ledger/ledger-reader';
import { historyOf, shipmentsIn, shippedJobs, waitingSerials } from './shipment-history';

/** Machines that are looked at: nobody ticks more. */
const maxListed = 1000;

/** What waits to be shipped, and what was. @throws PrestageError ledger-broken */
export function listShipments(ledger: LedgerReader): ShipList {
  const shipments = shipmentsIn(ledger);
  const shipped = shippedJobs(shipments);
  const serials = waitingSerials(ledger, shipments).reverse();
  const waiting: WaitingMachine[] = [];
  const held: { machineSerial: string; reason: string }[] = [];
  for (const serial of serials.slice(0, maxListed)) {
    const fitness = assessMachine(historyOf(ledger, serial, shipped));
    if (fitness.fit) waiting.push(waitingOf(fitness.finished, ledger));
    else if (!fitness.gone) held.push({ machineSerial: serial, reason: fitness.reason });
  }
  return {
    ...{ waiting, held, more: serials.length > maxListed },
    shipments: shipments.reverse().map(({ record, entry, sequence }) => ({
      number: record.number,
      orderNumber: record.orderNumber,
      closedAt: entry.time,
      operator: entry.operator,
      machines: record.machines.length,
      ledgerEntry: sequence,
    })),
  };
}

function waitingOf(
  { machineSerial, job, bootTest, sequence }: FinishedJob,
  ledger: LedgerReader,
): WaitingMachine {
  const ended = ledger.inspect(sequence)?.checked.entry;
  return {
    machineSerial,
    computerName: job.machine?.computerName ?? null,
    assetTag: job.machine?.assetTag ?? null,
    orderNumber: job.workOrder ?? null,
    driveSerial: job.drive.serial,
    bay: job.drive.bay,
    finishedAt: ended?.time ?? '',
    rehearsed: bootTest?.passed ?? null,
  };
}
