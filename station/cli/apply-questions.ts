import { createInterface } from 'node:readline/promises';
import { formatBytes, sanitizeForDisplay } from '../../core/base/display';
import { cancelled, PrestageError } from '../../core/base/errors';
import { diskRuleWords } from '../../core/drive/disk-rule';
import { atEndWords } from '../../core/machine/at-end';
import { driveLabel, placeOf } from '../../core/drive/drive';
import { findingsOf } from '../../core/health/health-rules';
import { healthLine } from '../../core/health/health-words';
import { methodFacts } from '../../core/sanitise/methods';
import { cannotBeTakenBack, liftWords, plannedEraseWords } from '../../core/sanitise/words';
import { needsReason } from '../../core/job/drive-again';
import { pastWords } from '../../core/ledger/past-words';
import { recoveryPlanText } from '../../core/media/recovery';
import type { HashSource } from '../../core/media/media-state';
import { type BatchPlan, type BatchRequest, type PlannedJob } from '../jobs/batch-plan';
import { driveBeforeText } from '../drives/drive-before';
import type { UnshownContent } from '../jobs/run-job';
import { details, table, type Output } from './output';

/** What `apply` asks on the terminal before it erases, and what it shows first. */

/** A request whose reasons are typed when the list is shown. */
export interface Asking extends BatchRequest {
  readonly driveReasons: Map<string, string>;
  readonly againReasons: Map<string, string>;
}

/** Whether somebody can be asked. */
export function isTerminal(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Wants a name typed at the terminal. @returns false where there is none, or something else was typed */
export async function typesName(question: string, name: string, signal: AbortSignal): Promise<boolean> {
  if (!isTerminal()) return false;
  return (await ask(question, signal)).trim() === name;
}

/** Shows what will be erased and wants the word typed, and a reason where one is needed. */
export async function confirm(
  plan: BatchPlan,
  request: Asking,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  requireTerminal();
  await askErase(planText(plan, request), output, signal);
  await askReasons(request, plan.jobs, [], signal);
}

/** @throws PrestageError not-confirmed: nobody can be asked */
export function requireTerminal(): void {
  if (!isTerminal()) {
    throw new PrestageError({
      code: 'not-confirmed',
      message: 'There is no terminal to confirm what will be erased.',
      remedy: 'Nothing was touched. Run it in a terminal, or check the drives and add --yes.',
    });
  }
}

/**
 * Wants a reason on the terminal for what is not written without one.
 * @throws PrestageError not-confirmed without one, cancelled
 */
export async function askReasons(
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
export async function askErase(text: string, output: Output, signal: AbortSignal): Promise<void> {
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
export function unshownText(found: readonly UnshownContent[]): string {
  const lines = found.map(
    ({ drive, holdsMachine }) =>
      `The ${driveLabel(drive)} holds the finished image of machine ${sanitizeForDisplay(holdsMachine)}, which the list above could not show.`,
  );
  return `\n${lines.join('\n')}\nNothing has been written yet.`;
}

/** The refusal under --yes, which is an answer to what the list of drives shows and to nothing else. */
export function notAsked(found: readonly UnshownContent[]): PrestageError {
  return new PrestageError({
    code: 'drive-changed',
    message: unshownText(found).trim().split('\n')[0]?.replace('the list above', 'the list of drives') ?? '',
    cause: found.length > 1 ? unshownText(found).trim() : null,
    remedy:
      'Run the command without --yes in a terminal: it asks about this drive by name. Or choose another drive.',
  });
}

function planText(plan: BatchPlan, request: BatchRequest): string {
  const recovery = recoveryPlanText(plan.layout, plan.media);
  const head = details([
    ['media', plan.media.path],
    ['expected SHA-256', expectation(plan)],
    ['image', `${plan.image.index}, ${plan.image.name}`],
    ['layout', plan.layout.description],
    ...(request.diskRule === undefined
      ? []
      : [['disk of each machine', diskRuleWords(request.diskRule)] as const]),
    ...(recovery === null ? [] : [['Recovery partition', recovery] as const]),
    ...(plan.jobs.some(({ drive }) => drive.rack !== undefined)
      ? [['at the end', atEndWords[plan.atEnd]] as const]
      : []),
    ['operator', request.operator],
    ...(plan.order === null ? [] : [['work order', plan.order.order.number] as const]),
  ]);
  const anyHealth = plan.jobs.some(({ drive }) => drive.kind === 'disk');
  const rows = plan.jobs.map(({ drive, machineSerial, past, health }) => [
    placeOf(drive),
    drive.id,
    drive.model,
    formatBytes(drive.size),
    ...(anyHealth ? [healthLine(health, findingsOf(health, request.healthRules))] : []),
    [...pastWords(past), ...(drive.contents.length === 0 ? ['nothing known'] : drive.contents)],
    machineSerial,
  ]);
  const columns = [
    'BAY',
    'DRIVE',
    'MODEL',
    'SIZE',
    ...(anyHealth ? ['HEALTH'] : []),
    'CONTENTS',
    'MACHINE',
  ].map((title) => ({ title }));
  const notes = plan.jobs.flatMap(({ drive }) =>
    drive.notes.map(({ message }) => `note: ${driveLabel(drive)}: ${message}`),
  );
  const pasts = plan.jobs.flatMap((job) => pastText(job));
  const list = [
    table(columns, rows),
    ...[notes, pasts].flatMap((lines) => (lines.length === 0 ? [] : ['', ...lines])),
  ].join('\n');
  return `${head}\n\nEverything on these drives will be erased:\n\n${list}${eraseText(plan)}`;
}

/** How each drive is erased securely, and what that means for whoever cancels. */
function eraseText({ jobs }: BatchPlan): string {
  const erased = jobs.flatMap(({ drive, erase }) => (erase === undefined ? [] : [{ drive, ...erase }]));
  if (erased.length === 0) return '';
  const lines = erased.map(({ drive, ...erase }) => {
    const lift = liftWords(erase);
    const how = `${plannedEraseWords(erase)}${lift === null ? '' : `. ${lift}`}`;
    return `Erased securely first: the ${driveLabel(drive)}, ${how}`;
  });
  const byDrive = erased.some(({ method }) => methodFacts[method].byDrive);
  return `\n\n${[...lines, ...(byDrive ? [cannotBeTakenBack] : [])].join('\n')}`;
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
  'signed-manifest': 'from its signed manifest',
};

function expectation({ expected: { sha256, source } }: BatchPlan): string {
  if (source === 'none') return 'none: the media is not compared with anything';
  return `${sha256 ?? ''} (${hashSources[source]}; compared before anything is erased)`;
}
