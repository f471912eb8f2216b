import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import Table from 'cli-table3';
import { z } from 'zod';
import { sanitizeForDisplay, terminalWidth } from '../../core/base/display';
import { errorDataSchema, toErrorData, type ErrorData } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { Progress } from './progress';

/** How commands print: results, messages and errors, as text or as one JSON document; tables and times. */

export interface OutputOptions {
  /** One JSON document on standard output, everything else on standard error. */
  readonly json: boolean;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Standard error is a terminal, on which lines can be drawn again. */
  readonly terminal: boolean;
}

/** A value as it may be shown: nothing in it is changed any more. */
type Frozen<T> = T extends readonly (infer Member)[]
  ? readonly Frozen<Member>[]
  : T extends object
    ? { readonly [Name in keyof T]: Frozen<T[Name]> }
    : T;

/** What a command prints with `--json`, by its form. */
export type JsonDocument<Form extends z.ZodType> = Frozen<z.infer<Form>>;

/** What `--json` prints when an error stopped the command. */
export const failureForm = z.strictObject({ error: errorDataSchema });

/** What a stream fails with when nobody reads it any more. */
const readerGone: ReadonlySet<string> = new Set([
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_UNABLE_TO_PIPE',
]);

/**
 * Everything that a command says. Results go to standard output; messages, progress and errors to standard
 * error. What came from devices, media or other programs is made safe to show here at the latest.
 */
export class Output {
  readonly json: boolean;
  readonly #options: OutputOptions;
  #progress: Progress | null = null;
  #resultGiven = false;
  #lost: Error | null = null;
  /** What was said last of a failure. */
  #lastFailure = '';

  constructor(options: OutputOptions) {
    this.#options = options;
    this.json = options.json;
    // A pager that was closed, or a terminal that is gone, must not end a batch.
    options.stdout.on('error', (error: Error) => {
      if (!readerGone.has(errorCodeOf(error) ?? '')) this.#lost ??= error;
    });
    options.stderr.on('error', ignore);
  }

  /** The lines of progress. There from the first use until {@link Output.endProgress}. */
  get progress(): Progress {
    this.#progress ??= new Progress({ stream: this.#options.stderr, terminal: this.#options.terminal });
    return this.#progress;
  }

  /** Leaves the progress as it is; what follows is printed below. */
  endProgress(): void {
    this.#progress?.stop();
    this.#progress = null;
  }

  /** One sentence for the person at the terminal. */
  message(text: string): void {
    const line = sanitizeForDisplay(text, 2000);
    if (this.#progress !== null) this.#progress.log(line);
    else this.#options.stderr.write(`${line}\n`);
  }

  /**
   * The command's result, once. Name its form: `result<typeof drivesForm>(…)`.
   * @param document what --json prints
   * @param text what is printed without it: already safe to show, as {@link table} is
   */
  result<Form extends z.ZodType = never>(document: JsonDocument<Form>, text: () => string): void {
    this.#give(document, text);
  }

  #give(document: unknown, text: () => string): void {
    if (this.#resultGiven) throw new Error('a command gave two results');
    this.#resultGiven = true;
    this.endProgress();
    this.#options.stdout.write(
      this.json ? `${JSON.stringify(document, null, 2)}\n` : `${text().trimEnd()}\n`,
    );
  }

  /**
   * The command's result, when it is too long to hold: piece by piece, as fast as the reader takes it. The
   * pieces are printed as they are. A reader that had enough, as head(1) does, is no error.
   * @throws whatever the pieces throw; the system's error when standard output takes no more
   */
  async stream(pieces: Iterable<string>): Promise<void> {
    if (this.#resultGiven) throw new Error('a command gave two results');
    this.#resultGiven = true;
    this.endProgress();
    try {
      await pipeline(Readable.from(pieces), this.#options.stdout, { end: false });
    } catch (error) {
      if (!readerGone.has(errorCodeOf(error) ?? '')) throw error;
    }
  }

  /** What went wrong and what to do, in words, once; with --json also as the document. */
  failure(thrown: unknown): ErrorData {
    const error = toErrorData(thrown);
    this.endProgress();
    // What stopped a command from printing is found again when it has ended.
    if (error.message === this.#lastFailure) return error;
    this.#lastFailure = error.message;
    const lines = [`error: ${sanitizeForDisplay(error.message, 2000)}`];
    for (const line of (error.cause ?? '').split('\n')) {
      const safe = sanitizeForDisplay(line, 2000);
      if (safe !== '') lines.push(`    ${safe}`);
    }
    lines.push(`what to do: ${sanitizeForDisplay(error.remedy, 2000)}`);
    this.#options.stderr.write(`${lines.join('\n')}\n`);
    if (this.json && !this.#resultGiven) this.#give({ error }, () => '');
    return error;
  }

  /** Why a part of the result did not reach standard output; null when all did, or nobody wanted more. */
  get lost(): Error | null {
    return this.#lost;
  }

  /** Resolves when everything has been handed to the system. Never rejects. */
  async flush(): Promise<void> {
    await Promise.all([this.#options.stdout, this.#options.stderr].map(flushed));
  }
}

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** A cell: one text, or several lines. Numbers are the caller's to format. */
export type Cell = string | readonly string[] | null;

/**
 * Columns set apart by two spaces, without lines or colours, so that it can be read, searched and pasted.
 * Every cell is made safe to show; an empty one is a dash.
 */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const cells = rows.map((row) => row.map(shownCell));
  if (cells.length <= rowsAtOnce) return rendered(columns, cells, true);
  // As wide as the widest of its column, so that all pieces are the same: the last line of each, which is taken away.
  const ruler = columns.map(({ title }, at) =>
    'x'.repeat(cells.reduce((width, row) => Math.max(width, cellWidth(row[at] ?? '')), terminalWidth(title))),
  );
  const pieces: string[] = [];
  for (let at = 0; at < cells.length; at += rowsAtOnce) {
    const piece = rendered(columns, [...cells.slice(at, at + rowsAtOnce), ruler], at === 0);
    pieces.push(piece.slice(0, piece.lastIndexOf('\n')));
  }
  return pieces.join('\n');
}

/** The library compares each row with all others: 20,000 at once take a minute. */
const rowsAtOnce = 200;

function cellWidth(text: string): number {
  return text.split('\n').reduce((width, line) => Math.max(width, terminalWidth(line)), 0);
}

function rendered(columns: readonly Column[], rows: readonly string[][], withHead: boolean): string {
  const none = '';
  const made = new Table({
    head: withHead ? columns.map(({ title }) => title) : [],
    colAligns: columns.map(({ align }) => align ?? 'left'),
    chars: {
      top: none,
      'top-mid': none,
      'top-left': none,
      'top-right': none,
      bottom: none,
      'bottom-mid': none,
      'bottom-left': none,
      'bottom-right': none,
      left: none,
      'left-mid': none,
      mid: none,
      'mid-mid': none,
      right: none,
      'right-mid': none,
      middle: '  ',
    },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) made.push(row);
  return withoutTrailingSpace(made.toString());
}

/** Names and values, one a line, the values in a column. */
export function details(pairs: readonly (readonly [name: string, value: Cell])[]): string {
  const width = Math.max(0, ...pairs.map(([name]) => name.length));
  const lines = pairs.map(([name, value]) => {
    const indent = ' '.repeat(width + 2);
    return `${name.padEnd(width)}  ${shownCell(value).replaceAll('\n', `\n${indent}`)}`;
  });
  return lines.join('\n');
}

/** `2025-11-03 14:05:09` in the station's time zone. */
export function localTime(date: Date): string {
  return date.toLocaleString('sv-SE');
}

function shownCell(cell: Cell): string {
  if (cell === null) return '-';
  const lines = typeof cell === 'string' ? [cell] : cell;
  const safe = lines.map((line) => sanitizeForDisplay(line, 400)).filter((line) => line !== '');
  return safe.length === 0 ? '-' : safe.join('\n');
}

function withoutTrailingSpace(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

async function flushed(stream: NodeJS.WritableStream): Promise<void> {
  await new Promise<void>((resolve) => {
    // Calls back also when the stream has failed.
    stream.write('', () => {
      resolve();
    });
  });
}

function ignore(): void {
  // Nobody reads any more: there is nobody to tell.
}
