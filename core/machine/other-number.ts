import { looksLikeMac, readUuid } from './identifiers';
import { hasGs1CheckDigit, hasLuhnDigit } from './check-digits';

/**
 * The numbers that stand on labels beside a machine's serial, known by their form. Where no maker is known whose
 * serials have the form, it is sure; where some have it too, it is only likely, and whoever decides is told.
 */

export const otherNumberKinds = [
  'ean',
  'hash',
  'iccid',
  'imei',
  'label-field',
  'mac',
  'meid',
  'part-number',
  'part-serial',
  'ppid',
  'product-key',
  'service-code',
  'uuid',
  'web-address',
  'wwn',
] as const;
export type OtherNumberKind = (typeof otherNumberKinds)[number];

export interface OtherNumber {
  readonly kind: OtherNumberKind;
  /** False: a machine's serial may have this form as well. */
  readonly sure: boolean;
  /** Of Dell's express service code: the service tag that it is made from. */
  readonly tag?: string;
}

type NamedNumber = Pick<OtherNumber, 'kind' | 'tag'>;

/** What it is called, and what to scan in its place. */
const words: Readonly<Record<OtherNumberKind, readonly [what: string, instead: string]>> = {
  ean: ['a product number (EAN, UPC)', 'All machines of a model have the same one. Scan the serial'],
  hash: ['a hash', 'Scan the serial on the label of the machine'],
  iccid: ['the number of a SIM card (ICCID)', 'Scan the serial on the label of the machine'],
  imei: ['the number of a mobile modem (IMEI)', 'Scan the serial, which the label shows as S/N'],
  'label-field': [
    'a parcel number, quantity, date or country from a shipping label',
    'Scan the serial on the label of the machine',
  ],
  mac: ['a network address (MAC)', 'Scan the serial, which the label shows as S/N'],
  meid: ['the number of a mobile modem (MEID)', 'Scan the serial, which the label shows as S/N'],
  'part-number': ['a part number', 'Many machines have the same one. Scan the serial'],
  'part-serial': [
    'the number of a part (such as HP’s CT number)',
    'Scan the serial of the machine, which the label shows as S/N',
  ],
  ppid: ['the number of a Dell part (PPID)', 'Scan the service tag of the machine: 7 letters and digits'],
  'product-key': [
    'a Windows product key',
    'It is a secret, so scan the serial, and keep the key out of lists and messages',
  ],
  'service-code': [
    'an express service code (Dell) or an SNID (Acer)',
    'Scan the service tag or the serial, which stands beside it',
  ],
  uuid: ['a UUID', 'Scan the serial, which the label shows as S/N'],
  'web-address': ['a web address', 'Scan the serial on the label of the machine'],
  wwn: ['the WWN of a drive', 'Scan the serial on the label of the machine'],
};

/** What a number is, as it stands in a sentence: `a part number`. */
export function otherNumberName({ kind, tag }: NamedNumber): string {
  return tag === undefined ? words[kind][0] : `Dell’s express service code of service tag ${tag}`;
}

/** What to do, as a sentence. */
export function otherNumberRemedy({ kind, tag }: NamedNumber): string {
  return tag === undefined ? `${words[kind][1]}.` : `Scan the service tag on the label; it should be ${tag}.`;
}

/** A text as it may be shown: of each product key only the last five characters, as Windows shows it. */
export function withoutSecrets(text: string): string {
  return text.replace(keyInText, (found) => `XXXXX-XXXXX-XXXXX-XXXXX-${found.slice(-5).toUpperCase()}`);
}

/**
 * What a text is that is no serial.
 * @param text normalized (serial.ts), without framing
 * @returns null where its form says nothing
 */
export function otherNumber(text: string): OtherNumber | null {
  for (const read of readers) {
    const found = read(text);
    if (found !== null) return found;
  }
  return null;
}

const sure = (kind: OtherNumberKind): OtherNumber => ({ kind, sure: true });
const likely = (kind: OtherNumberKind): OtherNumber => ({ kind, sure: false });
/** As many letters among hexadecimal digits make an accident unlikely. */
const letters = (text: string): number => text.replace(/[^A-F]/g, '').length;

/** The first of these that knows the text decides. */
const readers: readonly ((text: string) => OtherNumber | null)[] = [
  webAddress,
  named,
  parcel,
  ppid,
  part,
  key,
  tradeItem,
  modem,
  simCard,
  identity,
  drive,
  label,
  serviceCode,
];

/** Also without `http://` before it: the host of a maker's short address. */
function webAddress(text: string): OtherNumber | null {
  const address = text.includes('://') || /^(?:WWW\.|QRL\.DELL\.COM\/|MAILTO:)/.test(text);
  return address ? sure('web-address') : null;
}

/** What labels write before a number. */
const names: Readonly<Record<string, OtherNumberKind>> = {
  'P/N': 'part-number',
  PN: 'part-number',
  IMEI: 'imei',
  MEID: 'meid',
  ICCID: 'iccid',
  UUID: 'uuid',
  GUID: 'uuid',
  MAC: 'mac',
  WWN: 'wwn',
  PPID: 'ppid',
  CT: 'part-serial',
  'DP/N': 'part-number',
  SPS: 'part-number',
  FRU: 'part-number',
  UPC: 'ean',
  EAN: 'ean',
};

/** Said by the label itself. A serial may begin with PN. */
function named(text: string): OtherNumber | null {
  const name =
    /^((?:(?:FRU|HP|DELL|ASSY) )?P\/N|DP\/N|PN(?=:)|(?:CT|SPS|FRU)(?=\s?[:#])|IMEI\d?|MEID|ICCID|UUID|GUID|MAC|WWN|PPID|UPC|EAN)(?:[:\s#]|$)/.exec(
      text,
    )?.[1];
  const kind = name === undefined ? undefined : names[name.replace(/^\w+ (?=P)|\d$/g, '')];
  return kind === undefined ? null : sure(kind);
}

/**
 * Dell's piece part identification (Dell KB 000139589): country (2), part number with a 0 before it (6), manufacturer
 * (5), date (year, month 1-9 A-C, day 1-9 A-V), sequence (4); 20 characters, and often the revision (A00) behind them.
 */
function ppid(text: string): OtherNumber | null {
  const form = /^[A-Z]{2}0[A-Z0-9]{5}[A-Z0-9]{5}\d[1-9A-C][1-9A-V][A-Z0-9]{4}(?:[A-Z][A-Z0-9]{2,3})?$/;
  return form.test(text.replace(/[\s-]/g, '')) ? sure('ppid') : null;
}

/**
 * Numbers of single parts. HP's CT number (component tracking) has 14 characters: a letter or digit, four letters of the assembly,
 * then revision, supplier, week and sequence; some makers have serials of 14. With the site before it or the part's number behind it,
 * codes of parts made in China have 20 or 21 and begin with CN, as no serial of a machine of that length does.
 */
function part(text: string): OtherNumber | null {
  if (/^CN[A-Z0-9]{18,19}$/.test(text)) return sure('part-serial');
  return /^[A-Z0-9][A-Z]{4}(?=[A-Z]*\d)[A-Z0-9]{9}$/.test(text) ? likely('part-serial') : null;
}

/** The characters of Windows product keys: no vowels, none that look alike; N since Windows 8. */
const keyCharacters = 'BCDFGHJKMNPQRTVWXY2346789';
/** In five groups, as keys are printed. */
const grouped = `(?:[${keyCharacters}]{5}-){4}[${keyCharacters}]{5}`;
/** As they are typed without hyphens: 25 characters is no length of a PC maker's serial. Digits alone are none. */
const bare = `(?=\\d*[B-DF-Y])[${keyCharacters}]{25}`;
const productKey = new RegExp(`^(?:${grouped}|${bare})$`);
/** Either form, wherever it stands. */
const keyInText = new RegExp(`(?<![A-Z0-9])(?:${grouped}|${bare})(?![A-Z0-9])`, 'gi');

function key(text: string): OtherNumber | null {
  return productKey.test(text) ? sure('product-key') : null;
}

/**
 * IMEI (3GPP TS 23.003, 6.2.1): 15 digits with Luhn's, the first two of a body that reports them (GSMA TS.06). With
 * other first digits, without its check digit, or of 16 digits as IMEISV has, a serial may look so. MEID (3GPP2 S.R0048): 14 hexadecimal digits that
 * begin with A to F; 18 decimal digits for the same.
 */
function modem(text: string): OtherNumber | null {
  const grouped = /^(?:\d{2}-\d{6}-\d{6}-\d|\d{6}-\d{2}-\d{6}-\d|\d{2} \d{6} \d{6} \d)$/.test(text);
  const digits = grouped ? text.replace(/[\s-]/g, '') : text;
  const body = /^(?:01|10|30|33|35|44|45|49|5[0-4]|86|91|98|99)/.test(digits);
  if (/^\d{15}$/.test(digits) && hasLuhnDigit(digits)) return body ? sure('imei') : likely('imei');
  if (/^(?:01|35|86|99)\d{12}(?:\d\d)?$/.test(text)) return likely('imei');
  if (/^[A-F][0-9A-F]{13}$/.test(text)) return letters(text) >= 4 ? sure('meid') : likely('meid');
  const [maker, unit] = [Number(text.slice(0, 10)), Number(text.slice(10))];
  const decimal = /^\d{18}$/.test(text) && maker >= 0xa0_00_00_00 && maker <= 0xff_ff_ff_ff;
  return decimal && unit <= 0xff_ff_ff ? likely('meid') : null;
}

/**
 * What stands on the box: SSCC of GS1 (application identifier 00, 18 digits with a check digit), and the numbers of parcels of UPS (1Z),
 * DHL (JD, JJD) and USPS (22 digits that begin with 91 to 95, also behind 420 and the ZIP code).
 */
function parcel(text: string): OtherNumber | null {
  const carton = /^(?:\(00\)\s?|00)(\d{18})$/.exec(text)?.[1];
  if (carton !== undefined && hasGs1CheckDigit(carton)) return sure('label-field');
  if (/^(?:1Z[A-Z0-9]{16}|J{1,2}D\d{16,20})$/.test(text)) return sure('label-field');
  return /^(?:420\d{5}(?:\d{4})?)?9[1-5]\d{20}$/.test(text) ? sure('label-field') : null;
}

/** ICCID (ITU-T E.118): 89 for telecommunication, 19 digits with Luhn's; SIM cards also print 20, or an F behind. */
function simCard(text: string): OtherNumber | null {
  const digits = /^(89\d{16,18})F?$/.exec(text)?.[1];
  if (digits === undefined) return null;
  const known = hasLuhnDigit(digits) || hasLuhnDigit(digits.slice(0, 19));
  return known ? sure('iccid') : likely('iccid');
}

/** A UUID, a MAC or a hash. Without separators, a MAC may be a serial. */
function identity(text: string): OtherNumber | null {
  if (readUuid(text) !== null) return sure('uuid');
  if (looksLikeMac(text)) return /[:.-]/.test(text) ? sure('mac') : likely('mac');
  return /^(?:SHA-?256:\s*)?[0-9A-F]{40,}$/.test(text) ? sure('hash') : null;
}

/** A WWN with what is written before it, or bare: 16 digits, of which the first is 5 (IEEE registered, T10 SPC-5, 7.7.6). */
function drive(text: string): OtherNumber | null {
  if (/^(?:0X|NAA\.|EUI\.)(?:[0-9A-F]{16}|[0-9A-F]{32})$/.test(text)) return sure('wwn');
  return /^5[0-9A-F]{15}$/.test(text) && letters(text) >= 2 ? sure('wwn') : null;
}

/**
 * Forms of labels of parts and boxes. A service tag of Dell has 7 characters and may begin like any of them, and HP's
 * serials have 10.
 */
function label(text: string): OtherNumber | null {
  // IBM's and Lenovo's labels of parts: 11S or 8S, part number, serial of the part.
  if (/^(?:11S|8S)[A-Z0-9]{16,}$/.test(text)) return sure('part-number');
  // ANSI MH10.8.2: 1P and 30P are item numbers; 1S that is not Lenovo's form of a machine is a part's serial.
  // A serial may begin with 1P, too, but has no hyphen or # then, and is shorter.
  if (/^30P.{7,}$/.test(text) || /^1P(?:.{10,}|(?=.*[-#]).{7,})$/.test(text)) return sure('part-number');
  if (/^1S.{12,}$/.test(text)) return sure('part-number');
  if (/^1[PS].{6,}$/.test(text)) return likely('part-number');
  // Windows' product ID, of all machines with one licence, and regulatory models of HP.
  if (/^\d{5}-(?:OEM|\d{3,5})-\d{5,7}-(?:\d{5}|[A-Z]{2}\d{3})$/.test(text)) return sure('part-number');
  if (/^(?:HSTNN|TPN)-[A-Z0-9]{3,5}$/.test(text)) return sure('part-number');
  // 4L is the country of origin, Q a quantity, 9D, 10D and 16D dates.
  if (/^(?:\d{4}-\d{2}-\d{2}|\d{2}\/\d{4}|\d{4}\/\d{2})$/.test(text)) return sure('label-field');
  if (/^(?:4L[A-Z]{2}|Q\d{1,4}|(?:9D|10D|16D)(?:\d{6}|\d{8}))$/.test(text)) return sure('label-field');
  const forms: readonly RegExp[] = [
    // HP: spare part and option (L12345-001, 123456-B21), product number with its country (1A2B3C4#ABA).
    /^[A-Z0-9]{6}-[A-Z0-9]{3}$/,
    /^[A-Z0-9]{5,8}#[A-Z0-9]{3}$/,
    // Lenovo: machine type (two digits first) and model: 20XW-0012US, 20XWCTO1WW, 20XWS0AB00.
    /^\d{2}[A-Z0-9]{2}-?(?:[A-Z0-9]{4}[A-Z]{2}|S[A-Z0-9]{3}00)$/,
  ];
  return forms.some((form) => form.test(text)) ? likely('part-number') : null;
}

/**
 * GTIN, sure behind application identifier 01. Bare, of 8 (Medion), 12 (Surface), 13 and 14 digits (Zebra) there are
 * serials, of which one in ten has a right check digit by chance.
 */
function tradeItem(text: string): OtherNumber | null {
  const identified = /^\(?01\)?(\d{14})/.exec(text)?.[1];
  if (identified !== undefined && hasGs1CheckDigit(identified)) return sure('ean');
  return /^(?:\d{8}|\d{12,14})$/.test(text) && hasGs1CheckDigit(text) ? likely('ean') : null;
}

/**
 * Ten or eleven digits: Dell's express service code, which is the service tag of seven read as a number to the base 36,
 * for the telephone, or Acer's SNID. Dell's tags have no vowels and end in a digit: what reads so is told with its
 * tag. Any number of as many digits may be a serial. It is never turned into the tag: the machine is what its label says.
 */
function serviceCode(text: string): OtherNumber | null {
  if (!/^\d{10,11}$/.test(text)) return null;
  const number = Number(text);
  const tag = number >= 36 ** 6 && number < 36 ** 7 ? number.toString(36).toUpperCase() : null;
  if (tag !== null && /^[0-9B-DF-HJ-NP-TV-Z]{6}\d$/.test(tag)) {
    return { kind: 'service-code', sure: false, tag };
  }
  return tag !== null || text.length === 11 ? likely('service-code') : null;
}
