import { failed, type ErrorMeaning } from './error-meaning';

/** Errors of a drive's health and its real size. Part of {@link errorReference}. */
export const healthErrors = {
  'drive-health-worse': failed(
    'The drive reports more errors of its own than before it was written.',
    'Set the drive aside: it is failing.',
  ),
  'drive-size-false': failed(
    'The drive holds less than the size it reports.',
    'Set the drive aside: it is failing or counterfeit.',
  ),
} as const satisfies Readonly<Record<string, ErrorMeaning>>;
