import { sanitizeForDisplay } from '../base/display';
import { columnOf } from './order-columns';
import type { OrderIssue } from './raw-order';

/** Texts that hold an order's machines, and are no table: each is told in one sentence, instead of one for each of its lines. */

interface Line {
  readonly number: number;
  readonly text: string;
}

/** What a text is that is no table, and what to do; null when nothing speaks against it. */
export function notATable(text: string): OrderIssue | null {
  const lines = text
    .split(/\r\n|\r|\n/)
    .map((line, index): Line => ({ number: index + 1, text: line.trim() }))
    .filter(({ text: line }) => line !== '');
  return printedTable(lines) ?? printedList(lines) ?? linesAbove(lines);
}

const exportInstead = 'export it with Export-Csv instead of writing to a file what is shown';

/** Format-Table: the names, a line of hyphens below them, columns parted by blanks. */
function printedTable(lines: readonly Line[]): OrderIssue | null {
  const [names, rule] = lines;
  if (names === undefined || rule === undefined || !/^-{2,}(?: +-{2,})*$/.test(rule.text)) return null;
  return {
    line: names.number,
    message: `this is a table as PowerShell shows it on the screen, where values can be cut off: ${exportInstead}`,
  };
}

/** Format-List: `NAME : VALUE` lines, and one of the names is that of a serial. */
function printedList(lines: readonly Line[]): OrderIssue | null {
  const names = lines.map(({ text }) => /^([A-Za-z][\w -]{0,40}?) +: /.exec(text)?.[1]);
  const serial = names.findIndex((name) => name !== undefined && columnOf(name) === 'serial');
  const most = names.filter((name) => name !== undefined).length > lines.length / 2;
  const line = lines[serial];
  if (line === undefined || !most || lines.length < 2) return null;
  return {
    line: line.number,
    message: `this is a list as PowerShell shows it on the screen: ${exportInstead}`,
  };
}

const cells = (line: string): string[] => line.split(/[,;|\t]/);

/** Fields in single quotation marks, which part nothing and would become parts of the values. @param fields of the first line */
export function singleQuotes(fields: readonly string[]): string | null {
  const quoted = fields.every((field) => /^'.*'$/.test(field.trim()));
  return quoted ? 'the fields are in single quotation marks: use double ones ("), or none' : null;
}

/** A title, or remarks, above the names of the columns. */
function linesAbove(lines: readonly Line[]): OrderIssue | null {
  const isHead = ({ text }: Line): boolean => {
    const names = cells(text).map((cell) => cell.trim().replace(/^"|"$/g, ''));
    return names.length > 1 && names.some((name) => columnOf(name) === 'serial');
  };
  const head = lines.slice(0, 20).find(isHead);
  const [first] = lines;
  if (head === undefined || first === undefined || head === first) return null;
  // What such tables begin with, and is known (order-csv.ts).
  const above = lines.find(({ text, number }) => number < head.number && !/^"?(?:#TYPE |sep=)/i.test(text));
  if (above === undefined) return null;
  return {
    line: head.number,
    message: `the columns are named only here, below '${sanitizeForDisplay(above.text, 40)}': remove what stands above`,
  };
}
