import { randomUUID } from 'node:crypto';
import { ledgerEntrySchema, type LedgerRecord } from '../../core/ledger/record';
import { isDriveRecord, subjectOf } from '../../core/ledger/record';
import { normalizeSerial } from '../../core/machine/serial';
import {
  planShipment,
  refused,
  type PlanRequest,
  type ShipmentPlan,
} from '../../core/shipment/shipment-rules';
import { parseJson } from '../ledger/check-entry';
import { driveKey } from '../ledger/entry';
import type { AppendContext, Ledger } from '../ledger/ledger';
import { closedRow, type ClosedRow } from './content';
import { historyOf, shipmentsIn, shippedJobs, waitingSerials } from './shipment-history';

/** Which machines are asked for. */
export type ShipmentChoice =
  | { readonly by: 'batch'; readonly batchId: string }
  | { readonly by: 'order'; readonly number: string }
  | { readonly by: 'machines'; readonly serials: readonly string[] }
  /** Everything that is finished and not shipped. */
  | { readonly by: 'finished' };

export interface ClosedShipment {
  readonly row: ClosedRow;
  readonly plan: ShipmentPlan;
}

/** The ledger went on while the machines were looked at, and what was added is about them. */
class Overtaken extends Error {}
/** Other processes add entries, but seldom about the very machines that are being packed. */
const tries = 5;

/**
 * Records a shipment.
 * @throws PrestageError usage, shipment-refused, shipment-empty, ledger-…; nothing was recorded then
 */
export function closeShipment(
  ledger: Ledger,
  number: string,
  choice: ShipmentChoice,
  context: AppendContext,
): ClosedShipment {
  for (let count = 0; count < tries; count += 1) {
    const seen = ledger.count();
    const plan = planFrom(ledger, number, choice);
    const record: LedgerRecord = {
      kind: 'shipment-closed',
      shipmentId: randomUUID(),
      number: plan.number,
      orderNumber: plan.orderNumber,
      machines: plan.machines.map(({ machineSerial, job, sequence }) => ({
        ...{ machineSerial, jobId: job.jobId, sequence },
      })),
    };
    try {
      const row = closedRow(
        ledger.append(record, context, () => {
          if (touched(ledger, seen, plan)) throw new Overtaken();
        }),
      );
      if (row === null) throw new Error('a shipment was recorded as something else');
      return { row, plan };
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
    }
  }
  throw refused('These machines are being written or shipped right now.', null, 'Try again in a minute.');
}

/** Which machines would go. @throws PrestageError usage, shipment-refused, shipment-empty, ledger-broken */
export function planFrom(ledger: Ledger, number: string, choice: ShipmentChoice): ShipmentPlan {
  const shipments = shipmentsIn(ledger);
  const shipped = shippedJobs(shipments);
  const serials = serialsOf(ledger, choice, shipments);
  const histories = serials.map((serial) => historyOf(ledger, serial, shipped));
  const usedNumbers = new Set(shipments.map(({ record }) => record.number));
  return planShipment({ number, histories, asked: askedAs[choice.by], usedNumbers });
}

const askedAs: Readonly<Record<ShipmentChoice['by'], PlanRequest['asked']>> = {
  batch: 'group',
  order: 'group',
  machines: 'named',
  finished: 'finished',
};

function serialsOf(
  ledger: Ledger,
  choice: ShipmentChoice,
  shipments: readonly ClosedRow[],
): readonly string[] {
  switch (choice.by) {
    case 'batch':
      return ledger.machinesOf({ of: 'batch', batchId: choice.batchId });
    case 'order':
      return ledger.machinesOf({ of: 'order', number: choice.number });
    case 'finished':
      return waitingSerials(ledger, shipments);
    case 'machines':
      return [...new Set(choice.serials.map(normalizeSerial))];
  }
}

/** Whether an entry after `seen` is about these machines, their drives, or a shipment. The write lock is held. */
function touched(ledger: Ledger, seen: number, plan: ShipmentPlan): boolean {
  const serials = new Set(plan.machines.map(({ machineSerial }) => machineSerial));
  const drives = new Set(plan.machines.map(({ job }) => driveKey(job.drive)));
  const guids = new Set(plan.machines.map(({ job }) => job.diskGuid));
  const now = ledger.count();
  return ledger.entriesBetween(seen + 1, now, now - seen).some(({ json }) => {
    const parsed = ledgerEntrySchema.safeParse(parseJson(json));
    if (!parsed.success) return true;
    const { record } = parsed.data;
    if (!isDriveRecord(record)) return record.kind === 'shipment-closed';
    const { machineSerial, drive } = subjectOf(record);
    const erased = record.kind === 'job-started' ? record.job.previousDiskGuid : null;
    const known = typeof erased === 'string' && guids.has(erased);
    return known || serials.has(machineSerial) || drives.has(driveKey(drive));
  });
}
