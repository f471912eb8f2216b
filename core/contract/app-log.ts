import { z } from 'zod';
import { ledgerEntrySchema, storedEntrySchema } from '../ledger/record';
import { careResults, driveResults, endResults } from '../ledger/results';
import { nothing } from './app-common';

/** The Log screen's part of the page's contract. */

/** What a line is about: a drive that was written, one that was read again, boot tested, checked for its size or erased, what a machine of a rack did at its end, a work order, a shipment, what came from another station. */
export const logKinds = ['job', 'check', 'end', 'order', 'shipment', 'media'] as const;
export type LogKind = (typeof logKinds)[number];

/** What came of it: of a drive, or what was done with a work order or a shipment. */
export const logResults = [
  ...driveResults,
  ...careResults,
  ...endResults,
  'order-opened',
  'machine-allowed',
  'machine-left-out',
  'machine-returned',
  'order-closed',
  'shipped',
  'media-got',
  'image-got',
] as const;

/**
 * A line of the log: one job that ended, one finished drive that was read again or boot tested, what was done with a
 * work order, or one shipment.
 */
export const logRowSchema = z.strictObject({
  sequence: z.int().positive(),
  /** ISO 8601, UTC. */
  time: z.string(),
  kind: z.enum(logKinds),
  result: z.enum(logResults),
  /** Null of a line about several machines. */
  machineSerial: z.string().nullable(),
  /** How many machines a work order or a shipment has; null of a line about one. */
  machines: z.int().nonnegative().nullable(),
  /** Number of the shipment. */
  shipment: z.string().nullable(),
  /** Why a machine is not handled as ordered; what one of a rack was told at its end, and why it did not confirm that. */
  reason: z.string().nullable(),
  driveSerial: z.string().nullable(),
  driveModel: z.string().nullable(),
  bay: z.string().nullable(),
  batchId: z.string().nullable(),
  workOrder: z.string().nullable(),
  mediaFile: z.string().nullable(),
  operator: z.string(),
});
export type LogRow = z.infer<typeof logRowSchema>;

export const logQuerySchema = z.strictObject({
  /** Found anywhere in serials, model, bay, batch, work order, shipment, reason, media, operator; case does not matter. */
  text: z.string().max(200),
  kind: z.enum(logKinds).nullable(),
  result: z.enum(logResults).nullable(),
  /** Days of the station's clock, YYYY-MM-DD, both included. */
  from: z.iso.date().nullable(),
  to: z.iso.date().nullable(),
});
export type LogQuery = z.infer<typeof logQuerySchema>;

export const logPageSchema = z.strictObject({
  /** Lines that fit the query. */
  total: z.int().nonnegative(),
  /** Entries of the ledger that were read so far, and all there are: the rest is still being read. */
  read: z.int().nonnegative(),
  entries: z.int().nonnegative(),
  /** Newest first. */
  rows: z.array(logRowSchema),
});
export type LogPage = z.infer<typeof logPageSchema>;

export const logEntrySchema = z.strictObject({
  stored: storedEntrySchema,
  entry: ledgerEntrySchema,
  /** What is wrong with it: hash, signature, columns. Empty when it is as it was signed. */
  problems: z.array(z.string()),
});
export type LogEntry = z.infer<typeof logEntrySchema>;

export const logReportSchema = z.strictObject({
  entries: z.int().nonnegative(),
  /** Null when nothing was ever written. */
  keyFingerprint: z.string().nullable(),
  /** Empty when the ledger is whole. */
  problems: z.array(z.strictObject({ sequence: z.int().nullable(), message: z.string() })),
});
export type LogReport = z.infer<typeof logReportSchema>;

export const logMethods = {
  queryLog: {
    request: z.strictObject({
      ...logQuerySchema.shape,
      offset: z.int().nonnegative(),
      limit: z.int().positive().max(500),
    }),
    response: logPageSchema,
  },
  getLogEntry: { request: z.strictObject({ sequence: z.int().positive() }), response: logEntrySchema },
  /** Reads the whole ledger; may take minutes, and nothing else waits for it. */
  verifyLog: { request: nothing, response: logReportSchema },
} as const;

export const logWindowMethods = {
  /** Asks where to; null when the dialog was closed. */
  exportLog: {
    request: z.strictObject({ format: z.enum(['json', 'csv']) }),
    response: z.strictObject({ path: z.string().nullable() }),
  },
} as const;
