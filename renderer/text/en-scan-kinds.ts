import {
  otherNumberKinds,
  otherNumberName,
  otherNumberRemedy,
  type OtherNumberKind,
} from '../../core/machine/other-number';
import type { ScanKind } from '../../core/scan/scan-outcome';

/** What a scan is called, and what is said where another number of a label was scanned. Those numbers have their words in core. */

type NumberKind = ScanKind & OtherNumberKind;

const kinds: Readonly<Record<Exclude<ScanKind, NumberKind>, string>> = {
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
  'asset-tag': 'an asset tag',
  placeholder: 'a placeholder, not a real serial',
  unreadable: 'an unknown barcode',
};

const isNumber = (kind: ScanKind): kind is NumberKind => otherNumberKinds.some((one) => one === kind);

/** What a scan is called. @param tag of Dell's express service code: the service tag it is made from */
export function kindWords(kind: ScanKind, tag: string | null = null): string {
  return isNumber(kind) ? otherNumberName(numberOf(kind, tag)) : kinds[kind];
}

export function wrongKind(tag: string | null, kind: ScanKind): string {
  const what = `That was ${kindWords(kind, tag)}.`;
  if (!isNumber(kind)) return what;
  // A key stays a secret, whatever else it is.
  const pattern =
    kind === 'product-key' ? '' : ' If it is the serial after all, add a serial pattern in Settings.';
  return `${what} ${otherNumberRemedy(numberOf(kind, tag))}${pattern}`;
}

function numberOf(kind: NumberKind, tag: string | null): Parameters<typeof otherNumberName>[0] {
  return tag === null ? { kind } : { kind, tag };
}
