import { z } from 'zod';
import { jobResultSchema } from '../../core/job/job';
import { paceOf, type Pace } from '../../core/job/work-plan';
import type { LedgerReader } from '../ledger/ledger-reader';

/** Entries that are looked at: a full rack leaves two a drive. */
const entries = 100;
/** Finished drives whose figures count. */
const drives = 24;

const finished = z.object({
  record: z.object({
    kind: z.literal('job-ended'),
    end: z.object({ state: z.literal('done'), result: jobResultSchema }),
  }),
});

/** How fast the drives were that this station finished last, by its ledger. Cheap; never throws. */
export function stationPace(ledger: Pick<LedgerReader, 'lastEntries'>): Pace {
  try {
    const results = ledger.lastEntries(entries).flatMap(({ json }) => {
      const read = finished.safeParse(JSON.parse(json));
      return read.success ? [read.data.record.end.result] : [];
    });
    return paceOf(results.slice(-drives));
  } catch {
    // A ledger that cannot be read is said where something is to be recorded. This is for a figure on the screen.
    return paceOf([]);
  }
}
