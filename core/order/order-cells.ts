import { sanitizeForDisplay } from '../base/display';
import { certificateYears } from '../boot/loader-trust';
import { readMac, readUuid } from '../machine/identifiers';
import { readDiskRule } from '../drive/disk-rule';
import { findLayout, layouts } from '../drive/layout';
import { atEndChoices, atEndSchema } from '../machine/at-end';
import { machineDetailsSchema } from '../machine/machine';
import { columnNames, type Column, type MacColumn } from './order-columns';
import { oldNameSchema } from '../machine/replaced-computer';
import { normalizeSerial, serialProblem } from '../machine/serial';
import { readLabel } from '../scan/label';
import { daySchema } from '../base/day';
import { builtInLabelRules } from '../scan/label-rules';
import type { ScanSettings } from '../scan/scan-settings';
import { readTypedSerial } from '../scan/typed-serial';
import { isAssetPlaceholder, uuidProblem } from '../machine/smbios';

/** What became of a cell: its value in the one form that is kept, or what is wrong with it. */
export type CellReading =
  { readonly value: string; readonly problem: null } | { readonly value: null; readonly problem: string };

const good = (value: string): CellReading => ({ value, problem: null });
const bad = (problem: string): CellReading => ({ value: null, problem });

/**
 * Reads a cell that holds one value. It is not empty.
 * @param text as {@link bareText} gave it
 */
export function readCell(
  column: Exclude<Column, MacColumn | 'serial' | 'replacesSerial'>,
  text: string,
): CellReading {
  const damage = column === 'hardwareHash' ? null : damageOf(column, text);
  if (damage !== null) return bad(`the ${columnNames[column]} '${shown(text)}' ${damage}`);
  switch (column) {
    case 'uuid':
      return readUuidCell(text);
    case 'mediaSha256': {
      const sha256 = text.replace(/^sha-?256[:=]\s*/i, '').toLowerCase();
      if (/^[0-9a-f]{64}$/.test(sha256)) return good(sha256);
      return bad(`'${shown(text)}' is not a SHA-256, which has 64 hexadecimal digits`);
    }
    case 'imageIndex':
      if (/^[1-9]\d{0,4}$/.test(text)) return good(text);
      return bad(`'${shown(text)}' is not an image number (1, 2, 3, …)`);
    case 'layout':
      if (findLayout(text.toLowerCase()) !== null) return good(text.toLowerCase());
      return bad(
        `there is no layout '${shown(text)}'; choose one of: ${layouts.map(({ name }) => name).join(', ')}`,
      );
    case 'shipBy':
      if (daySchema.safeParse(text).success) return good(text);
      return bad(`'${shown(text)}' is not a day; write it as 2027-01-31`);
    case 'atEnd': {
      const said = atEndSchema.safeParse(text.toLowerCase());
      if (said.success) return good(said.data);
      return bad(
        `'${shown(text)}' is not something machines can do at the end; choose one of: ${atEndChoices.join(', ')}`,
      );
    }
    case 'disk':
      if (readDiskRule(text) !== null) return good(text);
      return bad(`there is no disk rule '${shown(text)}'; write only, largest-nvme or name=TEXT`);
    case 'firmwareTrust':
      return readTrustCell(text);
    case 'number':
      return readShown('number', text, 60);
    case 'assetTag':
      if (isAssetPlaceholder(text)) {
        return bad(
          `the asset tag '${shown(text)}' is a placeholder that firmware shows when no asset tag was set`,
        );
      }
      return readShown('assetTag', text, 64);
    case 'model':
      return readShown('model', text, 80);
    case 'maker':
    case 'systemSku':
    case 'board':
      return readShown(column, text, 64);
    case 'groupTag':
      return readShown('groupTag', text, 128);
    case 'assignedUser':
    case 'computerName':
    case 'hardwareHash':
    case 'replaces': {
      const schema = column === 'replaces' ? oldNameSchema : machineDetailsSchema.shape[column];
      const parsed = schema.safeParse(text);
      if (parsed.success) return good(text);
      return bad(`'${shown(text)}' ${parsed.error.issues[0]?.message ?? 'is not valid'}`);
    }
  }
}

/** Reads a cell with one MAC or several, in any of their usual forms. */
export function readMacs(text: string): { readonly macs: string[]; readonly problems: string[] } {
  const alone = readMac(text);
  if (alone !== null) return { macs: [alone], problems: [] };
  const macs: string[] = [];
  const problems: string[] = [];
  for (const piece of text.split(/[\s,;|/]+/).filter((one) => one !== '')) {
    const mac = readMac(piece);
    if (mac !== null) macs.push(mac);
    else {
      problems.push(
        `'${shown(piece)}' is not a MAC, which has six pairs of hexadecimal digits: not all the same, and not a group address`,
      );
    }
  }
  return { macs: [...new Set(macs)], problems };
}

/** A cell's text as it was meant: blanks folded, and out of the formula that keeps a spreadsheet from counting. */
export function bareText(cell: string): string {
  const folded = cell.replace(/\s+/gu, ' ').trim();
  return /^="([^"]*)"$/.exec(folded)?.[1]?.trim() ?? folded;
}

/** Columns whose values are neither days nor numbers with decimals. */
const asIs: ReadonlySet<Column> = new Set<Column>(['serial', 'computerName', 'replaces', 'replacesSerial']);

/** What spreadsheets and scripts do to texts that look like numbers or dates. Ends a sentence about the text. */
function damageOf(column: Column, text: string): string | null {
  if (/^[+-]?\d(?:[.,]\d+)?E[+-]\d{1,3}$/i.test(text)) {
    return 'was converted to a number by a spreadsheet, and its last digits are lost: format the column as text before you enter the numbers, then export again';
  }
  if (
    /^#(?:N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!|NV|WERT!|BEZUG!|#+)$/i.test(text) ||
    /^#+$/.test(text)
  ) {
    return 'is a spreadsheet error, not a value: correct the formula or widen the column, then export again';
  }
  // An order's number may be a day, and a model has versions.
  if (!asIs.has(column)) return null;
  if (/^\d+[.,]0+$/.test(text)) {
    return 'was converted to a number by a spreadsheet or a script, and leading zeros may be lost: export the column as text';
  }
  const months = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
  const date = new RegExp(
    `^(?:\\d{1,2}-(?:${months})(?:-\\d{2,4})?|(?:${months})-\\d{2}|\\d{1,2}[./]\\d{1,2}[./]\\d{4}|\\d{4}-\\d{2}-\\d{2})$`,
    'i',
  );
  if (date.test(text)) {
    return 'was converted to a date by a spreadsheet: format the column as text before you enter the values, then export again';
  }
  return null;
}

/**
 * Reads a cell that holds a machine's serial. It is not empty.
 * @param text as {@link bareText} gave it
 * @param settings what serials look like here; null: every sound serial is one, whatever else its form may be; `former`:
 *   and what a label's text holds is not looked for
 * @returns with `note` where the serial may be another number
 */
export function readSerialCell(
  text: string,
  settings: ScanSettings | null | 'former',
  name = columnNames.serial,
): CellReading & { readonly note?: string } {
  const damage = damageOf('serial', text);
  if (damage !== null) return bad(`the ${name} '${shown(text)}' ${damage}`);
  const plain = normalizeSerial(text);
  if (sanitizeForDisplay(plain, 200) !== plain && plain.length < 200) {
    return bad(`the ${name} '${shown(text)}' has an invisible character: type it again`);
  }
  if (settings === null || settings === 'former') {
    const label = settings === 'former' ? null : readLabel(text, builtInLabelRules);
    if (label?.kind === 'machine') return good(label.serial);
    const problem = serialProblem(plain);
    return problem === null ? good(plain) : bad(asReason(problem.message));
  }
  // Labels by the rules that everybody has: the audit reads the order again, elsewhere.
  const typed = readTypedSerial(text, { ...settings, labelRules: { builtIn: true, own: [] } });
  if (typed.problem !== null) return bad(asReason(typed.problem.message));
  const { serial, mayBe } = typed;
  return { ...good(serial), ...(mayBe === null ? {} : { note: mayBe.note }) };
}

/** Refused as a scan refuses it: one order must not name two machines that their labels could not tell apart. */
function readUuidCell(text: string): CellReading {
  const uuid = readUuid(text);
  if (uuid === null) return bad(`'${shown(text)}' is not a UUID, which has 32 hexadecimal digits`);
  if (uuidProblem(uuid) === null) return good(uuid);
  return bad(`'${shown(text)}' is a placeholder that firmware shows when there is no UUID`);
}

/** `2011`, `only 2023`, `both`, `2011 and 2023`. */
function readTrustCell(text: string): CellReading {
  const folded = text.toLowerCase();
  const years = certificateYears.filter((year) => folded.includes(year));
  const rest = folded.replaceAll(/2011|2023|\b(?:only|and|both|ca|pca|uefi|microsoft)\b|[\s,;/+&]/g, '');
  const both = years.length === 2 || (years.length === 0 && /\bboth\b/.test(folded));
  const [year] = years;
  if (rest === '' && both) return good('both');
  if (rest === '' && year !== undefined) return good(year);
  return bad(`the ${columnNames.firmwareTrust} '${shown(text)}' is not one of 2011, 2023 and both`);
}

function readShown(
  column: 'number' | 'assetTag' | 'model' | 'groupTag' | 'maker' | 'systemSku' | 'board',
  text: string,
  longest: number,
): CellReading {
  if (sanitizeForDisplay(text, longest) === text) return good(text);
  const what = text.length > longest ? `is longer than ${longest} characters` : 'has invisible characters';
  return bad(`the ${columnNames[column]} '${shown(text)}' ${what}`);
}

function shown(text: string): string {
  return sanitizeForDisplay(text, 60);
}

/** A sentence as a reason behind a colon. */
function asReason(text: string): string {
  return (text.slice(0, 1).toLowerCase() + text.slice(1)).replace(/\.$/, '');
}
