import { counted } from '../../core/base/plurals';
import { makeTicket, type JobTicket } from '../../core/scan/job-ticket';
import { sha256Groups, ticketUse } from '../../core/scan/ticket-words';
import { qrSquares } from '../barcode/barcodes';
import { drawCode128 } from './packing-papers';
import { barcode, fonts, ink, inner, line, makePdf, mm, page, text, utc, type Pdf } from './pdf';

/** What an order is worked from on paper: the job ticket, and below it the machines with their barcodes. */

export interface TicketPaper {
  readonly ticket: JobTicket;
  /** ISO 8601: when it was made. */
  readonly time: string;
}

/** A machine that is to get a drive. */
export interface OrderedMachine {
  readonly serial: string;
  readonly computerName: string | null;
  readonly assetTag: string | null;
  /** What became of it so far, where that is something. */
  readonly state: string | null;
}

/** One page with the ticket alone. */
export async function ticketPdf(paper: TicketPaper): Promise<Uint8Array> {
  const { ticket, time } = paper;
  const title = `Job ticket for work order ${ticket.orderNumber}`;
  return await makePdf({ title, time, foot: title }, (pdf) => {
    drawTicket(pdf, 'JOB TICKET', paper);
  });
}

/** The ticket, and the machines sorted by serial, each with its barcode and a box to tick. */
export async function orderPapersPdf(
  paper: TicketPaper,
  machines: readonly OrderedMachine[],
): Promise<Uint8Array> {
  const { ticket, time } = paper;
  const title = `Work order ${ticket.orderNumber}`;
  return await makePdf({ title, time, foot: title }, (pdf) => {
    let y = drawTicket(pdf, 'WORK ORDER', paper) + 4 * mm;
    y += text(pdf, counted(machines.length, 'machine', 'machines'), page.margin, y, {
      ...{ size: 11, font: fonts.bold },
    });
    y += 2 * mm;
    line(pdf, y);
    for (const machine of sorted(machines)) {
      if (y + rowHeight > page.height - 18 * mm) {
        pdf.addPage();
        y = page.margin;
        line(pdf, y);
      }
      drawMachine(pdf, machine, y);
      y += rowHeight;
      line(pdf, y);
    }
  });
}

/** As a person looks for a serial: by its text, numbers in it by their value. */
export function sorted<M extends Pick<OrderedMachine, 'serial'>>(machines: readonly M[]): M[] {
  const { compare } = new Intl.Collator('en', { numeric: true });
  return machines.toSorted((a, b) => compare(a.serial, b.serial));
}

/** Side of the code: at most 77 modules, of 0.9 mm then. */
const qr = 70 * mm;
/** White around it: four modules (ISO/IEC 18004), of a small code 2 mm each. */
const quiet = 8 * mm;

/** @returns where it ended */
function drawTicket(pdf: Pdf, what: string, { ticket, time }: TicketPaper): number {
  const { orderNumber, mediaName, mediaSha256 } = ticket;
  const { margin } = page;
  text(pdf, what, margin, margin, { size: 9, font: fonts.bold, color: ink.soft });
  const size = orderNumber.length > 40 ? 13 : orderNumber.length > 20 ? 18 : 26;
  text(pdf, orderNumber, margin, margin + 5 * mm, { size, font: fonts.bold, lines: 2 });
  const top = margin + 5 * mm + 17 * mm;
  barcode(pdf, qrSquares(makeTicket(ticket)), margin + quiet / 2, top + quiet / 2, qr, qr);
  const x = margin + qr + 2 * quiet;
  const width = page.width - margin - x;
  let y = top + quiet / 2;
  const field = (name: string, value: string, look: Parameters<typeof text>[4]): void => {
    y += text(pdf, name, x, y, { size: 8, color: ink.soft, width }) + 0.8 * mm;
    y += text(pdf, value, x, y, { width, ...look }) + 4 * mm;
  };
  field('Media', mediaName, { size: mediaName.length > 30 ? 11 : 14, font: fonts.bold, lines: 3 });
  const groups = sha256Groups(mediaSha256);
  y += text(pdf, 'SHA-256 of the media', x, y, { size: 8, color: ink.soft, width }) + 0.8 * mm;
  for (let at = 0; at < groups.length; at += 2) {
    y += text(pdf, groups.slice(at, at + 2).join(' '), x, y, { size: 11, font: fonts.fixed, width }) + mm;
  }
  y += 3 * mm;
  field('Made', utc(time), { size: 10 });
  for (const sentence of ticketUse) {
    y += text(pdf, sentence, x, y, { size: 8.5, color: ink.soft, width, lines: 4 }) + mm;
  }
  return Math.max(y, top + qr + quiet);
}

/** High enough that a scanner sees one barcode at a time. */
const rowHeight = 15 * mm;

function drawMachine(pdf: Pdf, machine: OrderedMachine, top: number): void {
  const { serial, computerName, assetTag, state } = machine;
  const { margin } = page;
  pdf.rect(margin, top + 5 * mm, 5 * mm, 5 * mm);
  pdf.lineWidth(0.7).strokeColor(ink.soft).stroke();
  const x = margin + 9 * mm;
  const room = inner / 2;
  const width = inner - room - 11 * mm;
  text(pdf, serial, x, top + 3 * mm, { size: serial.length > 24 ? 8 : 12, font: fonts.bold, width });
  const more = [state, computerName, assetTag].filter((one) => one !== null && one !== '').join('  ·  ');
  text(pdf, more, x, top + 9 * mm, { size: 8.5, color: ink.soft, width });
  if (!drawCode128(pdf, serial, page.width - margin - room, top + 3 * mm, room, 9 * mm, 'right')) {
    text(pdf, 'The serial is too long for a barcode. Type it.', page.width - margin - room, top + 5 * mm, {
      ...{ size: 8, color: ink.soft, width: room, align: 'right' },
    });
  }
}
