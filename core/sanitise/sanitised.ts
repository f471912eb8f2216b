import { z } from 'zod';
import {
  ataPassword,
  hiddenAreaSchema,
  canOpen,
  needsPassword,
  reaches,
  nistLevels,
  sanitiseMethodSchema,
  type HiddenArea,
  type SanitiseMethod,
} from './methods';
import { sampleCountsSchema, type SampleCounts } from './samples';
import type { DriveStatus } from './nvme';

/** What came of erasing a drive, as record and certificate keep it. */

/** Never "erased" where it is not known. */
export const sanitiseOutcomes = ['erased', 'not-erased', 'not-known'] as const;
export type SanitiseOutcome = (typeof sanitiseOutcomes)[number];

/** What was on a drive, by size and table only: no name, no label, no content. */
export const tableBeforeSchema = z.strictObject({
  /** Bytes. */
  size: z.int().nonnegative(),
  table: z.enum(['gpt', 'mbr', 'none', 'not-known']),
  partitions: z.array(
    z.strictObject({
      /** Bytes. */
      size: z.int().nonnegative(),
      /** GUID, or the byte of an MBR as `0x07`. */
      type: z.string(),
    }),
  ),
});
export type TableBefore = z.infer<typeof tableBeforeSchema>;

const sanitisedForm = z.strictObject({
  before: tableBeforeSchema,
  method: sanitiseMethodSchema,
  /** What may be claimed when it is erased, in NIST SP 800-88r2's words. */
  nist: z.enum(nistLevels),
  outcome: z.enum(sanitiseOutcomes),
  /** What speaks against "erased"; null when nothing does. A sentence, safe to show. */
  why: z.string().nullable(),
  /** Compared with what they held before. Missing where every byte was read back. */
  samples: sampleCountsSchema.optional(),
  /** Bytes that were written with zeros and all read back as zeros. Missing where the drive erased itself. */
  bytesReadBack: z.int().nonnegative().optional(),
  seconds: z.number().nonnegative(),
  /** It went on with an erase that had been broken off. */
  resumed: z.literal(true).optional(),
  hidden: z.array(
    z.strictObject({
      ...hiddenAreaSchema.shape,
      /** It is erased with the drive, or would have been. */
      reached: z.boolean(),
      /** It was opened for that first, for good: the drive has grown by it. */
      opened: z.literal(true).optional(),
      /** It was left as it was, as somebody chose. */
      left: z.literal(true).optional(),
      /** Why it could not be opened. A sentence, safe to show. */
      why: z.string().optional(),
    }),
  ),
});
export type Sanitised = z.infer<typeof sanitisedForm>;

/** No entry can say "erased" without what was looked at, whoever made it. */
export const sanitisedSchema = sanitisedForm.refine(
  (sanitised) => sanitised.outcome !== 'erased' || wasSeenErased(sanitised),
  'it says erased, and not that it was looked at',
);

function wasSeenErased({ before, samples, bytesReadBack, why }: Sanitised): boolean {
  if (why !== null) return false;
  if (bytesReadBack !== undefined) return bytesReadBack === before.size;
  return samples !== undefined && samples.samples > 0 && samples.unchanged === 0 && samples.unread === 0;
}

/** What the record says of a drive when its erase begins: what an entry with the outcome does not follow, was broken off. */
export const eraseBegan =
  'The erase has begun. How it ended stands in the next entry of this drive; where there is none, it was broken off.';

/** Whether an entry of an erase is the one of its beginning. */
export function isBeginning({ outcome, why }: Pick<Sanitised, 'outcome' | 'why'>): boolean {
  return outcome === 'not-known' && why?.startsWith(eraseBegan) === true;
}

/** Why the outcome of an erase is not known that the end of a job does not tell. */
export const eraseBrokenOff =
  'The erase was broken off: the power failed, or Prestage was ended. What the drive has done since is not known.';

/** {@link eraseBegan}, with the password that the drive has until it has ended. */
export function eraseBeganWords(method: SanitiseMethod): string {
  return needsPassword(method)
    ? `${eraseBegan} Until it has ended the drive has the ATA password '${ataPassword}'.`
    : eraseBegan;
}

/** How the command itself ended, before anything was looked at. */
export type CommandEnd =
  { readonly state: 'done' } | { readonly state: 'failed' | 'not-known'; readonly why: string };

/** What the drive's own word means for the command. @param asked the drive was told to erase, or was found erasing */
export function endOfStatus(status: DriveStatus): CommandEnd | null {
  switch (status.state) {
    case 'running':
      return null;
    case 'done':
      return { state: 'done' };
    case 'failed':
      return { state: 'failed', why: 'The drive reported that its erase failed.' };
    case 'never':
      return { state: 'failed', why: 'The drive says that it has not erased itself.' };
    case 'not-known':
      return {
        state: 'not-known',
        why: 'The drive did not say in a known form whether it has erased itself.',
      };
  }
}

export interface Verdict {
  readonly outcome: SanitiseOutcome;
  readonly why: string | null;
}

/**
 * The outcome. A drive's own word is not enough: samples that still hold what they held contradict it, and samples that could
 * not be read leave it open.
 * @param samples `read-back`: every byte was; null: nothing was looked at
 */
export function judgeErase(end: CommandEnd, samples: SampleCounts | 'read-back' | null): Verdict {
  if (samples !== null && samples !== 'read-back' && samples.unchanged > 0) {
    const { unchanged: left } = samples;
    const held = left === 1 ? '1 piece of 64 KiB still holds' : `${left} pieces of 64 KiB still hold`;
    // What was found first: a card has room for so much.
    return {
      outcome: 'not-erased',
      why:
        end.state === 'done'
          ? `${held} what was there before, though the drive reported that it has erased itself.`
          : `${held} what was there before. ${end.why}`,
    };
  }
  switch (end.state) {
    case 'failed':
      return { outcome: 'not-erased', why: end.why };
    case 'not-known':
      return { outcome: 'not-known', why: end.why };
    case 'done':
      if (samples === null) {
        return {
          outcome: 'not-known',
          why: 'The drive reported that it has erased itself, but it was cancelled before the drive was looked at.',
        };
      }
      if (samples !== 'read-back' && (samples.unread > 0 || samples.samples === 0)) {
        return {
          outcome: 'not-known',
          why: 'The drive reported that it has erased itself, but not all places could be looked at.',
        };
      }
      return { outcome: 'erased', why: null };
  }
}

/** What became of areas that can be opened: `why` they could not be. */
export type AreasOpened =
  | { readonly state: 'opened' }
  | { readonly state: 'left' }
  | { readonly state: 'kept'; readonly why: string };

/** The hidden areas as the record keeps them. @param became null: nothing of it is known yet */
export function hiddenReached(
  method: SanitiseMethod,
  hidden: readonly HiddenArea[],
  became: AreasOpened | null = null,
): Sanitised['hidden'] {
  return hidden.map((area) => {
    const reached = reaches(method, area);
    if (became === null || !canOpen(area)) return { ...area, reached };
    switch (became.state) {
      case 'opened':
        return { ...area, reached: true, opened: true };
      case 'left':
        return { ...area, reached, left: true };
      case 'kept':
        return { ...area, reached, why: became.why };
    }
  });
}
