import { z } from 'zod';
import { patternSchema } from '../base/pattern';

/**
 * What the words, numbers and forms on machines' labels mean. The rules are data: the station's settings add to the
 * ones that are built in, come before them, or replace them.
 */

/**
 * What a value on a label is. `none`: nothing that is kept. `foreign`: the label is not a machine's but a drive's or a
 * part's, whatever else is on it.
 */
export const labelFields = [
  'serial',
  'asset',
  'uuid',
  'mac',
  'wifi-mac',
  'model',
  'none',
  'foreign',
] as const;
export type LabelField = (typeof labelFields)[number];

/** Named groups that a pattern can have. */
export const patternGroups = [
  'serial',
  'asset',
  'uuid',
  'mac',
  'model',
] as const satisfies readonly LabelField[];

const maker = z.string().min(1).max(60);
const field = z.enum(labelFields);

/** One rule of a station's own. */
export const labelRuleSchema = z.discriminatedUnion('form', [
  z.strictObject({
    /** Matches the whole text or one of its fields; named groups say what each part is. Case does not matter. */
    form: z.literal('pattern'),
    maker,
    pattern: patternSchema.refine(hasNamedGroup, {
      message: `must have one of the groups ${patternGroups.map((name) => `(?<${name}>…)`).join(', ')}`,
    }),
  }),
  z.strictObject({
    /** `NAME: VALUE`, `NAME=VALUE`, or a member of a JSON object. Case, blanks and punctuation do not matter. */
    form: z.literal('name'),
    maker,
    name: z.string().min(1).max(40),
    field,
  }),
  z.strictObject({
    /** Data identifier of ANSI MH10.8.2 in a message of ISO/IEC 15434, format 06. */
    form: z.literal('data-identifier'),
    maker,
    identifier: z.string().regex(/^\d{0,3}[A-Z]$/),
    field,
  }),
  z.strictObject({
    /** Application identifier of GS1. */
    form: z.literal('application-identifier'),
    maker,
    identifier: z.string().regex(/^\d{2,4}$/),
    field,
  }),
]);
export type LabelRule = z.infer<typeof labelRuleSchema>;

function hasNamedGroup(text: string): boolean {
  return patternGroups.some((name) => text.includes(`(?<${name}>`));
}

/** A name on a label as it is compared: `Serial No.`, `SERIAL_NO` and `serialno` are one. */
export function foldName(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

const names = (maker: string, field: LabelField, ...all: string[]): LabelRule[] =>
  all.map((name) => ({ form: 'name', maker, name, field }));
const dataIdentifiers = (field: LabelField, ...all: string[]): LabelRule[] =>
  all.map((identifier) => ({ form: 'data-identifier', maker: 'ANSI MH10.8.2', identifier, field }));
const applicationIdentifiers = (field: LabelField, ...all: string[]): LabelRule[] =>
  all.map((identifier) => ({ form: 'application-identifier', maker: 'GS1', identifier, field }));
const pattern = (maker: string, text: string): LabelRule => ({ form: 'pattern', maker, pattern: text });

/** The rules that come with Prestage. */
export const builtInLabelRules: readonly LabelRule[] = [
  // Data identifier 1S, machine type model (type of 4; model of 6, which ends in two letters of the country, or is
  // S...00 for a contract), then the serial of 8. No other length is taken apart: it may be a part's.
  pattern(
    'Lenovo',
    '1S(?<model>[A-Z0-9]{4}(?:[A-Z0-9]{4}[A-Z]{2}|S[A-Z0-9]{3}00))(?<serial>[A-Z][A-Z0-9]{7})',
  ),
  // Data identifier S before a serial of 8. Only the beginnings that Lenovo's PCs have: any S may begin a serial.
  pattern('Lenovo', 'S(?<serial>(?:PF|PC|PG|MJ|MP|R9|YX)[A-Z0-9]{6})'),
  // The addresses in QR codes: https://support.lenovo.com/qrcode?sn=…&mtm=…, /qrcode/SERIAL/MTM.
  pattern(
    'Lenovo',
    'https?://[a-z]+\\.lenovo\\.com/qrcode\\?sn=(?<serial>[A-Z0-9]{8})(?:&mtm=(?<model>[A-Z0-9]{10}))?',
  ),
  pattern(
    'Lenovo',
    'https?://[a-z]+\\.lenovo\\.com/qrcode/(?<serial>[A-Z0-9]{8})(?:/(?<model>[A-Z0-9]{10}))?',
  ),
  // Dell: https://www.dell.com/support/pid?s=q3&t=TAG, https://qrl.dell.com/TAG, and the page of a tag. Other
  // addresses of qrl.dell.com (Product/Detail/3) lead to a product. Tags that are longer there are encrypted.
  pattern('Dell', 'https?://www\\.dell\\.com/support/pid\\?(?:[^&]*&)?t=(?<serial>[A-Z0-9]{7})'),
  pattern('Dell', 'https?://qrl\\.dell\\.com/(?=[A-Z]*\\d)(?<serial>[A-Z0-9]{7})'),
  pattern('Dell', 'https?://www\\.dell\\.com/support/[^?]*servicetag/(?<serial>[A-Z0-9]{7})(?:[/?#].*)?'),

  ...names(
    'any',
    'serial',
    'S/N',
    'Serial',
    'Serial No',
    'Serial Number',
    'Serial #',
    'Ser No',
    'System S/N',
  ),
  ...names('Dell', 'serial', 'Service Tag', 'Svc Tag', 'Svctag', 'S/T'),
  ...names('any', 'asset', 'Asset', 'Asset Tag', 'Asset No', 'Asset Number', 'Asset ID', 'Inventory No'),
  ...names('any', 'uuid', 'UUID', 'GUID', 'System UUID', 'SMBIOS UUID'),
  ...names('any', 'mac', 'MAC', 'MAC ID', 'MAC Address', 'LAN MAC', 'Ethernet MAC', 'MAC 1', 'MAC 2', 'LOM'),
  ...names('any', 'wifi-mac', 'WLAN MAC', 'Wi-Fi MAC', 'Wireless MAC', 'WLAN MAC ID', 'WLAN'),
  ...names('any', 'model', 'Model', 'Model Name', 'Product', 'Product Name'),
  ...names('Lenovo', 'model', 'MTM', 'MT-M', 'MT'),
  ...names('HP', 'model', 'Product No', 'Product Number', 'ProdID', 'P/N', 'Part No', 'Part Number'),
  // Dell's express service code is the service tag read as a number to the base 36, for the telephone. Acer's SNID
  // is a number made from the serial. Neither is what firmware and the enterprise know.
  ...names('Dell', 'none', 'Express Service Code', 'Exp Svc Code', 'Express Code', 'E/S/C'),
  ...names('Acer', 'none', 'SNID'),
  // What only a drive's label says.
  ...names('any', 'foreign', 'WWN', 'PSID', 'EUI', 'LBA', 'LBAs'),

  ...dataIdentifiers('serial', 'S'),
  // MTM or item number of the supplier.
  ...dataIdentifiers('model', '1P'),
  // Medium access control address.
  ...dataIdentifiers('mac', '23S'),
  // IBM's and Lenovo's parts: 11S and 8S hold part number and serial of the part.
  ...dataIdentifiers('foreign', '11S', '8S'),
  // 25S holds the maker's number and the serial without saying where one ends; 18S the same with a CAGE code.
  ...dataIdentifiers('none', '25S', '18S'),

  ...applicationIdentifiers('serial', '21'),
  // GIAI: the number of an individual asset.
  ...applicationIdentifiers('asset', '8004'),
  // Additional product identification of the maker.
  ...applicationIdentifiers('model', '240'),
];

/** The rules of a station: its own first, so that they decide. */
export function labelRulesOf(settings: {
  readonly builtIn: boolean;
  readonly own: readonly LabelRule[];
}): readonly LabelRule[] {
  return settings.builtIn ? [...settings.own, ...builtInLabelRules] : settings.own;
}
