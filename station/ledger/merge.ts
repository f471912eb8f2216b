import { closeSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';
import { sha256Schema } from '../../core/media/chunk-map';
import { ledgerEntrySchema } from '../../core/ledger/record';
import { parseJson } from './check-entry';
import { csvLine } from './csv-line';
import { csvRow, csvRowSchema } from './export';
import { ledgerHeadSchema } from './ledger-findings';
import { ExportFinding, openExport, readEntryLine } from './read-export';

/**
 * Several stations' ledgers as one list, for reporting. Each is checked by itself, and none is changed: the list is
 * made beside them, and every line says whose it is.
 */

/** A line of the list: as in the CSV export of a ledger, with the station it is from. */
const reportRowSchema = z.strictObject({
  ...csvRowSchema.shape,
  keyFingerprint: sha256Schema,
  /** Other stations that also finished the machine, separated by semicolons. */
  alsoDoneAt: z.string().nullable(),
});
export type ReportRow = Readonly<z.infer<typeof reportRowSchema>>;
export const reportColumns = Object.keys(reportRowSchema.shape) as (keyof ReportRow)[];

const reportedStationSchema = z.strictObject({
  file: z.string(),
  /** Station names in the entries, in the order of first use: a station can be renamed. */
  stations: z.array(z.string()).readonly(),
  keyFingerprint: sha256Schema,
  entries: z.int().nonnegative(),
  /** The newest entry; null for an empty ledger. Compare it with a copy stored elsewhere: the end of an export can be cut off. */
  head: ledgerHeadSchema.nullable(),
});
export type ReportedStation = Readonly<z.infer<typeof reportedStationSchema>>;

/** What `ledger report --format json` writes. */
export const ledgersReportSchema = z.strictObject({
  format: z.literal('prestage-ledger-report'),
  version: z.literal(1),
  stations: z.array(reportedStationSchema),
  /** By time. */
  lines: z.array(reportRowSchema),
});

/** Where a line of the list is to be found again. Kept instead of the line, which is far larger. */
interface LinePlace {
  readonly time: number;
  readonly file: number;
  readonly sequence: number;
  readonly offset: number;
  readonly bytes: number;
  readonly hash: string;
}

export interface CheckedExport {
  readonly station: ReportedStation;
  readonly paths: readonly LinePlace[];
  /** Machines it finished, normalized serials. */
  readonly done: ReadonlySet<string>;
}

/**
 * Looks at one export.
 * @param index of the file among all
 * @throws ExportFinding; the system's error
 */
export function checkExport(file: string, index: number): CheckedExport {
  const { key, entries } = openExport(file);
  const paths: LinePlace[] = [];
  const done = new Set<string>();
  const stations = new Set<string>();
  let head: ReportedStation['head'] = null;
  for (const { line, stored, entry } of entries) {
    const { sequence, hash } = stored;
    head = { sequence, hash };
    stations.add(entry.station.name);
    const row = csvRow(stored, entry);
    if (row === null) continue;
    if (row.result === 'done' && row.machineSerial !== null) done.add(row.machineSerial);
    paths.push({
      time: Date.parse(entry.time),
      file: index,
      sequence,
      offset: line.offset,
      bytes: line.bytes,
      hash,
    });
  }
  const count = head?.sequence ?? 0;
  const station = { file, stations: [...stations], keyFingerprint: key.fingerprint, entries: count, head };
  return { station, paths, done };
}

/** Machines that more than one station finished: serial → indexes of the files. */
export function doneTwice(exports: readonly CheckedExport[]): Map<string, number[]> {
  const where = new Map<string, number[]>();
  for (const [index, { done }] of exports.entries()) {
    for (const serial of done) where.set(serial, [...(where.get(serial) ?? []), index]);
  }
  return new Map([...where].filter(([, files]) => files.length > 1));
}

/** How a station is called where one name has to do. */
export function nameOf({ stations, keyFingerprint }: ReportedStation): string {
  return stations.at(-1) ?? keyFingerprint.slice(0, 12);
}

/**
 * The lines of all stations by time; of one time, in the order the files were given.
 * @throws ExportFinding when a file was changed since it was checked; the system's error
 */
export function* mergedRows(exports: readonly CheckedExport[]): Generator<ReportRow, void> {
  const twice = doneTwice(exports);
  const paths = exports
    .flatMap((one) => [...one.paths])
    .sort((a, b) => a.time - b.time || a.file - b.file || a.sequence - b.sequence);
  const descriptors = exports.map(({ station }) => openSync(station.file, 'r'));
  try {
    for (const { file, offset, bytes, sequence, hash } of paths) {
      const of = exports[file];
      const descriptor = descriptors[file];
      if (of === undefined || descriptor === undefined) throw new Error('no such file');
      const buffer = Buffer.alloc(bytes);
      readSync(descriptor, buffer, 0, bytes, offset);
      const stored = readEntryLine(buffer.toString('utf8'), sequence);
      const parsed = ledgerEntrySchema.safeParse(parseJson(stored.json));
      const row = parsed.success ? csvRow(stored, parsed.data) : null;
      if (stored.hash !== hash || row === null) {
        throw new ExportFinding(sequence, `The file ${of.station.file} was changed while it was read.`);
      }
      const others = row.result === 'done' ? (twice.get(row.machineSerial ?? '') ?? []) : [];
      const names = others
        .filter((other) => other !== file)
        .flatMap((other) => exports[other]?.station ?? []);
      yield {
        ...row,
        keyFingerprint: of.station.keyFingerprint,
        alsoDoneAt: names.length === 0 ? null : names.map(nameOf).join('; '),
      };
    }
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}

/** The list as CSV, piece by piece; the form of ledger export with two columns more. */
export function* mergedCsv(exports: readonly CheckedExport[]): Generator<string, void> {
  yield csvLine(reportColumns);
  for (const row of mergedRows(exports)) yield csvLine(reportColumns.map((column) => row[column]));
}

/** The list as one JSON document, piece by piece. */
export function* mergedJson(exports: readonly CheckedExport[]): Generator<string, void> {
  const stations = exports.map(({ station }) => station);
  yield `{"format":"prestage-ledger-report","version":1,"stations":${JSON.stringify(stations)},"lines":[`;
  let separator = '\n';
  for (const row of mergedRows(exports)) {
    yield `${separator}${JSON.stringify(row)}`;
    separator = ',\n';
  }
  yield '\n]}\n';
}
