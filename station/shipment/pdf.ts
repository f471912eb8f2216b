import PDFDocument from 'pdfkit';
import { sanitizeForDisplay } from '../../core/base/display';
import { required } from '../../core/base/required';
import { dayOf } from '../../core/base/day';
import type { Barcode } from '../barcode/barcodes';
import { fallbackFont } from './fallback-font';

/**
 * PDFs of a shipment: A4, the fonts that every reader has, and the same bytes every time. Nothing is compressed, because
 * two builds of zlib may do that differently, and nothing in them comes from a clock. A text with letters that those fonts
 * do not have is in the fallback font, which is embedded.
 */

export type Pdf = PDFKit.PDFDocument;

export const mm = 72 / 25.4;
export const page = { width: 210 * mm, height: 297 * mm, margin: 18 * mm } as const;
export const inner = page.width - 2 * page.margin;
export const fonts = { plain: 'Helvetica', bold: 'Helvetica-Bold', fixed: 'Courier' } as const;
export const ink = {
  text: '#111111',
  soft: '#555555',
  line: '#bbbbbb',
  bad: '#a3000b',
  good: '#0b5d2a',
} as const;

export interface PdfDetails {
  readonly title: string;
  /** ISO 8601: of the shipment, not of the printing. */
  readonly time: string;
  /** Stands at the foot of every page, left of the page's number; none for labels. */
  readonly foot: string | null;
  /** Size of its pages, in points; missing: A4. */
  readonly page?: { readonly width: number; readonly height: number };
}

/** Makes a document of what `draw` draws on it; the first page is there. It may be called twice. */
export async function makePdf(details: PdfDetails, draw: (pdf: Pdf) => void): Promise<Uint8Array> {
  const plain = await drawn(details, draw, null);
  // Most papers need no other font: it is read when one does.
  return plain ?? required(await drawn(details, draw, await fallbackFont()), 'a paper in the fallback font');
}

interface Fallback {
  readonly font: Buffer | null;
  /** A text needed it. */
  wanted: boolean;
}
const fallbacks = new WeakMap<Pdf, Fallback>();
const fallbackName = 'fallback';

/** @returns null when a text needs the fallback font and it was not given */
async function drawn(
  details: PdfDetails,
  draw: (pdf: Pdf) => void,
  font: Buffer | null,
): Promise<Uint8Array | null> {
  const fallback: Fallback = { font, wanted: false };
  const pdf = new PDFDocument({
    size: details.page === undefined ? 'A4' : [details.page.width, details.page.height],
    margin: 0,
    compress: false,
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    info: {
      Title: sanitizeForDisplay(details.title, 400),
      Creator: 'Prestage',
      Producer: 'Prestage',
      CreationDate: new Date(details.time),
    },
  });
  fallbacks.set(pdf, fallback);
  if (font !== null) pdf.registerFont(fallbackName, font);
  const pieces: Uint8Array[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    pdf.on('data', (piece: Uint8Array) => pieces.push(piece));
    pdf.on('end', resolve);
    pdf.on('error', reject);
  });
  draw(pdf);
  if (details.foot !== null) drawFeet(pdf, details.foot);
  pdf.end();
  await ended;
  return fallback.wanted && font === null ? null : Buffer.concat(pieces);
}

function drawFeet(pdf: Pdf, foot: string): void {
  const { start, count } = pdf.bufferedPageRange();
  for (let index = 0; index < count; index += 1) {
    pdf.switchToPage(start + index);
    const y = page.height - 12 * mm;
    line(pdf, y - 2 * mm);
    text(pdf, foot, page.margin, y, { size: 7.5, color: ink.soft, width: inner - 25 * mm });
    text(pdf, `Page ${index + 1} of ${count}`, page.margin, y, {
      ...{ size: 7.5, color: ink.soft, width: inner, align: 'right' },
    });
  }
}

/** What the standard fonts can show beside Latin-1 (Windows-1252, 0x80 to 0x9f). */
const beyondLatin = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';
const standard = new RegExp(`^[\\x20-\\x7e\\xa0-\\xff${beyondLatin}]*$`, 'u');

/** What an embedded font can be asked (fontkit); pdfkit does not pass it on. */
interface OpenFont {
  readonly hasGlyphForCodePoint: (codePoint: number) => boolean;
}

const fromTheRight =
  '[\\p{Script=Hebrew}\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Thaana}\\p{Script=Nko}]';
/** Words of such a script with what stands between them, up to the next letter or digit of another. */
const turnedWords = new RegExp(`${fromTheRight}(?:[^\\p{L}\\p{N}]*${fromTheRight})*\\p{M}*`, 'gu');

/**
 * A text as it is put down from the left, letter by letter: words that are read from the right are turned, each letter with
 * its marks. The papers are English, so the text around them goes from the left (Unicode UAX 9 for such texts). Letters
 * are not joined.
 */
function fromLeftToRight(text: string): string {
  return text.replace(turnedWords, (words) => (words.match(/\P{M}\p{M}*/gu) ?? []).toReversed().join(''));
}

/**
 * Chooses the font for a text, as a whole: letters of two fonts in a word look like two words.
 * @returns the text as it is written. A character that even the fallback font has not is told by its number, as Unicode
 *   writes it: `[U+20BB7]`.
 */
function chooseFont(pdf: Pdf, raw: string, font: string): string {
  const clean = sanitizeForDisplay(raw, 400);
  const fallback = required(fallbacks.get(pdf), 'the fallback font of a paper');
  if (standard.test(clean)) {
    pdf.font(font);
    return clean;
  }
  fallback.wanted = true;
  if (fallback.font === null) {
    pdf.font(font);
    return '';
  }
  pdf.font(fallbackName);
  const open = (pdf as unknown as { readonly _font: { readonly font: OpenFont } })._font.font;
  return Array.from(fromLeftToRight(clean), (letter) => {
    const codePoint = letter.codePointAt(0) ?? 0;
    const number = codePoint.toString(16).toUpperCase().padStart(4, '0');
    return open.hasGlyphForCodePoint(codePoint) ? letter : `[U+${number}]`;
  }).join('');
}

export interface TextLook {
  readonly size?: number;
  readonly font?: (typeof fonts)[keyof typeof fonts];
  readonly color?: string;
  readonly width?: number;
  readonly align?: 'left' | 'right' | 'center';
  /** Lines that it may take; what does not fit ends with an ellipsis. The default is one. */
  readonly lines?: number;
}

/** Writes a text. @returns the height it took */
export function text(pdf: Pdf, raw: string, x: number, y: number, look: TextLook = {}): number {
  const { size = 10, font = fonts.plain, color = ink.text, width = inner, align = 'left', lines = 1 } = look;
  const shown = chooseFont(pdf, raw, font);
  pdf.fontSize(size).fillColor(color);
  const lineHeight = pdf.currentLineHeight(true);
  const height = Math.min(pdf.heightOfString(shown, { width }), lineHeight * lines);
  pdf.text(shown, x, y, { width, align, height: lineHeight * (lines + 0.1), ellipsis: '…' });
  return height;
}

/** A line across the page. */
export function line(pdf: Pdf, y: number, x = page.margin, width: number = inner): void {
  pdf
    .moveTo(x, y)
    .lineTo(x + width, y)
    .lineWidth(0.5)
    .strokeColor(ink.line)
    .stroke();
}

/** Draws a barcode into a rectangle; Code 128 is stretched to its height. */
export function barcode(pdf: Pdf, code: Barcode, x: number, y: number, width: number, height: number): void {
  const [scaleX, scaleY] = [width / code.width, height / code.height];
  for (const outline of code.outlines) {
    outline.forEach(([pointX, pointY], index) => {
      const [atX, atY] = [x + pointX * scaleX, y + pointY * scaleY];
      if (index === 0) pdf.moveTo(atX, atY);
      else pdf.lineTo(atX, atY);
    });
    pdf.closePath();
  }
  pdf.fill('#000000', 'even-odd');
}

function drawTick(pdf: Pdf, x: number, y: number): void {
  pdf.rect(x, y - 0.3 * mm, 3.4 * mm, 3.4 * mm);
  pdf.lineWidth(0.7).strokeColor(ink.soft).stroke();
}

/** `2026-02-03 14:05:09 UTC`: the same wherever it is made. */
export function utc(time: string): string {
  return `${dayOf(time)} ${time.slice(11, 19)} UTC`;
}

export interface TableColumn {
  readonly title: string;
  /** Share of the width. */
  readonly share: number;
  readonly font?: TextLook['font'];
  readonly align?: 'left' | 'right';
  /** A square to tick, instead of a text. */
  readonly tick?: true;
}

/** A table that goes on over pages, with its headings on each. @returns where it ended */
export function drawTable(
  pdf: Pdf,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  top: number,
): number {
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  const gap = 2 * mm;
  let y = top;
  const drawRow = (cells: readonly string[], look: TextLook): number => {
    let x = page.margin;
    let tallest = 0;
    columns.forEach(({ share, font, align = 'left', tick }, index) => {
      const width = (inner * share) / shares;
      const cell = { ...look, font: look.font ?? font ?? fonts.plain, width: width - gap, align };
      if (tick === true && look.font === undefined) drawTick(pdf, x, y);
      else tallest = Math.max(tallest, text(pdf, cells[index] ?? '', x, y, cell));
      x += width;
    });
    return tallest;
  };
  const heading = (): void => {
    const titles = columns.map(({ title }) => title);
    y += drawRow(titles, { size: 8, font: fonts.bold, color: ink.soft }) + mm;
    line(pdf, y);
    y += 1.2 * mm;
  };
  heading();
  for (const row of rows) {
    if (y > page.height - 28 * mm) {
      pdf.addPage();
      y = page.margin;
      heading();
    }
    y += drawRow(row, { size: 8.5, lines: 4 }) + 1.2 * mm;
    line(pdf, y);
    y += 1.2 * mm;
  }
  return y;
}
