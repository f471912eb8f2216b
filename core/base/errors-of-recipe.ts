import { refused, type ErrorMeaning } from './error-meaning';

/** Errors of a recipe, its plan, and the dates of a media. Part of {@link errorReference}. */
export const recipeErrors = {
  'recipe-unreadable': refused(
    'The recipe cannot be read: it is not there, not a file of text, or too large.',
    'Check the path and that you may read the file. To begin a new recipe, run: prestage media recipe FILE',
  ),
  'recipe-invalid': refused(
    'The recipe has errors. Every one is listed with its line and column.',
    'Nothing was made. Mend the lines that are named, then run the command again.',
  ),
} as const satisfies Readonly<Record<string, ErrorMeaning>>;
