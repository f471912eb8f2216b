import { Option, type Command } from 'commander';
import { mergeMediaDates, type MediaDates } from '../../core/media/media-dates';
import { datesOfRecipe } from '../../core/recipe/recipe-dates';
import { readMediaPassword } from '../media/media-password';
import { readRecipe } from '../recipe/read-recipe';
import { askPassword } from './ask-password';
import type { CommandContext } from './command-context';

/** What a command is told of a media file's dates: by its recipe, and by the media itself with its password. */

export interface DateOptions {
  readonly recipe?: string;
  readonly mediaPasswordFile?: string;
  readonly mediaPassword?: true;
}

/** What was found. */
export interface FoundDates {
  /** Null: nobody was asked. */
  readonly dates: MediaDates | null;
  /** Media GUID, of the media's own variables. */
  readonly guid: string | null;
}

/** Adds the options to a command. */
export function addDateOptions(command: Command): Command {
  return command
    .option('--recipe <file>', 'recipe of the media: certificate and ship-by day are taken from it')
    .addOption(
      new Option(
        '--media-password-file <file>',
        'file with the password of the media, which only you may read: opens its dates and management points',
      ).conflicts('mediaPassword'),
    )
    .option('--media-password', 'ask for the password of the media');
}

/**
 * Reads the dates from every source that was given.
 * @throws PrestageError recipe-…, media-password-…, media-variables-…
 */
export async function findDates(
  { path, imageIndex }: { readonly path: string; readonly imageIndex: number },
  options: DateOptions,
  { helpers, output, signal }: CommandContext,
): Promise<FoundDates> {
  const ofRecipe = options.recipe === undefined ? null : datesOfRecipe(readRecipe(options.recipe).recipe);
  const password = await passwordOf(options, signal);
  if (password === null) return { dates: ofRecipe, guid: null };
  const client = await helpers.plain();
  const { dates, guid, notes } = await client.call(
    'readMediaVariables',
    { path, imageIndex, password },
    { signal },
  );
  for (const note of notes) output.message(`note: ${note}`);
  return { dates: mergeMediaDates([dates, ofRecipe]), guid };
}

async function passwordOf(options: DateOptions, signal: AbortSignal): Promise<string | null> {
  if (options.mediaPasswordFile !== undefined) return readMediaPassword(options.mediaPasswordFile);
  if (options.mediaPassword !== true) return null;
  return await askPassword('the media', '--media-password-file', 'Password of the media: ', signal);
}
