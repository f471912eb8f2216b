import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';

/** A listing that failed is an error on the screen, never an empty list. */
export function listingFailed(what: string, cause: unknown): PrestageError {
  const words = cause instanceof Error ? cause.message : String(cause);
  return new PrestageError({
    code: 'drive-listing-failed',
    message: `The drives of this machine could not be listed: ${sanitizeForDisplay(what, 400)}.`,
    cause: sanitizeForDisplay(words, 4000) || null,
  });
}
