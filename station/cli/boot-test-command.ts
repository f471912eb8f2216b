import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { firmwareTrusts, type FirmwareTrust } from '../../core/boot/loader-choice';
import { formatDuration } from '../../core/base/display';
import { driveLabel, placeOf, type Drive } from '../../core/drive/drive';
import { PrestageError } from '../../core/base/errors';
import { bootTestVerdictSchema, type BootTestSettings } from '../../core/job/boot-test';
import { requireDrive } from '../drives/finished-drive';
import { bootTest, bootTestFailed, type BootTestReport } from '../jobs/run-boot-test';
import {
  benchOption,
  commandAction,
  failsWhen,
  jsonOption,
  parseCount,
  stateOption,
  type CommandContext,
} from './command-context';
import { exitCodes } from './exit-codes';
import { joinRack } from './join-rack';
import { operatorOf, operatorOption } from './operator-option';
import type { JsonDocument } from './output';
import { withStation, type StationContext } from './station-context';

/** What `rehearse --json` prints. */
export const bootTestForm = z.strictObject({
  /** ID of the drive. */
  drive: z.string(),
  machineSerial: z.string(),
  ...bootTestVerdictSchema.shape,
  /** PNG of the display at the end, absolute; null when there was no display. */
  pictureFile: z.string().nullable(),
  /** Number of the entry that recorded it. */
  ledgerEntry: z.int().positive(),
});
type BootTestDocument = JsonDocument<typeof bootTestForm>;

interface BootTestOptions {
  readonly drive: string;
  readonly bench?: string;
  readonly operator?: string;
  readonly sign?: string;
  readonly seconds?: number;
  readonly secureBoot?: true;
  readonly firmwareKeys?: FirmwareTrust;
}

/** `prestage rehearse`: starts a finished drive in a virtual machine. */
export function bootTestCommand(): Command {
  return failsWhen(new Command('rehearse'), 'the drive did not boot')
    .description('boot test: boot a finished drive in a virtual machine, and record whether it boots')
    .requiredOption('--drive <id>', 'drive to test; it is only read')
    .addOption(benchOption())
    .option(
      '--sign <text>',
      'text on the serial console that shows that it has booted (default: from the settings)',
    )
    .option('--seconds <n>', 'time limit in seconds (default: from the settings)', parseCount)
    .option('--secure-boot', 'use firmware with Secure Boot on and Microsoft’s keys')
    .addOption(
      new Option(
        '--firmware-keys <years>',
        "with Secure Boot on, trust only Microsoft's certificates of these years (default: from the settings, or those that the package ovmf comes with)",
      ).choices(firmwareTrusts),
    )
    .addOption(operatorOption())
    .addOption(stateOption())
    .addOption(jsonOption(bootTestForm))
    .action(
      commandAction<BootTestOptions>(async (context, options) => {
        const operator = operatorOf(options.operator);
        return await withStation(context, operator, async (station) => {
          const { helpers, output, signal } = context;
          const benchDirectory = options.bench === undefined ? null : resolve(options.bench);
          joinRack(context);
          const drive = await requireDrive(options.drive, benchDirectory, helpers, signal);
          const { sign, seconds, secureBoot, firmwareKeys } = station.settings.rehearsal;
          const keys = options.firmwareKeys ?? firmwareKeys;
          const report = await bootTestShown(
            drive,
            benchDirectory,
            {
              sign: options.sign === undefined ? sign : { kind: 'console', text: options.sign },
              seconds: options.seconds ?? seconds,
              secureBoot: options.secureBoot ?? (options.firmwareKeys !== undefined || secureBoot),
              ...(keys === undefined ? {} : { firmwareKeys: keys }),
            },
            context,
            station,
          );
          output.result<typeof bootTestForm>(documentOf(drive, report), () => textOf(drive, report));
          if (report.verdict.passed) return exitCodes.good;
          output.failure(bootTestFailed(drive, report.verdict));
          return exitCodes.failed;
        });
      }),
    );
}

async function bootTestShown(
  drive: Drive,
  benchDirectory: string | null,
  settings: Omit<BootTestSettings, 'firstOfBatch'>,
  { helpers, output, signal }: CommandContext,
  { paths, ledger, append }: Pick<StationContext, 'paths' | 'ledger' | 'append'>,
): Promise<BootTestReport> {
  return await bootTest(
    { drive, benchDirectory, settings },
    {
      ...{ helpers, ledger, paths, append, signal },
      onTask: ({ phase }) => {
        // Seconds, not bytes: nothing to show as a bar.
        output.progress.task(placeOf(drive), { phase, done: 0, total: 0 });
      },
    },
  );
}

function documentOf(
  drive: Drive,
  { machineSerial, verdict, pictureFile, ledgerEntry }: BootTestReport,
): BootTestDocument {
  return { drive: drive.id, machineSerial, ...verdict, pictureFile, ledgerEntry };
}

function textOf(drive: Drive, { verdict, pictureFile }: BootTestReport): string {
  return (
    `The ${driveLabel(drive)} ${verdict.passed ? 'boots' : 'does not boot'}: ${verdict.what}; ` +
    `${formatDuration(verdict.seconds)}. Picture: ${pictureFile ?? 'none'}`
  );
}

/** What became of the rehearsal that follows a batch. Its drives are written and recorded, whatever it says. */
export interface BatchBootTest {
  /** For the JSON document; null when it could not be tried. */
  readonly document: BootTestDocument | null;
  readonly text: string;
  /** The drive did not start, or could not be tried, or it was cancelled. */
  readonly failure: PrestageError | null;
}

/** Boot tests the first drive of a batch as the settings say. */
export async function bootTestFirst(
  drive: Drive,
  benchDirectory: string | null,
  context: CommandContext,
  station: Pick<StationContext, 'paths' | 'settings' | 'ledger' | 'append'>,
): Promise<BatchBootTest> {
  try {
    const report = await bootTestShown(drive, benchDirectory, station.settings.rehearsal, context, station);
    return {
      document: documentOf(drive, report),
      text: textOf(drive, report),
      failure: report.verdict.passed ? null : bootTestFailed(drive, report.verdict),
    };
  } catch (error) {
    if (!(error instanceof PrestageError)) throw error;
    return { document: null, text: 'The boot test of the first drive was not run.', failure: error };
  }
}
