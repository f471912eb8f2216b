import { sign, verify, type KeyObject } from 'node:crypto';
import { decodeSignature } from './entry';

/** What is signed. The first line keeps it from ever passing as an entry, a head or a checkpoint. */
function message(sha256: string): Buffer {
  return Buffer.from(`prestage-shipment 1\n${sha256}\n`, 'utf8');
}

/** @returns Ed25519 signature, base64 */
export function signShipment(sha256: string, privateKey: KeyObject): string {
  return sign(null, message(sha256), privateKey).toString('base64');
}

/** True when the key signed it. */
export function shipmentSignatureHolds(sha256: string, signature: string, publicKey: KeyObject): boolean {
  const bytes = decodeSignature(signature);
  return bytes !== null && verify(null, message(sha256), publicKey, bytes);
}
