import { Command } from 'commander';
import { formatBytes, shownPath } from '../../core/base/display';
import { statePaths } from '../state/state-paths';
import { makeSupportBundle, supportReportSchema, type SupportReport } from '../support/support-bundle';
import { benchOption, commandAction, jsonOption, stateOption } from './command-context';

interface SupportOptions {
  readonly bench?: string;
  readonly withCrashDumps?: boolean;
}

/**
 * `prestage support bundle FILE.zip`: what whoever helps the station wants to see.
 * @param version of Prestage
 */
export function supportCommand(version: string): Command {
  const command = new Command('support').description('collect what helps to find out what went wrong');
  command
    .command('bundle')
    .description('put log, versions, settings and drives into one ZIP file, without keys and passwords')
    .argument('<file>', 'ZIP file to make; it must not exist yet')
    .option('--with-crash-dumps', 'also the crash dumps of the app, which hold parts of its memory')
    .addOption(benchOption())
    .addOption(stateOption())
    .addOption(jsonOption(supportReportSchema))
    .action(
      commandAction<SupportOptions>(async ({ helpers, output, stateDirectory }, options, [file = '']) => {
        const report = await makeSupportBundle({
          paths: statePaths(stateDirectory, { make: false }),
          file,
          versions: { prestage: version, node: process.versions.node },
          helpers,
          benchDirectory: options.bench ?? null,
          withCrashDumps: options.withCrashDumps === true,
        });
        output.result<typeof supportReportSchema>(report, () => reportText(report));
        return undefined;
      }),
    );
  return command;
}

function reportText({ file, bytes, holds, leavesOut }: SupportReport): string {
  const list = (lines: readonly string[]): string => lines.map((line) => `  ${line}`).join('\n');
  return [
    `${shownPath(file)} (${formatBytes(bytes)})`,
    `In it:\n${list(holds)}`,
    `Not in it:\n${list(leavesOut)}`,
    'Look through it before you send it.',
  ].join('\n');
}
