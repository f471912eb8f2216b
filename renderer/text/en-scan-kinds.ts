import type { ScanKind } from '../../core/scan/scan-outcome';

/** What a scan is called, and what is said where another number of a label was scanned. */

export const kinds: Readonly<Record<ScanKind, string>> = {
  command: 'a command',
  reason: 'a reason',
  ticket: 'a job ticket',
  operator: 'an operator badge',
  'work-order': 'a work order',
  sha256: 'a media SHA-256',
  bay: 'a bay label',
  drive: 'a drive serial',
  machine: 'a machine serial',
  'admission-code': 'the code of a waiting machine',
  ean: 'a product number (EAN)',
  mac: 'a network address (MAC)',
  uuid: 'a UUID',
  'asset-tag': 'an asset tag',
  'part-number': 'a part number',
  'service-code': 'a service code, not the serial',
  'web-address': 'a web address',
  iccid: 'the number of a SIM card (ICCID)',
  imei: 'the number of a mobile modem (IMEI)',
  'label-field': 'a parcel number, quantity, date or country from a shipping label',
  meid: 'the number of a mobile modem (MEID)',
  'part-serial': 'the number of a part, not of a machine',
  ppid: 'the number of a Dell part (PPID)',
  'product-key': 'a Windows product key',
  wwn: 'the WWN of a drive',
  placeholder: 'a placeholder, not a real serial',
  unreadable: 'an unknown barcode',
};

const scanSerial = 'Scan the machine’s serial (S/N).';

/** What to scan in the place of a number that stands on the label too. */
const instead: Readonly<Partial<Record<ScanKind, string>>> = {
  ean: `All machines of a model have it. ${scanSerial}`,
  iccid: scanSerial,
  imei: scanSerial,
  'label-field': scanSerial,
  mac: scanSerial,
  meid: scanSerial,
  'part-number': `Many machines have it. ${scanSerial}`,
  'part-serial': scanSerial,
  ppid: 'Scan the service tag of the machine.',
  'product-key': `Keep it secret. ${scanSerial}`,
  'service-code': 'Scan the service tag or the serial.',
  uuid: scanSerial,
  'web-address': scanSerial,
  wwn: scanSerial,
};

/** What a number is that is no serial. @param tag of Dell's express service code: the service tag it is made from */
export function numberWords(kind: ScanKind, tag: string | null): string {
  return kind === 'service-code' && tag !== null
    ? `Dell’s express service code of service tag ${tag}`
    : kinds[kind];
}

export function wrongKind(tag: string | null, kind: ScanKind): string {
  const what = `That was ${numberWords(kind, tag)}.`;
  const next = instead[kind];
  if (next === undefined) return what;
  // A key stays a secret, whatever else it is.
  const pattern =
    kind === 'product-key' ? '' : ' If it is the serial after all, add a serial pattern in Settings.';
  return `${what} ${next}${pattern}`;
}
