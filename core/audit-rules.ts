import type { WorkOrder } from './order';
import type { LedgerEntry } from './record';
import type { MachineEvidence } from './shipment';

/** Everything that can be wrong with a shipment. Codes are stable: scripts rely on them. */
export const auditCodes = [
  // the bundle
  'bundle-altered',
  'manifest-invalid',
  'signature-invalid',
  'other-key',
  'file-missing',
  'file-altered',
  // the records
  'records-invalid',
  'entry-invalid',
  'chain-broken',
  'shipment-record-missing',
  'shipment-record-differs',
  // the machines
  'machine-not-verified',
  'machine-repeated',
  'media-not-expected',
  // against the order
  'order-differs',
  'machine-missing',
  'machine-unexpected',
  'media-differs',
] as const;
export type AuditCode = (typeof auditCodes)[number];

export interface AuditFinding {
  readonly code: AuditCode;
  /** The machine it is about; null when it is about the whole. */
  readonly machineSerial: string | null;
  /** One sentence. */
  readonly message: string;
}

/** Whether somebody vouched for the media of every machine: an order, or whoever began the batch. */
export function mediaFindings(machines: readonly MachineEvidence[], order: WorkOrder | null): AuditFinding[] {
  return machines.flatMap(({ machineSerial, job }): AuditFinding[] => {
    const { sha256, expected } = job.media;
    const wanted = order?.mediaSha256;
    if (wanted !== undefined && wanted !== sha256) {
      return [finding('media-differs', machineSerial, `got the media ${sha256}, not ${wanted} as ordered`)];
    }
    if (order?.imageIndex !== undefined && order.imageIndex !== job.image.index) {
      return [
        finding('media-differs', machineSerial, `got image ${job.image.index}, not ${order.imageIndex}`),
      ];
    }
    if (order?.layout !== undefined && order.layout !== job.layout) {
      return [finding('media-differs', machineSerial, `got the layout ${job.layout}, not ${order.layout}`)];
    }
    return wanted === undefined && expected === 'none'
      ? [finding('media-not-expected', machineSerial, 'got a media whose SHA-256 nobody had said before')]
      : [];
  });
}

/**
 * Compares a shipment with the order. A machine that is not in the shipment must have been left out with a word said
 * about it; one that is not in the order must have been let in with one.
 * @param entries what was recorded of the order
 */
export function orderFindings(
  order: WorkOrder,
  orderNumber: string | null,
  machines: readonly MachineEvidence[],
  entries: readonly LedgerEntry[],
): { readonly findings: AuditFinding[]; readonly notes: string[] } {
  const findings: AuditFinding[] = [];
  const notes: string[] = [];
  if (orderNumber !== null && orderNumber !== order.number) {
    findings.push({
      code: 'order-differs',
      machineSerial: null,
      message: `The shipment is of order ${orderNumber}, not of ${order.number}.`,
    });
  }
  const words = new Map(
    entries.flatMap(({ record }) =>
      record.kind === 'order-exception'
        ? [[`${record.what} ${record.machineSerial}`, record.reason] as const]
        : [],
    ),
  );
  const ordered = new Map(order.machines.map((line) => [line.serial, line]));
  const shipped = new Map(machines.map((machine) => [machine.machineSerial, machine]));
  for (const { serial, uuid, macs } of order.machines) {
    const machine = shipped.get(serial);
    if (machine === undefined) {
      const reason = words.get(`left-out ${serial}`);
      if (reason === undefined) {
        findings.push(finding('machine-missing', serial, 'was ordered and is not in the shipment'));
      } else notes.push(`Machine ${serial} was left out: ${reason}.`);
      continue;
    }
    const facts = machine.job.machine;
    if (uuid !== undefined && facts?.uuid !== undefined && facts.uuid !== uuid) {
      findings.push(finding('order-differs', serial, `has the UUID ${facts.uuid}, not ${uuid} as ordered`));
    }
    const other = facts?.macs?.find((mac) => macs !== undefined && !macs.includes(mac));
    if (other !== undefined) {
      findings.push(finding('order-differs', serial, `has the MAC ${other}, which the order does not name`));
    }
  }
  for (const serial of shipped.keys()) {
    if (ordered.has(serial)) continue;
    const reason = words.get(`unexpected ${serial}`);
    if (reason === undefined) {
      findings.push(finding('machine-unexpected', serial, 'is in the shipment and was not ordered'));
    } else notes.push(`Machine ${serial} was not ordered and let in: ${reason}.`);
  }
  return { findings, notes };
}

/** @param what ends the sentence that begins with the machine */
export function finding(code: AuditCode, machineSerial: string, what: string): AuditFinding {
  return { code, machineSerial, message: `Machine ${machineSerial} ${what}.` };
}
