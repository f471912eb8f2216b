import type { Drive } from '../../core/drive/drive';
import { must } from './data-partition';

/**
 * A disk that is held open while tools are given its name. Until it is closed, the kernel gives that name, and those of its partitions, to no
 * other disk: where disks are swapped meanwhile a tool fails, and no other disk is erased.
 */
export interface HeldDisk {
  /** @throws PrestageError drive-changed: it is not, or not any more, as it was listed */
  readonly recheck: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Looks at once whether it is the disk that was listed. @throws PrestageError drive-changed, drive-gone, drive-not-permitted */
export type HoldDisk = (drive: Drive) => Promise<HeldDisk>;

/**
 * Runs a tool that destroys, and knows the disk by its name alone: just before, it is looked whose name that is.
 * @param run runs it, and throws where it fails
 */
export function onHeld({ recheck }: HeldDisk, run = must): typeof must {
  return async (...command) => {
    await recheck();
    return await run(...command);
  };
}
