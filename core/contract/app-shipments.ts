import { z } from 'zod';
import { maxMachines } from '../shipment/shipment';
import { nothing } from './app-common';

/** The Ship screen's part of the page's contract. */

/** A finished machine that is in no shipment. */
export const waitingMachineSchema = z.strictObject({
  machineSerial: z.string(),
  computerName: z.string().nullable(),
  assetTag: z.string().nullable(),
  orderNumber: z.string().nullable(),
  driveSerial: z.string().nullable(),
  /** Label of the bay in which the drive was written. */
  bay: z.string().nullable(),
  /** ISO 8601, UTC. */
  finishedAt: z.string(),
  /** Whether it started in its newest boot test; null when it had none. */
  rehearsed: z.boolean().nullable(),
});
export type WaitingMachine = z.infer<typeof waitingMachineSchema>;

export const shipmentLineSchema = z.strictObject({
  number: z.string(),
  orderNumber: z.string().nullable(),
  closedAt: z.string(),
  operator: z.string(),
  machines: z.int().positive(),
  ledgerEntry: z.int().positive(),
});
export type ShipmentLine = z.infer<typeof shipmentLineSchema>;

export const shipListSchema = z.strictObject({
  /** The newest first. */
  waiting: z.array(waitingMachineSchema),
  /** Finished once, and not to be shipped: a sentence each. */
  held: z.array(z.strictObject({ machineSerial: z.string(), reason: z.string() })),
  /** There are more that wait than are listed. */
  more: z.boolean(),
  /** The newest first. */
  shipments: z.array(shipmentLineSchema),
});
export type ShipList = z.infer<typeof shipListSchema>;

export const bundleReportSchema = z.strictObject({
  number: z.string(),
  /** Path of the bundle; packing list and labels lie beside it. */
  file: z.string(),
  machines: z.int().positive(),
  /** What was found after the shipment was closed that speaks against its machines: a sentence each. */
  withdrawn: z.array(z.string()),
  /** What may speak against them, though nobody can say so for certain: a sentence each. */
  doubts: z.array(z.string()),
  /** Machines that the files for import do not hold. */
  notImported: z.array(z.strictObject({ machineSerial: z.string(), file: z.string(), reason: z.string() })),
});
export type BundleReport = z.infer<typeof bundleReportSchema>;

/** What packing list and labels of a shipment say, to be printed from the page. The same as the papers in its bundle. */
export const shipmentPapersSchema = z.strictObject({
  number: z.string(),
  orderNumber: z.string().nullable(),
  /** ISO 8601, UTC. */
  closedAt: z.string(),
  operator: z.string(),
  stationName: z.string(),
  /** In the order of their boxes. */
  machines: z.array(
    z.strictObject({
      machineSerial: z.string(),
      computerName: z.string().nullable(),
      assetTag: z.string().nullable(),
      model: z.string().nullable(),
      /** What the QR code on its label holds. */
      code: z.string(),
    }),
  ),
});
export type ShipmentPapers = z.infer<typeof shipmentPapersSchema>;

const number = z.string().max(100);
/** Null when the dialog was closed: nothing was done. */
const made = z.strictObject({ report: bundleReportSchema.nullable() });

export const shipMethods = {
  /** May take seconds; nothing else waits for it. */
  listShipments: { request: nothing, response: shipListSchema },
  /** Throws record-not-found. */
  getShipmentPapers: { request: z.strictObject({ number }), response: shipmentPapersSchema },
} as const;

export const shipWindowMethods = {
  /**
   * Records the shipment and makes its bundle in the shipments folder; asks where to when none is set, or when a file of
   * that name is there.
   */
  closeShipment: {
    request: z.strictObject({
      number,
      machineSerials: z.array(z.string().max(200)).min(1).max(maxMachines),
    }),
    response: made,
  },
  /** Makes the bundle of a shipment again; asks where to as closeShipment does. */
  remakeBundle: { request: z.strictObject({ number }), response: made },
  /** Shows the folder in which the bundle was made, since the app was started. */
  showBundle: { request: z.strictObject({ number }), response: nothing },
} as const;
