import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Ledger } from '../../../../station/ledger/ledger';
import { ship } from '../../../../station/shipment/make-shipment';
import { unpackZip } from '../../../../station/shipment/zip';
import { statePaths } from '../../../../station/state/state-paths';
import { pdfText } from '../../../support/pdf-text';
import { present } from '../../../support/present';
import { context, done, sampleJob, started } from '../ledger/samples';

/** The labels of a shipment: where on the sheets each stands, in points of 1/72 inch from the upper left corner. */

const mm = 72 / 25.4;
const label = { width: 105 * mm, height: 74.25 * mm };
const serials = Array.from({ length: 8 }, (_, index) => `PC-000${index + 1}`);
/** More than bars of 0.19 mm can say on a label. */
const longSerial = 'Z'.repeat(60);

let folder: string;
let pdf: Uint8Array;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-test-labels-'));
  const paths = statePaths(join(folder, 'state'));
  const ledger = Ledger.open(paths);
  for (const machineSerial of [...serials, longSerial]) {
    const job = sampleJob({ machineSerial, drive: { ...sampleJob().drive, serial: `D-${machineSerial}` } });
    for (const record of [started(job), done(job)]) ledger.append(record, context);
  }
  const file = join(folder, 'S-1.zip');
  await ship({ ledger, paths, file }, 'S-1', { by: 'finished' }, context);
  ledger.close();
  const files = unpackZip(readFileSync(file));
  pdf = present(files.find(({ name }) => name === 'labels.pdf')).bytes;
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Sheet {
  readonly texts: readonly { readonly x: number; readonly y: number }[];
  /** The corners of the barcodes' bars and squares: a barcode, the points of its paths. */
  readonly barcodes: readonly (readonly (readonly [x: number, y: number])[])[];
}

/** What is drawn on each page. The page's own space begins below, what is drawn above: pdfkit turns it around once. */
function sheets(): Sheet[] {
  const source = Buffer.from(pdf).toString('latin1');
  const height = 297 * mm;
  const pages = [...source.matchAll(/stream\n([\s\S]*?)endstream/g)].map(([, body = '']) => body);
  return pages
    .filter((body) => body.includes(' Tm\n'))
    .map((body) => ({
      texts: [...body.matchAll(/^1 0 0 1 ([\d.]+) ([\d.]+) Tm$/gm)].map(([, x, y]) => ({
        x: Number(x),
        y: height - Number(y),
      })),
      barcodes: body
        .split('f*\n')
        .slice(0, -1)
        .map((path) =>
          [...path.matchAll(/^([\d.]+) ([\d.]+) [ml]$/gm)].map(([, x, y]) => [Number(x), Number(y)] as const),
        ),
    }));
}

/** The place of a point: 0 to 7, from left to right and from top to bottom. */
const placeOf = (x: number, y: number): number =>
  Math.floor(x / label.width) + 2 * Math.floor(y / label.height);

describe('the labels of a shipment', () => {
  it('are eight on a sheet, one a machine, in the order of the shipment', () => {
    const counts = sheets().map(({ texts }) => [...new Set(texts.map(({ x, y }) => placeOf(x, y)))]);
    expect(counts).toEqual([[0, 1, 2, 3, 4, 5, 6, 7], [0]]);
    const texts = pdfText(pdf);
    expect(texts.filter((text) => text.startsWith('SHIPMENT, BOX'))).toEqual(
      Array.from({ length: 9 }, (_, index) => `SHIPMENT, BOX ${index + 1} of 9`),
    );
    expect(texts.filter((text) => serials.includes(text))).toEqual(serials);
  });

  it('have a QR code, the serial and the number as barcodes, each within its label with a quiet zone', () => {
    const [first, second] = sheets();
    expect(first?.barcodes).toHaveLength(8 * 3);
    for (const [index, points] of (first?.barcodes ?? []).entries()) {
      const place = Math.floor(index / 3);
      const left = (place % 2) * label.width;
      const top = Math.floor(place / 2) * label.height;
      const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
      expect(points.length).toBeGreaterThan(20);
      // 5 mm beside it are left white: printers do not reach the edge, and ten modules belong to the code.
      expect(Math.min(...xs)).toBeGreaterThanOrEqual(left + 5 * mm);
      expect(Math.max(...xs)).toBeLessThanOrEqual(left + label.width - 5 * mm);
      expect(Math.min(...ys)).toBeGreaterThanOrEqual(top + 5 * mm);
      expect(Math.max(...ys)).toBeLessThanOrEqual(top + label.height - 5 * mm);
    }
    // The long serial: only the QR code and the number.
    expect(second?.barcodes).toHaveLength(2);
  });

  it('say when a serial is too long for bars that a scanner reads', () => {
    const told = pdfText(pdf).filter((text) => text.includes('too long for a Code 128'));
    expect(told).toEqual(['The serial is too long for a Code 128 barcode. Scan the QR code.']);
  });
});
