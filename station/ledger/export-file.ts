import {
  closeSync,
  createWriteStream,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { resolve } from 'node:path';
import type { DiskPlace } from '../../core/base/disk-refusal';
import { shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { csvForm, exportCsv, exportJson, jsonForm, type VerifiedLedger } from './export';
import type { LedgerReader } from './ledger-reader';
import type { LedgerReport } from './ledger-findings';
import { asDiskRefusal, namedPlace } from '../state/disk';
import { counted } from '../../core/base/plurals';

export type ExportFormat = 'json' | 'csv';

/**
 * The export, piece by piece. All of the ledger is verified first.
 * @throws PrestageError ledger-broken when it is not whole
 */
export function exportPieces(ledger: LedgerReader, format: ExportFormat): Iterable<string> {
  const verified = requireWhole(ledger);
  return batched(format === 'csv' ? exportCsv(ledger, verified) : exportJson(ledger, verified));
}

/** Characters that are handed on together. */
const batchLength = 128 * 1024;
/** Pieces that go by themselves: who only wants the beginning, as head(1) does, gets it at once. */
const firstPieces = 100;

/** Puts small pieces together: handing over each line by itself takes longer than making it. */
export function* batched(pieces: Iterable<string>): Generator<string, void> {
  let count = 0;
  let batch: string[] = [];
  let length = 0;
  for (const piece of pieces) {
    count += 1;
    batch.push(piece);
    length += piece.length;
    if (count > firstPieces && length < batchLength) continue;
    yield batch.join('');
    batch = [];
    length = 0;
  }
  if (batch.length > 0) yield batch.join('');
}

/**
 * Writes the export to a file, in one look at the ledger: each entry is written when it was found whole, and the file
 * stays when all of them were.
 * @throws PrestageError ledger-broken, usage when the file cannot be written; there is no file then
 */
export function exportToFile(ledger: LedgerReader, format: ExportFormat, file: string): void {
  const form = format === 'csv' ? csvForm() : jsonForm(ledger.publicKey);
  const temporary = `${file}.${process.pid}.part`;
  try {
    const descriptor = openSync(temporary, 'wx');
    try {
      let batch = form.begin;
      const report = ledger.verify({
        onWhole: (stored, entry) => {
          batch += form.piece(stored, entry);
          if (batch.length < batchLength) return;
          writeFileSync(descriptor, batch);
          batch = '';
        },
      });
      requireNoFindings(report, 'nothing was exported');
      writeFileSync(descriptor, batch + form.end);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw asCannotWrite(file, error);
  }
}

/**
 * Writes a file piece by piece.
 * @throws PrestageError usage when the file cannot be written; whatever the pieces throw. There is no file then
 */
export async function writePieces(pieces: Iterable<string>, file: string): Promise<void> {
  await writeFile(file, pieces).catch((error: unknown) => {
    throw asCannotWrite(file, error);
  });
}

function asCannotWrite(file: string, error: unknown): unknown {
  return isSystemError(error) ? cannotWrite(`The file ${shownPath(file)}`, error, file) : error;
}

/** What goes to others must be what was signed. */
function requireWhole(ledger: LedgerReader): VerifiedLedger {
  const report = ledger.verify();
  requireNoFindings(report, 'nothing was exported');
  return { entries: report.entries, root: report.root ?? '' };
}

/**
 * @param undone what was not done because of it
 * @throws PrestageError ledger-broken
 */
export function requireNoFindings({ findings }: LedgerReport, undone: string): void {
  if (findings.length === 0) return;
  throw new PrestageError({
    code: 'ledger-broken',
    message: `The ledger is not intact, so ${undone}: ${counted(findings.length, 'finding', 'findings')}.`,
    cause: findings
      .map(({ message }) => message)
      .slice(0, 20)
      .join('\n'),
    remedy: "Run 'prestage ledger verify' for details, and restore the state folder from a backup.",
  });
}

/** Writes a file that is whole or, after an error, not there. */
async function writeFile(file: string, pieces: Iterable<string>): Promise<void> {
  const temporary = `${file}.${process.pid}.part`;
  try {
    await pipeline(Readable.from(pieces), createWriteStream(temporary, { flags: 'wx', flush: true }));
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A shell has opened it, on a disk that only it knows. */
const standardOutput: DiskPlace = {
  what: 'the file that standard output goes to',
  path: '/dev/stdout',
  elsewhere: 'send it to a file on another disk',
};

/** Whether the operating system refused something. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

/**
 * @param what begins the sentence: `The file …`
 * @param file whose disk may be the reason; null for standard output
 * @param holds what still holds, in whole sentences
 */
export function cannotWrite(what: string, error: Error, file: string | null, holds?: string): PrestageError {
  const disk = asDiskRefusal(
    error,
    file === null
      ? { ...standardOutput, ...(holds === undefined ? {} : { holds }) }
      : namedPlace(resolve(file), holds),
  );
  if (disk instanceof PrestageError) return disk;
  return new PrestageError({
    code: 'usage',
    message: `${what} cannot be written.`,
    cause: error.message,
    remedy: [holds, 'Choose a file in a folder that you can write to, on a disk with free space.']
      .filter((part) => part !== undefined)
      .join(' '),
  });
}
