import { readFile, rm } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { DriveIdentity } from '../../core/drive/drive';
import { nistLevels, sanitiseMethodSchema } from '../../core/sanitise/methods';
import { sampleSchema } from '../../core/sanitise/samples';
import {
  eraseBrokenOff,
  sanitisedSchema,
  tableBeforeSchema,
  type Sanitised,
} from '../../core/sanitise/sanitised';
import { driveKey, sha256Hex } from '../ledger/entry';
import { writeFileAtomically, type StatePaths } from '../state/state-paths';

/**
 * What an erase leaves in the state folder, a file a drive, before the drive is told to begin: by it the erase goes on after a
 * power cut, and is still compared with what the drive held before. It goes when the outcome is known; that of a job's, when the job's
 * end is recorded.
 */
const journalSchema = z.strictObject({
  version: z.literal(1),
  run: z.uuid(),
  /** When it began first. */
  startedAt: z.iso.datetime({ precision: 3 }),
  method: sanitiseMethodSchema,
  before: tableBeforeSchema,
  /** Empty for an overwrite: all of it is read back. */
  samples: z.array(sampleSchema),
  /** Bytes from the start that are overwritten and on the drive. */
  overwritten: z.int().nonnegative(),
  /** The job that it belongs to, or that took it up again; missing where the drive is erased for no machine. */
  jobId: z.uuid().optional(),
  /** As in the record. Missing, as the next, in older journals. */
  nist: z.enum(nistLevels).optional(),
  hidden: sanitisedSchema.shape.hidden.optional(),
  /**
   * Its hidden areas are opened first: sizes in bytes before and after that. Until it has ended nobody knows which of them the drive has
   * after a power cut, so that it has a file for each. Missing: none are opened.
   */
  grows: z.strictObject({ from: z.int().nonnegative(), to: z.int().nonnegative() }).optional(),
  /** They are open: the drive has the larger size from now on. */
  grown: z.literal(true).optional(),
  /** What came of it, until the job's end is recorded. */
  ended: sanitisedSchema.optional(),
});
export type EraseRun = z.infer<typeof journalSchema>;

export class EraseJournal {
  constructor(
    private readonly paths: Pick<StatePaths, 'erasures'>,
    private readonly drive: DriveIdentity,
  ) {
    mkdirSync(paths.erasures, { recursive: true, mode: 0o700 });
  }

  #fileOf(size: number): string {
    const key = driveKey({ ...this.drive, size });
    return join(this.paths.erasures, `${sha256Hex(key).slice(0, 32)}.json`);
  }

  /** Its own first. */
  #filesOf({ grows }: Pick<EraseRun, 'grows'>): string[] {
    const { size } = this.drive;
    const sizes = grows === undefined ? [] : [grows.from, grows.to];
    return [...new Set([size, ...sizes])].map((one) => this.#fileOf(one));
  }

  /** What was broken off; null: nothing, or a file that cannot be read: then the erase begins anew, which loses only time. */
  async read(): Promise<EraseRun | null> {
    const left = await this.#kept();
    return left?.ended === undefined ? left : null;
  }

  async #kept(): Promise<EraseRun | null> {
    const text = await readFile(this.#fileOf(this.drive.size), 'utf8').catch(() => '');
    try {
      return journalSchema.parse(JSON.parse(text));
    } catch {
      return null;
    }
  }

  /** What the record says of the erase of a job that was killed; null: it had begun none. No clock says whose an erase is: it may go back. */
  async leftBy(jobId: string): Promise<Sanitised | null> {
    const left = await this.#kept();
    if (left?.jobId !== jobId) return null;
    if (left.ended !== undefined) return left.ended;
    const { before, method, nist = 'clear', hidden = [] } = left;
    return { before, method, nist, hidden, outcome: 'not-known', why: eraseBrokenOff, seconds: 0 };
  }

  /** @throws PrestageError state-unavailable: the drive was not touched */
  write(run: EraseRun): void {
    for (const file of this.#filesOf(run)) {
      writeFileAtomically(file, `${JSON.stringify(run)}\n`, 0o600, 'The drive was not touched.');
    }
  }

  async end(): Promise<void> {
    const kept = (await this.#kept()) ?? {};
    for (const file of this.#filesOf(kept)) await rm(file, { force: true });
  }

  /** The size that the drive of a job has since its hidden areas were opened; null: they were not. Bytes. */
  async grownBy(jobId: string): Promise<number | null> {
    const kept = await this.#kept();
    return kept?.jobId === jobId && kept.grown === true ? (kept.grows?.to ?? null) : null;
  }

  /** A job is recorded with what came of its erase. One that is not known stays: it may go on. */
  async recorded(jobId: string): Promise<void> {
    const kept = await this.#kept();
    if (kept?.ended !== undefined && kept.jobId === jobId) await this.end();
  }
}
