/** Reads tables as spreadsheets and scripts write them (RFC 4180). */

/** What is wrong with a line. */
export interface CsvProblem {
  /** Line of the file, from 1 on. */
  readonly line: number;
  /** Without the line, in lower case, without a full stop. */
  readonly message: string;
}

/** One line of a table; a quoted field may hold line breaks, so it can be several lines of the file. */
export interface CsvRecord {
  /** Of the file, from 1 on, where the record begins. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface CsvReading {
  /** Without those that are blank throughout. */
  readonly records: readonly CsvRecord[];
  readonly problems: readonly CsvProblem[];
}

/** What parts fields: a spreadsheet's clipboard uses tabs, and its files what its country uses. */
const separators = ['\t', ';', ',', '|'] as const;
type Separator = (typeof separators)[number];

/** Spreadsheets are told their separator in a first line `sep=;`. */
const separatorLine = /^"?sep=([;,\t|])"?[ \t;,|]*(?:\r\n|\n|\r|$)/i;
/** PowerShell's Export-Csv says first of what type the objects were, unless it is told not to (Microsoft Learn). */
const typeLine = /^"?#TYPE [^\r\n]*(?:\r\n|\n|\r|$)/i;

/**
 * Reads a table (RFC 4180). The separator is the one that the first line has most of. A quotation mark inside a
 * field that does not begin with one is a character like any other (`15" screen`).
 */
export function readCsv(text: string): CsvReading {
  const typed = typeLine.exec(text)?.[0].length ?? 0;
  const marked = separatorLine.exec(text.slice(typed));
  const start = typed + (marked?.[0].length ?? 0);
  const separator = (marked?.[1] as Separator | undefined) ?? separatorOf(text.slice(start));
  const table = new Table(1 + (typed === 0 ? 0 : 1) + (marked === null ? 0 : 1));
  readInto(table, text, start, separator);
  return { records: table.records.map((one) => unpacked(one, separator)), problems: table.problems };
}

/** A record that is one field in quotes with separators in it, and nothing beside it: some exporters put whole lines in quotes. */
function unpacked(record: CsvRecord, separator: Separator): CsvRecord {
  const [only = '', ...others] = record.fields;
  if (others.some((field) => field.trim() !== '') || !only.includes(separator)) return record;
  const inner = new Table(record.line);
  readInto(inner, only, 0, separator);
  const [first, ...more] = inner.records;
  return first === undefined || more.length > 0 || inner.problems.length > 0 ? record : first;
}

function readInto(table: Table, text: string, start: number, separator: Separator): void {
  let position = start;
  let field = '';
  while (position < text.length) {
    const character = text.charAt(position);
    if (character === '"' && field.trim() === '') {
      const quoted = readQuoted(text, position, separator);
      table.addLines(quoted.value);
      if (quoted.problem !== null) table.complain(quoted.problem);
      field = quoted.value;
      position = quoted.end;
      // What follows is a separator, a line's end, or the end: readQuoted saw to that.
      if (position >= text.length) break;
      if (text.charAt(position) === separator) {
        table.endField(field);
        field = '';
        position += 1;
        continue;
      }
    }
    const next = text.charAt(position);
    if (next === '\r' || next === '\n') {
      table.endField(field);
      field = '';
      position += next === '\r' && text.charAt(position + 1) === '\n' ? 2 : 1;
      table.endRecord();
    } else if (next === separator) {
      table.endField(field);
      field = '';
      position += 1;
    } else {
      field += next;
      position += 1;
    }
  }
  table.endField(field);
  table.endRecord();
}

function separatorOf(text: string): Separator {
  const first = /^\s*([^\r\n]*)/.exec(text)?.[1] ?? '';
  // Of a line that is one field in quotes, what stands in them counts.
  const whole = /^"((?:[^"]|"")*)"\s*$/.exec(first)?.[1]?.replaceAll('""', '"');
  const bare = (whole ?? first).replace(/"(?:[^"]|"")*"/g, '');
  const count = (separator: string): number => bare.split(separator).length;
  return separators.reduce((best, one) => (count(one) > count(best) ? one : best));
}

/** Reads a field in quotes up to what ends it. */
function readQuoted(
  text: string,
  start: number,
  separator: Separator,
): { readonly value: string; readonly end: number; readonly problem: string | null } {
  let value = '';
  let position = start + 1;
  for (;;) {
    const close = text.indexOf('"', position);
    if (close < 0) {
      const problem =
        'a quotation mark opens here and is never closed: everything after it is read as one field';
      return { value: value + text.slice(position), end: text.length, problem };
    }
    value += text.slice(position, close);
    position = close + 1;
    if (text.charAt(position) !== '"') break;
    value += '"';
    position += 1;
  }
  const rest = restOfField(text, position, separator);
  const problem = rest.trim() === '' ? null : `there is text after a closing quotation mark: ${quote(rest)}`;
  return { value: value + rest.trimEnd(), end: position + rest.length, problem };
}

function restOfField(text: string, start: number, separator: Separator): string {
  let end = start;
  while (end < text.length && !['\r', '\n', separator].includes(text.charAt(end))) end += 1;
  return text.slice(start, end);
}

function quote(text: string): string {
  return `'${text.trim().slice(0, 40)}'`;
}

/** Records as they grow. */
class Table {
  readonly records: CsvRecord[] = [];
  readonly problems: CsvProblem[] = [];
  /** Of the record that grows. */
  #begins: number;
  #line: number;
  #fields: string[] = [];

  constructor(line: number) {
    this.#line = line;
    this.#begins = line;
  }

  endField(field: string): void {
    this.#fields.push(field);
  }

  /** A quoted field holds line breaks. */
  addLines(value: string): void {
    this.#line += value.split(/\r\n|\r|\n/).length - 1;
  }

  complain(message: string): void {
    this.problems.push({ line: this.#begins, message });
  }

  endRecord(): void {
    if (this.#fields.some((field) => field.trim() !== '')) {
      this.records.push({ line: this.#begins, fields: this.#fields });
    }
    this.#fields = [];
    this.#line += 1;
    this.#begins = this.#line;
  }
}
