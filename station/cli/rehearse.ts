import { resolve } from 'node:path';
import { Command } from 'commander';
import { formatDuration, sanitizeForDisplay } from '../../core/display';
import { driveLabel, placeOf } from '../../core/drive';
import { requireDrive, requireFinishedJob } from '../finished-drive';
import { defaultOperator } from '../open-station';
import { rehearse, rehearsalFailed } from '../rehearse';
import { benchOption, commandAction, jsonOption, parseCount, stateOption } from './context';
import { exitCodes } from './exit-codes';
import { withStation } from './station-context';

interface RehearseOptions {
  readonly drive: string;
  readonly bench?: string;
  readonly operator?: string;
  readonly sign?: string;
  readonly seconds?: number;
  readonly secureBoot?: true;
}

/** `prestage rehearse`: starts a finished drive in a virtual machine. */
export function rehearseCommand(): Command {
  return new Command('rehearse')
    .description('start a finished drive in a virtual machine, and record whether it starts')
    .requiredOption('--drive <id>', 'the drive; it is only read')
    .addOption(benchOption())
    .option(
      '--sign <text>',
      'text on the serial console that says it has started; the default is in the settings',
    )
    .option('--seconds <n>', 'how long to wait for the sign', parseCount)
    .option('--secure-boot', 'firmware with Secure Boot on and Microsoft’s keys')
    .option('--operator <name>', 'who does it; the default is the user')
    .addOption(stateOption())
    .addOption(jsonOption())
    .action(
      commandAction<RehearseOptions>(async (context, options) => {
        const operator = sanitizeForDisplay(options.operator ?? defaultOperator(), 200);
        return await withStation(context, operator, async ({ places, settings, ledger, append }) => {
          const { engines, output, signal } = context;
          const benchDirectory = options.bench === undefined ? null : resolve(options.bench);
          const drive = await requireDrive(options.drive, benchDirectory, engines, signal);
          const job = requireFinishedJob(drive, ledger);
          const { sign, seconds, secureBoot } = settings.rehearsal;
          const { verdict, pictureFile, ledgerEntry } = await rehearse(
            {
              ...{ drive, job, benchDirectory },
              settings: {
                sign: options.sign === undefined ? sign : { kind: 'console', text: options.sign },
                seconds: options.seconds ?? seconds,
                secureBoot: options.secureBoot ?? secureBoot,
              },
            },
            {
              ...{ engines, ledger, places, append, signal },
              onTask: ({ phase }) => {
                // Seconds, not bytes: nothing to show as a bar.
                output.progress.task(placeOf(drive), { phase, done: 0, total: 0 });
              },
            },
          );
          output.result(
            { drive: drive.id, machineSerial: job.machineSerial, ...verdict, pictureFile, ledgerEntry },
            () =>
              `The ${driveLabel(drive)} ${verdict.passed ? 'starts' : 'does not start'}: ${verdict.what}; ` +
              `${formatDuration(verdict.seconds)}. Picture: ${pictureFile ?? 'none'}`,
          );
          if (verdict.passed) return exitCodes.good;
          output.failure(rehearsalFailed(drive, verdict));
          return exitCodes.failed;
        });
      }),
    );
}
