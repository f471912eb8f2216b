import { z } from 'zod';
import { driveResults, ledgerEntrySchema, storedEntrySchema } from '../ledger/record';
import { nothing } from './app-common';

/** The Log screen's part of the page's contract. */

/** A line of the log: one job that ended, or one finished drive that was read again or boot tested. */
export const logRowSchema = z.strictObject({
  sequence: z.int().positive(),
  /** ISO 8601, UTC. */
  time: z.string(),
  result: z.enum(driveResults),
  machineSerial: z.string(),
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
  /** Found anywhere in serials, model, bay, batch, work order, media, operator; case does not matter. */
  text: z.string().max(200),
  result: z.enum(driveResults).nullable(),
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
