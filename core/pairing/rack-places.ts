import type { BayPlace } from '../drive/bays';
import type { Drive } from '../drive/drive';

/** Drives that sit in their machines already, in a rack: each is for its own machine. Pure. */

interface Listed {
  readonly drives: readonly Drive[];
}

/** With what is known of the rack. */
interface ListedInRack extends Listed {
  /** IDs of the machines that are connected; missing: nothing is known of that. */
  readonly connected?: ReadonlySet<string>;
}

/** The machine of a rack that a drive is in; undefined: it is attached to this station. */
export function rackOf(driveId: string | null, { drives }: Listed): Drive['rack'] {
  return drives.find(({ id }) => id === driveId)?.rack;
}

/** Serial of the machine that a drive is in, where that is another one; null: it is for this machine, or may be. */
export function otherMachine(driveId: string | null, serial: string, listed: Listed): string | null {
  const own = rackOf(driveId, listed)?.serial ?? serial;
  return own === serial ? null : own;
}

/** Serial of the machine that a drive is in, where that is not connected; null: it is, or the drive is attached to this station. */
export function awayMachine(driveId: string | null, listed: ListedInRack): string | null {
  const rack = rackOf(driveId, listed);
  return rack === undefined || listed.connected?.has(rack.machine) !== false ? null : rack.serial;
}

/** The places whose drives are in the machine of the rack with this serial. */
export function placesInMachine(
  serial: string,
  { bays, drives }: Listed & { readonly bays: readonly BayPlace[] },
): BayPlace[] {
  return bays.filter(({ driveId }) => rackOf(driveId, { drives })?.serial === serial);
}
