import { z } from 'zod';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { errorData, toErrorData, type ErrorData } from '../../core/base/errors';
import { noHealthOf, type DriveHealth } from '../../core/health/health';
import {
  compareHealth,
  findingsOf,
  type HealthFinding,
  type HealthRise,
  type HealthRule,
  type JobHealth,
} from '../../core/health/health-rules';
import { findingWords, riseWords } from '../../core/health/health-words';
import { slowedDown, slowerThanOthers, type SlowNote, type WritingSample } from '../../core/health/slow';
import { jobResultSchema, type JobResult } from '../../core/job/job';
import { askHelper } from '../drives/read-health';
import type { HelperClient } from '../helper-client/helper-client';
import type { LedgerReader } from '../ledger/ledger-reader';

/** What a job learns of its drive beside writing it: its health before and after, and whether it is slow. */

/** The health of a drive as its job begins; null where it has none to tell: it is no hardware. */
export function healthAtStart(
  { kind }: Pick<Drive, 'kind'>,
  before: DriveHealth,
  rules: readonly HealthRule[],
): JobHealth | null {
  return kind === 'disk' ? { before, findings: findingsOf(before, rules) } : null;
}

/** Asks one drive, which may be held. Never throws: what cannot be read is not known. */
export async function readHealthHeld(
  drive: Drive,
  client: Pick<HelperClient, 'call'>,
  benchDirectory: string | null,
): Promise<DriveHealth> {
  const none = noHealthOf(drive);
  if (none !== null) return none;
  return await askHelper([drive], client, benchDirectory).then(
    ([told]): DriveHealth => told ?? { known: false, reason: 'the helper did not tell it' },
    (error: unknown): DriveHealth => ({
      known: false,
      reason: toErrorData(error).message.replace(/\.$/, ''),
    }),
  );
}

/**
 * Asks a drive again that was written and read back, and is still held. Never throws: what cannot be read then is not known.
 * @param begun as it was before
 * @param rules judge the drive now where it did not tell its health before, and what it crossed since
 */
export async function healthAtEnd(
  drive: Drive,
  begun: JobHealth,
  client: Pick<HelperClient, 'call'>,
  benchDirectory: string | null,
  rules: readonly HealthRule[],
): Promise<JobHealth> {
  const after = await readHealthHeld(drive, client, benchDirectory);
  if (!begun.before.known) return { ...begun, after, findings: findingsOf(after, rules) };
  const rose = compareHealth(begun.before, after, rules);
  return { ...begun, after, ...(rose.length === 0 ? {} : { rose }) };
}

const fatal = ({ rose = [] }: JobHealth): HealthRise[] => rose.filter(({ fails }) => fails);

/** What blocks a drive that told its health only at the end: had it told before, it would not have been written. */
const blocking = ({ before, findings }: JobHealth): HealthFinding[] =>
  before.known ? [] : findings.filter(({ act }) => act === 'blocks');

/** Whether a job fails of its drive's health: it reports more errors than before, or is known to be bad only now. */
export function isWorse(health: JobHealth): boolean {
  return fatal(health).length + blocking(health).length > 0;
}

/** Why its job fails. @param tablesOff whether its tables are known to be off: a drive that gets worse may refuse that */
export function worseHealth(drive: Drive, health: JobHealth, tablesOff: boolean): ErrorData {
  const tables = tablesOff
    ? 'Its partition table was removed'
    : 'Whether its partition table was removed is not known: it may still start';
  const bad = blocking(health).map(findingWords).join(', ');
  const what =
    bad === ''
      ? `got worse while it was written: ${fatal(health).map(riseWords).join(', ')}`
      : `is bad, which it did not tell before it was written: ${bad}`;
  return errorData({
    code: 'drive-health-worse',
    message: `The health of the ${driveLabel(drive)} ${what}. ${tables}.`,
  });
}

/** Entries of the ledger that are looked at: a full rack leaves two a drive. */
const entries = 200;

const finished = z.object({
  record: z.object({
    kind: z.literal('job-ended'),
    job: z.object({ drive: z.object({ model: z.string(), size: z.number() }) }),
    end: z.object({ state: z.literal('done'), result: jobResultSchema }),
  }),
});

/**
 * Whether a finished drive was slow, beside others of its model that this station finished, and beside itself. Never throws.
 * @param samples of its writing
 */
export function slowNotes(
  { model, size, kind }: Drive,
  result: JobResult,
  samples: readonly WritingSample[],
  ledger: Pick<LedgerReader, 'lastEntries'>,
): SlowNote[] {
  // Virtual drives share the disk that they lie on: which of them is slow says nothing.
  if (kind === 'virtual') return [];
  try {
    const others = ledger.lastEntries(entries).flatMap(({ json }) => {
      const read = finished.safeParse(JSON.parse(json));
      if (!read.success) return [];
      const { job, end } = read.data.record;
      return job.drive.model === model && job.drive.size === size ? [end.result] : [];
    });
    return [...slowerThanOthers(result, others), ...slowedDown(samples)];
  } catch {
    // A ledger that cannot be read is said where something is to be recorded.
    return slowedDown(samples);
  }
}

/** Collects samples of writing, so many that the first and the last quarter can be told. */
export class WritingSamples {
  readonly all: WritingSample[] = [];

  /** @param now milliseconds, from any start */
  add(bytes: number, total: number, now: number): void {
    const last = this.all.at(-1);
    if (last !== undefined && bytes < last.bytes + total / 100 && bytes < total) return;
    this.all.push({ bytes, time: now });
  }
}
