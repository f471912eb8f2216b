import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { formatBytes } from '../../core/base/display';
import { driveLabel, driveSchema, placeOf, type Drive } from '../../core/drive/drive';
import { benchOption, commandAction, jsonOption } from './command-context';
import { table, type Column } from './output';

/** What `drives --json` prints. */
export const drivesForm = z.strictObject({ drives: z.array(driveSchema) });

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
  { title: 'REASONS' },
];

/** `prestage drives`: every drive with its verdict. */
export function drivesCommand(): Command {
  return new Command('drives')
    .description('list the drives and show which can be written')
    .addOption(benchOption())
    .addOption(jsonOption(drivesForm))
    .action(
      commandAction<DrivesOptions>(async ({ helpers, signal, output }, { bench }) => {
        const client = await helpers.plain();
        const benchDirectory = bench === undefined ? null : resolve(bench);
        const { drives } = await client.call(
          'listDrives',
          { benchDirectory, protectedPaths: [] },
          { signal },
        );
        output.result<typeof drivesForm>({ drives }, () => drivesText(drives));
        return undefined;
      }),
    );
}

/** The table of drives, and what must be known of some of them. */
export function drivesText(drives: readonly Drive[]): string {
  if (drives.length === 0) return 'There are no drives.';
  const rows = drives.map((drive) => [
    placeOf(drive),
    drive.id,
    drive.model,
    drive.serial,
    formatBytes(drive.size),
    String(drive.logicalSectorSize),
    drive.bus,
    drive.verdict,
    drive.reasons.flatMap(({ message, release }) => [message, ...(release === undefined ? [] : [release])]),
  ]);
  const notes = drives.flatMap((drive) =>
    drive.notes.map(({ message }) => `note: ${driveLabel(drive)}: ${message}`),
  );
  return [table(columns, rows), ...(notes.length === 0 ? [] : ['', ...notes])].join('\n');
}
