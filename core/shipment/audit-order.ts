import { sanitizeForDisplay } from '../base/display';
import type { MachineDetails } from '../machine/machine';
import type { OrderLine, WorkOrder } from '../order/order';
import { finding, named, type AuditedMachine, type Finding } from './audit-rules';
import type { FinishedJob } from './shipment-rules';

/** What the shipment says of its order, beside its machines. */
export interface ShippedOrder {
  readonly number: string | null;
  /** SHA-256 of each order that the machines' jobs were done under, by the ledger. */
  readonly openedSha256: readonly string[];
  /** SHA-256 of the auditor's order, made in the same way. */
  readonly orderSha256: string;
  /** Words that were said at the station: serial → reason. */
  readonly exceptions: ReadonlyMap<string, string>;
}

/** Doubts about a shipment beside the order it should fill. */
export function findInOrder(
  order: WorkOrder,
  machines: readonly AuditedMachine[],
  shipped: ShippedOrder,
): Finding[] {
  const findings: Finding[] = [];
  if (shipped.number !== order.number) {
    const number =
      shipped.number === null ? 'no work order' : `work order ${sanitizeForDisplay(shipped.number)}`;
    findings.push(
      finding(
        'order-other',
        null,
        `The shipment is for ${number}, not for work order ${sanitizeForDisplay(order.number)}.`,
      ),
    );
  }
  if (shipped.openedSha256.some((opened) => opened !== shipped.orderSha256)) {
    findings.push(
      finding(
        'order-changed',
        null,
        'The work order opened at the station differs from the one given to the audit.',
      ),
    );
  }
  const lines = new Map(order.machines.map((line) => [line.serial, line]));
  const present = new Set(machines.map(({ finished }) => finished.machineSerial));
  const said = (serial: string): string => {
    const reason = shipped.exceptions.get(serial);
    return reason === undefined
      ? '.'
      : `; reason recorded at the station: ${sanitizeForDisplay(reason, 200)}`;
  };
  for (const { serial } of order.machines) {
    if (present.has(serial)) continue;
    findings.push(
      finding(
        'order-missing',
        serial,
        `${named(serial)} is in the work order but not in the shipment${said(serial)}`,
      ),
    );
  }
  for (const { finished } of machines) {
    const { machineSerial } = finished;
    const line = lines.get(machineSerial);
    if (line === undefined) {
      const message = `${named(machineSerial)} is in the shipment but not in the work order${said(machineSerial)}`;
      findings.push(finding('order-surplus', machineSerial, message));
    } else findings.push(...findInLine(order, line, finished));
  }
  return findings;
}

function findInLine(order: WorkOrder, line: OrderLine, { job, machineSerial }: FinishedJob): Finding[] {
  const findings: Finding[] = [];
  const differs = (what: string, ordered: string, recorded: string): void => {
    const message = `${named(machineSerial)} has ${what} ${sanitizeForDisplay(recorded)}, but the work order has ${sanitizeForDisplay(ordered)}.`;
    findings.push(finding('order-contradicts', machineSerial, message));
  };
  if (order.imageIndex !== undefined && job.image.index !== order.imageIndex) {
    differs('image', String(order.imageIndex), String(job.image.index));
  }
  if (order.layout !== undefined && job.layout !== order.layout) differs('layout', order.layout, job.layout);
  const known: MachineDetails = job.machine ?? {};
  // Where no loader was read, nothing was held against it.
  const trust = job.loader === undefined ? undefined : (line.firmwareTrust ?? order.firmwareTrust);
  for (const [what, ordered, recorded] of [
    ['computer name', line.computerName, known.computerName],
    ['asset tag', line.assetTag, known.assetTag],
    ['SMBIOS UUID', line.uuid, known.uuid],
    ['model', line.model, known.model],
    ['replaced computer', line.replaces, job.replaces?.computerName],
    ['serial of the replaced computer', line.replacesSerial, job.replaces?.serial],
    ['hardware hash', line.hardwareHash, known.hardwareHash],
    ['Group Tag', line.groupTag, known.groupTag],
    ['assigned user', line.assignedUser, known.assignedUser],
    ['firmware trust', trust, job.loader?.firmwareTrust],
  ] as const) {
    if (ordered === undefined || ordered === recorded) continue;
    differs(what, ordered, recorded ?? 'nothing');
  }
  const missing = (line.macs ?? []).filter((mac) => known.macs?.includes(mac) !== true);
  for (const mac of missing) differs('MAC', mac, known.macs?.join(', ') ?? 'nothing');
  return findings;
}
