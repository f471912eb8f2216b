import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { formatBytes, formatDuration, formatRate } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { arrangeBays, withBayLabels } from '../../core/drive/bays';
import { driveLabel, placeOf, type Drive } from '../../core/drive/drive';
import type { DriveHealth } from '../../core/health/health';
import { judgeHealth, type HealthRule } from '../../core/health/health-rules';
import { findingWords, healthRows, wordTexts } from '../../core/health/health-words';
import { sizeCheckSchema, sizeWords, type SizeCheck } from '../../core/health/size-check';
import { listFor, requireListed } from '../drives/finished-drive';
import { readHealthOf } from '../drives/read-health';
import { protectedPlaces } from '../library/protected-places';
import { checkDriveSize, requireCheckable, sizeFailure, type SizeReport } from '../jobs/check-drive-size';
import { askErase, isTerminal } from './apply-questions';
import {
  benchOption,
  commandAction,
  failsWhen,
  jsonOption,
  stateOption,
  type CommandContext,
} from './command-context';
import { healthForm, healthOf } from './drives-health';
import { exitCodes } from './exit-codes';
import { joinRack } from './join-rack';
import { operatorOf, operatorOption } from './operator-option';
import { details } from './output';
import { withStation } from './station-context';

/** What `drives check --json` prints. */
export const driveCheckForm = z.strictObject({
  /** ID of the drive. */
  drive: z.string(),
  health: healthForm,
  /** Null without --full. */
  size: sizeCheckSchema.nullable(),
  /** Number of the entry that recorded the check of the size; null without --full. */
  ledgerEntry: z.int().positive().nullable(),
});

interface CheckOptions {
  readonly drive: string;
  readonly full?: true;
  readonly bench?: string;
  readonly operator?: string;
  readonly yes?: true;
}

/** `prestage drives check`: the health of one drive, and with --full its real size. */
export function drivesCheckCommand(): Command {
  return failsWhen(
    new Command('check'),
    'the health of the drive is bad, or it holds less than the size it reports',
  )
    .description('read the health of a drive; with --full, find out its real size, which erases it')
    .requiredOption('--drive <id>', 'drive, by its ID')
    .option('--full', 'write marks over the whole drive and read them back: erases it, and takes hours')
    .addOption(benchOption())
    .addOption(operatorOption())
    .addOption(stateOption())
    .option('--yes', 'do not ask before erasing')
    .addOption(jsonOption(driveCheckForm))
    .action(
      commandAction<CheckOptions>(async (context, options) => {
        const operator = operatorOf(options.operator);
        return await withStation(context, operator, async ({ paths, settings, ledger, append }) => {
          const { helpers, output, signal } = context;
          const benchDirectory = options.bench === undefined ? null : resolve(options.bench);
          const protectedPaths = protectedPlaces(paths, settings);
          joinRack(context);
          const drives = await listFor(options.drive, { benchDirectory, protectedPaths }, helpers, signal);
          const { bays } = settings.desk;
          const listed = bays.length === 0 ? drives : withBayLabels(drives, arrangeBays(bays, drives));
          const drive =
            options.full === true
              ? requireCheckable(options.drive, listed, ledger)
              : // Health is read of any drive that is listed, also of one in use.
                requireListed(options.drive, listed);
          const [health] = await readHealthOf([drive], helpers, benchDirectory, signal);
          const told: DriveHealth = health ?? { known: false, reason: 'the helper did not tell it' };
          const { rules } = settings.health;
          let report: SizeReport | null = null;
          if (options.full === true) {
            if (options.yes !== true) await confirmCheck(drive, context);
            report = await checkDriveSize(drive, benchDirectory, {
              ...{
                helpers,
                ledger,
                append,
                paths,
                stallSeconds: settings.stallSeconds,
                protectedPaths,
                signal,
              },
              onTask: (progress) => {
                output.progress.task(placeOf(drive), progress);
              },
            });
          }
          output.result<typeof driveCheckForm>(
            {
              drive: drive.id,
              health: healthOf(told, rules),
              size: report?.check ?? null,
              ledgerEntry: report?.ledgerEntry ?? null,
            },
            () => checkText(drive, told, rules, report),
          );
          const failure = report === null ? null : sizeFailure(drive, report.check);
          if (failure !== null) output.failure(failure);
          const bad = judgeHealth(told, rules).word === 'bad';
          return failure === null && !bad ? undefined : exitCodes.failed;
        });
      }),
    );
}

/** @throws PrestageError not-confirmed, cancelled */
async function confirmCheck(drive: Drive, { output, signal }: CommandContext): Promise<void> {
  if (!isTerminal()) {
    throw new PrestageError({
      code: 'not-confirmed',
      message: 'There is no terminal to confirm that the drive will be erased.',
      remedy: 'Nothing was touched. Run it in a terminal, or check the drive and add --yes.',
    });
  }
  const what = [drive.model ?? 'unknown model', formatBytes(drive.size), ...drive.contents].join(', ');
  const text = `Everything on the ${driveLabel(drive)} will be erased: ${what}.\nAll of it is written and read once; cancelling leaves it erased as well.`;
  await askErase(text, output, signal);
}

function checkText(
  drive: Drive,
  health: DriveHealth,
  rules: readonly HealthRule[],
  report: SizeReport | null,
): string {
  const { word, findings } = judgeHealth(health, rules);
  const told = findings.filter(({ act }) => act !== 'records').map(findingWords);
  return details([
    ['drive', `${driveLabel(drive)}, ${drive.model ?? 'unknown model'}, ${formatBytes(drive.size)}`],
    ['health', health.known ? [wordTexts[word], ...told].join('; ') : `not known: ${health.reason}`],
    ...(health.known ? healthRows(health).map(([name, value]) => [name.toLowerCase(), value] as const) : []),
    ...(report === null ? [] : sizeRows(report.check)),
    ...(report === null ? [] : [['ledger entry', String(report.ledgerEntry)] as const]),
  ]);
}

function sizeRows({ verdict, bytes, writeSeconds, readSeconds }: SizeCheck): (readonly [string, string])[] {
  const at = (seconds: number): string =>
    `${formatDuration(seconds)}${seconds > 0 ? ` (${formatRate(bytes / seconds)})` : ''}`;
  return [
    ['size', sizeWords(verdict, bytes)],
    ['written in', at(writeSeconds)],
    ['read in', at(readSeconds)],
  ];
}
