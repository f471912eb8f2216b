import { dayOf } from '../base/day';
import { z } from 'zod';

/**
 * A drive that is not written without a reason: it holds a finished image, or its last job failed after it had begun to write
 * (docs/adr/0035). What was cancelled, interrupted, or failed before it touched the drive asks for none.
 */

/** What speaks for asking. */
export interface DriveBefore {
  /** The finished image on it; time and entry are null where only the drive itself tells of it. */
  readonly held: {
    readonly machineSerial: string;
    readonly entry: number | null;
    readonly time: string | null;
    readonly shipped: { readonly number: string; readonly time: string } | null;
  } | null;
  /** Its last job, which failed. */
  readonly failed: {
    readonly entry: number;
    readonly time: string;
    readonly reason: string;
    /** Jobs that failed since one ended well, this one included. */
    readonly failures: number;
  } | null;
}

/** Nothing is known of the drive. */
export const nothingBefore: DriveBefore = { held: null, failed: null };

/** Whether a drive is only written for a reason. */
export function needsReason({ held, failed }: DriveBefore): boolean {
  return held !== null || failed !== null;
}

/** In the record: why a drive was written that had such a past, and what that was. */
export const driveAgainSchema = z.strictObject({
  reason: z.string(),
  held: z
    .strictObject({
      machineSerial: z.string(),
      /** Of this station's ledger; null where only the drive itself told of the image. */
      entry: z.int().positive().nullable(),
      /** When it was finished. ISO 8601, UTC. */
      time: z.iso.datetime().nullable(),
    })
    .optional(),
  failed: z
    .strictObject({
      entry: z.int().positive(),
      time: z.iso.datetime(),
      /** What failed, in a few words. */
      reason: z.string(),
      failures: z.int().positive(),
    })
    .optional(),
});
export type DriveAgain = z.infer<typeof driveAgainSchema>;

/** What the record keeps; null where no reason was asked for. */
export function driveAgainOf({ held, failed }: DriveBefore, reason: string | null): DriveAgain | null {
  if (reason === null || (held === null && failed === null)) return null;
  return {
    reason,
    ...(held === null
      ? {}
      : { held: { machineSerial: held.machineSerial, entry: held.entry, time: held.time } }),
    ...(failed === null ? {} : { failed }),
  };
}

/** What a card, the log and the certificate say of it, in one sentence a cause. */
export function driveAgainWords({ reason, held, failed }: DriveAgain): string {
  const sentences = [
    ...(failed === undefined
      ? []
      : [
          failed.failures === 1
            ? `Second try. The first failed on ${dayOf(failed.time)}`
            : `Try ${failed.failures + 1}. The last failed on ${dayOf(failed.time)}`,
        ]),
    ...(held === undefined
      ? []
      : [
          `Drive reused. It held the image for ${held.machineSerial}${held.time === null ? '' : `, finished on ${dayOf(held.time)}`}`,
        ]),
  ];
  return `${sentences.join('. ')}: ${reason}`;
}
