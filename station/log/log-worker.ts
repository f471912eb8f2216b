/** The thread that reads the ledger into the log's table. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import type { LogEntry, LogPage, LogReport } from '../../core/contract/app-log';
import { PrestageError } from '../../core/base/errors';
import { exportToFile } from '../ledger/export-file';
import { LedgerReader, type LedgerPaths } from '../ledger/ledger-reader';
import { LogIndex } from './log-index';
import { answerRequests } from '../threads/worker-thread';
import type { LogAnswers, LogRequest } from './log-protocol';

/** Entries read between two looks at what was asked. */
const pageEntries = 2000;
/** Entries read before the first answer: enough for a screen. */
const firstEntries = 500;

const paths = workerData as LedgerPaths;

/** The newest entry in the index when it was begun, and the oldest and newest since. */
interface Progress {
  readonly index: LogIndex;
  oldest: number;
  newest: number;
}

let progress: Progress | null = null;
let filling: Promise<void> | null = null;

/** Opens the ledger for one look: a file that was exchanged since is then seen. */
function withLedger<T>(work: (ledger: LedgerReader) => T): T {
  const ledger = LedgerReader.openForReading(paths);
  try {
    return work(ledger);
  } finally {
    ledger.close();
  }
}

/** Reads what came since, and begins to read what lies before. */
function look(): { index: LogIndex; entries: number } {
  return withLedger((ledger) => {
    const entries = ledger.count();
    const { index, newest } = (progress ??= {
      index: new LogIndex(),
      oldest: entries + 1,
      newest: entries,
    });
    for (let first = newest + 1; first <= entries; first += pageEntries) {
      const last = Math.min(entries, first + pageEntries - 1);
      index.addNewer(ledger.entriesBetween(first, last, pageEntries).reverse());
    }
    progress.newest = entries;
    if (progress.oldest === entries + 1) readOlder(ledger, progress, firstEntries);
    if (progress.oldest > 1) filling ??= fill(progress).catch(() => undefined);
    return { index, entries };
  });
}

function readOlder(ledger: LedgerReader, state: Progress, count: number): void {
  const last = state.oldest - 1;
  const first = Math.max(1, last - count + 1);
  if (last >= first) state.index.addOlder(ledger.entriesBetween(first, last, count));
  state.oldest = first;
}

/** Reads to the first entry, and lets questions in between. */
async function fill(state: Progress): Promise<void> {
  const ledger = LedgerReader.openForReading(paths);
  try {
    while (state.oldest > 1) {
      readOlder(ledger, state, pageEntries);
      await nextTurn();
    }
  } finally {
    ledger.close();
    filling = null;
  }
}

function query({ query: wanted, offset, limit }: Extract<LogRequest, { verb: 'query' }>): LogPage {
  const { index, entries } = look();
  return { ...index.find(wanted, offset, limit), read: index.read, entries };
}

function entry(sequence: number): LogEntry {
  const found = withLedger((ledger) => ledger.inspect(sequence));
  if (found === null) {
    throw new PrestageError({
      code: 'record-not-found',
      message: `The ledger has no entry ${sequence}.`,
      remedy: 'Choose another line in the log.',
    });
  }
  const { stored, checked } = found;
  if (checked.entry === null) {
    throw new PrestageError({
      code: 'ledger-broken',
      message: `Entry ${sequence} ${checked.problems[0]?.message ?? 'cannot be read.'}`,
      remedy:
        'Keep the state folder unchanged as evidence, and tell the person responsible for this station.',
    });
  }
  return { stored, entry: checked.entry, problems: checked.problems.map(({ message }) => message) };
}

function verify(): LogReport {
  const report = withLedger((ledger) => ledger.verify());
  return {
    entries: report.entries,
    keyFingerprint: report.keyFingerprint,
    problems: report.findings.map(({ sequence, message }) => ({ sequence, message })),
  };
}

function exportTo(format: 'json' | 'csv', path: string): null {
  const ledger = LedgerReader.openForReading(paths);
  try {
    exportToFile(ledger, format, path);
    return null;
  } finally {
    ledger.close();
  }
}

function answer(request: LogRequest): LogAnswers[LogRequest['verb']] {
  switch (request.verb) {
    case 'query':
      return query(request);
    case 'entry':
      return entry(request.sequence);
    case 'verify':
      return verify();
    case 'export':
      return exportTo(request.format, request.path);
  }
}

answerRequests<LogRequest, LogAnswers>(answer);
