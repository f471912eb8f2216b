/**
 * Where tests can stop a drive's thread. Nothing here: a helper that can be stopped from outside would be a way to
 * hold a drive half-written. The tests build a helper of their own, with test/support/held-hold-points.ts in this
 * file's place; nothing that a user sets or sends changes which of the two is in dist/.
 */

/**
 * The places, by what the drive holds there: marks, not all of them yet (`sizing`); its tables are gone (`erasing`); one chunk is done and others are not
 * (`writing`, `verifying`: passed once for each chunk); everything but its table (`sealing`).
 */
export type HoldPoint = 'sizing' | 'erasing' | 'writing' | 'verifying' | 'sealing';

/**
 * Passes a hold point. The program that ships goes on at once. `stopRequested` tells whether the job was cancelled
 * meanwhile, which ends a hold.
 */
export const holdPoint: (point: HoldPoint, stopRequested: () => boolean) => Promise<void> = () =>
  Promise.resolve();
