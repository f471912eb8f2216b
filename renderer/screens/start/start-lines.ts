import type { ErasePlansState } from '../../../core/contract/app-erase';
import type { PlannedDrive } from '../../../core/contract/app-start';
import type { Pair } from '../../../core/pairing/pairing-state';
import type { DrivePast } from '../../../core/ledger/drive-past';
import type { Drive } from '../../../core/drive/drive';

/** What is looked at first in the list of what will be erased. Pure. */

export interface EraseLine {
  readonly pair: Pair;
  /** Null when it was taken out since. */
  readonly drive: Drive | null;
  /** What the log tells of the drive; null: nothing. */
  readonly past?: DrivePast | null;
  /** How it will be erased; null: not asked, or not to be erased securely. */
  readonly plan?: ErasePlansState[number]['plan'] | null;
  /** What the start will put on it. */
  readonly planned?: PlannedDrive | null | undefined;
}

/** So many blank drives are told in one line each; more in one for all. */
export const blankUnfolded = 3;

/** How much a line has to be looked at; 0: nothing is on the drive, and nothing is to be said of it. */
function weight({ pair, drive, past, plan, planned }: EraseLine): number {
  if (drive === null || plan?.can === false) return 5;
  if (pair.holdsMachine !== undefined) return 4;
  if (pair.againReason !== undefined || (past ?? null) !== null) return 3;
  if (drive.notes.length > 0 || planned?.driverPack === null) return 2;
  return drive.contents.length > 0 ? 1 : 0;
}

export interface ArrangedLines {
  /**
   * What is gone or cannot be erased, holds a finished image, is written again or has a past, has a note or no driver pack, holds
   * data: in this order, then by bay.
   */
  readonly first: readonly EraseLine[];
  /** Drives on which nothing was found, when there are too many to be told one by one. */
  readonly folded: readonly EraseLine[];
}

/** The lines in the order in which they are to be looked at. None is left out. */
export function arrangeLines(lines: readonly EraseLine[]): ArrangedLines {
  const first = lines
    .filter((line) => weight(line) > 0)
    .toSorted((one, other) => weight(other) - weight(one));
  const blank = lines.filter((line) => weight(line) === 0);
  return blank.length > blankUnfolded
    ? { first, folded: blank }
    : { first: [...first, ...blank], folded: [] };
}
