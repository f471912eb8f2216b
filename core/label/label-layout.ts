/** Where everything stands on a label. The same for PDF and ZPL. Pure; all lengths in millimetres. */

/** What a label says. Everything is text of a ledger or of settings: whoever draws it sanitises it. */
export interface LabelContent {
  readonly machineSerial: string;
  /** Computer name, asset tag and the like; empty: none is known. */
  readonly names: string;
  /** The computer whose place the machine takes: `replaces PC-OLD-17`; missing: none that is known. */
  readonly replaces?: string;
  /** The verdict, and since when: `PASS 2026-02-03 14:05 UTC`. */
  readonly verdict: string;
  /** Which entry of the ledger says so. */
  readonly record: string;
  /** Work order and station. */
  readonly from: string;
  /** Of a box; null on the label of a machine that is in no shipment. */
  readonly shipment: { readonly number: string; readonly box: string; readonly code: string } | null;
}

export type LabelElement =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly x: number;
      readonly y: number;
      /** Height of the letters, from ascender to descender. */
      readonly size: number;
      readonly width: number;
      readonly bold: boolean;
    }
  /** A Code 128 as wide as it may be, quiet zones included; where it cannot be read in that width, a QR code. */
  | BarElement
  | {
      readonly kind: 'qr';
      readonly text: string;
      readonly x: number;
      readonly y: number;
      readonly side: number;
    };

export interface BarElement {
  readonly kind: 'bars';
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface LabelArea {
  readonly width: number;
  readonly height: number;
}

/** Letters below this are not read at arm's length, and come out of a 203 dpi head as 16 dots. */
const smallestText = 2;
/** Widths of capital letters as a share of their height: those of Helvetica Bold, rounded up. */
const letterWidth = 0.72;
/** Bars below this are missed by a scanner that is held askew. */
const lowestBars = 6;
const tallestBars = 20;
/** Longer serials get a QR code on a small label, and that takes more height. */
const longestBars = 26;
const smallestQr = 11;

/** Lines that a small label does without, where the machine's own code would not be read otherwise; the first goes first. */
const spared = ['from', 'replaces', 'names', 'heading'] as const;
type Spared = (typeof spared)[number];

/** Lays a label out. What finds no room is left out: the shipment's codes, then lines; never serial, verdict, record and the machine's code. */
export function layOutLabel(content: LabelContent, area: LabelArea): LabelElement[] {
  const needed = content.machineSerial.length > longestBars ? smallestQr : lowestBars;
  for (let left = 0; ; left += 1) {
    const { elements, top } = writeLines(content, area, new Set(spared.slice(0, left)));
    const bottom = area.height - padOf(area);
    if (bottom - top < needed && left < spared.length) continue;
    return [...elements, ...bars(content, { top, bottom, width: area.width }, needed)];
  }
}

function padOf({ height }: LabelArea): number {
  return height < 40 ? 2 : 3;
}

/** @returns the lines with the QR code beside them, and where what is below them may begin */
function writeLines(
  content: LabelContent,
  area: LabelArea,
  without: ReadonlySet<Spared>,
): { readonly elements: LabelElement[]; readonly top: number } {
  const { machineSerial, shipment } = content;
  const { width, height } = area;
  const pad = padOf(area);
  const scale = Math.min(1.8, Math.max(0.5, height / 74));
  const inner = width - 2 * pad;
  const elements: LabelElement[] = [];
  const side = shipment === null ? 0 : qrSide(area, scale);
  if (shipment !== null && side > 0) {
    elements.push({ kind: 'qr', text: shipment.code, x: width - pad - side, y: pad, side });
  }
  const column = side === 0 ? inner : inner - side - 2;
  let y = pad;
  const write = (text: string, wanted: number, bold = false, lines = 1): void => {
    if (text === '') return;
    for (const { line, size } of fitted(text, Math.max(smallestText, wanted * scale), column, lines)) {
      elements.push({ kind: 'text', text: line, x: pad, y, size, width: column, bold });
      y += size * 1.15;
    }
  };
  if (!without.has('heading')) write('MACHINE', 2.6);
  write(machineSerial, 7, true, 3);
  if (!without.has('names')) write(content.names, 3.4);
  if (!without.has('replaces')) write(content.replaces ?? '', 2.6, false, 2);
  if (shipment !== null) {
    write(`SHIPMENT, BOX ${shipment.box}`, 2.6);
    write(shipment.number, 4.6, true, 2);
  }
  write(content.verdict, 3, true);
  write(content.record, 2.6);
  if (!without.has('from')) write(content.from, 2.6);
  return { elements, top: Math.max(y, side === 0 ? 0 : pad + side) + 1 };
}

/** Side of a box's QR code; 0: there is no room for one. */
function qrSide({ width, height }: LabelArea, scale: number): number {
  return width < 70 || height < 45 ? 0 : Math.min(36, Math.max(18, 27 * scale));
}

/**
 * A text in as few lines as it takes, smaller where that helps. Nothing is cut: what is too long even in the smallest letters
 * goes on in the last line, and is shortened by whoever draws it.
 */
function fitted(
  text: string,
  wanted: number,
  width: number,
  lines: number,
): { readonly line: string; readonly size: number }[] {
  const size = Math.min(wanted, width / (text.length * letterWidth));
  if (size >= smallestText * 1.3 || lines === 1) {
    return [{ line: text, size: Math.max(smallestText, size) }];
  }
  const fits = Math.max(1, Math.floor(width / (smallestText * 1.5 * letterWidth)));
  const pieces: { line: string; size: number }[] = [];
  for (let at = 0; at < text.length; at += fits) {
    const last = pieces.length === lines - 1;
    pieces.push({ line: text.slice(at, last ? undefined : at + fits), size: smallestText * 1.5 });
    if (last) break;
  }
  return pieces;
}

/** The barcodes of machine and shipment share what is left of the height. */
function bars(
  { machineSerial, shipment }: LabelContent,
  { top, bottom, width }: { readonly top: number; readonly bottom: number; readonly width: number },
  needed: number,
): BarElement[] {
  const room = bottom - top;
  const bar = (text: string, y: number, height: number): BarElement => ({
    ...{ kind: 'bars', text, x: 0, y, width, height: Math.min(tallestBars, height) },
  });
  if (shipment === null || room < needed + lowestBars + 2) return [bar(machineSerial, top, room)];
  const first = Math.min(tallestBars, Math.max(needed, ((room - 2) * 3) / 5));
  return [bar(machineSerial, top, first), bar(shipment.number, top + first + 2, room - 2 - first)];
}
