import { PrestageError } from './errors';

/**
 * A value that is there because of what was decided before. Where it goes into a record or decides which drive is
 * written, an empty text in its place would be believed.
 * @param what is missing, as the end of "Prestage lost track of …"
 * @throws PrestageError internal
 */
export function required<Value>(value: Value, what: string): NonNullable<Value> {
  if (value !== null && value !== undefined) return value;
  throw new PrestageError({
    code: 'internal',
    message: `Prestage lost track of ${what}.`,
    remedy: 'Start Prestage again. If it happens again, report it with the log.',
  });
}
