import { z } from 'zod';
import { nothing } from './app-common';

/** The station's state as one encrypted file: written, and put back. */

const password = z.string().min(1).max(500);

export const backupMethods = {
  /**
   * Looks at a backup and puts it in the place of the state. The app ends then and starts again with it; what was there before is kept
   * in a folder beside. Refused for records that would be replaced, unless `replace`.
   */
  restoreState: {
    request: z.strictObject({ path: z.string().max(4096), password, replace: z.boolean() }),
    response: nothing,
  },
} as const;

export const backupWindowMethods = {
  /** Asks where, and writes; null: nobody chose where. */
  saveBackup: {
    request: z.strictObject({ password }),
    response: z.strictObject({
      saved: z
        .strictObject({
          path: z.string(),
          /** Of the file. */
          bytes: z.int().nonnegative(),
          /** Of the ledger that are in it. */
          entries: z.int().nonnegative(),
        })
        .nullable(),
    }),
  },
  /** Asks for a backup; null: nobody chose one. Nothing is done with it. */
  chooseBackup: { request: nothing, response: z.strictObject({ path: z.string().nullable() }) },
} as const;
