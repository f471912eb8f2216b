import { createHash, type KeyObject } from 'node:crypto';
import { finding, mediaFindings, orderFindings, type AuditFinding } from '../../core/audit-rules';
import { sanitizeForDisplay } from '../../core/display';
import { PrestageError } from '../../core/errors';
import type { WorkOrder } from '../../core/order';
import type { LedgerEntry } from '../../core/record';
import {
  judgeJob,
  shipmentManifestSchema,
  shipmentRecordsSchema,
  type MachineEvidence,
  type ShipmentManifest,
  type ShipmentRecords,
} from '../../core/shipment';
import { checkProof } from '../ledger/checkpoint';
import { parseJson } from '../ledger/check-entry';
import { keyFingerprint } from '../ledger/keys';
import { readKey } from '../ledger/proof-document';
import { documentText, manifestHolds } from './manifest';
import { entriesOfJob, type ShipmentClosed } from './records';
import { packBundle, unpackBundle, type BundleFiles } from './zip';

export interface AuditReport {
  /** True when there is no finding. */
  readonly ok: boolean;
  readonly findings: readonly AuditFinding[];
  /** Worth knowing, but nothing is wrong. Sentences. */
  readonly notes: readonly string[];
  /** What the bundle says it is; to be believed when there is no finding. */
  readonly shipment: Pick<
    ShipmentManifest,
    'shipmentId' | 'number' | 'orderNumber' | 'time' | 'station' | 'machines'
  > | null;
  readonly machines: readonly MachineEvidence[];
}

/** Collects what is found, in the order in which it is looked for. */
class Audit {
  readonly findings: AuditFinding[] = [];
  readonly notes: string[] = [];

  find(code: AuditFinding['code'], message: string): void {
    this.findings.push({ code, machineSerial: null, message });
  }
}

/**
 * Checks a bundle, with nothing but itself and a key that is trusted.
 * @param bytes the whole file
 * @param trusted fingerprints of the keys that are believed
 * @param order what was ordered, given the number that the shipment says; null: completeness is not looked at
 * @throws PrestageError usage when the file is no bundle at all
 */
export function auditBundle(
  bytes: Uint8Array,
  trusted: ReadonlySet<string>,
  order: ((number: string | null) => WorkOrder) | null,
): AuditReport {
  const files = unpackBundle(bytes);
  if (files === null) throw notABundle();
  const audit = new Audit();
  const manifest = readManifest(files, audit);
  if (manifest === null) return reportOf(audit, null, []);
  comparePacked(bytes, files, manifest, audit);
  compareFiles(files, manifest, audit);
  const key = trustedKey(files, trusted, audit);
  if (key !== null) checkManifest(manifest, key, audit);
  const records = readDocument(files, 'records.json', shipmentRecordsSchema, audit, 'records-invalid');
  if (key === null || records === null) return reportOf(audit, manifest, []);
  const entries = checkEntries(records, key, audit);
  const machines = checkMachines(entries, manifest, audit);
  const ordered = order === null ? null : order(manifest.orderNumber);
  audit.findings.push(...mediaFindings(machines, ordered));
  if (ordered === null) {
    audit.notes.push('No order was given: whether machines are missing was not looked at.');
  } else {
    const compared = orderFindings(ordered, manifest.orderNumber, machines, entries);
    audit.findings.push(...compared.findings);
    audit.notes.push(...compared.notes);
  }
  return reportOf(audit, manifest, machines);
}

function reportOf(
  { findings, notes }: Audit,
  manifest: ShipmentManifest | null,
  machines: readonly MachineEvidence[],
): AuditReport {
  const shipment =
    manifest === null
      ? null
      : {
          shipmentId: manifest.shipmentId,
          number: manifest.number,
          orderNumber: manifest.orderNumber,
          time: manifest.time,
          station: manifest.station,
          machines: manifest.machines,
        };
  return { ok: findings.length === 0, findings, notes, shipment, machines };
}

function notABundle(): PrestageError {
  return new PrestageError({
    code: 'usage',
    message: 'The file is no bundle of a shipment, or was cut off or damaged.',
    remedy: 'Ask the depot for the file again.',
  });
}

/** A JSON document of the bundle, when it is written as we write one. */
function readDocument<T>(
  files: BundleFiles,
  name: string,
  schema: { safeParse: (value: unknown) => { success: true; data: T } | { success: false } },
  audit: Audit,
  code: AuditFinding['code'],
): T | null {
  const content = files.get(name);
  if (content === undefined) {
    audit.find('file-missing', `The bundle lacks ${name}.`);
    return null;
  }
  const bytes = Buffer.from(content);
  const text = bytes.toString('utf8');
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) {
    audit.find(code, `${name} does not have the form that it should have.`);
    return null;
  }
  if (!Buffer.from(documentText(parsed.data), 'utf8').equals(bytes)) {
    audit.find(code, `${name} is not written as the station writes it (RFC 8785).`);
    return null;
  }
  return parsed.data;
}

function readManifest(files: BundleFiles, audit: Audit): ShipmentManifest | null {
  return readDocument(files, 'shipment.json', shipmentManifestSchema, audit, 'manifest-invalid');
}

/** Every byte of the file is one that follows from what is in it. */
function comparePacked(
  bytes: Uint8Array,
  files: BundleFiles,
  manifest: ShipmentManifest,
  audit: Audit,
): void {
  const names = ['shipment.json', ...manifest.files.map(({ name }) => name)];
  const inOrder = new Map(
    names.flatMap((name) => {
      const content = files.get(name);
      return content === undefined ? [] : [[name, content] as const];
    }),
  );
  const more = [...files.keys()].filter((name) => !inOrder.has(name));
  for (const name of more) {
    audit.find('bundle-altered', `The bundle has ${sanitizeForDisplay(name, 100)}, which was not in it.`);
  }
  if (more.length === 0 && !Buffer.from(packBundle(inOrder)).equals(bytes)) {
    audit.find(
      'bundle-altered',
      'The bundle is not packed as the station packs one: bytes of it were changed.',
    );
  }
}

function compareFiles(files: BundleFiles, manifest: ShipmentManifest, audit: Audit): void {
  for (const { name, size, sha256 } of manifest.files) {
    const content = files.get(name);
    if (content === undefined) audit.find('file-missing', `The bundle lacks ${name}.`);
    else if (content.length !== size || createHash('sha256').update(content).digest('hex') !== sha256) {
      audit.find('file-altered', `${name} is not the file that the station signed.`);
    }
  }
}

function trustedKey(files: BundleFiles, trusted: ReadonlySet<string>, audit: Audit): KeyObject | null {
  const pem = files.get('station-key.pub.pem');
  const key = pem === undefined ? null : readKey(Buffer.from(pem).toString('utf8'));
  if (key === null) {
    audit.find('other-key', 'The bundle’s public key is not one.');
    return null;
  }
  const fingerprint = keyFingerprint(key);
  if (trusted.has(fingerprint)) return key;
  audit.find(
    'other-key',
    `The bundle was made with the key ${fingerprint}, which is not the one that is trusted.`,
  );
  return null;
}

function checkManifest(manifest: ShipmentManifest, key: KeyObject, audit: Audit): void {
  if (!manifestHolds(manifest, key)) {
    audit.find('signature-invalid', 'shipment.json was not signed with the trusted key.');
  }
  if (manifest.station.keyFingerprint !== keyFingerprint(key)) {
    audit.find('other-key', 'shipment.json names another key than the bundle holds.');
  }
}

/** The entries that hold, in the ledger's order. */
function checkEntries(records: ShipmentRecords, key: KeyObject, audit: Audit): LedgerEntry[] {
  const { checkpoint, entries } = records;
  const sound: LedgerEntry[] = [];
  let before: { readonly sequence: number; readonly hash: string } | null = null;
  for (const { entry, path } of entries) {
    const verdict = checkProof({ version: 1, entry, path, checkpoint }, key);
    if (!verdict.ok) audit.find('entry-invalid', `Entry ${entry.sequence}: ${verdict.reason}`);
    else {
      if (before !== null && entry.sequence <= before.sequence) {
        audit.find('chain-broken', `Entry ${entry.sequence} does not come after entry ${before.sequence}.`);
      }
      const follows = before !== null && entry.sequence === before.sequence + 1;
      if (follows && verdict.entry.previousHash !== before?.hash) {
        audit.find('chain-broken', `Entry ${entry.sequence} does not follow the entry before it.`);
      }
      sound.push(verdict.entry);
    }
    before = { sequence: entry.sequence, hash: entry.hash };
  }
  return sound;
}

/** The machines that hold, in the shipment's order. */
function checkMachines(
  entries: readonly LedgerEntry[],
  manifest: ShipmentManifest,
  audit: Audit,
): MachineEvidence[] {
  const closing = entries.flatMap((entry) =>
    entry.record.kind === 'shipment-closed' ? [{ entry, record: entry.record }] : [],
  );
  const [closed, ...others] = closing;
  if (closed === undefined || others.length > 0) {
    audit.find(
      'shipment-record-missing',
      'The ledger’s entry of the shipment is not in the bundle, or not alone.',
    );
    return [];
  }
  compareClosing(closed.record, closed.entry, manifest, audit);
  const seen = new Set<string>();
  return closed.record.machines.flatMap(({ machineSerial, jobId, sequence }) => {
    if (seen.has(machineSerial)) {
      audit.findings.push(finding('machine-repeated', machineSerial, 'is in the shipment twice'));
    }
    seen.add(machineSerial);
    const judgement = judgeJob(entriesOfJob(entries, jobId));
    if (!judgement.ok) {
      audit.findings.push(finding('machine-not-verified', machineSerial, judgement.why));
      return [];
    }
    const { evidence } = judgement;
    if (evidence.machineSerial !== machineSerial || evidence.sequence !== sequence) {
      audit.findings.push(finding('machine-not-verified', machineSerial, 'has the record of another job'));
      return [];
    }
    return [evidence];
  });
}

function compareClosing(
  record: ShipmentClosed,
  entry: LedgerEntry,
  manifest: ShipmentManifest,
  audit: Audit,
): void {
  const same =
    record.shipmentId === manifest.shipmentId &&
    record.number === manifest.number &&
    record.orderNumber === manifest.orderNumber &&
    record.machines.length === manifest.machines &&
    entry.time === manifest.time &&
    entry.station.name === manifest.station.name &&
    entry.station.keyFingerprint === manifest.station.keyFingerprint;
  if (!same) {
    audit.find(
      'shipment-record-differs',
      'shipment.json says something else than the ledger’s entry of the shipment.',
    );
  }
}
