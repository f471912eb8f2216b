import { Command, Option } from 'commander';
import { z } from 'zod';
import { sanitizeForDisplay, shownPath } from '../../core/base/display';
import { ledgerExportSchema } from '../ledger/export';
import { cannotWrite, exportPieces, exportToFile, isSystemError } from '../ledger/export-file';
import { LedgerReader } from '../ledger/ledger-reader';
import { entrySummarySchema, summarizeEntry, type EntrySummary } from '../ledger/entry-summary';
import { ledgerReportSchema, type LedgerReport, type VerifyOptions } from '../ledger/verify-ledger';
import { requireStateDirectory, statePaths } from '../state/state-paths';
import {
  commandAction,
  failsWhen,
  jsonOption,
  parseCount,
  prints,
  stateOption,
  type CommandContext,
} from './command-context';
import { requireNewFile, writeEraseCertificate } from './certificate-file';
import { addProofCommands } from './proof-commands';
import { exitCodes } from './exit-codes';
import { localTime, table, type Cell } from './output';
import { counted } from '../../core/base/plurals';

/** What `ledger certificate --json` prints. */
export const certificateForm = z.strictObject({
  /** The entry that was asked for. */
  entry: z.int().positive(),
  /** The PDF file that was written. */
  file: z.string(),
});

/** What `ledger list --json` prints. */
export const ledgerListForm = z.strictObject({
  /** The newest last. */
  entries: z.array(entrySummarySchema),
});

interface ListOptions {
  readonly last?: number;
}
interface ExportOptions {
  readonly format: 'json' | 'csv';
  readonly output?: string;
}

interface CertificateOptions {
  readonly entry: number;
  readonly output: string;
}

/** `prestage ledger list | verify | export | certificate`, and those of proof-commands.ts. */
export function ledgerCommand(): Command {
  const command = new Command('ledger').description('show, check and export the record of all work');
  command
    .command('list')
    .description('list the entries, newest last')
    .option('--last <count>', 'only the newest entries', parseCount)
    .addOption(stateOption())
    .addOption(jsonOption(ledgerListForm))
    .action(
      commandAction<ListOptions>(async (context, { last }) => {
        const entries = await withLedger(context, (ledger) =>
          Array.from(last === undefined ? ledger.entries() : ledger.lastEntries(last), summarizeEntry),
        );
        context.output.result<typeof ledgerListForm>({ entries }, () => listText(entries));
        return undefined;
      }),
    );
  failsWhen(command.command('verify'), 'the ledger is not intact')
    .description('find every changed, missing or reordered entry')
    .option('--every-signature', 'check every signature, even if a signed checkpoint covers it')
    .addOption(stateOption())
    .addOption(jsonOption(ledgerReportSchema))
    .action(
      commandAction<VerifyOptions>(async (context, { everySignature = false }) => {
        const { output } = context;
        const report = await withLedger(context, (ledger) => ledger.verify({ everySignature }));
        for (const { code, message } of report.findings) output.message(`${code}: ${message}`);
        for (const { message } of report.notes) output.message(`note: ${message}`);
        output.result<typeof ledgerReportSchema>(report, () => reportText(report));
        return report.ok ? exitCodes.good : exitCodes.failed;
      }),
    );
  prints(command.command('export'), ledgerExportSchema)
    .description('export the ledger for other programs')
    .addOption(new Option('--format <format>', 'format').choices(['json', 'csv']).makeOptionMandatory())
    .option('--output <file>', 'file to write instead of standard output')
    .addOption(stateOption())
    .action(
      commandAction<ExportOptions>(async (context, { format, output: file }) => {
        await withLedger(context, async (ledger) => {
          if (file !== undefined) exportToFile(ledger, format, file);
          else {
            const pieces = exportPieces(ledger, format);
            await context.output.stream(pieces).catch((error: unknown) => {
              throw isSystemError(error) ? cannotWrite('Standard output', error, null) : error;
            });
          }
        });
        return undefined;
      }),
    );
  command
    .command('certificate')
    .description('write the certificate of a drive that was erased for no machine, as PDF')
    .addOption(
      new Option('--entry <number>', 'number of the entry that recorded the erase')
        .argParser(parseCount)
        .makeOptionMandatory(),
    )
    .requiredOption('--output <file>', 'PDF file to write')
    .addOption(stateOption())
    .addOption(jsonOption(certificateForm))
    .action(
      commandAction<CertificateOptions>(async (context, { entry, output: file }) => {
        requireNewFile(file);
        await withLedger(context, (ledger) => writeEraseCertificate(ledger, entry, file));
        context.output.result<typeof certificateForm>(
          { entry, file },
          () => `Certificate of entry ${entry}: ${shownPath(file)}`,
        );
        return undefined;
      }),
    );
  addProofCommands(command);
  return command;
}

/** Opens the ledger for looking only. @throws PrestageError state-unavailable, ledger-… */
export async function withLedger<T>(
  { stateDirectory }: CommandContext,
  work: (ledger: LedgerReader) => T | Promise<T>,
): Promise<T> {
  requireStateDirectory(stateDirectory);
  const ledger = LedgerReader.openForReading(statePaths(stateDirectory, { make: false }));
  try {
    return await work(ledger);
  } finally {
    ledger.close();
  }
}

function listText(entries: readonly EntrySummary[]): string {
  if (entries.length === 0) return 'The ledger is empty.';
  const columns = ['ENTRY', 'TIME', 'MACHINE', 'DRIVE', 'RESULT', 'REASON', 'HASH'].map((title) => ({
    title,
  }));
  return table(columns, entries.map(listRow));
}

function listRow({ sequence, time, machineSerial, drive, result, reason, hash }: EntrySummary): Cell[] {
  return [
    String(sequence),
    time === null ? null : localTime(new Date(time)),
    machineSerial,
    drive?.serial ?? drive?.path ?? null,
    result,
    reason === null ? null : sanitizeForDisplay(`${reason.code}: ${reason.message}`, 100),
    hash.slice(0, 12),
  ];
}

function reportText({ ok, entries, findings, keyFingerprint }: LedgerReport): string {
  const looked = counted(entries, 'entry', 'entries');
  const found = counted(findings.length, 'finding', 'findings');
  return [
    ok ? `The ledger is intact: ${looked} checked.` : `The ledger is NOT intact: ${found} in ${looked}.`,
    ...(keyFingerprint === null ? [] : [`Station key ${keyFingerprint}`]),
    ...(ok
      ? []
      : ['Keep the state folder unchanged as evidence, and tell the person responsible for this station.']),
  ].join('\n');
}
