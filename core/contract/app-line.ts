import { z } from 'zod';
import { nothing } from './app-common';
import { bundleReportSchema } from './app-shipments';

/** Line mode's part of the page's contract. None of its calls asks anything: there is no mouse to answer with. */

/** Size of a drive's label in millimetres: the A7 of the labels of a shipment, 105 × 74. */
export const labelMillimetres = { width: 105, height: 74 } as const;

export const lineWindowMethods = {
  /** The whole screen, or the window as it was. */
  showFullScreen: { request: z.strictObject({ on: z.boolean() }), response: nothing },
  /**
   * Records the shipment of what was taken out and makes its bundle, in the shipments folder or else among the user's documents,
   * under a name that is free. Null: nothing that was taken out waits for a shipment.
   */
  shipLine: { request: nothing, response: z.strictObject({ report: bundleReportSchema.nullable() }) },
  /**
   * Prints the page as it is now, which is a label, on the default printer. Answers when the printer has taken it, or has not:
   * what went wrong becomes a notice, so that the line goes on.
   */
  printLabel: { request: nothing, response: nothing },
} as const;
