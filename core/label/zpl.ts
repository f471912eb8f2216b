/**
 * A label in ZPL II, for a printer that gets it raw. Pure.
 * Source: Zebra, "ZPL II Programming Guide": ^A0, ^BC, ^BQ, ^CI28, ^FD, ^FH, ^FO, ^LL, ^PW.
 */
import { sanitizeForDisplay } from '../base/display';
import type { LabelDpi } from './label-settings';
import type { LabelArea, LabelElement } from './label-layout';

/** The narrowest bar that hand scanners read, and the widest we draw; millimetres, as on the papers of a shipment. */
const narrowest = 0.19;
const widest = 0.375;
/** On each side of a Code 128, in modules (ISO/IEC 15417). */
const quiet = 10;

/** What is drawn, as one label. */
export function labelZpl(elements: readonly LabelElement[], area: LabelArea, dpi: LabelDpi): string {
  const dots = (millimetres: number): number => Math.round((millimetres * dpi) / 25.4);
  const drawn = elements.map((element) => drawElement(element, dpi, dots));
  const head = ['^XA', '^CI28', '^LH0,0', `^PW${dots(area.width)}`, `^LL${dots(area.height)}`];
  return `${[...head, ...drawn, '^PQ1', '^XZ'].join('\n')}\n`;
}

function drawElement(element: LabelElement, dpi: LabelDpi, dots: (millimetres: number) => number): string {
  const at = `^FO${dots(element.x)},${dots(element.y)}`;
  switch (element.kind) {
    case 'text': {
      // The printer's own font is narrower than what the layout counts with: nothing runs out of its column but by an odd letter.
      const size = dots(element.size);
      return `${at}^A0N,${size},${size}^FH^FD${fieldText(element.text)}^FS`;
    }
    case 'qr':
      return drawQr(element.text, at, dots(element.side));
    case 'bars': {
      const { text, height } = element;
      const modules = code128Modules(text);
      const room = Math.floor((element.width / 25.4) * dpi);
      const module = Math.min(Math.floor((widest / 25.4) * dpi), Math.floor(room / (modules + 2 * quiet)));
      const readable = plainBars.test(text) && module >= Math.ceil((narrowest / 25.4) * dpi);
      if (!readable) {
        const side = Math.min(dots(height), room);
        return drawQr(text, `^FO${Math.floor((room - side) / 2)},${dots(element.y)}`, side);
      }
      // In the middle: as much white on either side.
      const left = Math.floor((room - modules * module) / 2);
      return (
        `^FO${left},${dots(element.y)}^BY${module}` +
        `^BCN,${dots(height)},N,N,N,N^FH^FD>:${fieldData(text)}^FS`
      );
    }
  }
}

/** What code set B of a Code 128 prints as it is: `>`, `^` and `~` mean something else to the printer there. */
const plainBars = /^[0-9A-Za-z ./_:+#-]+$/;

/** Modules of a Code 128 in code set B: start, check and each character have 11, the stop has 13. */
function code128Modules(text: string): number {
  return 11 * (text.length + 2) + 13;
}

/** Bytes that a QR code of level M holds, by its version from 1 on. Source: ISO/IEC 18004, table 7. */
const qrBytes = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624];

/** A QR code as large as it may be; nothing where its squares would be too small to be read. */
function drawQr(text: string, at: string, side: number): string {
  const bytes = wellFormed(text).reduce((sum, letter) => sum + bytesOf(letter).length, 0);
  const version = qrBytes.findIndex((room) => room >= bytes) + 1;
  const magnification = Math.min(10, Math.floor(side / (17 + 4 * version)));
  if (version === 0 || magnification < 2) return '';
  return `${at}^BQN,2,${magnification}^FH^FDMA,${fieldData(text)}^FS`;
}

/** Letters that the printer's font does not have stand as their number, as on the papers: `[U+20BB7]`. */
function fieldText(text: string): string {
  const shown = sanitizeForDisplay(text, 200);
  return fieldData(
    Array.from(shown, (letter) => {
      const codePoint = letter.codePointAt(0) ?? 0;
      const known = codePoint < 0x250 || '€–—‘’“”…·'.includes(letter);
      return known ? letter : `[U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}]`;
    }).join(''),
  );
}

/**
 * Field data under ^FH: whatever is no letter, digit, blank or harmless sign stands as its bytes in hexadecimal, so that nothing
 * that was scanned or ordered can become a command.
 */
function fieldData(text: string): string {
  return wellFormed(text)
    .map((letter) => (/[0-9A-Za-z ./:-]/.test(letter) ? letter : bytesOf(letter).map(hexadecimal).join('')))
    .join('');
}

/** The letters of a text; half a letter, which no encoding has, as a question mark. */
function wellFormed(text: string): string[] {
  return Array.from(text.replace(/[\ud800-\udfff]/gu, '?'));
}

/** A letter's bytes in UTF-8, as two hexadecimal digits each. */
function bytesOf(letter: string): string[] {
  const code = letter.codePointAt(0) ?? 0;
  if (code < 0x80) return [code.toString(16).toUpperCase().padStart(2, '0')];
  return encodeURIComponent(letter).slice(1).split('%');
}

function hexadecimal(byte: string): string {
  return `_${byte}`;
}
