import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { formatBytes } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { driveLabel, driveSchema, placeOf, type Drive } from '../../core/drive/drive';
import { controllerNoteSchema, type ControllerNote } from '../../core/live/controllers';
import { noHealthOf } from '../../core/health/health';
import { defaultHealthRules, type HealthRule } from '../../core/health/health-rules';
import { healthLine, withFalseSize, withHealth } from '../../core/health/health-words';
import { drivePastSchema } from '../../core/ledger/drive-past';
import { pastWords } from '../../core/ledger/past-words';
import { readHealthOf } from '../drives/read-health';
import { planErase, withHidden } from '../../core/sanitise/choose';
import { abilitiesSchema, type Abilities } from '../../core/sanitise/methods';
import { liftWords, plannedEraseWords } from '../../core/sanitise/words';
import { attachedPast } from '../drives/finished-drive';
import { readAbilitiesOf } from '../drives/read-abilities';
import { LedgerReader } from '../ledger/ledger-reader';
import { loadSettings } from '../state/settings';
import { statePaths } from '../state/state-paths';
import { benchOption, commandAction, jsonOption, stateOption, type CommandContext } from './command-context';
import { drivesCheckCommand } from './drives-check-command';
import { healthForm, healthOf } from './drives-health';
import { joinRack } from './join-rack';
import { table, type Column } from './output';

/** What `drives --json` prints. */
export const drivesForm = z.strictObject({
  drives: z.array(
    z.strictObject({
      ...driveSchema.shape,
      /** What the ledger of this station tells of the drive; null: the ledger cannot be read. */
      past: drivePastSchema.nullable(),
      /** Null: it was not read, because that needs administrator rights, or the drive cannot be written anyway. */
      health: healthForm.nullable(),
      /** How it can be erased, and what it hides; only with --erase, and of drives that can be written. */
      erase: abilitiesSchema.optional(),
    }),
  ),
  /** What hides drives of this machine, or may. */
  controllers: z.array(controllerNoteSchema),
});
type ListedDrive = z.infer<typeof drivesForm>['drives'][number];

interface DrivesOptions {
  readonly erase?: true;
  readonly bench?: string;
  readonly health?: true;
}

const columns: readonly Column[] = [
  { title: 'BAY' },
  { title: 'ID' },
  { title: 'MODEL' },
  { title: 'SERIAL' },
  { title: 'SIZE', align: 'right' },
  { title: 'SECTOR', align: 'right' },
  { title: 'BUS' },
  { title: 'HEALTH' },
  { title: 'VERDICT' },
  { title: 'PAST' },
  { title: 'REASONS' },
];

/** `prestage drives`: every drive with its verdict. */
export function drivesCommand(): Command {
  return (
    new Command('drives')
      // So that `drives check --bench` is the option of `check`.
      .enablePositionalOptions()
      .addCommand(drivesCheckCommand())
      .description('list the drives and show which can be written')
      .addOption(benchOption())
      .option('--health', 'read the health of the drives also where that needs a password')
      .option(
        '--erase',
        'also ask each drive how it can be erased and what it hides (administrator rights for real drives)',
      )
      .addOption(stateOption())
      .addOption(jsonOption(drivesForm))
      .action(
        commandAction<DrivesOptions>(async (context, { bench, erase, health = false }) => {
          const { helpers, signal, output, stateDirectory } = context;
          const client = await helpers.plain();
          const benchDirectory = bench === undefined ? null : resolve(bench);
          const { drives: own, controllers } = await client.call(
            'listDrives',
            { benchDirectory, protectedPaths: [] },
            { signal },
          );
          joinRack(context);
          const inRack = await helpers.machineDrives(null, signal);
          for (const { message } of inRack.problems) output.message(`note: ${message}`);
          const drives = [...own, ...inRack.drives];
          const rules = rulesOf(stateDirectory, output);
          const healthy = await withHealths(drives, benchDirectory, health, rules, context);
          const { listed, problem } = withPasts(healthy, stateDirectory, rules);
          if (problem !== null) output.message(`note: what the drives hold is not known: ${problem}`);
          const shown = erase === true ? await withErase(listed, helpers, benchDirectory, signal) : listed;
          output.result<typeof drivesForm>({ drives: shown, controllers }, () =>
            [drivesText(shown), ...controllerLines(controllers)].join('\n'),
          );
          return undefined;
        }),
      )
  );
}

type HealthyDrive = Omit<ListedDrive, 'past'>;

/** The drives with their health, which blocks some of them. Only what could be written is asked. */
async function withHealths(
  drives: readonly Drive[],
  benchDirectory: string | null,
  asked: boolean,
  rules: readonly HealthRule[],
  { helpers, output, signal }: CommandContext,
): Promise<HealthyDrive[]> {
  const eligible = drives.filter(({ kind, verdict }) => kind === 'disk' && verdict === 'eligible');
  const { greeting } = await helpers.plain();
  if (!asked && greeting?.uid !== 0) {
    if (eligible.length > 0) {
      output.message(
        'note: the health of the drives was not read, because that needs administrator rights: add --health',
      );
    }
    return drives.map((drive) => ({ ...drive, health: null }));
  }
  const read = await readHealthOf(eligible, helpers, benchDirectory, signal);
  const readings = new Map(eligible.map((drive, index) => [drive.id, read[index]]));
  return drives.map((drive) => {
    const reading = readings.get(drive.id) ?? noHealthOf(drive);
    if (reading === null) return { ...drive, health: null };
    return { ...withHealth(drive, reading, rules), health: healthOf(reading, rules) };
  });
}

/** The station's rules; the default ones where the settings cannot be read, which is said. */
function rulesOf(stateDirectory: string | null, output: CommandContext['output']): readonly HealthRule[] {
  try {
    return loadSettings(statePaths(stateDirectory, { make: false })).health.rules;
  } catch (error) {
    if (!(error instanceof PrestageError)) throw error;
    output.message(`note: the default rules of health are used: ${error.message}`);
    return defaultHealthRules;
  }
}

/** Asks the drives that can be written how they can be erased. What one hides becomes a note. */
async function withErase(
  drives: readonly ListedDrive[],
  helpers: CommandContext['helpers'],
  benchDirectory: string | null,
  signal: AbortSignal,
): Promise<ListedDrive[]> {
  const asked = drives.filter(({ verdict }) => verdict === 'eligible');
  const told = await readAbilitiesOf(asked, helpers, benchDirectory, signal);
  return drives.map((drive) => {
    const erase = told[asked.indexOf(drive)];
    if (erase === undefined) return drive;
    return withHidden({ ...drive, erase }, erase);
  });
}

/** What the ledger tells of the drives. One that cannot be read is no reason not to list them. */
function withPasts(
  drives: readonly HealthyDrive[],
  stateDirectory: string | null,
  rules: readonly HealthRule[],
): { readonly listed: ListedDrive[]; readonly problem: string | null } {
  let ledger: LedgerReader | null = null;
  try {
    ledger = LedgerReader.openForReading(statePaths(stateDirectory, { make: false }));
    const reader = ledger;
    return {
      listed: drives.map((drive) => {
        const past = attachedPast(drive, reader);
        return { ...drive, ...withFalseSize(drive, past.falseSize, rules), past };
      }),
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
  const anyHealth = drives.some(({ kind, health }) => kind === 'disk' && health !== null);
  const shown = columns.filter(
    ({ title }) => (anyPast || title !== 'PAST') && (anyHealth || title !== 'HEALTH'),
  );
  const rows = drives.map((drive) => [
    placeOf(drive),
    drive.id,
    drive.model,
    drive.serial,
    formatBytes(drive.size),
    String(drive.logicalSectorSize),
    drive.bus,
    ...(anyHealth
      ? [drive.health === null ? null : healthLine(drive.health.reading, drive.health.findings)]
      : []),
    drive.verdict,
    ...(anyPast ? [drive.past === null ? [] : pastWords(drive.past)] : []),
    drive.reasons.flatMap(({ message, release }) => [message, ...(release === undefined ? [] : [release])]),
  ]);
  const notes = drives.flatMap((drive) =>
    drive.notes.map(({ message }) => `note: ${driveLabel(drive)}: ${message}`),
  );
  const erase = drives.flatMap((drive) => (drive.erase === undefined ? [] : [eraseLine(drive, drive.erase)]));
  return [
    table(shown, rows),
    ...(erase.length === 0 ? [] : ['', ...erase]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ].join('\n');
}

/** What hides drives, and the setting to change. */
function controllerLines(controllers: readonly ControllerNote[]): string[] {
  const lines = controllers.map(({ message, remedy }) => `note: ${message} ${remedy}`);
  return lines.length === 0 ? [] : ['', ...lines];
}

/** How a drive would be erased, or why it would not. */
function eraseLine(drive: Drive, abilities: Abilities): string {
  try {
    const plan = planErase(drive, abilities, { least: 'clear' });
    const lift = liftWords(plan);
    return `erase: ${driveLabel(drive)}: ${plannedEraseWords(plan)}${lift === null ? '' : `. ${lift}`}`;
  } catch (error) {
    if (!(error instanceof PrestageError)) throw error;
    return `erase: ${error.message} ${error.data.remedy}`;
  }
}
