import { formatBytes } from '../../core/base/display';
import { replacedText } from '../../core/machine/replaced-computer';
import { code128Bars, qrSquares } from '../barcode/barcodes';
import type { PageDetails } from './certificate';
import { machineCode } from './machine-code';
import type { MachineContent } from './content';
import type { bundleTables } from './tables';
import { barcode, drawTable, fonts, ink, inner, line, makePdf, mm, page, text, utc, type Pdf } from './pdf';
import { counted } from '../../core/base/plurals';

/** The pages about a whole shipment: summary, packing list, labels. */

/** For whoever receives the shipment: what it is, and how to check it. */
export async function summaryPdf(
  details: PageDetails,
  machines: readonly MachineContent[],
  left: ReturnType<typeof bundleTables>['left'],
): Promise<Uint8Array> {
  const foot = `Shipment ${details.number}. Station key ${details.station.keyFingerprint}`;
  return await makePdf(
    { title: `Summary of shipment ${details.number}`, time: details.closedAt, foot },
    (pdf) => {
      const withdrawn = machines.filter(({ withdrawn: why }) => why !== null);
      let y = drawHead(pdf, 'SHIPMENT SUMMARY', details);
      const media = new Map(machines.map(({ finished: { job } }) => [job.media.sha256, job.media.fileName]));
      const rehearsed = machines.filter(({ finished }) => finished.bootTest?.passed === true).length;
      const bytes = machines.reduce((sum, { finished }) => sum + finished.result.bytesVerified, 0);
      const rows: (readonly [string, string, boolean?])[] = [
        [
          'Machines',
          `${machines.length}, all verified${withdrawn.length > 0 ? ` except ${withdrawn.length}` : ''}`,
        ],
        ['Read back', `${formatBytes(bytes)} in total; every drive, every written range`],
        [
          'Boot test',
          rehearsed === 0 ? 'none' : `${rehearsed} of ${machines.length} booted in a virtual machine`,
        ],
        ...[...media].flatMap(([sha256, name]): (readonly [string, string, boolean?])[] => [
          ['Media', name],
          ['Media SHA-256', sha256, true],
        ]),
        ['Station', details.station.name],
        ['Station key', details.station.keyFingerprint, true],
      ];
      for (const [name, value, fixed] of rows) {
        text(pdf, name, page.margin, y, { size: 9, color: ink.soft, width: 40 * mm });
        const font = fixed === true ? fonts.fixed : fonts.plain;
        y += text(pdf, value, page.margin + 40 * mm, y, {
          size: fixed === true ? 8.5 : 9,
          font,
          width: inner - 40 * mm,
          lines: 2,
        });
        y += 1.2 * mm;
      }
      for (const { withdrawn: reason } of withdrawn) {
        y += text(pdf, `NOT VALID: ${reason ?? ''}`, page.margin, y, {
          size: 9,
          font: fonts.bold,
          color: ink.bad,
          lines: 3,
        });
      }
      y += text(
        pdf,
        'Compare the station key with the one that you received separately, then run: prestage audit SHIPMENT.zip --trust KEY',
        page.margin,
        y + 2 * mm,
        { size: 8.5, color: ink.soft, lines: 2 },
      );
      const end = drawTable(
        pdf,
        [
          { title: 'MACHINE', share: 20 },
          { title: 'NAME', share: 15 },
          { title: 'DRIVE', share: 21 },
          { title: 'RESULT', share: 13 },
          { title: 'FINISHED', share: 21 },
          { title: 'ENTRY', share: 8, align: 'right' },
        ],
        machines.map(({ machineSerial, finished, withdrawn: why, ended }) => [
          machineSerial,
          finished.job.machine?.computerName ?? '',
          finished.job.drive.serial ?? '',
          why === null ? (finished.bootTest === null ? 'verified' : 'verified, boots') : 'NOT VALID',
          utc(ended.entry.time),
          String(ended.sequence),
        ]),
        y + 6 * mm,
      );
      drawLeft(pdf, end + 6 * mm, left);
    },
  );
}

/** Machines that somebody must enter by hand where the others are imported. */
function drawLeft(pdf: Pdf, top: number, left: ReturnType<typeof bundleTables>['left']): void {
  if (left.length === 0) return;
  let y = top;
  if (y > page.height - 50 * mm) {
    pdf.addPage();
    y = page.margin;
  }
  text(pdf, 'NOT IN THE IMPORT FILES', page.margin, y, { size: 9, font: fonts.bold, color: ink.soft });
  drawTable(
    pdf,
    [
      { title: 'MACHINE', share: 22 },
      { title: 'FILE', share: 20 },
      { title: 'BECAUSE IT', share: 58 },
    ],
    left.map(({ machineSerial, file, reason }) => [machineSerial, file, reason]),
    y + 6 * mm,
  );
}

/** For whoever packs, and whoever unpacks: a box to tick a machine. */
export async function packingListPdf(
  details: PageDetails,
  machines: readonly MachineContent[],
): Promise<Uint8Array> {
  const foot = `Packing list of shipment ${details.number}`;
  const pairs = machines.some(({ finished }) => finished.job.replaces !== undefined);
  return await makePdf({ title: foot, time: details.closedAt, foot }, (pdf) => {
    const top = drawHead(pdf, 'PACKING LIST', details);
    const end = drawTable(
      pdf,
      [
        { title: 'BOX', share: 7, align: 'right' },
        { title: 'MACHINE', share: pairs ? 22 : 26, font: fonts.bold },
        { title: 'NAME', share: pairs ? 15 : 16 },
        { title: 'ASSET TAG', share: pairs ? 12 : 15 },
        { title: 'MODEL', share: pairs ? 13 : 19 },
        ...(pairs ? [{ title: 'REPLACES', share: 16 }] : []),
        { title: 'PACKED', share: 10, tick: true },
        { title: 'RECEIVED', share: 12, tick: true },
      ],
      machines.map(({ machineSerial, finished }, index) => {
        const { computerName = '', assetTag = '', model = '' } = finished.job.machine ?? {};
        const { replaces } = finished.job;
        const old = replaces === undefined ? '' : (replaces.computerName ?? replaces.serial ?? '');
        return [String(index + 1), machineSerial, computerName, assetTag, model, ...(pairs ? [old] : [])];
      }),
      top,
    );
    let y = end + 14 * mm;
    if (y > page.height - 30 * mm) {
      pdf.addPage();
      y = page.margin + 20 * mm;
    }
    const half = (inner - 10 * mm) / 2;
    for (const [index, who] of ['Packed by, date', 'Received by, date'].entries()) {
      const x = page.margin + index * (half + 10 * mm);
      line(pdf, y, x, half);
      text(pdf, who, x, y + mm, { size: 8, color: ink.soft, width: half });
    }
  });
}

/** What stands on top of both lists. @returns where it ended */
function drawHead(pdf: Pdf, what: string, details: PageDetails): number {
  text(pdf, what, page.margin, page.margin, { size: 9, font: fonts.bold, color: ink.soft });
  text(pdf, details.number, page.margin, page.margin + 6 * mm, {
    size: 22,
    font: fonts.bold,
    width: inner / 2,
  });
  drawCode128(pdf, details.number, page.margin + inner / 2, page.margin, inner / 2, 13 * mm, 'right');
  const order = details.orderNumber === null ? 'no work order' : `work order ${details.orderNumber}`;
  const machines = counted(details.machines, 'machine', 'machines');
  text(
    pdf,
    `${machines}, ${order}. Closed ${utc(details.closedAt)} by ${details.operator} at ${details.station.name}.`,
    page.margin,
    page.margin + 17 * mm,
    { size: 9.5, lines: 2 },
  );
  return page.margin + 28 * mm;
}

/** The narrowest bar that scanners read well (GS1 asks for 0.25 mm; hand scanners read 0.19), and the widest we draw. */
const narrowest = 0.19 * mm;
const widest = 0.375 * mm;
/** On each side, in modules (ISO/IEC 15417). */
const quiet = 10;

/**
 * Draws a Code 128, as wide as it may be.
 * @returns false when the text is too long to be read by a scanner in that width; nothing is drawn then
 */
export function drawCode128(
  pdf: Pdf,
  content: string,
  x: number,
  y: number,
  room: number,
  height: number,
  align: 'left' | 'right' | 'middle' = 'left',
): boolean {
  const code = code128Bars(content);
  const module = Math.min(widest, room / (code.width + 2 * quiet));
  if (module < narrowest) return false;
  const width = code.width * module;
  const free = room - width;
  const lefts = { left: x + quiet * module, middle: x + free / 2, right: x + free - quiet * module };
  barcode(pdf, code, lefts[align], y, width, height);
  return true;
}

/** Labels on a sheet: two beside each other, four below each other, 105 × 74 mm, without a gap. */
const sheet = { columns: 2, rows: 4 } as const;

/** A label a box: 105 × 74 mm, eight on a sheet of A4. */
export async function labelsPdf(
  details: PageDetails,
  machines: readonly MachineContent[],
): Promise<Uint8Array> {
  const title = `Labels of shipment ${details.number}`;
  return await makePdf({ title, time: details.closedAt, foot: null }, (pdf) => {
    const perPage = sheet.columns * sheet.rows;
    machines.forEach((machine, index) => {
      const place = index % perPage;
      if (index > 0 && place === 0) pdf.addPage();
      const x = (place % sheet.columns) * (page.width / sheet.columns);
      const y = Math.floor(place / sheet.columns) * (page.height / sheet.rows);
      drawLabel(pdf, details, machine, { x, y, box: `${index + 1} of ${machines.length}` });
    });
  });
}

function drawLabel(
  pdf: Pdf,
  details: PageDetails,
  machine: MachineContent,
  { x, y, box }: { readonly x: number; readonly y: number; readonly box: string },
): void {
  const { machineSerial, finished } = machine;
  // Printers leave the edge white, and sheets are not cut to a hair.
  const pad = 6 * mm;
  const width = page.width / sheet.columns - 2 * pad;
  const [left, top] = [x + pad, y + pad];
  const qr = 27 * mm;
  const words = width - qr - 3 * mm;
  barcode(pdf, qrSquares(machineCode(details, machine)), left + width - qr, top, qr, qr);
  text(pdf, 'MACHINE', left, top, { size: 7, color: ink.soft, width: words });
  const size = machineSerial.length > 28 ? 9 : machineSerial.length > 14 ? 12 : 17;
  text(pdf, machineSerial, left, top + 3 * mm, { size, font: fonts.bold, width: words, lines: 2 });
  const { computerName, assetTag } = finished.job.machine ?? {};
  const names = [computerName, assetTag].filter((name) => name !== undefined).join('  ·  ');
  text(pdf, names, left, top + 12.5 * mm, { size: 9, width: words });
  text(pdf, `SHIPMENT, BOX ${box}`, left, top + 17.5 * mm, { size: 7, color: ink.soft, width: words });
  text(pdf, details.number, left, top + 20.5 * mm, {
    size: details.number.length > 20 ? 9 : 12,
    font: fonts.bold,
    width: words,
    lines: 2,
  });
  const bars = top + qr + 3 * mm;
  if (!drawCode128(pdf, machineSerial, left - pad / 2, bars, width + pad, 13 * mm)) {
    text(pdf, 'The serial is too long for a Code 128 barcode. Scan the QR code.', left, bars + 4 * mm, {
      size: 8,
      width,
    });
  }
  drawCode128(pdf, details.number, left - pad / 2, bars + 16.5 * mm, width + pad, 9 * mm);
  const order = details.orderNumber === null ? '' : `Work order ${details.orderNumber}  ·  `;
  const { replaces } = finished.job;
  const old = replaces === undefined ? '' : `Replaces ${replacedText(replaces)}  ·  `;
  text(pdf, `${old}${order}${details.station.name}`, left, bars + 27 * mm, {
    size: 7,
    color: ink.soft,
    width,
  });
}
