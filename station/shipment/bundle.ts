import { createHash } from 'node:crypto';
import type { Ledger } from '../ledger/ledger';
import { letter } from './letter';
import { documentText, signManifest } from './manifest';
import { certificate, labels, packingList, summary } from './papers';
import { judgeRecordedJob, shipmentRecords, type RecordedShipment, type ShippedMachine } from './records';
import { importTables, manifestCsv } from './tables';
import { packBundle } from './zip';
import { refusedShipment } from './refusals';

export interface Bundle {
  readonly bytes: Uint8Array;
  readonly files: readonly string[];
  /** Machines that configmgr-import.csv does not have, each with the reason. */
  readonly leftOut: readonly { readonly machineSerial: string; readonly why: string }[];
}

/**
 * Makes the bundle of a shipment that the ledger has. Can be made again at any time, as long as nothing was found wrong
 * with its machines since.
 * @throws PrestageError shipment-refused, ledger-broken
 */
export async function makeBundle(ledger: Ledger, shipment: RecordedShipment): Promise<Bundle> {
  const { row, record } = shipment;
  const key = ledger.publicKey;
  if (key === null) throw new Error('the ledger has entries and no key');
  const machines: ShippedMachine[] = record.machines.map(({ jobId, machineSerial, sequence }) => {
    const judgement = judgeRecordedJob(ledger, jobId);
    if (!judgement.ok) throw refusedShipment(machineSerial, judgement.why);
    const entry = ledger.ofJob(jobId).find((one) => one.sequence === sequence);
    if (entry === undefined) {
      throw refusedShipment(machineSerial, 'has another finished job than was shipped');
    }
    return { evidence: judgement.evidence, entryHash: entry.hash };
  });
  const all = { shipment, machines };
  const tables = importTables(machines);
  const { time } = row.entry;
  const texts: [string, string][] = [
    ['records.json', documentText(shipmentRecords(ledger, shipment))],
    ['manifest.csv', manifestCsv(machines)],
    ...tables.files.map(({ name, text }): [string, string] => [name, text]),
    ['README.txt', letter(record, { time, keyFingerprint: key.fingerprint, leftOut: tables.leftOut })],
    ['station-key.pub.pem', key.pem],
  ];
  const files = new Map<string, Uint8Array>(texts.map(([name, text]) => [name, Buffer.from(text, 'utf8')]));
  files.set('summary.pdf', await summary(all));
  files.set('packing-list.pdf', await packingList(all));
  files.set('labels.pdf', await labels(all));
  for (const [index, machine] of machines.entries()) {
    files.set(certificateName(index, machine.evidence.machineSerial), await certificate(all, machine));
  }
  const manifest = signManifest(
    {
      format: 'prestage-shipment',
      version: 1,
      ...{ shipmentId: record.shipmentId, number: record.number, orderNumber: record.orderNumber, time },
      station: row.entry.station,
      machines: machines.length,
      files: [...files].map(([name, content]) => ({
        name,
        size: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
      })),
    },
    ledger,
  );
  const inOrder = new Map([['shipment.json', Buffer.from(documentText(manifest), 'utf8')], ...files]);
  return { bytes: packBundle(inOrder), files: [...inOrder.keys()], leftOut: tables.leftOut };
}

/** A serial may hold characters that file names had better not. The number keeps two of them apart. */
function certificateName(index: number, serial: string): string {
  return `certificates/${String(index + 1).padStart(4, '0')}-${serial.replace(/[^A-Za-z0-9._-]/g, '_')}.pdf`;
}
