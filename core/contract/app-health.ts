import { z } from 'zod';
import { errorDataSchema } from '../base/errors';
import { driveHealthSchema } from '../health/health';
import { healthFindingSchema } from '../health/health-rules';
import { sizeCheckSchema } from '../health/size-check';
import { driveRequest, nothing } from './app-common';

/** What the page shows of drives' health and real size, and what can be asked for. Part of the Bench screen. */

/** What attached drives said of their health. A drive that was not asked is not in it. */
export const healthsStateSchema = z.array(
  z.strictObject({
    driveId: z.string(),
    health: driveHealthSchema,
    /** By the rules of the station. */
    findings: z.array(healthFindingSchema),
  }),
);
export type HealthsState = z.infer<typeof healthsStateSchema>;

/** A drive whose real size is, or was, checked. The newest of a drive. */
export const appSizeCheckSchema = z.discriminatedUnion('status', [
  z.strictObject({
    driveId: z.string(),
    status: z.literal('running'),
    /** Bytes so far, and in all: twice the size. */
    done: z.int().nonnegative(),
    total: z.int().nonnegative(),
  }),
  z.strictObject({
    driveId: z.string(),
    status: z.literal('ended'),
    check: sizeCheckSchema,
    ledgerEntry: z.int(),
  }),
  z.strictObject({ driveId: z.string(), status: z.literal('failed'), error: errorDataSchema }),
]);
export type AppSizeCheck = z.infer<typeof appSizeCheckSchema>;

export const healthMethods = {
  /** Reads the health of a drive; may ask for a password. What came of it is in the state. */
  readHealth: { request: driveRequest, response: nothing },
  /** Erases a drive to find out its real size. Answers when it has begun. */
  checkSize: { request: driveRequest, response: nothing },
  cancelSizeCheck: { request: driveRequest, response: nothing },
} as const;
