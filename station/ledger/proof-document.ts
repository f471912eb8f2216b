import { createPublicKey, type KeyObject } from 'node:crypto';
import { proofDocumentSchema, type EntryProof } from '../../core/ledger/checkpoint';
import { parseJson } from './check-entry';
import { checkProof, type ProofVerdict } from './checkpoint';
import { canonicalJson } from './entry';
import { keyFingerprint, type VerifyingKey } from './keys';

/** A proof as a file that stands alone: canonical JSON, so that there is one file for it and no other. */

export function proofDocument(proof: EntryProof, key: VerifyingKey): string {
  const document = { format: 'prestage-ledger-proof', version: 1, publicKey: key.pem, proof };
  return `${canonicalJson(proofDocumentSchema.parse(document))}\n`;
}

/**
 * Checks a proof's file by itself. Any byte that is another than `proofDocument` wrote makes it fail.
 * @param trusted fingerprints of the keys that are believed
 */
export function checkProofDocument(bytes: Buffer, trusted: ReadonlySet<string>): ProofVerdict {
  const refused = (reason: string): ProofVerdict => ({ ok: false, reason });
  const text = bytes.toString('utf8');
  const value = parseJson(text);
  const document = proofDocumentSchema.safeParse(value);
  if (!document.success) return refused('The file does not have the format of a proof.');
  if (!isOnly(document.data, text) || !Buffer.from(text, 'utf8').equals(bytes)) {
    return refused('The file was changed: it does not have the exact format of a proof.');
  }
  const { publicKey: pem, proof } = document.data;
  const publicKey = readKey(pem);
  if (publicKey === null) return refused('The public key in the file is not valid.');
  const fingerprint = keyFingerprint(publicKey);
  if (!trusted.has(fingerprint)) {
    return refused(`The key in the file, ${fingerprint}, is not the trusted one.`);
  }
  return checkProof(proof, publicKey);
}

function isOnly(document: unknown, text: string): boolean {
  try {
    return `${canonicalJson(document)}\n` === text;
  } catch {
    return false;
  }
}

/** @returns null when it is no Ed25519 key, or not written as keys.ts writes one */
export function readKey(pem: string): KeyObject | null {
  try {
    const key = createPublicKey(pem);
    const same = key.export({ type: 'spki', format: 'pem' }).toString() === pem;
    return same && key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}
