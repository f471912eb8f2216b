import { z } from 'zod';
import { maxMachines } from '../shipment/shipment';
import { nothing } from './app-common';

/** The Ship screen's part of the page's contract. */

/** A finished machine that is in no shipment. */
export const waitingMachineSchema = z.strictObject({
  machineSerial: z.string(),
  computerName: z.string().nullable(),
  orderNumber: z.string().nullable(),
  driveSerial: z.string().nullable(),
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
  /** Machines that the files for import do not hold. */
  notImported: z.array(z.strictObject({ machineSerial: z.string(), file: z.string(), reason: z.string() })),
});
export type BundleReport = z.infer<typeof bundleReportSchema>;

const number = z.string().max(100);
/** Null when the dialog was closed: nothing was done. */
const made = z.strictObject({ report: bundleReportSchema.nullable() });

export const shipMethods = {
  /** May take seconds; nothing else waits for it. */
  listShipments: { request: nothing, response: shipListSchema },
} as const;

export const shipWindowMethods = {
  /** Asks where the bundle is to be, then records the shipment and makes it. */
  closeShipment: {
    request: z.strictObject({
      number,
      machineSerials: z.array(z.string().max(200)).min(1).max(maxMachines),
    }),
    response: made,
  },
  /** Asks where to, and makes the bundle of a shipment again. */
  remakeBundle: { request: z.strictObject({ number }), response: made },
  /** Shows the folder in which the bundle was made, since the app was started. */
  showBundle: { request: z.strictObject({ number }), response: nothing },
} as const;
