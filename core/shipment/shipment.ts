import { z } from 'zod';
import { signedCheckpointSchema } from '../ledger/checkpoint';
import { sha256Schema } from '../media/chunk-map';
import { storedEntrySchema } from '../ledger/record';

/**
 * A shipment's bundle: SHIPMENT.zip. `shipment.json` lists every other file and is signed; `records.json` holds what the
 * ledger says of the machines in it, and of no others. Both are canonical JSON (RFC 8785) and one line feed.
 */

/** The depot's number. Fits on a label as Code 128, into a file's name, and into a spreadsheet's cell. */
export const shipmentNumberSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9 ._/+-]{0,38}[A-Za-z0-9])?$/,
    'is not valid: it must have 1 to 40 letters or digits, with . _ / + - or spaces inside',
  );

/** Machines in a shipment. What a pallet never holds, and a ZIP without extensions does. */
export const maxMachines = 5000;

/** Files of a bundle, by name. */
export const bundleNames = {
  shipment: 'shipment.json',
  records: 'records.json',
  readme: 'README.txt',
  key: 'station-key.pub.pem',
  manifest: 'manifest.csv',
  configmgr: 'configmgr-import.csv',
  importScript: 'import-computers.ps1',
  replaced: 'replaced-computers.csv',
  packingList: 'packing-list.pdf',
  labels: 'labels.pdf',
  summary: 'summary.pdf',
} as const;

/** Every name that a bundle can have: nothing that could leave a folder, or be another file on another system. */
export const bundleNameSchema = z
  .string()
  .max(100)
  .regex(
    /^(?:shipment\.json|records\.json|README\.txt|station-key\.pub\.pem|manifest\.csv|configmgr-import\.csv|import-computers\.ps1|replaced-computers\.csv|autopilot(?:-[2-9]|-1[0-9])?\.csv|packing-list\.pdf|labels\.pdf|summary\.pdf|certificates\/\d{4}-[A-Z0-9_-]{1,64}\.pdf)$/,
    'is not the name of a bundle file',
  );

/** Name of a machine's certificate. The number keeps names apart whose serials differ in punctuation only. */
export function certificateName(index: number, machineSerial: string): string {
  const number = String(index + 1).padStart(4, '0');
  return `certificates/${number}-${machineSerial.replace(/[^A-Z0-9-]/g, '_')}.pdf`;
}

/** Name of the n-th Autopilot file, from 0. */
export function autopilotName(index: number): string {
  return index === 0 ? 'autopilot.csv' : `autopilot-${index + 1}.csv`;
}

/** What is signed of shipment.json: all of it but the signature. */
export const shipmentDetailsSchema = z.strictObject({
  format: z.literal('prestage-shipment'),
  version: z.literal(1),
  shipmentId: z.uuid(),
  number: shipmentNumberSchema,
  /** Number of the work order; null when the machines had none. */
  orderNumber: z.string().nullable(),
  /** ISO 8601, UTC: when the ledger recorded it. */
  closedAt: z.iso.datetime({ precision: 3 }),
  station: z.strictObject({ name: z.string(), keyFingerprint: sha256Schema }),
  operator: z.string(),
  machines: z.int().positive().max(maxMachines),
  /** Every other file, in the order of the bundle. */
  files: z
    .array(z.strictObject({ name: bundleNameSchema, bytes: z.int().nonnegative(), sha256: sha256Schema }))
    .max(maxMachines + 50),
});
export type ShipmentDetails = z.infer<typeof shipmentDetailsSchema>;

export const shipmentDocumentSchema = z.strictObject({
  ...shipmentDetailsSchema.shape,
  /** Signature of the station, Ed25519, base64. */
  signature: z.string(),
});
export type ShipmentDocument = z.infer<typeof shipmentDocumentSchema>;

/** An entry and the hashes that lead from it to the checkpoint's root. */
export const provedEntrySchema = z.strictObject({
  entry: storedEntrySchema,
  path: z.array(sha256Schema).max(64),
});
export type ProvedEntry = z.infer<typeof provedEntrySchema>;

export const shipmentRecordsSchema = z.strictObject({
  format: z.literal('prestage-shipment-records'),
  version: z.literal(1),
  /** Covers every entry below. */
  checkpoint: signedCheckpointSchema,
  /** The shipment-closed entry. */
  closed: provedEntrySchema,
  /** The ledger entries of the machines' work order, oldest first. */
  order: z.array(provedEntrySchema),
  /** In the order of the shipment-closed entry. */
  machines: z
    .array(
      z.strictObject({
        machineSerial: z.string(),
        jobId: z.uuid(),
        /** All entries of that job, oldest first. */
        entries: z.array(provedEntrySchema).min(1),
      }),
    )
    .min(1)
    .max(maxMachines),
});
export type ShipmentRecords = z.infer<typeof shipmentRecordsSchema>;
