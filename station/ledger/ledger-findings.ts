import { z } from 'zod';
import { sha256Schema } from '../../core/media/chunk-map';
import { genesisHash, type LedgerEntry, type StoredEntry } from '../../core/ledger/record';
import {
  checkEntry,
  ledgerFindingCodes,
  inspectCovered,
  type CheckedEntry,
  type LedgerFindingCode,
} from './check-entry';
import type { RawRow } from './database';
import type { HeadReading } from './head';
import type { VerifyingKey } from './keys';

/** What can be found wrong with a ledger, and the checks of each entry and of the chain while the rows pass by. */

export const ledgerFindingSchema = z.strictObject({
  /** The entry it is about; null when it is about the whole ledger. */
  sequence: z.int().nullable(),
  code: z.enum(ledgerFindingCodes),
  /** One sentence. */
  message: z.string(),
});
export type LedgerFinding = Readonly<z.infer<typeof ledgerFindingSchema>>;

/** Useful to know, but not a sign of tampering. */
export const ledgerNoteSchema = z.strictObject({
  sequence: z.int().positive(),
  code: z.literal('time-backwards'),
  message: z.string(),
});
export type LedgerNote = Readonly<z.infer<typeof ledgerNoteSchema>>;

/** Number and hash of an entry. */
export const ledgerHeadSchema = z.strictObject({ sequence: z.int().positive(), hash: sha256Schema });

/** What checking a ledger found; `ledger verify --json` prints it. */
export const ledgerReportSchema = z.strictObject({
  /** True when there is no finding. */
  ok: z.boolean(),
  entries: z.int().nonnegative(),
  findings: z.array(ledgerFindingSchema).readonly(),
  /** Useful to know, but not a sign of tampering. */
  notes: z.array(ledgerNoteSchema).readonly(),
  /** SHA-256 of the public key used for every check; compare it with the fingerprint that the enterprise has. */
  keyFingerprint: sha256Schema.nullable(),
  /** The newest entry; null for an empty ledger. */
  head: ledgerHeadSchema.nullable(),
  /** Root of the Merkle tree over all entries, hexadecimal; null when there are findings. */
  root: sha256Schema.nullable(),
});
export type LedgerReport = Readonly<z.infer<typeof ledgerReportSchema>>;

/**
 * Clocks are set by hand and by NTP, so time that goes back a little says nothing, and even much of it
 * proves nothing: the times themselves are signed. Milliseconds.
 */
const clockTolerance = 2 * 60 * 1000;

/** The one cause of a run of findings, so that one inserted row does not give a finding an entry. */
interface Run {
  readonly code: LedgerFindingCode;
  readonly detail: string;
  readonly from: number;
  to: number;
  readonly describe: (entries: string) => string;
}

/** What is remembered of the entry before. */
interface Previous {
  readonly sequence: number;
  readonly hash: string;
  /** Its own hash, signature and form hold, so that its hash can be believed. */
  readonly sound: boolean;
  /** Its place minus the sequence in its JSON: 0 unless rows were moved. */
  readonly shift: number;
}

export type OnWhole = (stored: StoredEntry, entry: LedgerEntry) => void;

/** What is found while the rows pass by, in the order of their sequences. */
export class LedgerInspection {
  readonly findings: LedgerFinding[] = [];
  readonly notes: LedgerNote[] = [];
  entries = 0;
  /** Hash at the head's place, once it was met and found sound. */
  #atHead: { readonly hash: string; readonly sound: boolean } | null = null;
  #previous: Previous = { sequence: 0, hash: genesisHash, sound: true, shift: 0 };
  #latestTime = 0;
  #troubles = 0;
  #run: Run | null = null;

  constructor(
    private readonly key: VerifyingKey | null,
    private readonly headSequence: number | null,
    private readonly onWhole: OnWhole | null,
  ) {}

  find(sequence: number | null, code: LedgerFindingCode, message: string): void {
    this.#troubles += 1;
    this.findings.push({ sequence, code, message });
  }

  /** Findings and runs so far, so that it can be told whether something was found between two moments. */
  get troubles(): number {
    return this.#troubles;
  }

  /**
   * Takes the next row, in the order of their sequences.
   * @param row null when it is not text
   * @param covered its hash and signature stand under a checkpoint that this station signed
   */
  visit(sequence: number | null, row: RawRow | null, covered: boolean): void {
    this.entries += 1;
    const place = sequence ?? this.#previous.sequence + 1;
    this.#checkPlace(place);
    if (row === null) {
      this.find(place, 'row-unreadable', `Entry ${place} cannot be read: it is not text.`);
      this.#remember({ sequence: place, hash: '', sound: false, shift: 0 });
      return;
    }
    const checked = this.#look(row, covered);
    this.#visitEntry(place, row, checked);
    if (checked.entry !== null && checked.problems.length === 0) this.onWhole?.(row, checked.entry);
  }

  #look(row: RawRow, covered: boolean): CheckedEntry {
    const entry = covered && this.key !== null ? inspectCovered(row, this.key) : null;
    return entry === null ? checkEntry(row, this.key) : { entry, problems: [] };
  }

  #visitEntry(sequence: number, row: RawRow, { entry, problems }: CheckedEntry): void {
    for (const problem of problems) {
      if (problem.code === 'other-key') {
        this.#extendRun(sequence, 'other-key', entry?.station.keyFingerprint ?? '', (entries) => {
          return `${entries} signed with a key that is not this station’s.`;
        });
      } else this.find(sequence, problem.code, `Entry ${sequence} ${problem.message}`);
    }

    // An altered number is a matter of the hash, not of order.
    const believable = entry !== null && !problems.some(({ code }) => code === 'hash-mismatch');
    const shift = believable ? sequence - entry.sequence : 0;
    if (shift !== 0) {
      this.#extendRun(sequence, 'sequence-mismatch', String(shift), (entries) => {
        const written = sequence - shift;
        return `${entries} moved: position ${sequence} has what was written as entry ${written}. Entries were reordered, inserted or removed.`;
      });
    }
    const before = this.#previous;
    const comparable = before.sound && before.shift === shift && before.sequence + 1 === sequence;
    if (believable && comparable && entry.previousHash !== before.hash) {
      this.find(
        sequence,
        'chain-broken',
        sequence === 1
          ? 'Entry 1 is not the start of a ledger: entries before it were removed.'
          : `Entry ${sequence} does not follow entry ${before.sequence}: one of the two was replaced.`,
      );
    }
    if (entry !== null) this.#checkTime(sequence, Date.parse(entry.time));
    const sound = problems.every(({ code }) => code === 'index-mismatch' || code === 'other-key');
    this.#remember({ sequence, hash: row.hash, sound, shift });
  }

  #remember(previous: Previous): void {
    this.#previous = previous;
    if (previous.sequence === this.headSequence) {
      this.#atHead = { hash: previous.hash, sound: previous.sound && previous.shift === 0 };
    }
  }

  /** Sequences run 1, 2, 3, … */
  #checkPlace(sequence: number): void {
    const expected = this.#previous.sequence + 1;
    if (sequence < expected) {
      this.find(sequence, 'sequence-mismatch', `Entry ${sequence} is at a position that no entry can have.`);
    } else if (sequence > expected) {
      const what =
        sequence - 1 === expected
          ? `Entry ${expected} is missing.`
          : `Entries ${expected} to ${sequence - 1} are missing.`;
      this.find(expected, 'missing', what);
    }
  }

  #checkTime(sequence: number, time: number): void {
    const seconds = Math.round((this.#latestTime - time) / 1000);
    if (this.#latestTime - time > clockTolerance) {
      const message = `Entry ${sequence} has a time ${seconds} s before that of an earlier entry: the station's clock was set back.`;
      this.notes.push({ sequence, code: 'time-backwards', message });
      // Told once: the clock goes on from here.
      this.#latestTime = time;
    } else this.#latestTime = Math.max(this.#latestTime, time);
  }

  #extendRun(sequence: number, code: LedgerFindingCode, detail: string, describe: Run['describe']): void {
    this.#troubles += 1;
    const run = this.#run;
    if (run?.code === code && run.detail === detail && run.to + 1 === sequence) {
      run.to = sequence;
      return;
    }
    this.#endRun();
    this.#run = { code, detail, from: sequence, to: sequence, describe };
  }

  #endRun(): void {
    const run = this.#run;
    this.#run = null;
    if (run === null) return;
    const entries = run.from === run.to ? `Entry ${run.from} was` : `Entries ${run.from} to ${run.to} were`;
    this.find(run.from, run.code, run.describe(entries));
  }

  /**
   * Compares the end of the entries with the head.
   * @param covered entries that the newest checkpoint was signed for
   */
  finish(head: HeadReading, headFile: string, covered: number): LedgerReport['head'] {
    this.#endRun();
    this.#checkEnd(Math.max(covered, head.state === 'read' ? head.head.sequence : 0));
    const last = this.#previous;
    const newest = last.sequence > 0 ? { sequence: last.sequence, hash: last.hash } : null;
    if (head.state === 'missing') {
      // A station that never wrote has none.
      if (this.entries > 0) this.find(null, 'head-missing', `The head file ${headFile} is missing.`);
      return newest;
    }
    if (head.state === 'invalid') {
      this.find(null, 'head-invalid', `The head file ${headFile} is damaged: ${head.reason}.`);
      return newest;
    }
    if (!head.signed) {
      this.find(null, 'head-invalid', `The head file ${headFile} is not signed with this station's key.`);
    }
    const { sequence, hash } = head.head;
    if (
      sequence > 0 &&
      sequence <= last.sequence &&
      this.#atHead?.sound === true &&
      this.#atHead.hash !== hash
    ) {
      this.find(sequence, 'head-mismatch', `Entry ${sequence} does not match the head file.`);
    }
    return newest;
  }

  /** @param stated entries that there were once, by what the station signed */
  #checkEnd(stated: number): void {
    const last = this.#previous.sequence;
    if (stated <= last) return;
    const from = last + 1;
    const what = from === stated ? `Entry ${from} is missing` : `Entries ${from} to ${stated} are missing`;
    this.find(from, 'truncated', `${what}: the ledger was truncated after entry ${last}.`);
  }
}
