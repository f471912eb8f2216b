import { createInterface } from 'node:readline/promises';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { sha256Schema } from '../../core/media/chunk-map';
import { recordedHashSource, recordedHashSourceSchema, type HashSource } from '../../core/media/media-state';
import { formatBytes, formatDuration, sanitizeForDisplay } from '../../core/base/display';
import { cancelled, errorDataSchema, isCancellation, PrestageError } from '../../core/base/errors';
import { driveLabel, placeOf } from '../../core/drive/drive';
import { defaultLayoutName, layouts } from '../../core/drive/layout';
import { pastWords } from '../../core/ledger/past-words';
import { mediaSchema } from '../../core/media/media';
import { needsReason } from '../../core/job/drive-again';
import {
  driveBeforeText,
  planBatch,
  type BatchPlan,
  type BatchRequest,
  type PlannedJob,
} from '../jobs/plan-batch';
import { runBatch, type BatchReport } from '../jobs/run-batch';
import type { JobReport, UnshownContent } from '../jobs/run-job';
import { stationPace } from '../jobs/station-pace';
import { OrderReader } from '../orders/order-reader';
import { openImageCache } from '../image-cache/image-cache';
import { firstFinished } from '../jobs/run-boot-test';
import type { GivenAssignment, MachinePart } from '../machine/confirm-machine';
import { machinePart } from './apply-machines';
import {
  benchOption,
  commandAction,
  failsWhen,
  jsonOption,
  parseCount,
  stateOption,
} from './command-context';
import { exitCodes, type ExitCode } from './exit-codes';
import { details, table, type JsonDocument, type Output } from './output';
import { defaultOperator } from '../jobs/open-station';
import { bootTestFirst, bootTestForm } from './boot-test-command';
import { withStation } from './station-context';

/** What `apply --json` prints. */
export const applyForm = z.strictObject({
  batchId: z.uuid(),
  media: z.strictObject({
    ...mediaSchema.shape,
    /** As `media inspect` prints it. */
    sha256: sha256Schema,
    /** Source of the SHA-256 it was compared with; `none`: it was not compared. */
    expected: recordedHashSourceSchema,
  }),
  /** The disk images that were written, one for each drive size. */
  render: z.strictObject({
    /** All of them were in the image cache. */
    cached: z.boolean(),
    /** Bytes of all of them. */
    bytes: z.int().nonnegative(),
    /** Seconds it took to make them. */
    seconds: z.number().nonnegative(),
  }),
  /** One for each drive. */
  jobs: z.array(
    z.strictObject({
      /** ID of the drive. */
      drive: z.string(),
      machineSerial: z.string(),
      state: z.enum(['done', 'failed', 'cancelled', 'interrupted']),
      /** Of a failed job. */
      reason: errorDataSchema.optional(),
      bytesWritten: z.int().nonnegative(),
      /** 0 unless the job is done. */
      writeSeconds: z.number().nonnegative(),
      /** 0 unless the job is done. */
      verifySeconds: z.number().nonnegative(),
      /** SHA-256 of the chunk map: what the drive was to hold. */
      fingerprint: sha256Schema,
      /** Number of the entry that recorded the end; null when it could not be recorded. */
      ledgerEntry: z.int().positive().nullable(),
    }),
  ),
  /** Boot test of the first finished drive; null when there was none. */
  rehearsal: bootTestForm.nullable(),
});
type ApplyDocument = JsonDocument<typeof applyForm>;

/** A request whose reasons are typed when the list is shown. */
interface Asking extends BatchRequest {
  readonly driveReasons: Map<string, string>;
  readonly againReasons: Map<string, string>;
}

interface ApplyOptions {
  readonly media: string;
  readonly image?: number;
  readonly layout?: string;
  readonly expectSha256?: string;
  readonly drive: readonly GivenAssignment[];
  readonly thisMachine?: true;
  readonly bench?: string;
  readonly operator?: string;
  readonly again?: string;
  readonly workOrder?: string;
  readonly yes?: true;
}

/** `prestage apply`: the main job. */
export function applyCommand(): Command {
  return failsWhen(new Command('apply'), 'a drive failed; the other drives are finished and recorded')
    .description('write media to drives, verify them, and record each drive with its machine')
    .requiredOption('--media <file>', 'WIM or ESD file, or the first part of a split set')
    .option('--image <index>', 'image to apply (default: from the open work order, or 1)', parseCount)
    .option(
      '--layout <name>',
      `${layouts.map(({ name, description }) => `${name}: ${description}`).join('; ')} (default: from the open work order, or ${defaultLayoutName})`,
    )
    .option('--expect-sha256 <hex>', 'SHA-256 that the media must have')
    .requiredOption(
      '--drive <id=serial>',
      'drive, and the serial of the machine it goes into; repeat for each drive',
      parseAssignment,
    )
    .option(
      '--this-machine',
      'the drive is installed in this machine: its firmware must match what is given, and --drive ID is enough',
    )
    .addOption(benchOption())
    .option('--operator <name>', 'name of the operator (default: your user name)')
    .option(
      '--again <reason>',
      'allow machines that already have a finished drive, and drives that hold a finished image or failed before, and record why',
    )
    .option('--work-order <number>', 'work order number to record for the batch')
    .addOption(stateOption())
    .option('--yes', 'do not ask before erasing')
    .addOption(jsonOption(applyForm))
    .action(
      commandAction<ApplyOptions>(async (context, options) => {
        const asked: Omit<BatchRequest, 'bays' | 'imageIndex' | 'layoutName' | keyof MachinePart> = {
          mediaPath: options.media,
          expectSha256: options.expectSha256 ?? null,
          benchDirectory: options.bench === undefined ? null : resolve(options.bench),
          operator: plainText('--operator', options.operator ?? defaultOperator()),
          againReason: options.again === undefined ? null : plainText('--again', options.again),
          workOrder: options.workOrder === undefined ? null : plainText('--work-order', options.workOrder),
          proof: null,
        };
        return await withStation(context, asked.operator, async ({ paths, settings, ledger, append }) => {
          const { helpers, output, signal } = context;
          const open = new OrderReader(ledger, paths).current();
          const machines = await machinePart(options, settings, context, open);
          const order = open?.order;
          const request: Asking = {
            ...asked,
            driveReasons: new Map<string, string>(),
            againReasons: new Map<string, string>(),
            asksLater: options.yes !== true && isTerminal(),
            ...machines,
            imageIndex: options.image ?? order?.imageIndex ?? 1,
            layoutName: options.layout ?? order?.layout ?? defaultLayoutName,
            bays: settings.desk.bays,
          };
          const plan = await planBatch(request, helpers, ledger, paths, signal);
          for (const notice of noticesOf(plan)) output.message(`note: ${notice}`);
          if (options.yes !== true) await confirm(plan, request, output, signal);
          const cache = await openImageCache(paths.imageCache, settings.cacheLimitBytes);
          const report = await runBatch(request, plan, {
            ...{ helpers, ledger, cache, paths, settings, signal },
            onUnshown: async (found) => {
              if (options.yes === true) throw notAsked(found);
              await askErase(unshownText(found), output, signal);
              await askReasons(request, [], found, signal);
              return true;
            },
            onReserved: () => {
              output.progress.begin(plan.jobs.map(jobLabel), stationPace(ledger));
            },
            onTask: (progress) => {
              output.progress.task(progress.phase === 'hashing' ? 'media' : 'render', progress);
              output.progress.prepare(progress);
            },
            onJob: (job, state) => {
              output.progress.job(jobLabel(job), state);
            },
          });
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

function plainText(option: string, text: string): string {
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

function isTerminal(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Shows what will be erased and wants the word typed, and a reason where one is needed. */
async function confirm(plan: BatchPlan, request: Asking, output: Output, signal: AbortSignal): Promise<void> {
  if (!isTerminal()) {
    throw new PrestageError({
      code: 'not-confirmed',
      message: 'There is no terminal to confirm what will be erased.',
      remedy: 'Nothing was touched. Run it in a terminal, or check the drives and add --yes.',
    });
  }
  await askErase(planText(plan, request), output, signal);
  await askReasons(request, plan.jobs, [], signal);
}

/**
 * Wants a reason on the terminal for what is not written without one.
 * @throws PrestageError not-confirmed without one, cancelled
 */
async function askReasons(
  { againReason, driveReasons, againReasons }: Asking,
  jobs: readonly PlannedJob[],
  found: readonly UnshownContent[],
  signal: AbortSignal,
): Promise<void> {
  const machines = jobs.filter(({ again }) => again).map(({ machineSerial }) => machineSerial);
  const drives = [...jobs.filter(({ before }) => needsReason(before)), ...found].map(({ drive }) => drive.id);
  if (againReason !== null || machines.length + drives.length === 0) return;
  const reason = sanitizeForDisplay(
    await ask('Why are they written again? Reason for the record: ', signal),
    200,
  );
  if (reason === '') {
    throw new PrestageError({
      code: 'not-confirmed',
      message: 'No reason was typed.',
      remedy: 'Nothing was touched. Start again, and say in a few words why: typed, or with --again REASON.',
    });
  }
  for (const machineSerial of machines) againReasons.set(machineSerial, reason);
  for (const driveId of drives) driveReasons.set(driveId, reason);
}

/** Asks one line on the terminal. @throws PrestageError cancelled */
async function ask(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question, { signal })).trim();
  } catch (error) {
    if (signal.aborted) throw cancelled('The batch');
    throw error;
  } finally {
    terminal.close();
  }
}

/** Shows a text on the terminal and wants the word typed. @throws PrestageError not-confirmed, cancelled */
async function askErase(text: string, output: Output, signal: AbortSignal): Promise<void> {
  process.stderr.write(`${text}\n\n`);
  const answer = await ask("Type 'erase' to erase these drives: ", signal);
  if (answer.toLowerCase() === 'erase') return;
  output.message('');
  throw new PrestageError({
    code: 'not-confirmed',
    message: "The word 'erase' was not typed.",
    remedy: 'Nothing was touched. Start again when the list is correct.',
  });
}

/** What was found on the drives when they were opened. */
function unshownText(found: readonly UnshownContent[]): string {
  const lines = found.map(
    ({ drive, holdsMachine }) =>
      `The ${driveLabel(drive)} holds the finished image of machine ${sanitizeForDisplay(holdsMachine)}, which the list above could not show.`,
  );
  return `\n${lines.join('\n')}\nNothing has been written yet.`;
}

/** The refusal under --yes, which is an answer to what the list of drives shows and to nothing else. */
function notAsked(found: readonly UnshownContent[]): PrestageError {
  return new PrestageError({
    code: 'drive-changed',
    message: unshownText(found).trim().split('\n')[0]?.replace('the list above', 'the list of drives') ?? '',
    cause: found.length > 1 ? unshownText(found).trim() : null,
    remedy:
      'Run the command without --yes in a terminal: it asks about this drive by name. Or choose another drive.',
  });
}

/** What to know of the media before anything is erased. */
function noticesOf({ media }: BatchPlan): string[] {
  const problems = media.bootable.problems.map(
    (problem) => `a machine may not boot from this image: ${problem}`,
  );
  return [...problems, ...media.warnings];
}

function planText(plan: BatchPlan, request: BatchRequest): string {
  const head = details([
    ['media', plan.media.path],
    ['expected SHA-256', expectation(plan)],
    ['image', `${plan.image.index}, ${plan.image.name}`],
    ['layout', plan.layout.description],
    ['operator', request.operator],
    ...(plan.order === null ? [] : [['work order', plan.order.order.number] as const]),
  ]);
  const rows = plan.jobs.map(({ drive, machineSerial, past }) => [
    placeOf(drive),
    drive.id,
    drive.model,
    formatBytes(drive.size),
    [...pastWords(past), ...(drive.contents.length === 0 ? ['nothing known'] : drive.contents)],
    machineSerial,
  ]);
  const columns = ['BAY', 'DRIVE', 'MODEL', 'SIZE', 'CONTENTS', 'MACHINE'].map((title) => ({ title }));
  const notes = plan.jobs.flatMap(({ drive }) =>
    drive.notes.map(({ message }) => `note: ${driveLabel(drive)}: ${message}`),
  );
  const pasts = plan.jobs.flatMap((job) => pastText(job));
  const list = [
    table(columns, rows),
    ...[notes, pasts].flatMap((lines) => (lines.length === 0 ? [] : ['', ...lines])),
  ].join('\n');
  return `${head}\n\nEverything on these drives will be erased:\n\n${list}`;
}

/** What a drive or its machine had before, which a reason is needed for. */
function pastText({ drive, machineSerial, before, again }: PlannedJob): string[] {
  return [
    ...(again ? [`Machine ${sanitizeForDisplay(machineSerial)} already has a finished drive.`] : []),
    ...(needsReason(before) ? [`The ${driveLabel(drive)} ${driveBeforeText(before)}.`] : []),
  ];
}

const hashSources: Readonly<Record<Exclude<HashSource, 'none'>, string>> = {
  given: 'given on the command line',
  manifest: 'from the manifest next to the media',
  order: 'from the work order',
};

function expectation({ expected: { sha256, source } }: BatchPlan): string {
  if (source === 'none') return 'none: the media is not compared with anything';
  return `${sha256 ?? ''} (${hashSources[source]}; compared before anything is erased)`;
}

function documentOf(plan: BatchPlan, report: BatchReport): Omit<ApplyDocument, 'rehearsal'> {
  return {
    batchId: report.batchId,
    media: { ...plan.media, sha256: report.hash.sha256, expected: recordedHashSource(plan.expected.source) },
    render: {
      cached: report.images.every(({ cached }) => cached),
      bytes: report.images.reduce((sum, { bytes }) => sum + bytes, 0),
      seconds: report.images.reduce((sum, { seconds }) => sum + seconds, 0),
    },
    jobs: report.jobs.map((job) => ({
      drive: job.job.drive.id,
      machineSerial: job.job.machineSerial,
      state: job.end.state,
      ...(job.end.state === 'failed' ? { reason: job.end.reason } : {}),
      ...figuresOf(job),
      fingerprint: job.fingerprint,
      ledgerEntry: job.ledgerEntry,
    })),
  };
}

function figuresOf({ end }: JobReport): {
  bytesWritten: number;
  writeSeconds: number;
  verifySeconds: number;
} {
  if (end.state === 'done') {
    const { bytesWritten, writeSeconds, verifySeconds } = end.result;
    return { bytesWritten, writeSeconds, verifySeconds };
  }
  const bytesWritten = end.state === 'interrupted' ? 0 : end.bytesWritten;
  return { bytesWritten, writeSeconds: 0, verifySeconds: 0 };
}

function reportText({ jobs, images }: BatchReport): string {
  const rows = jobs.map((job) => [
    placeOf(job.job.drive),
    job.job.drive.serial ?? job.job.drive.id,
    job.job.machineSerial,
    job.end.state === 'done' ? 'PASS' : job.end.state === 'failed' ? 'FAIL' : job.end.state.toUpperCase(),
    job.end.state === 'done' ? formatBytes(job.end.result.bytesWritten) : null,
    job.end.state === 'done'
      ? formatDuration(job.end.result.writeSeconds + job.end.result.verifySeconds)
      : null,
    job.ledgerEntry === null ? null : String(job.ledgerEntry),
    job.end.state === 'failed' ? [job.end.reason.message, job.end.reason.remedy] : null,
  ]);
  const columns = ['BAY', 'DRIVE', 'MACHINE', 'RESULT', 'WRITTEN', 'TIME', 'ENTRY', 'REASON'].map(
    (title) => ({ title }),
  );
  const done = jobs.filter(({ end }) => end.state === 'done').length;
  const how = images.every(({ cached }) => cached)
    ? 'the disk image was in the cache'
    : 'the disk image was made for this batch';
  return `${table(columns, rows)}\n\n${done} of ${jobs.length} drives passed; ${how}.`;
}

function exitCodeOf({ jobs }: BatchReport): ExitCode {
  if (jobs.some(({ end }) => end.state === 'cancelled')) return exitCodes.cancelled;
  return jobs.every(({ end }) => end.state === 'done') ? exitCodes.good : exitCodes.failed;
}
