import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { formatBytes, sanitizeForDisplay } from '../../core/base/display';
import { driveLabel, placeOf, type Drive } from '../../core/drive/drive';
import { pastWords } from '../../core/ledger/past-words';
import { jobHealthSchema } from '../../core/health/health-rules';
import { jobHealthWords } from '../../core/health/health-words';
import { planErase, planGoingOn, shownOf, withHidden } from '../../core/sanitise/choose';
import {
  methodFacts,
  sanitiseMethods,
  type NistLevel,
  type SanitiseMethod,
} from '../../core/sanitise/methods';
import { sanitisedSchema } from '../../core/sanitise/sanitised';
import { cannotBeTakenBack, liftWords, plannedEraseWords, sanitisedLines } from '../../core/sanitise/words';
import { attachedPast, requireDrive } from '../drives/finished-drive';
import { readAbilitiesOf } from '../drives/read-abilities';
import { sanitise, type SanitiseReport } from '../jobs/run-sanitise';
import { eraseFailed, eraseGoingOn } from '../jobs/sanitise-drive';
import { askErase, requireTerminal } from './apply-questions';
import { requireNewFile, writeEraseCertificate } from './certificate-file';
import { benchOption, commandAction, failsWhen, jsonOption, stateOption } from './command-context';
import { keepHiddenOption, levelOption } from './level-option';
import { joinRack } from './join-rack';
import { exitCodes } from './exit-codes';
import { operatorOf, operatorOption } from './operator-option';
import { details } from './output';
import { withStation } from './station-context';

/** What `sanitise --json` prints. */
export const sanitiseForm = z.strictObject({
  /** ID of the drive: where a hidden area was opened, the one that it has since. */
  drive: z.string(),
  ...sanitisedSchema.shape,
  /** What the drive said of its health; null of virtual drives and loop devices. */
  health: jobHealthSchema.nullable(),
  /** Number of the entry that recorded it. */
  ledgerEntry: z.int().positive(),
});

interface SanitiseOptions {
  readonly drive: string;
  readonly bench?: string;
  readonly operator?: string;
  readonly method?: SanitiseMethod;
  readonly level?: NistLevel;
  readonly keepHiddenAreas?: true;
  readonly certificate?: string;
  readonly again?: string;
  readonly yes?: true;
}

/** `prestage sanitise`: erases one drive securely, and writes nothing to it. */
export function sanitiseCommand(): Command {
  return failsWhen(new Command('sanitise'), 'the drive is not erased, or whether it is is not known')
    .description('erase a drive securely, check that it is erased, and record it; nothing is written to it')
    .requiredOption('--drive <id>', 'drive to erase')
    .addOption(
      new Option('--method <name>', 'how to erase it (default: the strongest that the drive offers)').choices(
        sanitiseMethods,
      ),
    )
    .addOption(levelOption('--level'))
    .addOption(keepHiddenOption())
    .option('--certificate <file>', 'write a certificate of it, as PDF')
    .addOption(benchOption())
    .addOption(operatorOption())
    .option('--again <reason>', 'allow a drive that holds a finished image, and record why')
    .addOption(stateOption())
    .option('--yes', 'do not ask before erasing')
    .addOption(jsonOption(sanitiseForm))
    .action(
      commandAction<SanitiseOptions>(async (context, options) => {
        const operator = operatorOf(options.operator);
        return await withStation(context, operator, async ({ paths, settings, ledger, append }) => {
          const { helpers, output, signal } = context;
          const benchDirectory = options.bench === undefined ? null : resolve(options.bench);
          if (options.certificate !== undefined) requireNewFile(options.certificate);
          joinRack(context);
          const drive = await requireDrive(options.drive, benchDirectory, helpers, signal);
          const [abilities] = await readAbilitiesOf([drive], helpers, benchDirectory, signal);
          if (abilities === undefined) throw new Error('the helper told nothing of the drive');
          // One that an earlier run began is waited for; what it can do says nothing then.
          const left = await eraseGoingOn(paths, drive, abilities);
          // The level of the settings keeps nobody from letting it come to its end.
          if (left !== null) planGoingOn(drive, left.method, abilities, options.level ?? 'clear');
          const goesOn = abilities.underWay || left !== null;
          const least = options.level ?? settings.sanitiseLevel;
          const keepHidden = options.keepHiddenAreas === true || settings.keepHiddenAreas;
          const wish = { method: options.method ?? null, least, keepHidden };
          const plan = goesOn ? null : planErase(drive, abilities, wish);
          const shown = plan === null ? null : shownOf(plan);
          if (options.yes !== true) {
            requireTerminal();
            const past = pastWords(attachedPast(drive, ledger));
            const how = plan === null ? 'it is erasing itself already' : plannedEraseWords(plan);
            const lift = plan === null ? null : liftWords(plan);
            await askErase(
              questionText(withHidden(drive, abilities), past, how, [
                ...(lift === null ? [] : [lift]),
                ...(plan !== null && !methodFacts[plan.method].byDrive ? [] : [cannotBeTakenBack]),
              ]),
              output,
              signal,
            );
          }
          const report = await sanitise(
            {
              ...{ drive, benchDirectory, shown, least },
              reason: options.again === undefined ? null : sanitizeForDisplay(options.again, 200),
            },
            {
              ...{ helpers, ledger, paths, settings, append, signal },
              onProgress: (done, total) => {
                output.progress.task(placeOf(drive), { phase: 'sanitising', done, total });
              },
            },
          );
          const { sanitised, ledgerEntry } = report;
          const { health } = report;
          output.result<typeof sanitiseForm>(
            { drive: report.drive.id, ...sanitised, health, ledgerEntry },
            () => reportText(report),
          );
          // Afterwards: what came of the erase is told also where its paper cannot be written.
          const { certificate } = options;
          if (certificate !== undefined) await writeEraseCertificate(ledger, ledgerEntry, certificate);
          if (signal.aborted) return exitCodes.cancelled;
          const failed = eraseFailed(report.drive, sanitised);
          if (failed === null) return exitCodes.good;
          output.failure(failed);
          return exitCodes.failed;
        });
      }),
    );
}

function questionText(drive: Drive, past: readonly string[], how: string, more: readonly string[]): string {
  const notes = drive.notes.map(({ message }) => `note: ${message}`);
  const contents = [...past, ...(drive.contents.length === 0 ? ['nothing known'] : drive.contents)];
  return [
    `Everything on the ${driveLabel(drive)} will be erased:`,
    '',
    details([
      ['model', drive.model ?? 'not known'],
      ['size', formatBytes(drive.size)],
      ['contents', contents.join('; ')],
      ['how', how],
    ]),
    '',
    ...notes,
    ...more,
  ].join('\n');
}

function reportText({ drive, sanitised, health, ledgerEntry }: SanitiseReport): string {
  return [
    `The ${driveLabel(drive)}, ledger entry ${ledgerEntry}:`,
    details([
      ...sanitisedLines(sanitised).map(([name, value]) => [name.toLowerCase(), value] as const),
      ...(health === null ? [] : [['health', jobHealthWords(health)] as const]),
    ]),
  ].join('\n');
}
