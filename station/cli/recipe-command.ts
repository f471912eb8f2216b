import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { shownPath } from '../../core/base/display';
import { startingRecipe } from '../recipe/starting-recipe';
import { commandAction, jsonOption } from './command-context';
import { writeNewFile } from './new-file';

/** What `media recipe --json` prints. */
export const mediaRecipeForm = z.strictObject({
  /** The file that was written, absolute. */
  path: z.string(),
});

/** `prestage media recipe`. */
export function recipeCommand(): Command {
  return new Command('recipe')
    .description('write a recipe to start from: what a media file is made of, with every setting explained')
    .argument('[file]', 'file that does not exist yet', 'recipe.yaml')
    .addOption(jsonOption(mediaRecipeForm))
    .action(
      commandAction<object>(({ output }, _options, [file = 'recipe.yaml']) => {
        const path = resolve(file);
        writeNewFile(path, Buffer.from(startingRecipe(new Date()), 'utf8'));
        output.result<typeof mediaRecipeForm>(
          { path },
          () => `Wrote ${shownPath(path)}. Change it, then run: prestage media plan FILE`,
        );
        return Promise.resolve(undefined);
      }),
    );
}
