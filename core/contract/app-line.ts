import { z } from 'zod';
import { nothing } from './app-common';
import { bundleReportSchema } from './app-shipments';

/** Line mode's part of the page's contract. None of its calls asks anything: there is no mouse to answer with. */

export const lineWindowMethods = {
  /** The whole screen, or the window as it was. */
  showFullScreen: { request: z.strictObject({ on: z.boolean() }), response: nothing },
  /**
   * Records the shipment of what was taken out and makes its bundle, in the shipments folder or else among the user's documents,
   * under a name that is free. Null: nothing that was taken out waits for a shipment.
   */
  shipLine: { request: nothing, response: z.strictObject({ report: bundleReportSchema.nullable() }) },
} as const;
