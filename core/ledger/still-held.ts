import { tellsOwnIdentity } from '../drive/drive-identity';
import type { JobDetails } from './record';

/** A job that ended well, and where the ledger tells of it. */
export interface DoneJob {
  readonly job: JobDetails;
  /** Number of the entry that began it; null when it is not known. Asked for only where the serial is the drive's own. */
  readonly began: number | null;
  /** Number of the entry that recorded its end. */
  readonly ended: number;
  /** Number of the entry of a later job that found its disk GUID and wrote; null when none did. */
  readonly erased: number | null;
}

/**
 * The jobs whose drives may still hold what they wrote, of those whose drives had one serial, WWN and size
 * (docs/adr/0028). A later job took the drive of the one before when it found its disk GUID or has its attachment, and when
 * the serial is the drive's own, one drive is all that is known, and the later job does not tell what it found: older
 * entries never do. Two that ran at once had two drives.
 * @param done by `ended`, oldest first
 * @param shared several drives are known to report that serial
 * @returns oldest first
 */
export function stillHeld(done: readonly DoneJob[], shared = false): JobDetails[] {
  let held: readonly DoneJob[] = [];
  for (const next of done) {
    const { job, began } = next;
    held = held.filter(
      ({ job: { attachment }, erased }) =>
        (attachment === undefined || attachment !== job.attachment) &&
        (erased === null || began === null || erased > began),
    );
    const [only, ...others] = held;
    const silent = !shared && job.previousDiskGuid === undefined && tellsOwnIdentity(job.drive);
    const after = only !== undefined && others.length === 0 && began !== null && only.ended < began;
    held = silent && after && tellsOwnIdentity(only.job.drive) ? [next] : [...held, next];
  }
  return held.filter(({ erased }) => erased === null).map(({ job }) => job);
}
