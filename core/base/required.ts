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
    remedy:
      'Start Prestage again. If it happens again, collect the log for support (prestage support bundle FILE.zip) and report it.',
  });
}

/** A change without the members that are there but not set. */
export function withoutUndefined<T extends object>(change: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
