import { sign, verify, type KeyObject } from 'node:crypto';
import type { EntryProof } from '../../core/ledger/checkpoint';
import {
  bundleNames,
  certificateName,
  shipmentDocumentSchema,
  shipmentDetailsSchema,
  shipmentRecordsSchema,
  type ProvedEntry,
  type ShipmentDocument,
  type ShipmentDetails,
} from '../../core/shipment/shipment';
import { canonicalJson, decodeSignature, sha256Hex, type LedgerRow } from '../ledger/entry';
import type { StationKey } from '../ledger/keys';
import type { PageDetails } from './certificate';
import type { ShipmentContent } from './content';
import { readmeText } from './readme';
import { bundleTables } from './tables';
import { packZip, type BundleFile } from './zip';

/** What is signed. The first line keeps a shipment's signature from ever passing as an entry's or a checkpoint's. */
function shipmentMessage(details: ShipmentDetails): Buffer {
  return Buffer.from(`prestage-shipment 1\n${canonicalJson(details)}\n`, 'utf8');
}

/** True when the key signed it. */
export function shipmentSigned({ signature, ...details }: ShipmentDocument, publicKey: KeyObject): boolean {
  const bytes = decodeSignature(signature);
  return bytes !== null && verify(null, shipmentMessage(details), publicKey, bytes);
}

/**
 * Makes the bundle. The same entries, key and version of Prestage always give the same bytes.
 * @param proofs of every row of the content, all against one checkpoint
 */
export async function makeBundle(
  content: ShipmentContent,
  proofs: readonly EntryProof[],
  key: StationKey,
): Promise<Uint8Array> {
  const files = await bundleFiles(content, proofs, key);
  const details = shipmentDetailsSchema.parse({
    format: 'prestage-shipment',
    version: 1,
    ...pageDetails(content),
    files: files.map(({ name, bytes }) => ({ name, bytes: bytes.length, sha256: sha256Hex(bytes) })),
  });
  const signature = sign(null, shipmentMessage(details), key.privateKey).toString('base64');
  const document = shipmentDocumentSchema.parse({ ...details, signature });
  return packZip([jsonFile(bundleNames.shipment, document), ...files]);
}

/** What the shipment-closed entry says of the shipment as a whole. */
export function pageDetails({ closed }: Pick<ShipmentContent, 'closed'>): PageDetails {
  const { record, entry } = closed;
  return {
    shipmentId: record.shipmentId,
    number: record.number,
    orderNumber: record.orderNumber,
    closedAt: entry.time,
    station: entry.station,
    operator: entry.operator,
    machines: record.machines.length,
  };
}

async function bundleFiles(
  content: ShipmentContent,
  proofs: readonly EntryProof[],
  key: StationKey,
): Promise<BundleFile[]> {
  // Loaded when papers are made: what draws them takes longer to load than all the rest of the command line.
  const { certificate } = await import('./certificate');
  const { labelsPdf, packingListPdf, summaryPdf } = await import('./packing-papers');
  const details = pageDetails(content);
  const { machines } = content;
  const tables = bundleTables(content);
  // Where no machine is in a file for import, nobody imports it.
  const left = tables.left.filter(
    ({ file }) => file !== bundleNames.configmgr || tables.files.some(({ name }) => name === file),
  );
  const files: BundleFile[] = [
    recordsFile(content, proofs),
    { name: bundleNames.readme, bytes: Buffer.from(readmeText(details, machines, tables), 'utf8') },
    { name: bundleNames.key, bytes: Buffer.from(key.pem, 'utf8') },
    ...tables.files,
    { name: bundleNames.packingList, bytes: await packingListPdf(details, machines) },
    { name: bundleNames.labels, bytes: await labelsPdf(details, machines) },
    { name: bundleNames.summary, bytes: await summaryPdf(details, machines, left) },
  ];
  for (const [index, machine] of machines.entries()) {
    const name = certificateName(index, machine.machineSerial);
    files.push({ name, bytes: await certificate(details, machine) });
  }
  return files;
}

function recordsFile(content: ShipmentContent, proofs: readonly EntryProof[]): BundleFile {
  const bySequence = new Map(proofs.map((proof) => [proof.entry.sequence, proof]));
  const proved = ({ sequence }: LedgerRow): ProvedEntry => {
    const proof = bySequence.get(sequence);
    if (proof === undefined) throw new Error(`entry ${sequence} has no proof`);
    return { entry: proof.entry, path: proof.path };
  };
  const records = shipmentRecordsSchema.parse({
    format: 'prestage-shipment-records',
    version: 1,
    checkpoint: proofs[0]?.checkpoint,
    closed: proved(content.closed),
    order: content.order.map(proved),
    machines: content.machines.map(({ machineSerial, jobId, rows }) => ({
      machineSerial,
      jobId,
      entries: rows.map(proved),
    })),
  });
  return jsonFile(bundleNames.records, records);
}

function jsonFile(name: string, value: object): BundleFile {
  return { name, bytes: Buffer.from(`${canonicalJson(value)}\n`, 'utf8') };
}
