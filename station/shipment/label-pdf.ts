/** A label as a PDF of its own size. */
import { layOutLabel, type LabelContent, type LabelElement } from '../../core/label/label-layout';
import { labelSizes, type LabelSizeName } from '../../core/label/label-settings';
import { qrSquares } from '../barcode/barcodes';
import { drawCode128 } from './packing-papers';
import { barcode, fonts, makePdf, mm, text, type Pdf } from './pdf';

/** @param labels a page each */
export async function labelPdf(
  title: string,
  labels: readonly LabelContent[],
  size: LabelSizeName,
  time: string,
): Promise<Uint8Array> {
  const area = labelSizes[size];
  const page = { width: area.width * mm, height: area.height * mm };
  return await makePdf({ title, time, foot: null, page }, (pdf) => {
    for (const [index, label] of labels.entries()) {
      if (index > 0) pdf.addPage();
      for (const element of layOutLabel(label, area)) draw(pdf, element);
    }
  });
}

function draw(pdf: Pdf, element: LabelElement): void {
  const [x, y] = [element.x * mm, element.y * mm];
  switch (element.kind) {
    case 'text': {
      const font = element.bold ? fonts.bold : fonts.plain;
      text(pdf, element.text, x, y, { size: element.size * mm, font, width: element.width * mm });
      return;
    }
    case 'qr':
      barcode(pdf, qrSquares(element.text), x, y, element.side * mm, element.side * mm);
      return;
    case 'bars': {
      const [width, height] = [element.width * mm, element.height * mm];
      if (drawCode128(pdf, element.text, x, y, width, height, 'middle')) return;
      const side = Math.min(height, width);
      barcode(pdf, qrSquares(element.text), x + (width - side) / 2, y, side, side);
    }
  }
}
