import PDFDocument from 'pdfkit';

/** Points (1/72 inch), as PDF counts. */
export const page = { width: 595.28, height: 841.89, margin: 48 } as const;
export const millimetre = 72 / 25.4;

export type Paper = InstanceType<typeof PDFDocument>;

/** What the built-in fonts can show (WinAnsi, near enough Latin 1); the rest becomes a question mark. */
export function printable(text: string): string {
  return text.replace(/[^\u0020-\u007e\u00a0-\u00ff–’]/gu, '?');
}

/**
 * Draws an A4 document. The same drawing gives the same bytes: the time in it is that of the shipment.
 * @param time ISO 8601
 */
export async function drawPaper(
  title: string,
  time: string,
  draw: (paper: Paper) => void | Promise<void>,
): Promise<Buffer> {
  const paper = new PDFDocument({
    size: 'A4',
    margin: page.margin,
    autoFirstPage: false,
    info: { Title: printable(title), Producer: 'Prestage', CreationDate: new Date(time) },
  });
  const pieces: Uint8Array[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    paper.on('data', (piece: Uint8Array) => pieces.push(piece));
    paper.on('end', resolve);
    paper.on('error', reject);
  });
  await draw(paper);
  paper.end();
  await ended;
  return Buffer.concat(pieces);
}

export interface PaperFact {
  readonly name: string;
  readonly value: string;
  /** Serials and hashes. */
  readonly mono?: boolean;
}

const nameWidth = 120;

/** A title, then names and values, one below the other; goes on to the next page where one is full. */
export function writeFacts(paper: Paper, title: string, facts: readonly PaperFact[]): void {
  paper.moveDown(0.6).font('Helvetica-Bold').fontSize(11).fillColor('black').text(title, page.margin);
  paper.moveDown(0.2);
  const width = page.width - 2 * page.margin - nameWidth;
  for (const { name, value, mono } of facts) {
    paper.font(mono === true ? 'Courier' : 'Helvetica').fontSize(mono === true ? 8.5 : 9.5);
    const text = printable(value);
    if (paper.y + paper.heightOfString(text, { width }) > page.height - page.margin) paper.addPage();
    const top = paper.y;
    paper.text(text, page.margin + nameWidth, top, { width });
    const bottom = paper.y;
    paper
      .font('Helvetica')
      .fontSize(9.5)
      .fillColor('#555555')
      .text(name, page.margin, top, { width: nameWidth - 8 });
    paper.fillColor('black');
    paper.x = page.margin;
    paper.y = Math.max(bottom, paper.y) + 2;
  }
}

export interface PaperColumn {
  readonly title: string;
  /** Points. */
  readonly width: number;
  readonly mono?: boolean;
}

/** A table that goes on over pages, with its head on each. Cells are cut to one line. */
export function writeTable(
  paper: Paper,
  columns: readonly PaperColumn[],
  rows: readonly (readonly string[])[],
): void {
  const line = (cells: readonly string[], font: (column: PaperColumn) => string, size: number): void => {
    const top = paper.y;
    let left: number = page.margin;
    for (const [index, column] of columns.entries()) {
      paper.font(font(column)).fontSize(size);
      paper.text(printable(cells[index] ?? ''), left, top, {
        width: column.width - 6,
        height: size + 2,
        lineBreak: false,
        ellipsis: true,
      });
      left += column.width;
    }
    paper.x = page.margin;
    paper.y = top + size + 5;
  };
  const head = (): void => {
    line(
      columns.map(({ title }) => title),
      () => 'Helvetica-Bold',
      8.5,
    );
    paper
      .moveTo(page.margin, paper.y - 2)
      .lineTo(page.width - page.margin, paper.y - 2)
      .lineWidth(0.5)
      .stroke();
    paper.y += 2;
  };
  head();
  for (const row of rows) {
    if (paper.y > page.height - page.margin - 14) {
      paper.addPage();
      head();
    }
    line(row, ({ mono }) => (mono === true ? 'Courier' : 'Helvetica'), 8);
  }
}
