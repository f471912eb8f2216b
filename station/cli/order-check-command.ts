import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { sanitizeForDisplay } from '../../core/base/display';
import { errorCodes } from '../../core/base/error-reference';
import { counted } from '../../core/base/plurals';
import { firmwareTrusts, type FirmwareTrust } from '../../core/boot/loader-choice';
import { settingsOf } from '../../core/delivery/recipe-settings';
import type { MachineFile } from '../../core/machine-files/machine-file';
import { mergeMediaDates } from '../../core/media/media-dates';
import { problemText } from '../../core/order/order-file';
import { datesOfRecipe } from '../../core/recipe/recipe-dates';
import { checkOrder, type OrderFinding } from '../jobs/check-order';
import { mediaOfOrder } from '../jobs/order-notices';
import { mediaPath } from '../library/media-path';
import { signedMediaAt } from '../library/signed-media';
import { chooseMachineFiles } from '../machine-files/fill-machine-files';
import { withTemplates } from '../machine-files/read-machine-files';
import type { SentOrder } from '../orders/order-files';
import { readRecipe } from '../recipe/read-recipe';
import type { ScanSettings } from '../../core/scan/scan-settings';
import { loadSettings } from '../state/settings';
import { statePaths } from '../state/state-paths';
import { commandAction, failsWhen, jsonOption, stateOption } from './command-context';
import { exitCodes } from './exit-codes';

/** `prestage order check`: what a batch would refuse of an order, before anybody opens it. */

/** What `order check --json` prints. */
export const orderCheckForm = z.strictObject({
  /** True when nothing would be refused. */
  ok: z.boolean(),
  number: z.string(),
  machines: z.int().positive(),
  /** What the machines would get their files and drivers from. */
  looked: z.strictObject({
    /** Media that was inspected; null: none was at hand. */
    media: z.string().nullable(),
    /** Where the list of machine files came from; null: there is none. */
    machineFiles: z.string().nullable(),
    /** Whether a table of driver packs was at hand. */
    driverPacks: z.boolean(),
  }),
  findings: z.array(
    z.strictObject({
      code: z.enum(errorCodes),
      /** Null: it is about the order as a whole. */
      machineSerial: z.string().nullable(),
      message: z.string(),
      /** A batch refuses it; otherwise it only warns. */
      refused: z.boolean(),
    }),
  ),
  /** What was read differently than written, and columns that were not read. */
  warnings: z.array(z.strictObject({ line: z.int().positive().nullable(), message: z.string() })),
});

interface CheckOptions {
  readonly number?: string;
  readonly media?: string;
  readonly recipe?: string;
  readonly machineFiles?: string;
  readonly firmwareTrust?: FirmwareTrust;
  readonly requireLoader?: true;
  readonly requireDrivers?: true;
}

/** @param read reads the order's file, or standard input */
export function orderCheckCommand(
  read: (file: string, number: string | null, settings: ScanSettings) => SentOrder,
): Command {
  return failsWhen(new Command('check'), 'a batch would refuse something of the work order')
    .description(
      'check a work order without opening it: all that a batch would refuse or warn of, without a drive',
    )
    .argument('<file>', 'file with the work order; - reads standard input')
    .option('--number <number>', 'work order number, if it is not in the file')
    .option(
      '--media <file>',
      'media that its machines will get, a file or a name in the library (default: the media of the library that the work order names)',
    )
    .option(
      '--recipe <file>',
      'recipe of the media: its machine files, driver packs and dates, where there is no media yet',
    )
    .option(
      '--machine-files <file>',
      'list of the files that each machine gets of its own (default: those of the media, the recipe, or the settings)',
    )
    .addOption(
      new Option(
        '--firmware-trust <years>',
        "Microsoft's certificates that the machines trust (default: from the work order or the settings)",
      ).choices(firmwareTrusts),
    )
    .option('--require-loader', 'as apply: media that the machines would not start is refused')
    .option('--require-drivers', 'as apply: machines for which there is no driver pack are refused')
    .addOption(stateOption())
    .addOption(jsonOption(orderCheckForm))
    .action(
      commandAction<CheckOptions>(
        async ({ output, helpers, signal, stateDirectory }, options, [file = '']) => {
          const paths = statePaths(stateDirectory, { make: false });
          const settings = loadSettings(paths);
          const recipe = options.recipe === undefined ? null : readRecipe(options.recipe);
          const { order, warnings } = read(file, options.number ?? null, settings.desk);
          const known = mediaOfOrder(order, paths, settings);
          const path = options.media === undefined ? (known?.path ?? null) : mediaPath(options.media, paths);
          const client = path === null ? null : await helpers.plain();
          const media =
            path === null || client === null
              ? null
              : await client.call('inspectMedia', { path, imageIndex: order.imageIndex ?? 1 }, { signal });
          const signed = path === null ? null : signedMediaAt(path, paths);
          const brought = signed ?? (options.media === undefined ? (known?.brought ?? null) : null);
          const ofRecipe: MachineFile[] =
            recipe === null ? [] : withTemplates(recipe.recipe.machineFiles ?? [], recipe.path);
          const files = brought?.machineFiles ?? (ofRecipe.length === 0 ? undefined : ofRecipe);
          const chosen = chooseMachineFiles(options.machineFiles ?? null, files, settings.machineFiles);
          const machineFiles =
            chosen.source !== null && files !== undefined && files === ofRecipe
              ? { ...chosen, source: 'the recipe' }
              : chosen;
          const driverPacks =
            brought?.driverPacks ??
            (recipe === null ? null : (settingsOf(recipe.recipe).driverPacks ?? null));
          const findings = checkOrder({
            ...{ order, media, driverPacks, machineFiles },
            mediaSha256: signed?.sha256 ?? (options.media === undefined ? (known?.sha256 ?? null) : null),
            dates: mergeMediaDates([
              brought?.dates ?? null,
              recipe === null ? null : datesOfRecipe(recipe.recipe),
            ]),
            given: options.firmwareTrust,
            settings: {
              bootLoader: {
                ...settings.bootLoader,
                ...(options.requireLoader === undefined ? {} : { require: true }),
              },
            },
            requireDrivers: options.requireDrivers === true || settings.desk.requireDrivers,
          });
          const ok = findings.every(({ refused }) => !refused);
          for (const one of warnings) output.message(`note: ${problemText(one)}`);
          output.result<typeof orderCheckForm>(
            {
              ...{ ok, number: order.number, machines: order.machines.length },
              looked: {
                media: path === null ? null : sanitizeForDisplay(basename(path), 200),
                machineFiles: machineFiles.source,
                driverPacks: driverPacks !== null || (media?.drivers?.table ?? null) !== null,
              },
              ...{ findings, warnings },
            },
            () => checkText(order, findings, machineFiles.source, path),
          );
          return ok ? exitCodes.good : exitCodes.failed;
        },
      ),
    );
}

/** A template that no machine has a value for has a finding for each of them. */
const maxListed = 200;

function checkText(
  { number, machines }: SentOrder['order'],
  findings: readonly OrderFinding[],
  files: string | null,
  media: string | null,
): string {
  const refused = findings.filter((one) => one.refused);
  const warned = findings.filter((one) => !one.refused);
  const listed = (title: string, some: readonly OrderFinding[]): string[] =>
    some.length === 0
      ? []
      : [
          title,
          ...some
            .slice(0, maxListed)
            .map(({ code, message }) => `- ${sanitizeForDisplay(message, 500)} (${code})`),
          ...(some.length > maxListed ? [`- and ${some.length - maxListed} more: --json lists all`] : []),
          '',
        ];
  const looked = [
    media === null ? 'no media' : sanitizeForDisplay(basename(media), 200),
    files === null ? 'no machine files' : `machine files of ${files}`,
  ];
  const verdict =
    refused.length === 0
      ? 'No problems found: a batch would refuse nothing.'
      : `A batch would refuse it: ${counted(refused.length, 'finding', 'findings')}.`;
  return [
    ...listed('Would be refused:', refused),
    ...listed('Warnings:', warned),
    `Work order ${sanitizeForDisplay(number, 60)}, ${counted(machines.length, 'machine', 'machines')}; checked with ${looked.join(', ')}.`,
    verdict,
  ].join('\n');
}
