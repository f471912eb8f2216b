import { isBuiltIn } from '../drive/disk-rule';
import type { Drive } from '../drive/drive';

/**
 * Role `machine`: the machine that runs images one of its own disks. What happens by itself, and what is left to people. Pure.
 */

/** What the pairing has to know of a station that runs from a stick. */
export interface LiveForPairing {
  /** The machine that runs is the one that is imaged; null: drives are for machines beside it. */
  readonly own: {
    /** Serial of its firmware, normalized; null: it tells none that names it, and the label is scanned. */
    readonly serial: string | null;
  } | null;
  /** OFF was just scanned, and asked about: once more turns this PC off. */
  readonly offAsked: boolean;
}

/** What has to be known to say what happens by itself. */
export interface OwnFacts {
  /** Serial of its firmware, normalized; null: it tells none that names it. */
  readonly serial: string | null;
  /** Serial that was scanned and waits for its disk. */
  readonly waiting: string | null;
  /** Something is paired, or shows a job. */
  readonly taken: boolean;
  readonly drives: readonly Pick<Drive, 'id' | 'bus' | 'removable' | 'verdict' | 'attachment'>[];
}

/** What happens by itself. `key`: the same is not done twice, so that what was taken back stays so. */
export type OwnStep =
  | { readonly do: 'pair'; readonly serial: string; readonly driveId: string; readonly key: string }
  /** Which disk is meant is asked. */
  | { readonly do: 'ask'; readonly serial: string; readonly key: string };

/**
 * The next step that needs nobody: the only built-in disk that may be written is offered; of several, or where only others may be
 * written, somebody chooses. Nothing is erased by either.
 */
export function ownStep({ serial, waiting, taken, drives }: OwnFacts): OwnStep | null {
  const said = waiting ?? serial;
  if (taken || said === null) return null;
  const disks = drives.filter((drive) => drive.verdict === 'eligible' && isBuiltIn(drive));
  const key = [said, ...disks.map(({ id, attachment }) => `${id} ${attachment ?? ''}`)].join('\n');
  const [disk, ...others] = disks;
  if (disk !== undefined && others.length === 0) return { do: 'pair', serial: said, driveId: disk.id, key };
  return waiting === null ? { do: 'ask', serial: said, key } : null;
}
