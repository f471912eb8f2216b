/** A value that the test cannot go on without. */
export function present<T>(value: T): NonNullable<T> {
  if (value === null || value === undefined) throw new Error('something that the test needs is not there');
  return value;
}
