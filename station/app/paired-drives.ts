import type { Drive } from '../../core/drive/drive';
import { isStillAttached } from '../../core/drive/drive-identity';
import type { Pair } from '../../core/pairing/pairing-state';

/** By what the computer knew the drives of the pairs when they were paired: another drive in the same bay is not theirs. */
export class PairedDrives {
  #attachments: ReadonlyMap<string, string | null> = new Map();

  /** By drive id; null where the computer knew nothing. */
  get attachments(): ReadonlyMap<string, string | null> {
    return this.#attachments;
  }

  /** The pairs are these now. What was known of a drive that stays paired stays known. */
  follow(pairs: readonly Pair[], drives: readonly Drive[]): void {
    const known = this.#attachments;
    this.#attachments = new Map(
      pairs.map(({ driveId }) => {
        const drive = drives.find(({ id }) => id === driveId);
        return [driveId, known.get(driveId) ?? drive?.attachment ?? null];
      }),
    );
  }

  /** Whether a listed drive is the one that was paired, if any with its id was. */
  readonly isSame = (drive: Drive): boolean => {
    const attachment = this.#attachments.get(drive.id);
    return attachment === undefined || isStillAttached(drive, attachment);
  };

  /** Ids of the listed drives that may be written and are none that took the place of a paired one. */
  writable(drives: readonly Drive[]): ReadonlySet<string> {
    const eligible = drives.filter((drive) => drive.verdict === 'eligible' && this.isSame(drive));
    return new Set(eligible.map(({ id }) => id));
  }
}
