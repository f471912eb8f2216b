import { sanitizeForDisplay } from '../base/display';
import { counted, plural } from '../base/plurals';
import { firmwareTrustSchema } from '../boot/loader-choice';
import { maxMacs } from '../machine/machine';
import { workOrderSchema, type OrderLine, type WorkOrder } from './order';
import { bareText, readCell, readMacs, readSerialCell } from './order-cells';
import {
  columnNames,
  columnOf,
  isMacColumn,
  isMachineColumn,
  type Column,
  type MacColumn,
  type MachineColumn,
  type OrderColumn,
} from './order-columns';
import { readCsv, type CsvRecord } from '../base/csv';
import { notATable, singleQuotes } from './order-shape';
import { readOrderJson } from './order-json';
import { pairProblems } from './order-pairs';
import type { OrderIssue, RawFact, RawMachine, RawOrder } from './raw-order';
import { scanSettingsSchema, type ScanSettings } from '../scan/scan-settings';
import { uuidKey } from '../machine/smbios';

export type OrderReading =
  | {
      readonly result: 'read';
      readonly order: WorkOrder;
      /** Nothing that stops; each worth a look. */
      readonly warnings: readonly OrderIssue[];
    }
  /** All that is wrong, in the order of the lines. */
  | { readonly result: 'refused'; readonly problems: readonly OrderIssue[] };

/**
 * Reads a work order: a table with a header (commas, semicolons or tabs), one serial a line, or JSON.
 * @param number the order's number, when somebody said it; a file may say it as well, and then they must agree
 * @param settings what serials look like here; null where the order was opened before: what was taken once is taken;
 *   `former`: as orders were read before Ethernet and Wi-Fi were told apart
 */
export function readOrder(
  text: string,
  number: string | null,
  settings: ScanSettings | null | 'former' = scanSettingsSchema.parse({}),
): OrderReading {
  const clean = text.replace(/^\uFEFF/, '');
  const raw = /^\s*[{[]/.test(clean) ? readOrderJson(clean) : readTable(clean, settings === 'former');
  const given: RawFact[] = number === null ? [] : [{ column: 'number', text: number, line: null }];
  return assemble({ ...raw, details: [...given, ...raw.details] }, settings);
}

/** A problem as it is told: `line 3: …`. */
export function problemText({ line, message }: OrderIssue): string {
  return line === null ? message : `line ${line}: ${message}`;
}

function readTable(text: string, former: boolean): RawOrder {
  const { records, problems } = readCsv(text);
  const [head, ...rows] = records;
  if (head === undefined) return { details: [], machines: [], problems, warnings: [] };
  const columns = head.fields.map((field) => columnOf(bareText(field), former));
  const quotes = singleQuotes(head.fields);
  if (columns.includes('serial') && quotes === null) return readRows(head, columns, rows, problems);
  const shape = quotes === null ? notATable(text) : { line: head.line, message: quotes };
  if (shape !== null) return { details: [], machines: [], problems: [shape], warnings: [] };
  if (records.every(({ fields }) => fields.length === 1)) {
    const machines = records.map(({ line, fields }) => ({
      line,
      cells: [{ column: 'serial' as const, text: fields[0] ?? '' }],
    }));
    return { details: [], machines, problems, warnings: [] };
  }
  const message =
    "no column is named 'serial' ('serial number', 'service tag'): the first line must name the columns, or each line must be one serial";
  return { details: [], machines: [], problems: [...problems, { line: head.line, message }], warnings: [] };
}

function readRows(
  head: CsvRecord,
  columns: readonly (Column | null)[],
  rows: readonly CsvRecord[],
  before: readonly OrderIssue[],
): RawOrder {
  const problems: OrderIssue[] = [...before];
  const warnings: OrderIssue[] = [];
  for (const [index, column] of columns.entries()) {
    const name = bareText(head.fields[index] ?? '');
    if (column === null) {
      if (rows.every(({ fields }) => (fields[index] ?? '').trim() === '')) continue;
      const called = name === '' ? `${index + 1} (no name)` : `'${sanitizeForDisplay(name, 40)}'`;
      warnings.push({
        line: head.line,
        message: `the column ${called} is not known and was ignored`,
      });
    } else if (!isMacColumn(column) && columns.indexOf(column) !== index) {
      problems.push({ line: head.line, message: `two columns contain the ${columnNames[column]}` });
    }
  }
  const details: RawFact[] = [];
  const machines: RawMachine[] = [];
  for (const { line, fields } of rows) {
    const surplus = fields.slice(columns.length).some((field) => field.trim() !== '');
    if (surplus || fields.length < columns.length) {
      const message = `there ${plural(fields.length, 'is', 'are')} ${counted(fields.length, 'field', 'fields')}, but the header has ${columns.length}: a separator is missing, there is one too many, or the file is incomplete`;
      problems.push({ line, message });
      continue;
    }
    const cells: RawMachine['cells'][number][] = [];
    for (const [index, column] of columns.entries()) {
      const text = fields[index] ?? '';
      if (column === null || bareText(text) === '') continue;
      if (isMachineColumn(column)) cells.push({ column, text });
      else details.push({ column, text, line });
    }
    machines.push({ line, cells });
  }
  return { details, machines, problems, warnings };
}

/** Looks at all values, and makes the order of them when all are sound. */
function assemble(raw: RawOrder, settings: ScanSettings | null | 'former'): OrderReading {
  const problems: OrderIssue[] = [...raw.problems];
  const warnings: OrderIssue[] = [...raw.warnings];
  const lines: { readonly at: number | null; readonly machine: OrderLine }[] = [];
  for (const { line, cells } of raw.machines) {
    const machine = readMachine(line, cells, settings, { problems, warnings });
    if (machine !== null) lines.push({ at: line, machine });
  }
  if (raw.machines.length === 0 && raw.problems.length === 0) {
    problems.push({ line: null, message: 'it contains no machines' });
  }
  requireOnce(lines, 'serial', ({ serial }) => [serial], problems);
  requireOnce(lines, 'SMBIOS UUID', ({ uuid }) => (uuid === undefined ? [] : [uuid]), problems, uuidKey);
  requireOnce(
    lines,
    'computer name',
    ({ computerName: name }) => (name === undefined ? [] : [name.toUpperCase()]),
    problems,
  );
  // A dock's MAC, or a tag that stands for many: unusual, but there are such lists.
  problems.push(...pairProblems(lines));
  requireOnce(lines, 'MAC', ({ macs }) => macs ?? [], warnings);
  requireOnce(lines, 'asset tag', ({ assetTag: tag }) => (tag === undefined ? [] : [tag]), warnings);
  for (const { at, machine } of lines) {
    const { serial } = machine;
    if (serial.includes(' ')) {
      warnings.push({
        line: at,
        message: `'${serial}' contains a space: check whether it is one machine or two`,
      });
    } else if (/^\d{15}0+$/.test(serial)) {
      const message = `'${serial}' has only zeros after its 15th digit, where spreadsheets lose digits: compare it with a label`;
      warnings.push({ line: at, message });
    }
  }
  const details = readDetails(raw.details, problems);
  if (details.number === undefined && !raw.details.some(({ column }) => column === 'number')) {
    problems.push({
      line: null,
      message: 'the work order number is missing: it was not given, and it is not in the file',
    });
  }
  if (problems.length > 0) return { result: 'refused', problems: inOrder(problems) };
  const { number = '', imageIndex, ...rest } = details;
  const parsed = workOrderSchema.safeParse({
    version: 1,
    number,
    ...rest,
    ...(imageIndex === undefined ? {} : { imageIndex: Number(imageIndex) }),
    machines: lines.map(({ machine }) => machine),
  });
  if (parsed.success) return { result: 'read', order: parsed.data, warnings: onceEach(inOrder(warnings)) };
  const issues = parsed.error.issues.map(({ path, message }) => ({
    line: path[0] === 'machines' ? (lines[Number(path[1])]?.at ?? null) : null,
    message: `${path.join('.')}: ${message}`,
  }));
  return { result: 'refused', problems: inOrder(issues) };
}

/** Of several MACs nobody said which is of what. */
const unclearMacs =
  'it is not said which of its MACs is the Ethernet one: the first is used for the import file of Configuration Manager';

function readMachine(
  line: number | null,
  cells: RawMachine['cells'],
  settings: ScanSettings | null | 'former',
  { problems, warnings }: Record<'problems' | 'warnings', OrderIssue[]>,
): OrderLine | null {
  const values: Partial<Record<Exclude<MachineColumn, MacColumn>, string>> = {};
  const macs: Record<MacColumn, string[]> = { wiredMacs: [], macs: [], wifiMacs: [] };
  const before = problems.length;
  for (const { column, text } of cells) {
    const bare = bareText(text);
    if (bare === '') continue;
    if (isMacColumn(column)) {
      const read = readMacs(bare);
      macs[column].push(...read.macs);
      problems.push(...read.problems.map((message) => ({ line, message })));
    } else if (column === 'serial' || column === 'replacesSerial') {
      const { value, problem, note } = readSerialCell(bare, settings, columnNames[column]);
      if (problem === null) values[column] = value;
      else problems.push({ line, message: problem });
      if (note !== undefined) warnings.push({ line, message: note });
    } else {
      const { value, problem } = readCell(column, bare);
      if (problem === null) values[column] = value;
      else problems.push({ line, message: problem });
    }
  }
  const { serial, firmwareTrust, ...rest } = values;
  const trust = firmwareTrustSchema.safeParse(firmwareTrust).data;
  // The wired ones first: by the first a machine is found when it starts from the network.
  const known = [...new Set([...macs.wiredMacs, ...macs.macs])];
  const wifi = [...new Set(macs.wifiMacs)].filter((mac) => !macs.wiredMacs.includes(mac));
  const once = [...new Set([...known.filter((mac) => !wifi.includes(mac)), ...wifi])];
  if (macs.wiredMacs.length === 0 && macs.macs.filter((mac) => !wifi.includes(mac)).length > 1) {
    warnings.push({ line, message: unclearMacs });
  }
  if (once.length > maxMacs) {
    problems.push({ line, message: `there are ${once.length} MACs: a machine has at most ${maxMacs}` });
    return null;
  }
  if (serial !== undefined) {
    return {
      ...{ serial, ...rest },
      ...(trust === undefined ? {} : { firmwareTrust: trust }),
      ...(once.length > 0 ? { macs: once } : {}),
      ...(wifi.length > 0 ? { wifiMacs: wifi } : {}),
    };
  }
  if (problems.length === before) problems.push({ line, message: 'the serial is missing' });
  return null;
}

/** What is said of the order, each once; what contradicts itself is told with both places. */
function readDetails(
  details: readonly RawFact[],
  problems: OrderIssue[],
): Partial<Record<OrderColumn, string>> {
  const found: Partial<Record<OrderColumn, { readonly value: string; readonly line: number | null }>> = {};
  for (const { column, text, line } of details) {
    const bare = bareText(text);
    const { value, problem } =
      bare === '' ? { value: null, problem: `the ${columnNames[column]} is empty` } : readCell(column, bare);
    if (problem !== null) {
      problems.push({ line, message: problem });
      continue;
    }
    const first = found[column];
    if (first === undefined) found[column] = { value, line };
    else if (first.value !== value) {
      const where = first.line === null ? 'the number given' : `line ${first.line}`;
      const message = `the ${columnNames[column]} is ${short(value)} here but ${short(first.value)} in ${where}: a work order has only one`;
      problems.push({ line, message });
    }
  }
  return Object.fromEntries(Object.entries(found).map(([column, { value }]) => [column, value]));
}

function short(value: string): string {
  return value.length > 24 ? `${value.slice(0, 12)}…` : `'${value}'`;
}

function requireOnce(
  lines: readonly { readonly at: number | null; readonly machine: OrderLine }[],
  name: string,
  valuesOf: (machine: OrderLine) => readonly string[],
  complaints: OrderIssue[],
  keyOf: (value: string) => string = (value) => value,
): void {
  const seen = new Map<string, { readonly at: number | null; readonly serial: string }>();
  for (const { at, machine } of lines) {
    for (const value of valuesOf(machine)) {
      const first = seen.get(keyOf(value));
      if (first === undefined) seen.set(keyOf(value), { at, serial: machine.serial });
      else {
        const where = first.at === null ? `for machine ${first.serial}` : `in line ${first.at}`;
        complaints.push({ line: at, message: `the ${name} ${value} is already used ${where}` });
      }
    }
  }
}

/** What holds for many lines is told of the first. */
function onceEach(warnings: readonly OrderIssue[]): OrderIssue[] {
  const same = warnings.filter(({ message }) => message === unclearMacs);
  const [first, ...others] = same;
  if (first === undefined || others.length === 0) return [...warnings];
  const message = `${first.message} (and so of ${others.length} more)`;
  return warnings.flatMap((one) => (one === first ? [{ ...one, message }] : same.includes(one) ? [] : [one]));
}

function inOrder(problems: readonly OrderIssue[]): OrderIssue[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}
