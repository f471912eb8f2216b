import { refused, type ErrorMeaning } from './error-meaning';

/** Errors of a recipe, its plan, and the dates of a media file. Part of {@link errorReference}. */
export const recipeErrors = {
  'recipe-unreadable': refused(
    'The recipe cannot be read: it is not there, not a file of text, or too large.',
    'Check the path and that you may read the file. To begin a new recipe, run: prestage media recipe FILE',
  ),
  'recipe-invalid': refused(
    'The recipe has errors. Every one is listed with its line and column.',
    'Nothing was made. Mend the lines that are named, then run the command again.',
  ),
  'media-too-late': refused(
    'The certificate of the media ends before its machines ship, or the media may not be shipped any more: they would fail at the customer.',
    'Nothing was touched. Ask the enterprise for a new media file, or check the dates of the work order and the clock of this computer.',
  ),
  'media-password-wrong': refused(
    'The password is not the one that protects the media.',
    'Check upper and lower case, and ask the enterprise for the password of this media. After a damaged copy the right password does not fit either: compare the SHA-256.',
  ),
  'media-password-unsafe': refused(
    'The file with the password of the media cannot be used: it is not there, others may read it, or it holds no password.',
    'Put the password alone into one line of a file that only you may read (chmod 600 FILE).',
  ),
  'media-variables-missing': refused(
    'The media has no variables of Configuration Manager.',
    'It has no password then, and its dates are not in it. Give the recipe with --recipe instead.',
  ),
  'media-variables-damaged': refused(
    'The variables of the media are damaged, or have a form that Prestage does not know.',
    'Compare the SHA-256 of the media with the one that the enterprise sent. If it is right, give the recipe with --recipe instead.',
  ),
} as const satisfies Readonly<Record<string, ErrorMeaning>>;
