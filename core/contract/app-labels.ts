import { z } from 'zod';
import { nothing } from './app-common';

/** The label printer's part of the page's contract. */

export const labelQueuesSchema = z.strictObject({
  queues: z.array(
    z.strictObject({
      name: z.string(),
      /** `stopped`: it keeps what it gets until somebody starts it. */
      state: z.enum(['idle', 'printing', 'stopped', 'unknown']),
      isDefault: z.boolean(),
    }),
  ),
  /** Why there may be others; null: all were listed. */
  problem: z.string().nullable(),
});
export type LabelQueues = z.infer<typeof labelQueuesSchema>;

/** Which labels. */
export const labelWishSchema = z.discriminatedUnion('of', [
  z.strictObject({ of: z.literal('machine'), machineSerial: z.string().max(200) }),
  z.strictObject({ of: z.literal('shipment'), number: z.string().max(100) }),
  /** Of no machine. */
  z.strictObject({ of: z.literal('test') }),
]);
export type LabelWish = z.infer<typeof labelWishSchema>;

export const labelMethods = {
  /** The print queues of the computer. Throws tool-missing. */
  listLabelQueues: { request: nothing, response: labelQueuesSchema },
  /**
   * Gives labels to the print queue of the settings. That it took them does not say that they were printed. Throws tool-missing,
   * label-refused, label-not-printed, record-not-found.
   */
  printLabels: {
    request: labelWishSchema,
    response: z.strictObject({
      count: z.int().positive(),
      /** Machines of the shipment without a label, and why: a sentence each. */
      left: z.array(z.string()),
    }),
  },
} as const;
