import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { formatBytes } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { driveLabel, driveSchema, placeOf, type Drive } from '../../core/drive/drive';
import { drivePastSchema } from '../../core/ledger/drive-past';
import { pastWords } from '../../core/ledger/past-words';
import { chooseMethod, hiddenNote } from '../../core/sanitise/choose';
import { abilitiesSchema, methodWords, type Abilities } from '../../core/sanitise/methods';
import { attachedPast } from '../drives/finished-drive';
import { readAbilitiesOf } from '../drives/read-abilities';
import { LedgerReader } from '../ledger/ledger-reader';
import { statePaths } from '../state/state-paths';
import { benchOption, commandAction, jsonOption, stateOption, type CommandContext } from './command-context';
import { table, type Column } from './output';

/** What `drives --json` prints. */
export const drivesForm = z.strictObject({
  drives: z.array(
    z.strictObject({
      ...driveSchema.shape,
      /** What the ledger of this station tells of the drive; null: the ledger cannot be read. */
      past: drivePastSchema.nullable(),
      /** How it can be erased, and what it hides; only with --erase, and of drives that can be written. */
      erase: abilitiesSchema.optional(),
    }),
  ),
});
type ListedDrive = z.infer<typeof drivesForm>['drives'][number];

interface DrivesOptions {
  readonly erase?: true;
  readonly bench?: string;
}

const columns: readonly Column[] = [
  { title: 'BAY' },
  { title: 'ID' },
  { title: 'MODEL' },
  { title: 'SERIAL' },
  { title: 'SIZE', align: 'right' },
  { title: 'SECTOR', align: 'right' },
  { title: 'BUS' },
  { title: 'VERDICT' },
  { title: 'PAST' },
  { title: 'REASONS' },
];

/** `prestage drives`: every drive with its verdict. */
export function drivesCommand(): Command {
  return new Command('drives')
    .description('list the drives and show which can be written')
    .addOption(benchOption())
    .option(
      '--erase',
      'also ask each drive how it can be erased and what it hides (administrator rights for real drives)',
    )
    .addOption(stateOption())
    .addOption(jsonOption(drivesForm))
    .action(
      commandAction<DrivesOptions>(async ({ helpers, signal, output, stateDirectory }, { bench, erase }) => {
        const client = await helpers.plain();
        const benchDirectory = bench === undefined ? null : resolve(bench);
        const { drives } = await client.call(
          'listDrives',
          { benchDirectory, protectedPaths: [] },
          { signal },
        );
        const { listed, problem } = withPasts(drives, stateDirectory);
        if (problem !== null) output.message(`note: what the drives hold is not known: ${problem}`);
        const shown = erase === true ? await withErase(listed, helpers, benchDirectory, signal) : listed;
        output.result<typeof drivesForm>({ drives: shown }, () => drivesText(shown));
        return undefined;
      }),
    );
}

/** Asks the drives that can be written how they can be erased. What one hides becomes a note. */
async function withErase(
  drives: readonly ListedDrive[],
  helpers: CommandContext['helpers'],
  benchDirectory: string | null,
  signal: AbortSignal,
): Promise<ListedDrive[]> {
  const asked = drives.filter(({ verdict }) => verdict === 'eligible');
  const told = await readAbilitiesOf(asked, helpers, benchDirectory, signal);
  return drives.map((drive) => {
    const erase = told[asked.indexOf(drive)];
    if (erase === undefined) return drive;
    const hidden = hiddenNote(erase.hidden);
    const notes = [...erase.notKnown, ...(hidden === null ? [] : [hidden])];
    return {
      ...drive,
      erase,
      notes: [...drive.notes, ...notes.map((message) => ({ code: 'hidden-area' as const, message }))],
    };
  });
}

/** What the ledger tells of the drives. One that cannot be read is no reason not to list them. */
function withPasts(
  drives: readonly Drive[],
  stateDirectory: string | null,
): { readonly listed: ListedDrive[]; readonly problem: string | null } {
  let ledger: LedgerReader | null = null;
  try {
    ledger = LedgerReader.openForReading(statePaths(stateDirectory, { make: false }));
    const reader = ledger;
    return {
      listed: drives.map((drive) => ({ ...drive, past: attachedPast(drive, reader) })),
      problem: null,
    };
  } catch (error) {
    if (!(error instanceof PrestageError)) throw error;
    return { listed: drives.map((drive) => ({ ...drive, past: null })), problem: error.message };
  } finally {
    ledger?.close();
  }
}

/** The table of drives, and what must be known of some of them. */
export function drivesText(drives: readonly ListedDrive[]): string {
  if (drives.length === 0) return 'There are no drives.';
  const anyPast = drives.some(({ past }) => past !== null && pastWords(past).length > 0);
  const shown = columns.filter(({ title }) => anyPast || title !== 'PAST');
  const rows = drives.map((drive) => [
    placeOf(drive),
    drive.id,
    drive.model,
    drive.serial,
    formatBytes(drive.size),
    String(drive.logicalSectorSize),
    drive.bus,
    drive.verdict,
    ...(anyPast ? [drive.past === null ? [] : pastWords(drive.past)] : []),
    drive.reasons.flatMap(({ message, release }) => [message, ...(release === undefined ? [] : [release])]),
  ]);
  const notes = drives.flatMap((drive) =>
    drive.notes.map(({ message }) => `note: ${driveLabel(drive)}: ${message}`),
  );
  const erase = drives.flatMap((drive) => (drive.erase === undefined ? [] : [eraseLine(drive, drive.erase)]));
  return [
    table(shown, rows),
    ...(erase.length === 0 ? [] : ['', ...erase]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');
}

/** How a drive would be erased, or why it would not. */
function eraseLine(drive: Drive, abilities: Abilities): string {
  try {
    const method = chooseMethod(drive, abilities, null);
    return `erase: ${driveLabel(drive)}: ${methodWords(method, abilities.hidden)}`;
  } catch (error) {
    if (!(error instanceof PrestageError)) throw error;
    return `erase: ${error.message} ${error.data.remedy}`;
  }
}
