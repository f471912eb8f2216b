import { isInRack } from '../drive/drive';
import type { CardOutcome } from './job-outcome';

/**
 * Finished drives are taken out in the order of their bays, and each is confirmed by its machine. A drive in a machine of a rack stays
 * where it is: its machine is confirmed in any order, and comes after the bench. Pure.
 */

/** A drive that passed and waits to be taken out. */
export interface DriveToTakeOut {
  readonly driveId: string;
  /** Label of the bay in which it was written. */
  readonly bay: string;
  readonly machineSerial: string;
}

/** `bay 2` before `bay 10`. */
const natural = new Intl.Collator('en', { numeric: true });

/**
 * Drives that passed, in the order in which they are taken out. A bay that nobody named may go with its drive: then all go by
 * their labels, so that the order is the same before and after a drive was pulled.
 * @param bays labels, in the bench's order
 */
export function takeOutOrder(
  jobs: readonly (DriveToTakeOut & { readonly outcome: CardOutcome })[],
  bays: readonly string[],
): DriveToTakeOut[] {
  const passed = jobs.filter(({ outcome }) => outcome === 'passed');
  const places = new Map(bays.map((label, index) => [label, index]));
  const known = passed.every(({ bay }) => places.has(bay));
  const before = known
    ? (one: string, other: string): number => (places.get(one) ?? 0) - (places.get(other) ?? 0)
    : natural.compare;
  const sorted = passed
    .map(({ driveId, bay, machineSerial }) => ({ driveId, bay, machineSerial }))
    .sort((one, other) => before(one.bay, other.bay));
  return [...sorted.filter((one) => !staysIn(one)), ...sorted.filter(staysIn)];
}

/** It is in a machine of a rack, which goes with it. */
export function staysIn({ driveId }: Pick<DriveToTakeOut, 'driveId'>): boolean {
  return isInRack(driveId);
}

/** What the scan of a machine means for its drive that waits to be taken out. */
export type TakeOutScan =
  | { readonly result: 'none' }
  /** It is out. `left` are those that follow. */
  | { readonly result: 'taken'; readonly drive: DriveToTakeOut; readonly left: number }
  /** Line mode: another one comes first. */
  | { readonly result: 'out-of-order'; readonly next: DriveToTakeOut; readonly scanned: DriveToTakeOut }
  /** Line mode: drives are taken out when all have ended. */
  | { readonly result: 'too-early'; readonly scanned: DriveToTakeOut };

/**
 * Whether a machine that was scanned says that its drive is out. Only a drive whose card still says PASS can be meant, so
 * that no other scan of a machine is ever taken for it.
 * @param strict line mode: the bench's strictly in their order, and none before all have ended
 */
export function takeOutScan(
  machineSerial: string,
  order: readonly DriveToTakeOut[],
  { strict, atWork }: { readonly strict: boolean; readonly atWork: boolean },
): TakeOutScan {
  const drive = order.find((one) => one.machineSerial === machineSerial);
  const [next] = order;
  if (drive === undefined || next === undefined) return { result: 'none' };
  if (strict && atWork) return { result: 'too-early', scanned: drive };
  if (strict && next !== drive && !staysIn(drive)) return { result: 'out-of-order', next, scanned: drive };
  return { result: 'taken', drive, left: order.length - 1 };
}
