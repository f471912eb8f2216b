import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import { receiptSchema, type LibraryEntry, type Receipt } from '../../core/delivery/library';
import { keyFingerprint, type StationKey } from '../ledger/keys';

/** The receipt that a station signs for the sender of a media file, and how the sender checks it. */

/** The first line keeps a receipt's signature from ever passing as that of a ledger's entry, or of a shipment. */
function receiptMessage(receipt: Omit<Receipt, 'signature'>): Buffer {
  return Buffer.from(`prestage-receipt-1\n${canonicalize(receipt) ?? ''}\n`, 'utf8');
}

/** The receipt for a media file: canonical JSON and a line feed. */
export function makeReceipt(entry: LibraryEntry, stationName: string, key: StationKey): string {
  const { form: _form, guid: _guid, held: _held, dates: _dates, ...received } = entry;
  const receipt: Omit<Receipt, 'signature'> = {
    form: 'prestage-receipt-1',
    ...received,
    station: { name: stationName, keyFingerprint: key.fingerprint, publicKey: key.pem },
  };
  const signature = sign(null, receiptMessage(receipt), key.privateKey).toString('base64');
  return `${canonicalize({ ...receipt, signature }) ?? ''}\n`;
}

export type ReceiptVerdict =
  | { readonly ok: true; readonly receipt: Receipt }
  /** `reason` is a sentence. */
  | { readonly ok: false; readonly reason: string };

/**
 * Whether a receipt is what it says: signed by a station that is trusted, for exactly this manifest.
 * @param manifest bytes of the manifest that was sent
 * @param trusted fingerprints of station keys
 */
export function checkReceipt(
  text: string,
  manifest: Uint8Array,
  trusted: ReadonlySet<string>,
): ReceiptVerdict {
  const refused = (reason: string): ReceiptVerdict => ({ ok: false, reason });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused('The receipt is not JSON.');
  }
  const parsed = receiptSchema.safeParse(value);
  if (!parsed.success) return refused('The file does not have the form of a receipt.');
  if (`${canonicalize(parsed.data) ?? ''}\n` !== text) {
    return refused('The receipt is not canonical JSON (RFC 8785).');
  }
  const { signature, ...receipt } = parsed.data;
  const { keyFingerprint: named, publicKey: pem } = receipt.station;
  if (!trusted.has(named)) {
    return refused(`The receipt is from a station that is not trusted: its key is ${named}.`);
  }
  try {
    const publicKey = createPublicKey(pem);
    if (keyFingerprint(publicKey) !== named) return refused('The receipt names another key than it holds.');
    if (!verify(null, receiptMessage(receipt), publicKey, Buffer.from(signature, 'base64'))) {
      return refused('The signature does not match: the receipt was changed.');
    }
  } catch {
    return refused('The receipt holds no public key that can be used.');
  }
  if (createHash('sha256').update(manifest).digest('hex') !== receipt.manifestSha256) {
    return refused('The receipt is for another manifest.');
  }
  return { ok: true, receipt: parsed.data };
}
