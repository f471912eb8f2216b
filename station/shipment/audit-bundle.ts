import { healthLine } from '../../core/health/health-words';
import { sanitizeForDisplay } from '../../core/base/display';
import { z } from 'zod';
import { recordedLoaderSchema } from '../../core/boot/loader-choice';
import { recordedMachineFileSchema } from '../../core/machine-files/machine-file';
import { sha256Schema } from '../../core/media/chunk-map';
import { imageSourceSchema } from '../../core/media/image-source';
import { signedManifestSchema } from '../../core/delivery/library';
import {
  finding,
  findMachines,
  findManifest,
  findingSchema,
  named,
  noteDrives,
  noteMachines,
  noteSchema,
  type AuditedManifest,
  type Finding,
  type Note,
} from '../../core/shipment/audit-rules';
import { findInOrder } from '../../core/shipment/audit-order';
import { machineEndSchema, machineEndWords } from '../../core/machine/at-end';
import { replacedComputerSchema } from '../../core/machine/replaced-computer';
import type { WorkOrder } from '../../core/order/order';
import { canonicalJson, sha256Hex } from '../ledger/entry';
import { bundleTables } from './tables';
import type { MachineContent, ShipmentContent } from './content';
import { readBundle } from './read-bundle';
import { unpackZip, type BundleFile } from './zip';

/** The enterprise's side: everything is checked from one file and one key, without a network and without a ledger. */

export interface AuditRequest {
  readonly zip: Uint8Array;
  /** Fingerprints of the keys that are believed. */
  readonly trusted: ReadonlySet<string>;
  /** The order that the shipment should fill; null: none was given. */
  readonly order: WorkOrder | null;
  /** The same order as an earlier version read it: a station may have opened it then. */
  readonly formerOrder?: WorkOrder | null;
  /** SHA-256 of the media that the machines should have; null: what the order says, if anything. */
  readonly expectedSha256: string | null;
  /** Manifest that the media should have been received with; null or missing: none was given. */
  readonly manifest?: AuditedManifest | null;
  /** Virtual drives are expected: the shipment is one of training. */
  readonly training?: boolean;
}

const auditedRowSchema = z.strictObject({
  machineSerial: z.string(),
  computerName: z.string().nullable(),
  /** The computer whose place it takes; missing when the record says none. */
  replaces: replacedComputerSchema.optional(),
  /** Its driver pack on the media; null: none of the media's. Missing when the media has none. */
  driverPack: z.string().nullable().optional(),
  /** The boot loader on its drive, who signed it, and what the machine's firmware was said to trust; missing where it was not read. */
  loader: recordedLoaderSchema.optional(),
  /** The station that its disk image came from; missing where the shipment's own made it. */
  imageFrom: imageSourceSchema.optional(),
  driveSerial: z.string().nullable(),
  mediaSha256: sha256Schema,
  /** Bytes read back and compared. */
  bytesVerified: z.int().nonnegative(),
  /** The health of its drive, and the two figures that matter; null where none is recorded. */
  health: z.string().nullable(),
  /** Its drive booted in the boot test; null when there was no boot test. */
  rehearsed: z.boolean().nullable(),
  finishedAt: z.iso.datetime({ precision: 3 }),
  /** Number of the entry that recorded it. */
  ledgerEntry: z.int().positive(),
  entryHash: sha256Schema,
  /** What the machine of a rack was told at its end, and whether it confirmed that; missing where it is not recorded. */
  atEnd: machineEndSchema.pick({ told: true, end: true }).optional(),
  /** Files that only this machine's drive has, with their SHA-256; missing when there are none. */
  machineFiles: z.array(recordedMachineFileSchema).readonly().optional(),
  /** Number of findings about it. */
  doubts: z.int().nonnegative(),
});
export type AuditedRow = Readonly<z.infer<typeof auditedRowSchema>>;

/** What an audit found; `audit --json` prints it. */
export const auditReportSchema = z.strictObject({
  /** True when there is no finding. */
  ok: z.boolean(),
  shipmentId: z.uuid(),
  number: z.string(),
  /** Number of the work order; null when the machines had none. */
  orderNumber: z.string().nullable(),
  closedAt: z.iso.datetime({ precision: 3 }),
  stationName: z.string(),
  /** SHA-256 of the station's public key (SPKI, DER). */
  keyFingerprint: sha256Schema,
  /** Number of the entry that closed the shipment; null when the records cannot be trusted. */
  ledgerEntry: z.int().positive().nullable(),
  /** Machines in the shipment; empty when its records cannot be trusted. */
  machines: z.array(auditedRowSchema).readonly(),
  /** The media on the machines, and how many machines have each. */
  media: z
    .array(
      z
        .strictObject({
          fileName: z.string(),
          sha256: sha256Schema,
          machines: z.int().positive(),
          /** The manifest that the media was received with; missing when it was not taken from the library. */
          signedManifest: signedManifestSchema.optional(),
        })
        .readonly(),
    )
    .readonly(),
  /** The findings. */
  doubts: z.array(findingSchema).readonly(),
  /** What is worth knowing and speaks against no machine. */
  notes: z.array(noteSchema).readonly(),
});
export type AuditReport = Readonly<z.infer<typeof auditReportSchema>>;

/**
 * Audits a bundle.
 * @throws NotABundle, UnreadableBundle
 */
export function auditBundle(request: AuditRequest): AuditReport {
  const { zip, trusted, manifest = null, training } = request;
  const expectedSha256 = request.expectedSha256 ?? manifest?.mediaSha256 ?? null;
  const { document, key, content, findings: found } = readBundle(zip, trusted);
  const order = orderAsOpened(request, content);
  const findings = [...found];
  if (content !== null) {
    findings.push(...findInTables(zip, content));
    findings.push(...findMachines(content.machines, expectedSha256 ?? order?.mediaSha256 ?? null, training));
    if (order !== null) findings.push(...findAgainst(order, content, document.orderNumber));
    if (order?.mediaSha256 !== undefined && expectedSha256 !== null && order.mediaSha256 !== expectedSha256) {
      findings.push(
        finding('media-unexpected', null, 'The work order and --expect-sha256 require different media.'),
      );
    }
  }
  if (manifest !== null && expectedSha256 !== manifest.mediaSha256) {
    findings.push(
      finding('media-unexpected', null, 'The manifest and --expect-sha256 require different media.'),
    );
  }
  const machines = content?.machines ?? [];
  const compared = manifest === null ? { findings: [], notes: [] } : findManifest(machines, manifest);
  findings.push(...compared.findings);
  return {
    ok: findings.length === 0 && content !== null,
    shipmentId: document.shipmentId,
    number: document.number,
    orderNumber: document.orderNumber,
    closedAt: document.closedAt,
    stationName: document.station.name,
    keyFingerprint: key.fingerprint,
    ledgerEntry: content?.closed.sequence ?? null,
    machines: (content?.machines ?? []).map((machine) => rowOf(machine, findings)),
    media: mediaOf(content?.machines ?? []),
    doubts: findings,
    notes: [...noteMachines(machines), ...noteDrives(machines), ...noteEnds(machines), ...compared.notes],
  };
}

/** The tables follow from the records alone: what the enterprise imports must say what was signed. */
function findInTables(zip: Uint8Array, content: ShipmentContent): Finding[] {
  const now = differencesFrom(zip, bundleTables(content).files);
  // A bundle of an earlier version is as right as its own rules made it.
  return now.length === 0 || differencesFrom(zip, bundleTables(content, true).files).length === 0 ? [] : now;
}

function differencesFrom(zip: Uint8Array, made: readonly BundleFile[]): Finding[] {
  const files = unpackZip(zip);
  const isTable = (name: string): boolean => name.endsWith('.csv') || name.endsWith('.ps1');
  const differing = made.filter(({ name, bytes }) => {
    const lies = files.find((file) => file.name === name);
    return lies === undefined || !Buffer.from(lies.bytes).equals(Buffer.from(bytes));
  });
  const names = new Set(made.map(({ name }) => name));
  const surplus = files.filter(({ name }) => isTable(name) && !names.has(name));
  return [...differing, ...surplus].map(({ name }) =>
    finding('table-differs', null, `The table ${name} does not match the records.`),
  );
}

/** The order in the reading in which the station opened it; the newest where that is neither. */
function orderAsOpened(
  { order, formerOrder = null }: AuditRequest,
  content: ShipmentContent | null,
): WorkOrder | null {
  if (formerOrder === null || content === null) return order;
  const former = sha256Hex(canonicalJson(formerOrder));
  const opened = content.order.flatMap(({ entry: { record } }) =>
    record.kind === 'order-opened' ? [record.orderSha256] : [],
  );
  return opened.includes(former) ? formerOrder : order;
}

function findAgainst(order: WorkOrder, content: ShipmentContent, number: string | null): Finding[] {
  const records = content.order.map(({ entry }) => entry.record);
  const exceptions = new Map(
    records.flatMap((record) =>
      record.kind === 'order-exception' ? [[record.machineSerial, record.reason] as const] : [],
    ),
  );
  return findInOrder(order, content.machines, {
    number,
    openedSha256: records.flatMap((record) => (record.kind === 'order-opened' ? record.orderSha256 : [])),
    orderSha256: sha256Hex(canonicalJson(order)),
    exceptions,
  });
}

function rowOf(
  { machineSerial, finished, ended, atEnd }: MachineContent,
  findings: readonly Finding[],
): AuditedRow {
  const { job, result, bootTest, health } = finished;
  return {
    machineSerial,
    computerName: job.machine?.computerName ?? null,
    ...(job.replaces === undefined ? {} : { replaces: job.replaces }),
    ...(job.driverPack === undefined ? {} : { driverPack: job.driverPack?.name ?? null }),
    ...(job.loader === undefined ? {} : { loader: job.loader }),
    ...(job.imageFrom === undefined ? {} : { imageFrom: job.imageFrom }),
    driveSerial: job.drive.serial,
    mediaSha256: job.media.sha256,
    bytesVerified: result.bytesVerified,
    health: health === undefined ? null : sanitizeForDisplay(healthLine(health.before, health.findings), 300),
    rehearsed: bootTest?.passed ?? null,
    finishedAt: ended.entry.time,
    ledgerEntry: ended.sequence,
    entryHash: ended.hash,
    ...(atEnd === null ? {} : { atEnd: { told: atEnd.told, end: atEnd.end } }),
    ...(job.machineFiles === undefined ? {} : { machineFiles: job.machineFiles }),
    doubts: findings.filter((one) => one.machineSerial === machineSerial).length,
  };
}

/** Machines that did not confirm what they were told at their end: their drives passed all the same. */
function noteEnds(machines: readonly MachineContent[]): Note[] {
  return machines.flatMap(({ machineSerial, atEnd }): Note[] => {
    if (atEnd?.end.state !== 'not-confirmed') return [];
    const message = `${named(machineSerial)} was ${machineEndWords(atEnd)}`;
    return [{ code: 'end-not-confirmed', machineSerial, message }];
  });
}

function mediaOf(machines: readonly MachineContent[]): AuditReport['media'] {
  const found = new Map<string, AuditReport['media'][number]>();
  for (const { finished } of machines) {
    const { fileName, sha256, signedManifest: signed } = finished.job.media;
    const member = signed === undefined ? {} : { signedManifest: signed };
    const known = found.get(sha256) ?? { fileName, sha256, machines: 0, ...member };
    found.set(sha256, { ...known, machines: known.machines + 1 });
  }
  return [...found.values()];
}
