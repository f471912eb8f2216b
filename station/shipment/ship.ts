import { randomUUID } from 'node:crypto';
import { normalizeSerial } from '../../core/serial';
import { shipmentNumberSchema, type MachineEvidence } from '../../core/shipment';
import type { AppendContext, Ledger } from '../ledger/ledger';
import { judgeRecordedJob, recordedShipments, shippedJobs, type RecordedShipment } from './records';
import { emptyShipment, refusedShipment, wrongNumber } from './refusals';

/** Which machines leave. Those that were shipped before are never taken twice. */
export type ShipmentSelection =
  | { readonly kind: 'all' }
  | { readonly kind: 'batch'; readonly batchId: string }
  /** By the work order's number, as the jobs were given it. */
  | { readonly kind: 'order'; readonly number: string }
  | { readonly kind: 'machines'; readonly serials: readonly string[] };

/** A finished machine that has not left. */
export interface WaitingMachine {
  readonly evidence: MachineEvidence | null;
  readonly machineSerial: string;
  readonly jobId: string;
  readonly batchId: string;
  readonly workOrder: string | null;
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
  readonly sequence: number;
  /** Why it may not leave; null when it may. Ends a sentence that begins with the machine. */
  readonly why: string | null;
}

/** Machines looked at: more than stand in any depot. */
const mostWaiting = 20_000;

/** Every finished machine that has not left, oldest first. */
export function waitingMachines(ledger: Ledger): WaitingMachine[] {
  const gone = shippedJobs(ledger);
  return ledger
    .finished(mostWaiting)
    .flatMap(({ entry: { record, time }, sequence }): WaitingMachine[] => {
      if (record.kind !== 'job-ended' || gone.has(record.job.jobId)) return [];
      const { machineSerial, jobId, batchId, workOrder = null } = record.job;
      const judgement = judgeRecordedJob(ledger, jobId);
      return [
        {
          ...{ machineSerial, jobId, batchId, workOrder, sequence, finishedAt: time },
          evidence: judgement.ok ? judgement.evidence : null,
          why: judgement.ok ? null : judgement.why,
        },
      ];
    })
    .reverse();
}

/**
 * The machines of a selection.
 * @throws PrestageError shipment-empty; shipment-refused naming the first machine that may not leave
 */
export function selectMachines(ledger: Ledger, selection: ShipmentSelection): WaitingMachine[] {
  const waiting = waitingMachines(ledger);
  const chosen = choose(waiting, selection, ledger);
  const unfit = chosen.find(({ why }) => why !== null);
  if (unfit?.why !== undefined && unfit.why !== null) throw refusedShipment(unfit.machineSerial, unfit.why);
  if (chosen.length === 0) throw emptyShipment(nameOf(selection));
  return chosen;
}

function choose(
  waiting: readonly WaitingMachine[],
  selection: ShipmentSelection,
  ledger: Ledger,
): WaitingMachine[] {
  switch (selection.kind) {
    case 'all':
      return [...waiting];
    case 'batch':
      return waiting.filter(({ batchId }) => batchId === selection.batchId);
    case 'order':
      return waiting.filter(({ workOrder }) => workOrder === selection.number);
    case 'machines':
      return [...new Set(selection.serials.map(normalizeSerial))].map((serial) => {
        const found = waiting.find(({ machineSerial }) => machineSerial === serial);
        if (found !== undefined) return found;
        const shipped = ledger.findShipped(serial)?.entry.record;
        const number = shipped?.kind === 'job-ended' ? shippedJobs(ledger).get(shipped.job.jobId) : undefined;
        throw refusedShipment(
          serial,
          number === undefined ? 'was not finished at this station' : `left with shipment ${number} already`,
        );
      });
  }
}

function nameOf(selection: ShipmentSelection): string {
  switch (selection.kind) {
    case 'batch':
      return ` in batch ${selection.batchId}`;
    case 'order':
      return ` for order ${selection.number}`;
    case 'all':
    case 'machines':
      return '';
  }
}

/** @throws PrestageError shipment-refused */
export function requireShipmentNumber(number: string): string {
  if (shipmentNumberSchema.safeParse(number).success) return number;
  throw wrongNumber(
    number,
    'is no number that can be used',
    'Nothing was recorded. Use 1 to 40 letters, digits, and . _ - inside it.',
  );
}

/**
 * Records that machines leave, all of them or none. The bundle is made after, and can be made again.
 * @throws PrestageError shipment-empty, shipment-refused, ledger-…
 */
export function closeShipment(
  ledger: Ledger,
  number: string,
  selection: ShipmentSelection,
  append: AppendContext,
): RecordedShipment {
  requireShipmentNumber(number);
  const chosen = selectMachines(ledger, selection);
  const orders = new Set(chosen.map(({ workOrder }) => workOrder));
  const [order = null] = orders;
  const row = ledger.append(
    {
      kind: 'shipment-closed',
      shipmentId: randomUUID(),
      number,
      orderNumber: orders.size === 1 ? order : null,
      machines: chosen.map(({ machineSerial, jobId, sequence }) => ({ machineSerial, jobId, sequence })),
    },
    append,
    // Under the lock: another process may just have shipped one of them.
    () => {
      if (recordedShipments(ledger).some(({ record }) => record.number === number)) {
        throw wrongNumber(
          number,
          'was closed before',
          'Nothing was recorded. Use another number; to make its bundle again: prestage ship --again NUMBER.',
        );
      }
      const gone = shippedJobs(ledger);
      for (const { machineSerial, jobId } of chosen) {
        const other = gone.get(jobId);
        if (other !== undefined) throw refusedShipment(machineSerial, `left with shipment ${other} already`);
        const judgement = judgeRecordedJob(ledger, jobId);
        if (!judgement.ok) throw refusedShipment(machineSerial, judgement.why);
      }
    },
  );
  return requireShipment(ledger, number, row.sequence);
}

/** A shipment that was closed. @throws PrestageError shipment-refused */
export function requireShipment(ledger: Ledger, number: string, sequence?: number): RecordedShipment {
  const found = recordedShipments(ledger).find(
    ({ row, record }) => record.number === number && (sequence === undefined || row.sequence === sequence),
  );
  if (found !== undefined) return found;
  throw wrongNumber(
    number,
    'was not closed at this station',
    '"prestage ship --list" shows the shipments of this station.',
  );
}
