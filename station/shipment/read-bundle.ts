import type { z } from 'zod';
import { finding, type Finding, type FindingCode } from '../../core/shipment/audit-rules';
import { sanitizeForDisplay } from '../../core/base/display';
import {
  bundleNames,
  certificateName,
  shipmentDocumentSchema,
  shipmentRecordsSchema,
  type ProvedEntry,
  type ShipmentDocument,
  type ShipmentRecords,
} from '../../core/shipment/shipment';
import { parseJson } from '../ledger/check-entry';
import { checkProof } from '../ledger/checkpoint';
import { canonicalJson, sha256Hex, type LedgerRow } from '../ledger/entry';
import { keyFingerprint, type VerifyingKey } from '../ledger/keys';
import { readKey } from '../ledger/proof-document';
import { shipmentSigned } from './bundle';
import { closedRow, machineContent, type MachineContent, type ShipmentContent } from './content';
import { isOrderRecord } from './make-shipment';
import { packZip, unpackZip, type BundleFile } from './zip';

/** How a bundle is read by somebody who believes nothing of it but one key. */

export interface BundleReading {
  readonly document: ShipmentDocument;
  readonly key: VerifyingKey;
  /** Null when the records cannot be believed. */
  readonly content: ShipmentContent | null;
  readonly findings: readonly Finding[];
}

/** The file is no bundle, or not of a form that is known. `message` is a sentence. */
export class UnreadableBundle extends Error {}

/**
 * Reads a bundle and checks it by itself: the key, every file, every signature, every proof.
 * @param trusted fingerprints of the keys that are believed
 * @throws NotABundle, UnreadableBundle
 */
export function readBundle(zip: Uint8Array, trusted: ReadonlySet<string>): BundleReading {
  const files = unpackZip(zip);
  const findings: Finding[] = [];
  const say = (code: FindingCode, message: string): void => {
    findings.push(finding(code, null, message));
  };
  const document = readJson(files, bundleNames.shipment, shipmentDocumentSchema);
  const pem = bytesOf(files, bundleNames.key);
  const publicKey = pem === null ? null : readKey(Buffer.from(pem).toString('utf8'));
  if (publicKey === null) throw new UnreadableBundle('It has no public key of a station.');
  const key: VerifyingKey = {
    publicKey,
    fingerprint: keyFingerprint(publicKey),
    pem: Buffer.from(pem ?? []).toString('utf8'),
  };
  if (!trusted.has(key.fingerprint)) {
    // What an unknown key has signed says nothing: there is nothing more to look at.
    say('key-untrusted', `The bundle was signed with the key ${key.fingerprint}, which is not trusted.`);
    return { document, key, content: null, findings };
  }
  if (document.station.keyFingerprint !== key.fingerprint || !shipmentSigned(document, publicKey)) {
    say('signature-invalid', 'The list of files is not signed with the station’s key.');
  }
  findings.push(...findInFiles(document, files));
  if (!Buffer.from(packZip(files)).equals(Buffer.from(zip.buffer, zip.byteOffset, zip.length))) {
    say(
      'bundle-changed',
      'The ZIP file was changed: it does not have the exact format that a station writes.',
    );
  }
  const records = readJson(files, bundleNames.records, shipmentRecordsSchema);
  const content = readRecords(records, document, key, findings);
  if (content !== null) findings.push(...findInNames(files, content));
  return { document, key, content, findings };
}

function bytesOf(files: readonly BundleFile[], name: string): Uint8Array | null {
  return files.find((file) => file.name === name)?.bytes ?? null;
}

/** A file that is written in exactly one way. */
function readJson<S extends z.ZodType>(files: readonly BundleFile[], name: string, schema: S): z.infer<S> {
  const bytes = bytesOf(files, name);
  if (bytes === null) throw new UnreadableBundle(`It has no ${name}.`);
  const value = parseJson(Buffer.from(bytes).toString('utf8'));
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new UnreadableBundle(`Its ${name} does not have the right format.`);
  if (!Buffer.from(`${canonicalJson(parsed.data)}\n`, 'utf8').equals(Buffer.from(bytes))) {
    throw new UnreadableBundle(
      `Its ${name} was changed: it does not have the exact format that a station writes.`,
    );
  }
  return parsed.data;
}

/** Compares what lies in the bundle with what the station listed. */
function findInFiles(document: ShipmentDocument, files: readonly BundleFile[]): Finding[] {
  const listed = new Map(document.files.map((file) => [file.name, file]));
  const present = files.filter(({ name }) => name !== bundleNames.shipment);
  const changed = present.flatMap(({ name, bytes }) => {
    const known = listed.get(name);
    if (known === undefined) {
      return [finding('file-unexpected', null, `The file ${name} was not put in by the station.`)];
    }
    return known.bytes === bytes.length && known.sha256 === sha256Hex(bytes)
      ? []
      : [finding('file-changed', null, `The file ${name} was changed.`)];
  });
  const names = new Set(present.map(({ name }) => name));
  const missing = document.files
    .filter(({ name }) => !names.has(name))
    .map(({ name }) => finding('file-missing', null, `The file ${name} is missing.`));
  return [...changed, ...missing];
}

/** The papers that belong to these machines must be there, whatever the list of files says. */
function findInNames(files: readonly BundleFile[], { machines }: ShipmentContent): Finding[] {
  const present = new Set(files.map(({ name }) => name));
  const { readme, packingList, labels, summary } = bundleNames;
  const general = [readme, packingList, labels, summary]
    .filter((name) => !present.has(name))
    .map((name) => finding('file-missing', null, `The file ${name} is missing.`));
  const papers = machines.flatMap(({ machineSerial }, index) =>
    present.has(certificateName(index, machineSerial))
      ? []
      : [
          finding(
            'file-missing',
            machineSerial,
            `Machine ${sanitizeForDisplay(machineSerial)} has no certificate in the bundle.`,
          ),
        ],
  );
  return [...general, ...papers];
}

/** Checks every entry, and that they are about this shipment and nothing else. @returns null when they cannot be believed */
function readRecords(
  records: ShipmentRecords,
  document: ShipmentDocument,
  key: VerifyingKey,
  findings: Finding[],
): ShipmentContent | null {
  const say = (code: FindingCode, machineSerial: string | null, message: string): void => {
    findings.push(finding(code, machineSerial, message));
  };
  const prove = ({ entry, path }: ProvedEntry, machineSerial: string | null): LedgerRow | null => {
    const verdict = checkProof({ version: 1, entry, path, checkpoint: records.checkpoint }, key.publicKey);
    if (verdict.ok) return { ...entry, entry: verdict.entry };
    const whose = machineSerial === null ? '' : ` of machine ${sanitizeForDisplay(machineSerial)}`;
    say(
      'entry-unproved',
      machineSerial,
      `Ledger entry ${entry.sequence}${whose} is not proved: ${verdict.reason}`,
    );
    return null;
  };
  const proveAll = (entries: readonly ProvedEntry[], machineSerial: string | null): LedgerRow[] =>
    entries.flatMap((one) => prove(one, machineSerial) ?? []);

  const closedProof = prove(records.closed, null);
  const closed = closedProof === null ? null : closedRow(closedProof);
  if (closed === null) {
    if (closedProof !== null) {
      say('records-invalid', null, 'The records contain no entry that closes a shipment.');
    }
    return null;
  }
  const { record, entry } = closed;
  const same =
    record.shipmentId === document.shipmentId &&
    record.number === document.number &&
    record.orderNumber === document.orderNumber &&
    record.machines.length === document.machines &&
    entry.time === document.closedAt &&
    entry.operator === document.operator &&
    entry.station.name === document.station.name;
  if (!same) {
    say('shipment-differs', null, 'The list of files does not match the shipment recorded in the ledger.');
  }

  const order = proveAll(records.order, null);
  const shippedAs = JSON.stringify(record.machines.map(({ machineSerial, jobId }) => [machineSerial, jobId]));
  const recordedAs = JSON.stringify(
    records.machines.map(({ machineSerial, jobId }) => [machineSerial, jobId]),
  );
  if (shippedAs !== recordedAs) {
    say(
      'shipment-differs',
      null,
      'The records do not match the machines that were shipped according to the ledger.',
    );
    return null;
  }
  const machines = records.machines.flatMap(({ entries, ...machine }, index): MachineContent[] => {
    const rows = proveAll(entries, machine.machineSerial);
    const whole = rows.length === entries.length;
    const foreign = rows.find((row) => !isOfJob(row, machine));
    const name = `Machine ${sanitizeForDisplay(machine.machineSerial)}`;
    if (foreign !== undefined) {
      say(
        'entry-foreign',
        machine.machineSerial,
        `${name} has ledger entry ${foreign.sequence}, which belongs to something else.`,
      );
    }
    const made = machineContent(machine, rows);
    if (made !== null && made.ended.sequence === record.machines[index]?.sequence) return [made];
    if (whole) {
      say('machine-unfinished', machine.machineSerial, `${name} has no entry that records it as finished.`);
    }
    return [];
  });
  const orders = new Set(machines.flatMap(({ finished }) => finished.job.orderId ?? []));
  for (const row of order) {
    const known = isOrderRecord(row.entry.record) && orders.has(row.entry.record.orderId);
    if (!known) {
      say(
        'entry-foreign',
        null,
        `Ledger entry ${row.sequence} does not belong to the work order of these machines.`,
      );
    }
  }
  findings.push(...findInChain([closed, ...order, ...machines.flatMap(({ rows }) => rows)]));
  return machines.length === records.machines.length ? { closed, order, machines } : null;
}

function isOfJob(
  { entry: { record } }: LedgerRow,
  machine: { readonly machineSerial: string; readonly jobId: string },
): boolean {
  switch (record.kind) {
    case 'job-started':
    case 'job-ended':
      return record.job.jobId === machine.jobId && record.job.machineSerial === machine.machineSerial;
    case 'drive-verified':
    case 'drive-rehearsed':
    case 'machine-ended':
      return record.jobId === machine.jobId && record.machineSerial === machine.machineSerial;
    case 'drive-sanitised':
    case 'size-checked':
    case 'station-disk':
    case 'order-opened':
    case 'order-exception':
    case 'machine-returned':
    case 'order-closed':
    case 'shipment-closed':
    case 'got-from-station':
      return false;
  }
}

/** Entries that stand beside each other in the ledger must follow each other; none may be there twice. */
function findInChain(rows: readonly LedgerRow[]): Finding[] {
  const sorted = rows.toSorted((a, b) => a.sequence - b.sequence);
  return sorted.flatMap((row, index) => {
    const before = sorted[index - 1];
    if (before === undefined) return [];
    const follows =
      row.sequence > before.sequence &&
      (row.sequence > before.sequence + 1 || row.entry.previousHash === before.hash);
    return follows
      ? []
      : [
          finding(
            'chain-broken',
            null,
            `Ledger entry ${row.sequence} does not follow entry ${before.sequence}.`,
          ),
        ];
  });
}

/** The order that a bundle says it belongs to; believed by nobody yet. @throws NotABundle, UnreadableBundle */
export function orderNumberIn(zip: Uint8Array): string | null {
  return readJson(unpackZip(zip), bundleNames.shipment, shipmentDocumentSchema).orderNumber;
}
