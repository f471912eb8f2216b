import { formatBytes } from '../../core/base/display';
import type { RecordedDrive } from '../../core/ledger/record';
import { qrSquares } from '../barcode/barcodes';
import { barcode, fonts, ink, inner, line, mm, page, text, type Pdf } from './pdf';

/** How a certificate looks: what it is about, the verdict, a QR code, and sections of names and values. */

export type Row = readonly [name: string, value: string | null, fixed?: 'fixed'];

export interface CertificatePage {
  readonly heading: string;
  /** What it is about, large. */
  readonly name: string;
  /** What the QR code says. */
  readonly code: string;
  readonly tone: 'good' | 'bad' | 'text';
  /** The verdict, in capitals, and what it means. */
  readonly word: string;
  readonly said: string;
  readonly sections: readonly (readonly [heading: string, rows: readonly Row[]])[];
  /** Which record proves it. */
  readonly proof: string;
}

/** Which drive it is about, as it told itself. */
export function driveRows({ model, serial, wwn, size, logicalSectorSize }: RecordedDrive): readonly Row[] {
  return [
    ['Model', model ?? 'not reported'],
    ['Serial', serial ?? 'not reported'],
    ['WWN', wwn ?? 'not reported'],
    ['Size', `${formatBytes(size)} (${size} bytes), sectors of ${logicalSectorSize} bytes`],
  ];
}

/** Where a page ends above its foot. */
const bottom = page.height - 18 * mm;

/** Draws a certificate, on a second page where the first has no more room. */
export function drawPage(pdf: Pdf, content: CertificatePage): void {
  const { heading, name, code, sections, proof } = content;
  const qr = 30 * mm;
  const width = inner - qr - 6 * mm;
  text(pdf, heading, page.margin, page.margin, { size: 9, font: fonts.bold, color: ink.soft });
  text(pdf, name, page.margin, page.margin + 7 * mm, {
    ...{ size: name.length > 24 ? 13 : 24, font: fonts.bold, width, lines: 2 },
  });
  drawVerdict(pdf, page.margin + 20 * mm, width, content);
  barcode(pdf, qrSquares(code), page.width - page.margin - qr, page.margin, qr, qr);
  let y = page.margin + 36 * mm;
  for (const [title, rows] of sections) y = drawSection(pdf, y, title, rows);
  const at = roomFor(pdf, y + mm, 4 * mm);
  text(pdf, proof, page.margin, at, { size: 8, color: ink.soft, lines: 2 });
}

function drawVerdict(pdf: Pdf, y: number, width: number, { tone, word, said }: CertificatePage): void {
  const color = ink[tone];
  pdf.rect(page.margin, y, 1.2 * mm, 11 * mm).fill(color);
  text(pdf, word, page.margin + 4 * mm, y, { size: 13, font: fonts.bold, color });
  text(pdf, said, page.margin + 4 * mm, y + 5.6 * mm, { size: 8.5, width: width - 4 * mm, lines: 3 });
}

/** @returns y, or the top of a new page */
function roomFor(pdf: Pdf, y: number, height: number): number {
  if (y + height <= bottom) return y;
  pdf.addPage();
  return page.margin;
}

function drawSection(pdf: Pdf, top: number, heading: string, rows: readonly Row[]): number {
  const name = 31 * mm;
  const start = roomFor(pdf, top, 10 * mm);
  line(pdf, start);
  text(pdf, heading, page.margin, start + 1.6 * mm, { size: 9, font: fonts.bold });
  let y = start + 1.6 * mm;
  for (const [label, value, fixed] of rows) {
    if (value === null) continue;
    y = roomFor(pdf, y, 4 * mm);
    const x = page.margin + 24 * mm;
    text(pdf, label, x, y, { size: 8.5, color: ink.soft, width: name });
    const font = fixed === undefined ? fonts.plain : fonts.fixed;
    const size = fixed === undefined ? 8.5 : 8;
    const height = text(pdf, value, x + name, y, { size, font, width: inner - 24 * mm - name, lines: 4 });
    y += Math.max(height, 3.6 * mm) + 0.9 * mm;
  }
  return y + 1.2 * mm;
}
