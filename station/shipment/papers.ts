import { drawBarcode } from './barcode';
import { formatBytes, formatDuration } from '../../core/display';
import {
  drawPaper,
  millimetre,
  page,
  printable,
  writeFacts,
  writeTable,
  type Paper,
  type PaperFact,
} from './paper';
import type { RecordedShipment, ShippedMachine } from './records';

/** The papers of a shipment: what an auditor reads, what lies in the boxes, and what is on them. All A4. */

interface Shipment {
  readonly shipment: RecordedShipment;
  readonly machines: readonly ShippedMachine[];
}

const time = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`;
const known = (value: string | null | undefined): string => value ?? 'not known';

function heading(paper: Paper, title: string, { shipment: { row, record } }: Shipment): void {
  paper.addPage();
  paper.font('Helvetica-Bold').fontSize(18).text(printable(title), page.margin, page.margin);
  const order = record.orderNumber === null ? '' : `, order ${record.orderNumber}`;
  paper
    .font('Helvetica')
    .fontSize(10)
    .fillColor('#555555')
    .text(printable(`Shipment ${record.number}${order}, closed ${time(row.entry.time)}`))
    .fillColor('black')
    .moveDown(0.8);
}

/** A page for one machine: what was put on its drive, and how it was proved. */
export async function certificate(all: Shipment, { evidence, entryHash }: ShippedMachine): Promise<Buffer> {
  const { job, result, rehearsal, station } = evidence;
  const facts = job.machine ?? {};
  const optional = (name: string, value: string | undefined, mono = false): PaperFact[] =>
    value === undefined ? [] : [{ name, value, mono }];
  return await drawPaper(`Certificate ${evidence.machineSerial}`, all.shipment.row.entry.time, (paper) => {
    heading(paper, `Machine ${evidence.machineSerial}`, all);
    paper
      .font('Helvetica-Bold')
      .fontSize(12)
      .text(
        `Written, read back and compared: ${formatBytes(result.bytesVerified)} in ${result.chunksVerified} chunks.`,
      );
    writeFacts(paper, 'Machine', [
      { name: 'Serial', value: evidence.machineSerial, mono: true },
      ...optional('Asset tag', facts.assetTag, true),
      ...optional('Computer name', facts.computerName, true),
      ...optional('SMBIOS UUID', facts.uuid, true),
      ...optional('MAC', facts.macs?.join('  '), true),
      ...optional('Model', facts.model),
    ]);
    writeFacts(paper, 'Drive', [
      { name: 'Model', value: known(job.drive.model) },
      { name: 'Serial', value: known(job.drive.serial), mono: true },
      { name: 'WWN', value: known(job.drive.wwn), mono: true },
      { name: 'Size', value: `${job.drive.size} bytes` },
      { name: 'Disk GUID', value: job.diskGuid, mono: true },
    ]);
    const expected = {
      given: 'as the enterprise gave it',
      manifest: 'as in the file beside it',
      none: 'not compared',
    };
    writeFacts(paper, 'Media', [
      { name: 'File', value: job.media.fileName },
      { name: 'SHA-256', value: job.media.sha256, mono: true },
      { name: '', value: expected[job.media.expected] },
      { name: 'Image', value: `${job.image.index}, ${job.image.name}` },
      { name: 'Layout', value: job.layout },
      { name: 'Fingerprint', value: job.fingerprint, mono: true },
    ]);
    writeFacts(paper, 'Verification', [
      { name: 'Written', value: `${result.bytesWritten} bytes in ${formatDuration(result.writeSeconds)}` },
      {
        name: 'Read back',
        value: `${result.bytesVerified} bytes in ${formatDuration(result.verifySeconds)}`,
      },
      { name: 'Past the cache', value: result.directIo ? 'yes, direct I/O' : 'the cache was dropped before' },
      { name: 'Partition table', value: result.tableSha256, mono: true },
      ...(evidence.rereadAt === null ? [] : [{ name: 'Read again', value: time(evidence.rereadAt) }]),
      {
        name: 'Rehearsal',
        value:
          rehearsal === null
            ? 'none'
            : `starts: ${rehearsal.what}; Secure Boot ${rehearsal.secureBoot ? 'on' : 'off'}`,
      },
    ]);
    writeFacts(paper, 'Record', [
      { name: 'Started', value: time(evidence.startedAt) },
      { name: 'Ended', value: time(evidence.endedAt) },
      { name: 'Operator', value: evidence.operator },
      { name: 'Station', value: station.name },
      { name: 'Station key', value: station.keyFingerprint, mono: true },
      { name: 'Ledger entry', value: `${evidence.sequence}` },
      { name: 'Entry hash', value: entryHash, mono: true },
      {
        name: 'Versions',
        value: Object.entries(evidence.versions)
          .map(([name, version]) => `${name} ${version}`)
          .join(', '),
      },
    ]);
    paper
      .moveDown(1)
      .font('Helvetica')
      .fontSize(8.5)
      .fillColor('#555555')
      .text(
        'This page repeats what records.json proves. Only that file, checked with the station’s key, is evidence.',
      );
  });
}

/** All machines on a few pages. */
export async function summary(all: Shipment): Promise<Buffer> {
  const { shipment, machines } = all;
  const media = new Map(machines.map(({ evidence: { job } }) => [job.media.sha256, job.media.fileName]));
  const { station, operator, time: closed } = shipment.row.entry;
  return await drawPaper(`Shipment ${shipment.record.number}`, closed, (paper) => {
    heading(paper, `Shipment ${shipment.record.number}`, all);
    const bytes = machines.reduce((sum, { evidence }) => sum + evidence.result.bytesVerified, 0);
    writeFacts(paper, 'In short', [
      { name: 'Machines', value: `${machines.length}, all written, read back and compared` },
      { name: 'Read back', value: formatBytes(bytes) },
      { name: 'Closed by', value: operator },
      { name: 'Station', value: station.name },
      { name: 'Station key', value: station.keyFingerprint, mono: true },
      ...[...media].map(([sha256, name]) => ({ name: 'Media', value: `${name} ${sha256}`, mono: true })),
    ]);
    paper.moveDown(1);
    writeTable(
      paper,
      [
        { title: 'Machine', width: 110, mono: true },
        { title: 'Drive', width: 120, mono: true },
        { title: 'Image', width: 110 },
        { title: 'Read back', width: 65 },
        { title: 'Starts', width: 40 },
        { title: 'Entry', width: 54 },
      ],
      machines.map(({ evidence: { machineSerial, job, result, rehearsal, sequence } }) => [
        machineSerial,
        job.drive.serial ?? job.drive.id,
        job.image.name,
        formatBytes(result.bytesVerified),
        rehearsal === null ? '–' : 'yes',
        String(sequence),
      ]),
    );
  });
}

/** What goes into the boxes, to be ticked off by hand. */
export async function packingList(all: Shipment): Promise<Buffer> {
  const { shipment, machines } = all;
  return await drawPaper(`Packing list ${shipment.record.number}`, shipment.row.entry.time, (paper) => {
    heading(paper, 'Packing list', all);
    writeTable(
      paper,
      [
        { title: '', width: 24 },
        { title: 'No.', width: 32 },
        { title: 'Machine', width: 130, mono: true },
        { title: 'Asset tag', width: 90, mono: true },
        { title: 'Computer name', width: 100, mono: true },
        { title: 'Drive', width: 123, mono: true },
      ],
      machines.map(({ evidence: { machineSerial, job } }, index) => [
        '[  ]',
        String(index + 1),
        machineSerial,
        job.machine?.assetTag ?? '',
        job.machine?.computerName ?? '',
        job.drive.serial ?? job.drive.id,
      ]),
    );
    paper.moveDown(2).font('Helvetica').fontSize(10);
    paper.text(
      `${machines.length} in all.     Packed by: ______________________     Date: ____________`,
      page.margin,
    );
  });
}

const grid = { columns: 2, rows: 5 } as const;
const label = { width: 99 * millimetre, height: 57 * millimetre } as const;

/** A label for each box, two by five on a sheet (99 x 57 mm): the serial as Code 128, and a QR code with the shipment. */
export async function labels(all: Shipment): Promise<Buffer> {
  const { shipment, machines } = all;
  const { number, orderNumber } = shipment.record;
  return await drawPaper(`Labels ${number}`, shipment.row.entry.time, (paper) => {
    const left = (page.width - grid.columns * label.width) / 2;
    const top = (page.height - grid.rows * label.height) / 2;
    for (const [index, { evidence }] of machines.entries()) {
      const place = index % (grid.columns * grid.rows);
      if (place === 0) paper.addPage({ size: 'A4', margin: 0 });
      const x = left + (place % grid.columns) * label.width + 5 * millimetre;
      const y = top + Math.floor(place / grid.columns) * label.height + 4 * millimetre;
      const { machineSerial, job } = evidence;
      paper
        .font('Helvetica-Bold')
        .fontSize(11)
        .text(printable(`Shipment ${number}`), x, y, { lineBreak: false });
      const under = [
        orderNumber === null ? null : `Order ${orderNumber}`,
        job.machine?.assetTag === undefined ? null : `Asset ${job.machine.assetTag}`,
        `${index + 1} of ${machines.length}`,
      ];
      paper
        .font('Helvetica')
        .fontSize(8)
        .text(printable(under.filter((part) => part !== null).join('   ')), x, y + 14, { lineBreak: false });
      drawBarcode(paper, 'code128', machineSerial, {
        x,
        y: y + 30,
        width: 60 * millimetre,
        height: 18 * millimetre,
      });
      paper
        .font('Courier-Bold')
        .fontSize(13)
        .text(machineSerial, x, y + 32 + 18 * millimetre, { lineBreak: false });
      drawBarcode(paper, 'qrcode', `SHIPMENT=${number};SERIAL=${machineSerial}`, {
        x: x + 64 * millimetre,
        y,
        width: 24 * millimetre,
        height: 24 * millimetre,
      });
      paper
        .font('Helvetica')
        .fontSize(7)
        .text(printable(`Drive ${job.drive.serial ?? job.drive.id}`), x, y + 52 + 18 * millimetre, {
          lineBreak: false,
        });
    }
  });
}
