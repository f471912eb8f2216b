import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import Table from 'cli-table3';
import { Command, InvalidArgumentError, Option } from 'commander';
import { sanitizeForDisplay } from '../../core/display';
import { PrestageError } from '../../core/errors';
import { exportCsv, exportJson } from '../ledger/export';
import { Ledger } from '../ledger/ledger';
import { summarizeEntry, type EntrySummary } from '../ledger/summary';
import type { LedgerReport } from '../ledger/verify';
import { requireStateDirectory, statePlaces } from '../state';

/** The ledger is not whole, or a drive failed. */
const exitFindings = 4;

interface StateOption {
  readonly state?: string;
}
interface ListOptions extends StateOption {
  readonly json?: true;
  readonly last?: number;
}
interface VerifyOptions extends StateOption {
  readonly json?: true;
}
interface ExportOptions extends StateOption {
  readonly format: 'json' | 'csv';
  readonly output?: string;
}

/** `prestage ledger list | verify | export`. Errors are thrown; findings of verify set the exit code. */
export function ledgerCommand(): Command {
  const command = new Command('ledger').description('look at the record of what was done');
  const stateOption = (): Option => new Option('--state <dir>', 'folder with ledger, key and settings');

  command
    .command('list')
    .description('list the entries, the newest last')
    .option('--json', 'one JSON document on standard output')
    .option('--last <count>', 'only the newest entries', parseCount)
    .addOption(stateOption())
    .action(async (options: ListOptions) => {
      await withLedger(options, (ledger) => listEntries(ledger, options));
    });
  command
    .command('verify')
    .description('find every changed, missing or reordered entry')
    .option('--json', 'one JSON document on standard output')
    .addOption(stateOption())
    .action(async (options: VerifyOptions) => {
      await withLedger(options, (ledger) => showReport(ledger.verify(), options));
    });
  command
    .command('export')
    .description('write the ledger out for other programs')
    .addOption(new Option('--format <format>', 'form').choices(['json', 'csv']).makeOptionMandatory())
    .option('--output <file>', 'file to write instead of standard output')
    .addOption(stateOption())
    .action(async (options: ExportOptions) => {
      await withLedger(options, async (ledger) => {
        const pieces = options.format === 'csv' ? exportCsv(ledger) : exportJson(ledger);
        await (options.output === undefined ? print(pieces) : writeOutput(options.output, pieces));
      });
    });
  return command;
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a number from 1 on.');
  return Number(text);
}

async function withLedger(options: StateOption, work: (ledger: Ledger) => Promise<void>): Promise<void> {
  const state = options.state ?? null;
  requireStateDirectory(state);
  const ledger = Ledger.open(statePlaces(state, { make: false }), { readOnly: true });
  try {
    await work(ledger);
  } finally {
    ledger.close();
  }
}

async function listEntries(ledger: Ledger, options: ListOptions): Promise<void> {
  const stored = options.last === undefined ? ledger.entries() : ledger.lastEntries(options.last);
  const summaries = Array.from(stored, summarizeEntry);
  if (options.json === true) {
    await print([`${JSON.stringify({ entries: summaries }, null, 2)}\n`]);
    return;
  }
  if (summaries.length === 0) {
    await print(['The ledger is empty.\n']);
    return;
  }
  const table = plainTable(['ENTRY', 'TIME', 'MACHINE', 'DRIVE', 'RESULT', 'REASON', 'HASH']);
  for (const summary of summaries) table.push(listRow(summary));
  await print([`${table.toString()}\n`]);
}

function listRow(summary: EntrySummary): string[] {
  const { drive, reason } = summary;
  return [
    String(summary.sequence),
    summary.time === null ? '-' : localTime(summary.time),
    shown(summary.machineSerial, 64),
    shown(drive?.serial ?? drive?.path ?? null, 64),
    summary.result,
    shown(reason === null ? null : `${reason.code}: ${reason.message}`, 100),
    shown(summary.hash, 128).slice(0, 12),
  ];
}

async function showReport(report: LedgerReport, options: VerifyOptions): Promise<void> {
  if (!report.ok) process.exitCode = exitFindings;
  if (options.json === true) {
    await print([`${JSON.stringify(report, null, 2)}\n`]);
  }
  // With --json the document is the answer; people at the terminal see the same on standard error.
  for (const { code, message } of report.findings) {
    process.stderr.write(`${code}: ${shown(message, 512)}\n`);
  }
  for (const note of report.notes) process.stderr.write(`note: ${shown(note.message, 512)}\n`);
  if (options.json === true) return;

  const entries = report.entries === 1 ? '1 entry' : `${report.entries} entries`;
  const key = report.keyFingerprint === null ? '' : `Station key ${report.keyFingerprint}\n`;
  if (report.ok) await print([`The ledger is whole: ${entries} checked.\n${key}`]);
  else {
    const findings = report.findings.length === 1 ? '1 finding' : `${report.findings.length} findings`;
    await print([
      `The ledger is NOT whole: ${findings} in ${entries}.\n${key}`,
      'Keep the state folder as it is, as evidence, and tell whoever answers for this station.\n',
    ]);
  }
}

/** Writes pieces to standard output and waits for a slow reader. */
async function print(pieces: Iterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(pieces), process.stdout, { end: false });
  } catch (error) {
    // The reader had enough, as head(1) does.
    if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return;
    throw error;
  }
}

/** Writes a file that is whole or, after an error, not there. */
async function writeOutput(file: string, pieces: Iterable<string>): Promise<void> {
  const temporary = `${file}.${process.pid}.part`;
  try {
    await pipeline(Readable.from(pieces), createWriteStream(temporary, { flags: 'wx', flush: true }));
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof PrestageError || !(error instanceof Error)) throw error;
    throw new PrestageError({
      code: 'usage',
      message: `The file ${shown(file, 512)} cannot be written.`,
      cause: error.message,
      remedy: 'Name a file in a folder where you may write and that has space.',
    });
  }
}

/** Columns set apart by two spaces: no lines, no colours, so that it can be read, grepped and pasted. */
function plainTable(head: string[]): Table.Table {
  const nothing = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
  const chars = { ...nothing, ...edge('top'), ...edge('bottom'), left: '', right: '', middle: '  ' };
  return new Table({
    head,
    chars,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
}

function edge(side: 'top' | 'bottom'): Record<string, string> {
  return { [side]: '', [`${side}-mid`]: '', [`${side}-left`]: '', [`${side}-right`]: '' };
}

function shown(text: string | null, limit: number): string {
  return text === null ? '-' : sanitizeForDisplay(text, limit);
}

/** `2025-11-03 14:05:09` in the station's time zone. */
function localTime(time: string): string {
  const date = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}
