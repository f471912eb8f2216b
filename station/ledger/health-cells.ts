import { wordOf, type HealthWord } from '../../core/health/health-rules';
import { findingWords, riseWords } from '../../core/health/health-words';
import { slowWords } from '../../core/health/slow';
import type { LedgerRecord } from '../../core/ledger/record';

/** What the CSV says of a drive's health and speed. */

const figures = [
  'reallocated',
  'pending',
  'uncorrectable',
  'mediaErrors',
  'percentageUsed',
  'availableSpare',
  'powerOnHours',
  'temperature',
  'crcErrors',
] as const;

export type HealthCells = Readonly<Record<(typeof figures)[number], number | null>> & {
  readonly health: HealthWord | null;
  readonly driveNotes: string | null;
};

/** The cells of a job's end. What is not recorded is empty. */
export function healthCells({
  health,
  slow,
}: Pick<Extract<LedgerRecord, { kind: 'job-ended' }>, 'health' | 'slow'>): HealthCells {
  const { before, after, findings = [], rose = [] } = health ?? {};
  const newest = after?.known === true ? after : before?.known === true ? before : null;
  const cells = Object.fromEntries(figures.map((figure) => [figure, newest?.[figure] ?? null])) as Record<
    (typeof figures)[number],
    number | null
  >;
  const notes = [
    ...(before?.known === false ? [`not known: ${before.reason}`] : []),
    ...findings.filter(({ act }) => act !== 'records').map(findingWords),
    ...rose.map(riseWords),
    ...(slow ?? []).map(slowWords),
  ];
  return {
    health: before === undefined ? null : wordOf(before, findings),
    ...cells,
    driveNotes: notes.length === 0 ? null : notes.join('; '),
  };
}
