import { z } from 'zod';
import { errorDataSchema } from '../base/errors';
import { plannedEraseSchema, shownEraseSchema } from '../sanitise/choose';
import { sanitisedSchema } from '../sanitise/sanitised';
import { driveRequest, nothing } from './app-common';

/** What the page shows of how drives can be erased, and of drives that are erased for no machine. Part of the Bench screen. */

/** How an attached drive would be erased. A drive that was not asked is not in it. */
export const erasePlansStateSchema = z.array(
  z.strictObject({
    driveId: z.string(),
    plan: z.discriminatedUnion('can', [
      z.strictObject({ can: z.literal(true), ...plannedEraseSchema.shape }),
      /** It is erasing itself now, which somebody began before. */
      z.strictObject({ can: z.literal('under-way') }),
      /** It is locked or frozen, or offers less than the settings demand. */
      z.strictObject({ can: z.literal(false), error: errorDataSchema }),
    ]),
  }),
);
export type ErasePlansState = z.infer<typeof erasePlansStateSchema>;

/** A drive that is, or was, erased for no machine. The newest of a drive. */
export const appErasureSchema = z.discriminatedUnion('status', [
  z.strictObject({
    driveId: z.string(),
    status: z.literal('running'),
    /** As it was confirmed; null: it was erasing itself already. */
    shown: shownEraseSchema.nullable(),
    /** Bytes so far, and in all; 0 in all: the drive does not tell. */
    done: z.int().nonnegative(),
    total: z.int().nonnegative(),
  }),
  z.strictObject({
    driveId: z.string(),
    status: z.literal('ended'),
    sanitised: sanitisedSchema,
    ledgerEntry: z.int().positive(),
  }),
  z.strictObject({ driveId: z.string(), status: z.literal('failed'), error: errorDataSchema }),
]);
export type AppErasure = z.infer<typeof appErasureSchema>;

const driveId = driveRequest.shape.driveId;

export const eraseMethods = {
  /** Asks drives how they can be erased; may ask for a password. What came of it is in the state. */
  readErase: { request: z.strictObject({ driveIds: z.array(driveId).min(1).max(500) }), response: nothing },
  /** Erases drives and writes nothing to them. All begin, or none. Answers when they have begun. */
  eraseDrives: {
    request: z.strictObject({
      /** As they were shown and confirmed. */
      drives: z
        .array(
          z.strictObject({
            driveId,
            attachment: z.string().max(300).nullable(),
            shown: shownEraseSchema.nullable(),
          }),
        )
        .min(1)
        .max(500),
      /** Why drives are erased that hold a finished image; null: none of them does. */
      reason: z.string().max(200).nullable(),
    }),
    response: nothing,
  },
  /** Ends an overwrite. A drive that erases itself goes on. */
  cancelErase: { request: driveRequest, response: nothing },
  /** Takes what came of it off the card; the record stays. */
  dismissErase: { request: driveRequest, response: nothing },
} as const;

export const eraseWindowMethods = {
  /** The certificate of an entry, as PDF; null when the dialog was closed. */
  saveEraseCertificate: {
    request: z.strictObject({ sequence: z.int().positive() }),
    response: z.strictObject({ path: z.string().nullable() }),
  },
} as const;
