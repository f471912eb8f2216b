import { sign, verify, type KeyObject } from 'node:crypto';
import type { EntryProof, SignedCheckpoint } from '../../core/ledger/checkpoint';
import { ledgerEntrySchema, type LedgerEntry } from '../../core/ledger/record';
import { isCanonical, parseJson } from './check-entry';
import { decodeSignature, hashSignatureHolds, sha256Hex } from './entry';
import { keyFingerprint } from './keys';
import { leafHash, rootFromPath } from './merkle';

/** What is signed. The first line keeps a checkpoint's signature from ever passing as an entry's or a head's. */
function checkpointMessage(size: number, root: string): Buffer {
  return Buffer.from(`prestage-ledger-checkpoint 1\n${size}\n${root}\n`, 'utf8');
}

/**
 * Signs that a ledger's first `size` entries have this root. Whoever calls it has looked at every one of them:
 * verify believes the signatures that a checkpoint covers.
 * @param root 32 bytes
 */
export function signCheckpoint(size: number, root: Buffer, privateKey: KeyObject): SignedCheckpoint {
  const text = root.toString('hex');
  const signature = sign(null, checkpointMessage(size, text), privateKey).toString('base64');
  return { version: 1, size, root: text, signature };
}

/** True when the key signed it. */
export function checkpointHolds(
  { size, root, signature }: Pick<SignedCheckpoint, 'size' | 'root' | 'signature'>,
  publicKey: KeyObject,
): boolean {
  const bytes = decodeSignature(signature);
  return bytes !== null && verify(null, checkpointMessage(size, root), publicKey, bytes);
}

export type ProofVerdict =
  | { readonly ok: true; readonly entry: LedgerEntry }
  /** `reason` is a sentence. */
  | { readonly ok: false; readonly reason: string };

/**
 * Checks a proof by itself: the entry's form, hash and signature, the checkpoint's signature, and that the path
 * leads from one to the other. Needs no ledger.
 * @param publicKey of the station that is believed
 */
export function checkProof({ entry, path, checkpoint }: EntryProof, publicKey: KeyObject): ProofVerdict {
  const refused = (reason: string): ProofVerdict => ({ ok: false, reason });
  const value = parseJson(entry.json);
  const parsed = ledgerEntrySchema.safeParse(value);
  if (!parsed.success) return refused('The entry does not have the format of an entry.');
  if (!isCanonical(value, entry.json)) return refused('The entry is not canonical JSON (RFC 8785).');
  if (sha256Hex(entry.json) !== entry.hash) {
    return refused('The contents of the entry do not match its hash.');
  }
  if (parsed.data.sequence !== entry.sequence) return refused('The entry was written under another number.');
  if (parsed.data.station.keyFingerprint !== keyFingerprint(publicKey)) {
    return refused('The entry was signed with another key.');
  }
  if (!hashSignatureHolds(entry.hash, entry.signature, publicKey)) {
    return refused('The entry was not signed with this key.');
  }
  if (!checkpointHolds(checkpoint, publicKey)) {
    return refused('The checkpoint was not signed with this key.');
  }
  const hashes = path.map((hash) => Buffer.from(hash, 'hex'));
  const leaf = leafHash(entry.hash, entry.signature);
  const root = rootFromPath(leaf, entry.sequence - 1, checkpoint.size, hashes);
  if (root?.toString('hex') !== checkpoint.root) {
    return refused('The entry is not in the ledger that the checkpoint covers.');
  }
  return { ok: true, entry: parsed.data };
}
