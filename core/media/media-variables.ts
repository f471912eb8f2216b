import { sanitizeForDisplay, sanitizeOrNull } from '../base/display';
import type { MediaDates } from './media-dates';

/**
 * The variables of a media file of Configuration Manager (`\SMS\data\variables.dat`): the form of the file, and what of its
 * content is of use at a bench. Decrypting it is the helper's.
 */

export const variablesPath = '/SMS/data/variables.dat';
/** Bytes. A real one has some ten KiB. */
export const largestVariables = 4 * 1024 * 1024;

const headerBytes = 24;
const magic = 0xeced0000;
/** ALG_ID of Windows → bytes of the AES key. Source: wincrypt.h, CALG_AES_128 to CALG_AES_256. */
const keyBytes: Readonly<Record<number, 16 | 24 | 32>> = { 0x660e: 16, 0x660f: 24, 0x6610: 32 };

/** Where what is encrypted lies in the file, and how. */
export interface VariablesForm {
  readonly keyBytes: 16 | 24 | 32;
  /** Of the cipher text: bytes. */
  readonly offset: number;
  readonly length: number;
}

/** Reads the six words that begin the file. @returns what is wrong with it, as the end of a sentence */
export function readVariablesForm(file: Uint8Array): VariablesForm | string {
  if (file.length < headerBytes) return 'is cut off';
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const word = (at: number): number => view.getUint32(at * 4, true);
  if (word(0) !== magic) return 'is not a file of media variables';
  const length = word(3);
  const key = keyBytes[word(4)];
  if (key === undefined) {
    return `is encrypted in a way that Prestage does not know (0x${word(4).toString(16)})`;
  }
  if (length === 0 || length % 16 !== 0 || word(2) > length) return 'is damaged: its lengths do not fit';
  if (headerBytes + length > file.length) return 'is cut off';
  return { keyBytes: key, offset: headerBytes, length };
}

/** What the variables say, safe to show, and what opens the certificate. */
export interface ReadVariables {
  /** Without the certificate's times, which are in the certificate. */
  readonly dates: MediaDates;
  /** With braces, as Configuration Manager writes it; null: it is not there or is no GUID. */
  readonly guid: string | null;
  /** The certificate with its key, and what opens it. A secret: never shown, kept or sent. */
  readonly certificate: { readonly pfxHex: string; readonly password: string } | null;
}

/** Variables that a bench needs, of the hundreds that there may be. */
export function interpretVariables(variables: ReadonlyMap<string, string>): ReadVariables {
  const valueOf = (name: string): string | undefined => variables.get(name.toLowerCase());
  const points = [valueOf('SMSTSMP') ?? '', ...(valueOf('SMSTSLocationMPs') ?? '').split('*')]
    .map((text) => sanitizeForDisplay(text, 300))
    .filter((text) => text !== '');
  const guidText = valueOf('_SMSMediaGuid')?.trim() ?? '';
  const guid = /^\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}$/.test(guidText) ? guidText : null;
  const pfx = valueOf('_SMSTSMediaPFX')?.trim() ?? '';
  const usable = guid !== null && pfx.length % 2 === 0 && /^[0-9A-Fa-f]{2,}$/.test(pfx);
  return {
    dates: {
      ...{ certificateStart: null, certificateEnd: null, shipBy: null },
      site: sanitizeOrNull(valueOf('_SMSTSSiteCode'), 20),
      managementPoints: [...new Set(points)].slice(0, 50),
    },
    guid,
    // The password of the certificate is the GUID, as far as Windows takes it.
    certificate: usable ? { pfxHex: pfx, password: guid.slice(0, 31) } : null,
  };
}
