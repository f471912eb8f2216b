import { basename } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';

/** The refusal of a list. @param problem a sentence's end that begins with the file */
export function listInvalid(path: string, problem: string): PrestageError {
  return new PrestageError({
    code: 'contents-list-invalid',
    message: `${sanitizeForDisplay(basename(path), 300)} ${problem}.`,
  });
}

/** The same for a system's error; anything else stays what it is. */
export function listUnreadable(path: string, error: unknown): unknown {
  const code = errorCodeOf(error);
  if (error instanceof PrestageError || code === null) return error;
  return new PrestageError({
    code: 'contents-list-invalid',
    message:
      code === 'ENOENT'
        ? `The list ${sanitizeForDisplay(path, 300)} does not exist.`
        : `The list ${sanitizeForDisplay(path, 300)} cannot be read (${sanitizeForDisplay(code)}).`,
    cause: error instanceof Error ? error.message : null,
  });
}
