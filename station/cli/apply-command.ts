import { resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import {
  firmwareTrusts,
  loaderChoices,
  programLines,
  type BootLoaderSettings,
  type FirmwareTrust,
  type LoaderChoice,
} from '../../core/boot/loader-choice';
import { sanitizeForDisplay } from '../../core/base/display';
import { isCancellation, PrestageError } from '../../core/base/errors';
import { readDiskRule, type DiskRule } from '../../core/drive/disk-rule';
import { placeOf } from '../../core/drive/drive';
import type { NistLevel } from '../../core/sanitise/methods';
import { atEndChoices, type AtEnd } from '../../core/machine/at-end';
import { defaultLayoutName, layouts } from '../../core/drive/layout';
import { mediaPath } from '../library/media-path';
import { signedMediaAt } from '../library/signed-media';
import { openImageCache } from '../image-cache/image-cache';
import { type BatchPlan, type BatchRequest, type PlannedJob } from '../jobs/batch-plan';
import { planBatch } from '../jobs/plan-batch';
import { runBatch } from '../jobs/run-batch';
import { firstFinished } from '../jobs/run-boot-test';
import { stationPace } from '../jobs/station-pace';
import type { GivenAssignment, MachinePart } from '../machine/confirm-machine';
import { OrderReader } from '../orders/order-reader';
import { machinePart } from './apply-machines';
import {
  askErase,
  askReasons,
  confirm,
  isTerminal,
  notAsked,
  unshownText,
  type Asking,
} from './apply-questions';
import { applyForm, documentOf, exitCodeOf, leftOutLine, reportText } from './apply-report';
import { bootTestFirst } from './boot-test-command';
import {
  benchOption,
  commandAction,
  failsWhen,
  jsonOption,
  parseCount,
  stateOption,
} from './command-context';
import { joinRack } from './join-rack';
import { keepHiddenOption, levelOption } from './level-option';
import { exitCodes } from './exit-codes';
import { addDateOptions, findDates, type DateOptions } from './media-dates';
import { operatorOf, operatorOption } from './operator-option';
import { PassedLabels } from './print-passed';
import { withStation } from './station-context';

interface ApplyOptions extends DateOptions {
  readonly media: string;
  readonly image?: number;
  readonly layout?: string;
  readonly loader?: LoaderChoice;
  readonly firmwareTrust?: FirmwareTrust;
  readonly requireLoader?: true;
  readonly machineFiles?: string;
  readonly expectSha256?: string;
  readonly drive?: readonly GivenAssignment[];
  readonly machine?: readonly string[];
  readonly rack?: true;
  readonly disk?: DiskRule;
  readonly thisMachine?: true;
  readonly bench?: string;
  readonly operator?: string;
  readonly again?: string;
  readonly workOrder?: string;
  readonly requireDrivers?: true;
  readonly checkSize?: true;
  readonly sanitise?: boolean;
  readonly sanitiseLevel?: NistLevel;
  readonly atEnd?: AtEnd;
  readonly keepHiddenAreas?: true;
  readonly yes?: true;
}

/** `prestage apply`: the main job. */
export function applyCommand(): Command {
  const command = failsWhen(
    new Command('apply'),
    'a drive failed; the other drives are finished and recorded',
  )
    .description('write media to drives, verify them, and record each drive with its machine')
    .requiredOption(
      '--media <file>',
      'WIM or ESD file, the first part of a split set, or the name of a media file in the library',
    )
    .option('--image <index>', 'image to apply (default: from the open work order, or 1)', parseCount)
    .option(
      '--layout <name>',
      `${layouts.map(({ name, description }) => `${name}: ${description}`).join('; ')} (default: from the open work order, or ${defaultLayoutName})`,
    )
    .addOption(
      new Option(
        '--loader <choice>',
        "boot loader: the media's own, or Windows' for machines that trust only Microsoft's certificates of that year (default: from the settings, or as-is)",
      ).choices(loaderChoices),
    )
    .addOption(
      new Option(
        '--firmware-trust <years>',
        "Microsoft's certificates that the machines trust: warn when they would not start the media (default: from the work order or the settings, or not known)",
      ).choices(firmwareTrusts),
    )
    .option('--require-loader', 'refuse media that these machines would not start, instead of warning')
    .option(
      '--machine-files <file>',
      'list of the files that each machine gets of its own, in YAML (default: those of the media, or of the settings)',
    )
    .option('--expect-sha256 <hex>', 'SHA-256 that the media must have')
    .option(
      '--drive <id=serial>',
      'drive, and the serial of the machine it goes into; repeat for each drive',
      parseAssignment,
    )
    .option(
      '--machine <serial>',
      'machine of the rack: it gets the image on the disk that --disk names; repeat for each machine',
      (serial: string, before: readonly string[] | undefined) => [...(before ?? []), serial],
    )
    .option('--rack', 'all machines of the rack that are there and have no finished drive yet')
    .option(
      '--disk <rule>',
      'disk of a machine with several: only (the only built-in one that can be written), largest-nvme, or name=TEXT (with this text in model or serial) (default: from the open work order, the recipe or the settings, or only)',
      parseDisk,
    )
    .option(
      '--this-machine',
      'the drive is installed in this machine: its firmware must match what is given, and --drive ID is enough',
    )
    .addOption(benchOption())
    .addOption(operatorOption())
    .option(
      '--again <reason>',
      'allow machines that already have a finished drive, and drives that hold a finished image or failed before, and record why',
    )
    .option(
      '--sanitise',
      'erase each drive securely before it is written, with the strongest method that it supports, and check that it is erased',
    )
    .option('--no-sanitise', 'do not, though the settings say so')
    .addOption(levelOption('--sanitise-level'))
    .addOption(keepHiddenOption())
    .option('--require-drivers', 'refuse machines for which the media has no driver pack')
    .option('--work-order <number>', 'work order number to record for the batch')
    .option(
      '--check-size',
      'write and read back each whole drive first: finds one that is smaller than it says, and takes as long as that takes',
    )
    .addOption(
      new Option(
        '--at-end <what>',
        'what machines of the rack do once all drives of the batch are written and recorded (default: from the open work order, the recipe or the settings, or wait)',
      ).choices(atEndChoices),
    )
    .addOption(stateOption())
    .option('--yes', 'do not ask before erasing');
  return addDateOptions(command)
    .addOption(jsonOption(applyForm))
    .action(
      commandAction<ApplyOptions>(async (context, options) => {
        const asked: Omit<
          BatchRequest,
          | 'bays'
          | 'imageIndex'
          | 'layoutName'
          | 'bootLoader'
          | 'dates'
          | 'healthRules'
          | 'checkSize'
          | keyof MachinePart
        > = {
          mediaPath: options.media,
          expectSha256: options.expectSha256 ?? null,
          ...(options.machineFiles === undefined ? {} : { machineFiles: options.machineFiles }),
          benchDirectory: options.bench === undefined ? null : resolve(options.bench),
          operator: operatorOf(options.operator),
          againReason: options.again === undefined ? null : notEmpty('--again', options.again),
          workOrder: options.workOrder === undefined ? null : notEmpty('--work-order', options.workOrder),
          proof: null,
        };
        return await withStation(context, asked.operator, async ({ paths, settings, ledger, append }) => {
          const { helpers, output, signal } = context;
          joinRack(context);
          const open = new OrderReader(ledger, paths).current();
          const isFinished = (serial: string): boolean =>
            options.again === undefined && ledger.findShipped(serial) !== null;
          const recipe = signedMediaAt(resolve(mediaPath(options.media, paths)), paths)?.rack ?? null;
          const machines = await machinePart(options, settings, context, { open, recipe }, isFinished);
          const order = open?.order;
          const imageIndex = options.image ?? order?.imageIndex ?? 1;
          const { dates } = await findDates(
            { path: mediaPath(options.media, paths), imageIndex },
            options,
            context,
          );
          const request: Asking = {
            ...asked,
            mediaPath: mediaPath(options.media, paths),
            driveReasons: new Map<string, string>(),
            againReasons: new Map<string, string>(),
            asksLater: options.yes !== true && isTerminal(),
            ...machines,
            imageIndex,
            dates,
            bootLoader: bootLoaderOf(options, settings.bootLoader),
            firmwareTrust: options.firmwareTrust,
            requireDrivers: options.requireDrivers === true || settings.desk.requireDrivers,
            layoutName: options.layout ?? order?.layout ?? defaultLayoutName,
            bays: settings.desk.bays,
            healthRules: settings.health.rules,
            checkSize: options.checkSize === true || settings.health.checkSize,
            atEnd: options.atEnd,
            sanitise: options.sanitise ?? settings.sanitise,
            sanitiseLevel: options.sanitiseLevel ?? settings.sanitiseLevel,
            keepHidden: options.keepHiddenAreas === true || settings.keepHiddenAreas,
          };
          const plan = await planBatch(request, helpers, ledger, paths, signal);
          for (const notice of noticesOf(plan)) output.message(`note: ${notice}`);
          if (options.yes !== true) await confirm(plan, request, output, signal);
          const cache = await openImageCache(paths.imageCache, settings.cacheLimitBytes);
          const labels = new PassedLabels(settings, ledger, output);
          const report = await runBatch(request, plan, {
            ...{ helpers, ledger, cache, paths, settings, signal },
            onUnshown: async (found) => {
              if (options.yes === true) throw notAsked(found);
              await askErase(unshownText(found), output, signal);
              await askReasons(request, [], found, signal);
              return true;
            },
            onReserved: (leftOut) => {
              const going = plan.jobs.filter(({ drive }) => leftOut.every((one) => one.driveId !== drive.id));
              for (const one of leftOut.filter((left) => !plan.leftOut.includes(left))) {
                output.message(`note: ${leftOutLine(one)}`);
              }
              output.progress.begin(going.map(jobLabel), stationPace(ledger));
            },
            onLeftOut: (left) => {
              output.message(`note: ${leftOutLine(left)}`);
            },
            onTask: (progress) => {
              output.progress.task(progress.phase === 'hashing' ? 'media' : 'render', progress);
              output.progress.prepare(progress);
            },
            onJob: (job, state) => {
              output.progress.job(jobLabel(job), state);
            },
            onEnd: ({ job, end, ledgerEntry }) => {
              if (end.state === 'done' && ledgerEntry !== null) labels.passed(job.machineSerial);
            },
          });
          await labels.settled();
          const first = settings.rehearsal.firstOfBatch ? firstFinished(report.jobs) : null;
          const bootTest =
            first === null || signal.aborted
              ? null
              : await bootTestFirst(first, request.benchDirectory, context, {
                  ...{ paths, settings, ledger, append },
                });
          output.result<typeof applyForm>(
            { ...documentOf(plan, report), rehearsal: bootTest?.document ?? null },
            () => (bootTest === null ? reportText(report) : `${reportText(report)}\n${bootTest.text}`),
          );
          if (bootTest === null || bootTest.failure === null) return exitCodeOf(report);
          output.failure(bootTest.failure);
          return isCancellation(bootTest.failure) ? exitCodes.cancelled : exitCodes.failed;
        });
      }),
    );
}

/** The settings, as far as the command line says nothing else. */
function bootLoaderOf(
  { loader, requireLoader }: ApplyOptions,
  settings: BootLoaderSettings,
): BootLoaderSettings {
  return {
    ...settings,
    ...(loader === undefined ? {} : { choice: loader }),
    ...(requireLoader === undefined ? {} : { require: requireLoader }),
  };
}

/** `ID=SERIAL`, or `ID` on the machine itself. A drive's id never has an equals sign, a serial might. */
function parseAssignment(
  text: string,
  before: readonly GivenAssignment[] | undefined,
): readonly GivenAssignment[] {
  const at = text.indexOf('=');
  if (at === 0 || text === '') throw new InvalidArgumentError('It must be ID=MACHINE_SERIAL.');
  const given =
    at === -1
      ? { driveId: text, machineSerial: null }
      : { driveId: text.slice(0, at), machineSerial: text.slice(at + 1) };
  return [...(before ?? []), given];
}

function parseDisk(text: string): DiskRule {
  const rule = readDiskRule(text);
  if (rule === null) throw new InvalidArgumentError('It must be only, largest-nvme or name=TEXT.');
  return rule;
}

function notEmpty(option: string, text: string): string {
  const clean = sanitizeForDisplay(text, 200);
  if (clean !== '') return clean;
  throw new PrestageError({
    code: 'usage',
    message: `${option} is empty.`,
    remedy: 'See prestage apply --help',
  });
}

function jobLabel({ drive }: PlannedJob): string {
  return `${placeOf(drive)} ${drive.serial ?? drive.id}`;
}

/** What to know of the media before anything is erased. */
function noticesOf(plan: BatchPlan): string[] {
  const { media, loader, loaderWarnings, driverWarnings, dateWarnings, machineFileNotices, jobs, leftOut } =
    plan;
  const problems = media.bootable.problems.map(
    (problem) => `a machine may not boot from this image: ${problem}`,
  );
  const packs = jobs.flatMap(({ machineSerial, driverPack }) =>
    typeof driverPack === 'string'
      ? [`machine ${sanitizeForDisplay(machineSerial, 64)} gets the driver pack ${driverPack}`]
      : [],
  );
  const more = [...loaderWarnings, ...driverWarnings, ...dateWarnings, ...machineFileNotices];
  const left = leftOut.map(leftOutLine);
  return [...left, ...problems, ...media.warnings, ...programLines(loader), ...packs, ...more];
}
