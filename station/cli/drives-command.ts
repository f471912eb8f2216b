import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { formatBytes } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { driveLabel, driveSchema, placeOf, type Drive } from '../../core/drive/drive';
import { drivePastSchema } from '../../core/ledger/drive-past';
import { pastWords } from '../../core/ledger/past-words';
import { attachedPast } from '../drives/finished-drive';
import { LedgerReader } from '../ledger/ledger-reader';
import { statePaths } from '../state/state-paths';
import { benchOption, commandAction, jsonOption, stateOption } from './command-context';
import { table, type Column } from './output';

/** What `drives --json` prints. */
export const drivesForm = z.strictObject({
  drives: z.array(
    z.strictObject({
      ...driveSchema.shape,
      /** What the ledger of this station tells of the drive; null: the ledger cannot be read. */
      past: drivePastSchema.nullable(),
    }),
  ),
});
type ListedDrive = z.infer<typeof drivesForm>['drives'][number];

interface DrivesOptions {
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
    .addOption(stateOption())
    .addOption(jsonOption(drivesForm))
    .action(
      commandAction<DrivesOptions>(async ({ helpers, signal, output, stateDirectory }, { bench }) => {
        const client = await helpers.plain();
        const benchDirectory = bench === undefined ? null : resolve(bench);
        const { drives } = await client.call(
          'listDrives',
          { benchDirectory, protectedPaths: [] },
          { signal },
        );
        const { listed, problem } = withPasts(drives, stateDirectory);
        if (problem !== null) output.message(`note: what the drives hold is not known: ${problem}`);
        output.result<typeof drivesForm>({ drives: listed }, () => drivesText(listed));
        return undefined;
      }),
    );
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
  return [table(shown, rows), ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
}
