/** Counted things in English: one helper for the page, the command line and the papers. */

const rules = new Intl.PluralRules('en-GB');

/** The word for a number of things: `one` for exactly 1, `many` for every other number, 0 included. */
export function plural(count: number, one: string, many: string): string {
  return rules.select(count) === 'one' ? one : many;
}

/** A number and its word, in plain digits: `1 machine`, `2500 machines`. */
export function counted(count: number, one: string, many: string): string {
  return `${count} ${plural(count, one, many)}`;
}

/** A number as people read it: `2,500`. */
export function grouped(count: number): string {
  return count.toLocaleString('en-GB');
}

/** A number as people read it, and its word: `1 machine`, `2,500 machines`. */
export function countedGrouped(count: number, one: string, many: string): string {
  return `${grouped(count)} ${plural(count, one, many)}`;
}
