import { readFileSync } from 'node:fs';
import { createPublicKey } from 'node:crypto';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { proofDocumentSchema } from '../../core/ledger/checkpoint';
import { shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import {
  isCareRecord,
  isDriveRecord,
  ledgerEntrySchema,
  subjectOf,
  type LedgerEntry,
} from '../../core/ledger/record';
import { careOutcome } from '../ledger/care-outcome';
import { batched, cannotWrite, isSystemError, writePieces } from '../ledger/export-file';
import { keyFingerprint } from '../ledger/keys';
import { Ledger } from '../ledger/ledger';
import {
  checkExport,
  doneTwice,
  ledgersReportSchema,
  mergedCsv,
  mergedJson,
  nameOf,
  type CheckedExport,
} from '../ledger/merge';
import { LedgerReader } from '../ledger/ledger-reader';
import { checkProofDocument, proofDocument } from '../ledger/proof-document';
import { ExportFinding } from '../ledger/read-export';
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
import { exitCodes } from './exit-codes';
import { details, localTime, type Output } from './output';

/** What `ledger check-proof --json` prints. */
export const checkProofForm = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    /** The proved entry. */
    entry: ledgerEntrySchema,
  }),
  z.strictObject({
    ok: z.literal(false),
    /** Why the proof is not valid. */
    reason: z.string(),
  }),
]);

interface ProveOptions {
  readonly entry: number;
  readonly output?: string;
}
interface CheckOptions {
  readonly trust: readonly string[];
}
interface ReportOptions {
  readonly format: 'json' | 'csv';
  readonly output?: string;
  readonly trust?: readonly string[];
}

/** `prestage ledger prove | check-proof | report`: what a ledger shows to others. */
export function addProofCommands(command: Command): void {
  prints(command.command('prove'), proofDocumentSchema)
    .description('write a proof of one entry, which can be checked without the ledger')
    .addOption(
      new Option('--entry <number>', 'number of the entry').argParser(parseCount).makeOptionMandatory(),
    )
    .option('--output <file>', 'file to write instead of standard output')
    .addOption(stateOption())
    .action(
      commandAction<ProveOptions>(async (context, { entry, output }) => {
        await deliver(context.output, [prove(context, entry)], output);
        return undefined;
      }),
    );
  failsWhen(command.command('check-proof'), 'the proof is not valid')
    .argument('<file>', 'file written by "ledger prove"')
    .description('check a proof of one entry; needs no ledger')
    .addOption(trustOption().makeOptionMandatory())
    .addOption(jsonOption(checkProofForm))
    .action(
      commandAction<CheckOptions>((context, { trust }, [file = '']) => {
        const verdict = checkProofDocument(readInput(file), trustedKeys(trust));
        if (verdict.ok) {
          context.output.result<typeof checkProofForm>({ ok: true, entry: verdict.entry }, () =>
            entryText(verdict.entry),
          );
          return Promise.resolve(exitCodes.good);
        }
        const { reason } = verdict;
        context.output.result<typeof checkProofForm>(
          { ok: false, reason },
          () => `The proof is NOT valid. ${reason}`,
        );
        return Promise.resolve(exitCodes.failed);
      }),
    );
  const report = prints(command.command('report'), ledgersReportSchema);
  failsWhen(report, 'a ledger is not intact, or its key is not trusted; nothing was written')
    .argument('<file...>', 'files written by "ledger export --format json", one per station')
    .description('merge the ledgers of several stations into one list, by time')
    .addOption(new Option('--format <format>', 'format').choices(['json', 'csv']).makeOptionMandatory())
    .addOption(trustOption())
    .option('--output <file>', 'file to write instead of standard output')
    .action(
      commandAction<ReportOptions>(async ({ output }, { format, trust, output: file }, files) => {
        const exports = checkExports(output, files, trust === undefined ? null : trustedKeys(trust));
        if (exports === null) return exitCodes.failed;
        try {
          const pieces = format === 'csv' ? mergedCsv(exports) : mergedJson(exports);
          await deliver(output, batched(pieces), file);
        } catch (error) {
          if (!(error instanceof ExportFinding)) throw error;
          output.message(`finding: ${error.message}`);
          return exitCodes.failed;
        }
        return undefined;
      }),
    );
}

/** `--trust KEY`, given once or more. */
export function trustOption(): Option {
  const collect = (value: string, before: readonly string[] | undefined): string[] => [
    ...(before ?? []),
    value,
  ];
  return new Option(
    '--trust <key>',
    'fingerprint of the station key, or a file with the public key',
  ).argParser(collect);
}

/** Fingerprints of the keys that were given. @throws PrestageError usage */
export function trustedKeys(given: readonly string[]): ReadonlySet<string> {
  return new Set(
    given.map((value) => (/^[0-9a-fA-F]{64}$/.test(value) ? value.toLowerCase() : fingerprintOfFile(value))),
  );
}

function fingerprintOfFile(file: string): string {
  const pem = readInput(file).toString('utf8');
  try {
    // A private key would do too; it is not for handing around.
    if (!pem.includes('PUBLIC KEY')) throw new Error('it contains no public key');
    return keyFingerprint(createPublicKey(pem));
  } catch (error) {
    throw new PrestageError({
      code: 'usage',
      message: `${shownPath(file)} is neither a fingerprint nor a public key.`,
      cause: error instanceof Error ? error.message : null,
      remedy: 'Give 64 hexadecimal digits, as shown by "prestage ledger verify", or a file in PEM format.',
    });
  }
}

/** @throws PrestageError usage when the file cannot be read */
export function readInput(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw isSystemError(error) ? cannotRead(file, error) : error;
  }
}

function cannotRead(file: string, error: Error): PrestageError {
  return new PrestageError({
    code: 'usage',
    message: `The file ${shownPath(file)} cannot be read.`,
    cause: error.message,
    remedy: 'Choose a file that exists and that you can read.',
  });
}

function prove({ stateDirectory }: CommandContext, sequence: number): string {
  requireStateDirectory(stateDirectory);
  const paths = statePaths(stateDirectory, { make: false });
  const reader = LedgerReader.openForReading(paths);
  const entries = reader.count();
  reader.close();
  // Only now for writing, because that would begin a ledger where there is none.
  if (sequence > entries) {
    throw new PrestageError({
      code: 'record-not-found',
      message: `The ledger has no entry ${sequence}.`,
    });
  }
  const ledger = Ledger.open(paths);
  try {
    const [proof] = ledger.proofs([sequence]);
    if (proof === undefined || ledger.publicKey === null) throw new Error('a proof without a key');
    return proofDocument(proof, ledger.publicKey);
  } finally {
    ledger.close();
  }
}

async function deliver(output: Output, pieces: Iterable<string>, file: string | undefined): Promise<void> {
  if (file !== undefined) {
    await writePieces(pieces, file);
    return;
  }
  await output.stream(pieces).catch((error: unknown) => {
    throw isSystemError(error) ? cannotWrite('Standard output', error, null) : error;
  });
}

function entryText(entry: LedgerEntry): string {
  const { record } = entry;
  const machine =
    record.kind === 'machine-ended'
      ? record.machineSerial
      : isDriveRecord(record)
        ? subjectOf(record).machineSerial
        : null;
  // The kind alone would sound as if it had been done.
  const state = isCareRecord(record) ? careOutcome(record).result : 'end' in record ? record.end.state : null;
  const drive = 'drive' in record ? record.drive : isDriveRecord(record) ? subjectOf(record).drive : null;
  return [
    'The proof is valid.',
    details([
      ['entry', String(entry.sequence)],
      ['time', localTime(new Date(entry.time))],
      ['station', entry.station.name],
      ['operator', entry.operator],
      ['what', state === null ? record.kind : `${record.kind}, ${state}`],
      ['machine', machine],
      ['drive', drive === null ? null : (drive.serial ?? drive.id)],
      ['station key', entry.station.keyFingerprint],
    ]),
  ].join('\n');
}

/** @returns null when one is in doubt; everything that is was said then */
function checkExports(
  output: Output,
  files: readonly string[],
  trusted: ReadonlySet<string> | null,
): CheckedExport[] | null {
  const checked: CheckedExport[] = [];
  let findings = 0;
  const finding = (file: string, what: string): void => {
    findings += 1;
    output.message(`finding: ${file}: ${what}`);
  };
  for (const [index, file] of files.entries()) {
    try {
      const one = checkExport(file, index);
      const { keyFingerprint: key } = one.station;
      if (trusted !== null && !trusted.has(key)) finding(file, `The key ${key} is not trusted.`);
      if (checked.some(({ station }) => station.keyFingerprint === key)) throw sameStation(file);
      checked.push(one);
    } catch (error) {
      if (error instanceof ExportFinding) finding(file, error.message);
      else throw isSystemError(error) ? cannotRead(file, error) : error;
    }
  }
  if (findings > 0) {
    output.message('Nothing was written: every ledger must be intact.');
    return null;
  }
  for (const { station } of checked) {
    const compared = trusted === null ? ' The key was not compared: give the trusted key with --trust.' : '';
    output.message(
      `${nameOf(station)}: ${station.entries} entries, key ${station.keyFingerprint}.${compared}`,
    );
  }
  for (const [serial, where] of doneTwice(checked)) {
    const names = where.flatMap((index) => checked[index]?.station ?? []).map(nameOf);
    output.message(`note: Machine ${serial} was finished at more than one station: ${names.join(', ')}.`);
  }
  return checked;
}

function sameStation(file: string): PrestageError {
  return new PrestageError({
    code: 'usage',
    message: `The file ${shownPath(file)} is from the same station as an earlier file.`,
    remedy: 'Give only the newest export of each station.',
  });
}
