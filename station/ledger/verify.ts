import { z } from 'zod';
import { sanitizeForDisplay } from '../../core/display';
import { genesisHash } from '../../core/record';
import type { StatePlaces } from '../state';
import { checkEntry, type FindingCode } from './check-entry';
import { rawRowSchema, rowColumns, type LedgerDatabase } from './database';
import { readHead, type HeadReading } from './head';
import { surveyKeys } from './key-care';
import type { VerifyingKey } from './keys';
import { expectedObjects, schemaVersion } from './schema';

export interface LedgerFinding {
  /** The entry it is about; null when it is about the ledger as a whole. */
  readonly sequence: number | null;
  readonly code: FindingCode;
  /** One sentence. */
  readonly message: string;
}

/** Worth knowing, but no sign of tampering. */
export interface LedgerNote {
  readonly sequence: number;
  readonly code: 'time-backwards';
  readonly message: string;
}

export interface LedgerReport {
  /** True when there is no finding. */
  readonly ok: boolean;
  readonly entries: number;
  readonly findings: readonly LedgerFinding[];
  readonly notes: readonly LedgerNote[];
  /** SHA-256 of the public key everything was checked with; compare it with what the enterprise was told. */
  readonly keyFingerprint: string | null;
  /** The newest entry; null for an empty ledger. */
  readonly head: { readonly sequence: number; readonly hash: string } | null;
}

/**
 * Clocks are set by hand and by NTP, so time that goes back a little says nothing, and even much of it
 * proves nothing: the times themselves are signed. Milliseconds.
 */
const clockTolerance = 2 * 60 * 1000;

/** The one cause of a run of findings, so that one inserted row does not give a finding an entry. */
interface Run {
  readonly code: FindingCode;
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

class Survey {
  readonly findings: LedgerFinding[] = [];
  readonly notes: LedgerNote[] = [];
  entries = 0;
  /** Hash at the head's place, once it was met and found sound. */
  #atHead: { readonly hash: string; readonly sound: boolean } | null = null;
  #previous: Previous = { sequence: 0, hash: genesisHash, sound: true, shift: 0 };
  #latestTime = 0;
  #run: Run | null = null;

  constructor(
    private readonly key: VerifyingKey | null,
    private readonly headSequence: number | null,
  ) {}

  find(sequence: number | null, code: FindingCode, message: string): void {
    this.findings.push({ sequence, code, message });
  }

  /** Takes the next row, in the order of their sequences. */
  visit(raw: unknown): void {
    this.entries += 1;
    const place = z.object({ sequence: z.int() }).safeParse(raw);
    const sequence = place.success ? place.data.sequence : this.#previous.sequence + 1;
    this.#checkPlace(sequence);

    const row = rawRowSchema.safeParse(raw);
    if (!row.success) {
      this.find(sequence, 'row-unreadable', `Entry ${sequence} cannot be read: it is not text.`);
      this.#remember({ sequence, hash: '', sound: false, shift: 0 });
      return;
    }
    const { entry, problems } = checkEntry(row.data, this.key);
    for (const problem of problems) {
      if (problem.code === 'other-key') {
        this.#extendRun(sequence, 'other-key', entry?.station.keyFingerprint ?? '', (entries) => {
          return `${entries} made with another key than this station has.`;
        });
      } else this.find(sequence, problem.code, `Entry ${sequence} ${problem.message}`);
    }

    // An altered number is a matter of the hash, not of order.
    const believable = entry !== null && !problems.some(({ code }) => code === 'hash-mismatch');
    const shift = believable ? sequence - entry.sequence : 0;
    if (shift !== 0) {
      this.#extendRun(sequence, 'sequence-mismatch', String(shift), (entries) => {
        const written = sequence - shift;
        return `${entries} not where written: in place ${sequence} stands what was written as entry ${written}, so entries were reordered, inserted or removed.`;
      });
    }
    const before = this.#previous;
    const comparable = before.sound && before.shift === shift && before.sequence + 1 === sequence;
    if (believable && comparable && entry.previousHash !== before.hash) {
      this.find(
        sequence,
        'chain-broken',
        sequence === 1
          ? 'Entry 1 does not begin a ledger: entries before it were removed.'
          : `Entry ${sequence} does not follow entry ${before.sequence}: one of the two was replaced.`,
      );
    }
    if (entry !== null) this.#checkTime(sequence, Date.parse(entry.time));
    const sound = problems.every(({ code }) => code === 'index-mismatch' || code === 'other-key');
    this.#remember({ sequence, hash: row.data.hash, sound, shift });
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
      this.find(sequence, 'sequence-mismatch', `Entry ${sequence} stands where no entry can be.`);
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
      const message = `Entry ${sequence} is ${seconds} s older by its own clock than one before it: the station's clock was set back.`;
      this.notes.push({ sequence, code: 'time-backwards', message });
      // Told once: the clock goes on from here.
      this.#latestTime = time;
    } else this.#latestTime = Math.max(this.#latestTime, time);
  }

  #extendRun(sequence: number, code: FindingCode, detail: string, describe: Run['describe']): void {
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

  /** Compares the end of the entries with the head. */
  finish(head: HeadReading, headFile: string): LedgerReport['head'] {
    this.#endRun();
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
    if (sequence > last.sequence) {
      const from = last.sequence + 1;
      const what =
        from === sequence ? `Entry ${from} is missing` : `Entries ${from} to ${sequence} are missing`;
      this.find(from, 'truncated', `${what}: the ledger was cut off after entry ${last.sequence}.`);
    } else if (sequence > 0 && this.#atHead?.sound === true && this.#atHead.hash !== hash) {
      this.find(sequence, 'head-mismatch', `Entry ${sequence} is not the one that the head file names.`);
    }
    return newest;
  }
}

/**
 * Looks at a whole ledger. Goes on after each finding, and tells one cause once.
 * @param database null when nothing was ever written
 * @throws PrestageError ledger-broken when the file cannot be read as a database, ledger-unavailable
 */
export function verifyLedger(
  places: Pick<StatePlaces, 'headFile' | 'keyFile' | 'publicKeyFile'>,
  database: LedgerDatabase | null,
): LedgerReport {
  const keys = surveyKeys(places);
  // Before the entries: others may append meanwhile, and then a head read later would be ahead of them.
  const head = readHead(places, keys.key?.publicKey ?? null);
  const survey = new Survey(keys.key, head.state === 'read' ? head.head.sequence : null);
  for (const { code, message } of keys.problems) survey.find(null, code, message);

  database?.snapshot(() => {
    checkFile(database, survey);
    database.forEach(`SELECT ${rowColumns} FROM entries ORDER BY sequence`, (row) => {
      survey.visit(row);
    });
  });
  const newest = survey.finish(head, sanitizeForDisplay(places.headFile, 512));
  if (keys.key === null && survey.entries > 0) {
    survey.find(null, 'key-missing', 'There is no key to check the signatures with.');
  }
  return {
    ok: survey.findings.length === 0,
    entries: survey.entries,
    // Runs are told when they end, so they come late. What is about the whole ledger comes first.
    findings: survey.findings.toSorted((a, b) => (a.sequence ?? -Infinity) - (b.sequence ?? -Infinity) || 0),
    notes: survey.notes,
    keyFingerprint: keys.key?.fingerprint ?? null,
    head: newest,
  };
}

/** The file itself, and the triggers that keep honest programs from changing entries. */
function checkFile(database: LedgerDatabase, survey: Survey): void {
  for (const line of database.integrityProblems()) {
    survey.find(null, 'file-damaged', `SQLite finds the file damaged: ${sanitizeForDisplay(line, 256)}.`);
  }
  const version = database.version();
  // One of version 1 is older, and lacks only the checkpoints.
  if (version !== schemaVersion && version !== 1) {
    survey.find(null, 'schema-changed', `The database says version ${version}.`);
  }
  const expected = expectedObjects(version);
  const objects = new Map(database.objects().map(({ name, sql }) => [name, sql]));
  for (const [name, sql] of expected) {
    const found = objects.get(name);
    if (found === undefined) survey.find(null, 'schema-changed', `The database lacks ${name}.`);
    else if (found !== sql) survey.find(null, 'schema-changed', `${name} in the database was changed.`);
  }
  for (const name of objects.keys()) {
    if (expected.has(name)) continue;
    const shown = sanitizeForDisplay(name, 64);
    survey.find(null, 'schema-changed', `The database has ${shown}, which Prestage did not make.`);
  }
}
