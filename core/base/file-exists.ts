import { shownPath } from './display';
import { PrestageError } from './errors';

/** The refusal of a file that is to be made and is there already. */
export function fileExists(
  file: string,
  remedy = 'Nothing was written. Choose another file, or move this one away.',
): PrestageError {
  return new PrestageError({ code: 'usage', message: `The file ${shownPath(file)} already exists.`, remedy });
}
