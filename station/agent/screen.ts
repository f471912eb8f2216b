import type { MachineWork } from '../../core/contract/agent-bytes';
import { sanitizeForDisplay } from '../../core/base/display';
import type { ThisMachine } from '../../core/machine/this-machine';
import { code128Bars, qrSquares, type Barcode } from '../barcode/barcodes';
import { shownCode } from '../../core/machine/admission-code';
import type { AgentView } from './agent';
import { halfBlocks, largest, type Points } from './screen-letters';

/**
 * The screen of a machine of the rack, on a bare console: serial and code in letters for three metres, what is going on, serial, UUID, MACs
 * and, until it is admitted, the code as barcodes, and at the end PASS or FAIL with the whole screen in one colour. Pure: text with the
 * console's own sequences (console_codes(4)).
 */

export interface ScreenSize {
  /** Places of the console. */
  readonly columns: number;
  readonly rows: number;
}

/** What the screen's background says; the console's own colours. */
const colours = {
  plain: '\u001b[0;97;40m',
  passed: '\u001b[0;97;42m',
  failed: '\u001b[0;97;41m',
  stopped: '\u001b[0;97;45m',
} as const;
const words = { passed: 'PASS', failed: 'FAIL', stopped: 'STOPPED' } as const;

/** What a job does, for whoever stands before the machine. */
const jobs: Readonly<Record<string, string>> = {
  queued: 'waits for its turn',
  checking: 'looks at its drive',
  sanitising: 'erases its drive securely',
  sizing: "measures its drive's real size",
  erasing: 'takes the old tables off its drive',
  writing: 'is written',
  verifying: 'is read back and compared',
  sealing: 'gets its partition table',
  done: 'is written; its record is next',
  failed: 'has failed',
  cancelled: 'was stopped',
};

/** Draws it anew where something on it has changed: consoles are slow, and so are processors on which nothing but this runs. */
export class MachineScreen {
  readonly #machine: ThisMachine;
  /** They never change, but for the code: each greeting has its own. */
  #barcodes: Barcodes;
  #code: string | null = null;
  #shown: { readonly head: string; readonly lines: readonly string[] } = { head: '', lines: [] };

  constructor(machine: ThisMachine) {
    this.#machine = machine;
    this.#barcodes = barcodesOf(machine, null);
  }

  /** What the console is to be told; empty: nothing has changed. The whole screen, or the lines that are others. */
  draw(view: AgentView, work: MachineWork | null, size: ScreenSize): string {
    const code = view.what === 'waiting' ? view.code : null;
    if (code !== this.#code) this.#barcodes = barcodesOf(this.#machine, code);
    this.#code = code;
    const ended = view.what === 'admitted' && work?.state === 'ended' ? work : null;
    const colour = colours[ended?.verdict ?? 'plain'];
    const all =
      ended === null
        ? openLines(view, work, this.#machine, this.#barcodes, size)
        : endLines(ended, this.#machine, size);
    const lines = all.slice(0, size.rows).map((line) => center(line, size.columns));
    const head = `${colour}\u001b[?25l ${size.columns} ${size.rows} ${lines.length}`;
    const before = this.#shown;
    this.#shown = { head, lines };
    // The last line has no end: the console would roll.
    if (before.head !== head) return `${colour}\u001b[?25l\u001b[2J\u001b[H${lines.join('\r\n')}`;
    return lines
      .map((line, at) => (line === before.lines[at] ? '' : `\u001b[${at + 1};1H\u001b[2K${line}`))
      .join('');
  }
}

function endLines(
  ended: Extract<MachineWork, { state: 'ended' }>,
  machine: ThisMachine,
  { columns, rows }: ScreenSize,
): string[] {
  const then = { wait: '', off: 'Turns off.', restart: 'Restarts into what was written.' }[ended.atEnd];
  return [
    '',
    ...big(words[ended.verdict], columns - 4, Math.floor(rows * 0.55)),
    '',
    ...big(serialOf(machine), columns - 4, Math.floor(rows * 0.2)),
    '',
    ...wrapped(sanitizeForDisplay(ended.text, 400), columns - 4),
    ended.isDone || then === '' ? then : 'A virtual bench: it only says that it would do so.',
  ];
}

function openLines(
  view: AgentView,
  work: MachineWork | null,
  machine: ThisMachine,
  codes: Barcodes,
  { columns, rows }: ScreenSize,
): string[] {
  const code = 'code' in view ? shownCode(view.code) : '';
  const said = sayings(view, work);
  const barcodes = codeLines(codes, columns);
  const heads = [
    '',
    ...big(serialOf(machine), columns - 4, Math.floor(rows * 0.2)),
    '',
    ...(code === '' ? [] : [...big(code, columns - 4, Math.floor(rows * 0.25)), '']),
    ...said.flatMap((text) => wrapped(text, columns - 4)),
    '',
  ];
  // What has no room is left out: first the barcodes.
  const room = rows - heads.length;
  const fitting = barcodes.find((lines) => lines.length <= room) ?? [];
  return [...heads, ...fitting];
}

/** What is going on, in one or two sentences. */
export function sayings(view: AgentView, work: MachineWork | null): string[] {
  switch (view.what) {
    case 'searching':
      return [
        'This machine looks for its station.',
        ...(view.problem === null ? [] : [`It cannot be reached: ${view.problem}`]),
      ];
    case 'waiting':
      return [
        `This machine waits until ${view.station} admits it: compare the code there, or scan it.`,
        ...(view.problem === null ? [] : [view.problem]),
      ];
    case 'refused':
      return [`This machine was turned away by ${view.station}. With this code it can be admitted there.`];
    case 'admitted': {
      if (work?.state !== 'working') return [`Admitted by ${view.station}.`];
      const share =
        work.done === null || work.total === null || work.total === 0
          ? ''
          : ` ${Math.floor((work.done / work.total) * 100)} %`;
      return [`Admitted by ${view.station}.`, `This machine ${jobs[work.job] ?? 'works'}.${share}`];
    }
  }
}

function serialOf({ serial }: ThisMachine): string {
  return serial === null ? 'NO SERIAL' : sanitizeForDisplay(serial, 40);
}

/** A text in the largest letters that fit; in the console's own where none do. */
function big(text: string, width: number, lines: number): string[] {
  const points = largest(text, width, lines);
  return points === null ? [text] : halfBlocks(points);
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((long) => chunks(long, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function center(line: string, columns: number): string {
  const length = Array.from(line).length;
  return length >= columns ? line : `${' '.repeat(Math.floor((columns - length) / 2))}${line}`;
}

/** Light around a barcode, in modules: QR asks for four (ISO/IEC 18004), Code 128 for ten (ISO/IEC 15417). */
const quiet = { qr: 4, bars: 10 } as const;
/** Lines of the console that bars are high. */
const barLines = 4;

interface Barcodes {
  /** QR codes with what they say below: code, serial, UUID, MACs. */
  readonly squares: readonly string[][];
  /** What they say below them: code, serial. */
  readonly bars: readonly string[][];
}

/** @param code by which the machine is admitted; null: it is not asked for */
function barcodesOf({ serial, facts }: ThisMachine, code: string | null): Barcodes {
  const asked = code === null ? [] : [['Code', code] as const];
  const named = [
    ...asked,
    ...(serial === null ? [] : [['Serial', serial] as const]),
    ...(facts.uuid === undefined ? [] : [['UUID', facts.uuid.toUpperCase()] as const]),
    ...(facts.macs ?? []).slice(0, 2).map((mac) => ['MAC', mac] as const),
  ];
  const squares = named.map(([name, text]) =>
    captioned(halfBlocks(litOf(qrSquares(text), qrUnits, quiet.qr)), `${name} ${text}`),
  );
  const barred = [...asked, ...(serial === null ? [] : [['Serial', serial] as const])];
  return {
    squares,
    bars: barred.map(([name, text]) => captioned(barsOf(text), `${name} ${text}`)),
  };
}

/** Barcodes in ways that take less and less room: squares side by side with the bars above; without the bars; the bars alone. */
function codeLines({ squares, bars }: Barcodes, columns: number): string[][] {
  const row = beside(squares, columns);
  const above = beside(
    bars.filter((one) => widthOf(one) <= columns),
    columns,
  );
  return above.length === 0 ? [row] : [[...above, '', ...row], row, above];
}

/** Units of the library that a module of its QR codes is wide. */
const qrUnits = 2;

/** Dark modules by row and column, and light points for them: the console is dark, and paper is not. @param units of a module */
function litOf({ width, height, outlines }: Barcode, units: number, around: number): Points {
  const sides = outlines.flatMap((outline) =>
    outline.flatMap(([x1, y1], at) => {
      const [, y2] = outline[(at + 1) % outline.length] ?? [x1, y1];
      // Level sides are never crossed.
      return y1 === y2 ? [] : [{ x: x1, top: Math.min(y1, y2), end: Math.max(y1, y2) }];
    }),
  );
  const span = (size: number): number[] =>
    Array.from({ length: size / units + 2 * around }, (_, at) => (at - around + 0.5) * units);
  const places = span(width);
  return span(height).map((y) => {
    const crossed = sides.filter(({ top, end }) => top <= y && y < end);
    // By the even-odd rule, along a ray to the right of the module's middle. All sides are upright or level.
    return places.map((place) => crossed.filter(({ x }) => x > place).length % 2 === 0);
  });
}

/** A text as Code 128, two modules a place. */
function barsOf(text: string): string[] {
  const bars = code128Bars(text);
  const [row = []] = litOf({ ...bars, height: 1 }, 1, 0);
  const light = [
    ...Array.from({ length: quiet.bars }, () => true),
    ...row,
    ...Array.from({ length: quiet.bars + (row.length % 2) }, () => true),
  ];
  let line = '';
  for (let at = 0; at < light.length; at += 2) {
    const [left = true, right = true] = [light[at], light[at + 1]];
    if (left) line += right ? '█' : '▌';
    else line += right ? '▐' : ' ';
  }
  return Array.from({ length: barLines }, () => line);
}

function captioned(picture: readonly string[], caption: string): string[] {
  const width = Math.max(...picture.map((line) => line.length));
  return [...picture, ...wrapped(caption, width)];
}

function chunks(line: string, width: number): string[] {
  return line.length <= width ? [line] : [line.slice(0, width), ...chunks(line.slice(width), width)];
}

/**
 * As many pictures side by side as fit. Each barcode has its own light around it: with one column between them, code, serial, UUID and
 * a MAC have room on a console of 128.
 */
function beside(pictures: readonly (readonly string[])[], columns: number): string[] {
  const gap = 1;
  let taken: readonly string[] = [];
  for (const picture of pictures) {
    const [before, width] = [widthOf(taken), widthOf(picture)];
    if (taken.length > 0 && before + gap + width > columns) break;
    const rows = Math.max(taken.length, picture.length);
    const left = taken.length === 0 ? '' : ' '.repeat(gap);
    taken = Array.from(
      { length: rows },
      (_, row) => `${(taken[row] ?? '').padEnd(before)}${left}${(picture[row] ?? '').padEnd(width)}`,
    );
  }
  return [...taken];
}

function widthOf(lines: readonly string[]): number {
  return lines.reduce((most, { length }) => Math.max(most, length), 0);
}
