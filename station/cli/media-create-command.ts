import { randomUUID } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { Command } from 'commander';
import type { z } from 'zod';
import { formatBytes, shownPath } from '../../core/base/display';
import { counted } from '../../core/base/plurals';
import { dateNotices } from '../../core/media/media-dates';
import { createComplaints, mediaPlanOf } from '../../core/recipe/create-rules';
import { createdMediaSchema, type CreatedMedia } from '../../core/recipe/media-plan';
import { datesOfRecipe } from '../../core/recipe/recipe-dates';
import { readRecipe, recipeInvalid, withAbsolutePaths } from '../recipe/read-recipe';
import { commandAction, jsonOption } from './command-context';

/** What `media create --json` prints. */
export const mediaCreateForm: z.ZodType<CreatedMedia> = createdMediaSchema;

interface CreateOptions {
  readonly output: string;
  readonly replace?: boolean;
}

/** `prestage media create`. */
export function mediaCreateCommand(): Command {
  return new Command('create')
    .description('make a media file from a recipe, without Configuration Manager')
    .argument('<recipe>', 'YAML file; prestage media recipe writes one to start from')
    .requiredOption('--output <file>', 'WIM file to make')
    .option('--replace', 'replace the file when it exists, once the new one is complete')
    .addOption(jsonOption(mediaCreateForm))
    .action(
      commandAction<CreateOptions>(async ({ helpers, signal, output }, options, [file = '']) => {
        const target = resolve(options.output);
        const read = readRecipe(file);
        const complaints = createComplaints(read.recipe);
        if (complaints.length > 0) throw recipeInvalid(read.path, complaints.map(read.problemAt));
        const plan = mediaPlanOf(withAbsolutePaths(read), target, options.replace === true);
        const client = await helpers.plain();
        const created = await client.call(
          'createMedia',
          { progressToken: randomUUID(), ...plan },
          {
            signal,
            onTaskProgress: (progress) => {
              output.progress.task(basename(target), progress);
            },
          },
        );
        const shipping = { now: new Date(), shipBy: null };
        for (const warning of dateNotices(datesOfRecipe(read.recipe), shipping)) {
          output.message(`warning: ${warning}`);
        }
        for (const note of created.notes) output.message(`note: ${note}`);
        output.result<typeof mediaCreateForm>(created, () => createdText(created));
        return undefined;
      }),
    );
}

function createdText({
  path,
  bytes,
  packages,
  driverPacks,
  files,
  protected: closed,
  replaced,
}: CreatedMedia): string {
  const lines = [
    `Made ${shownPath(path)}: ${formatBytes(bytes)}.`,
    `${counted(packages, 'package', 'packages')} with ${counted(files, 'file', 'files')}. Ordinary users can neither read nor change what was added (${counted(closed, 'file and folder', 'files and folders')}).`,
  ];
  if (driverPacks.length > 0) lines.push(`Driver packs: ${driverPacks.join(', ')}.`);
  if (replaced.length > 0) lines.push(`Replaced in the finished media: ${replaced.join(', ')}.`);
  return lines.join('\n');
}
