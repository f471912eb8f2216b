import { createHash, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { blake2b } from '@noble/hashes/blake2.js';

/**
 * Signatures and public keys in minisign's forms (jedisct1.github.io/minisign): Ed25519 over the BLAKE2b-512 of the file, and a
 * second signature over the first and its trusted comment. BLAKE2b comes from a library: the app's crypto has none.
 */

/** What a signature is checked with. */
export interface MinisignPublicKey {
  /** 16 hexadecimal digits in capitals, as minisign prints it. Chosen by whoever made the key: two keys can have the same. */
  readonly keyId: string;
  /** SHA-256 of the key (SPKI, DER): no other key has it. */
  readonly fingerprint: string;
  /** The line of base64 that stands for it. */
  readonly text: string;
  readonly key: KeyObject;
}

/** What a signature is made with. */
export interface MinisignSigner {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

/** A text that has not the form it should have. Its message follows the file's name in a sentence. */
export class NotMinisign extends Error {}

const plainAlgorithm = 'Ed';
const hashedAlgorithm = 'ED';
const commentMark = 'untrusted comment: ';
const trustedMark = 'trusted comment: ';
/** DER before the 32 bytes of an Ed25519 public key (RFC 8410). */
const spkiStart = Buffer.from('302a300506032b6570032100', 'hex');

/** A key ID as minisign prints it: eight bytes as one little-endian number. */
export function keyIdText(bytes: Uint8Array): string {
  return Buffer.from(bytes).reverse().toString('hex').toUpperCase();
}

export function keyIdBytes(keyId: string): Buffer {
  return Buffer.from(keyId, 'hex').reverse();
}

/** An Ed25519 public key of its 32 bytes. */
export function ed25519PublicKey(bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([spkiStart, bytes]), format: 'der', type: 'spki' });
}

/** SHA-256 of a public key's SPKI DER, as of the ledger's keys. */
export function fingerprintOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** The 32 bytes of an Ed25519 public key. */
export function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(spkiStart.length);
}

/** BLAKE2b as minisign uses it. @param bytes of the result */
export function blake2(data: Uint8Array, bytes: 32 | 64): Buffer {
  return Buffer.from(blake2b(data, { dkLen: bytes }));
}

/**
 * Decodes base64 that is exactly so many bytes.
 * @throws NotMinisign
 */
export function exactBase64(text: string, bytes: number): Buffer {
  const decoded = Buffer.from(text, 'base64');
  if (decoded.length !== bytes || decoded.toString('base64') !== text) {
    throw new NotMinisign('has a line that is not the base64 of a minisign file');
  }
  return decoded;
}

/** The lines of a small text file, whatever their ends. */
export function linesOf(text: string): string[] {
  return text.replace(/\r\n/g, '\n').replace(/\n+$/, '').split('\n');
}

/**
 * Reads a public key: the file that minisign writes, or its line of base64 alone.
 * @throws NotMinisign
 */
export function readPublicKey(text: string): MinisignPublicKey {
  const lines = linesOf(text.trim());
  const line =
    (lines.length > 1 && lines[0]?.startsWith(commentMark) === true ? lines[1] : lines[0])?.trim() ?? '';
  if (/private|secret/i.test(lines[0] ?? '') && lines.length > 1) {
    throw new NotMinisign('is a secret key: give the public key (.pub)');
  }
  const bytes = exactBase64(line, 42);
  if (bytes.toString('latin1', 0, 2) !== plainAlgorithm) {
    throw new NotMinisign('is not a minisign public key');
  }
  const key = ed25519PublicKey(bytes.subarray(10));
  return { keyId: keyIdText(bytes.subarray(2, 10)), fingerprint: fingerprintOf(key), text: line, key };
}

/** The public key's line of base64. */
export function publicKeyText(keyId: string, publicKey: KeyObject): string {
  const bytes = [Buffer.from(plainAlgorithm), keyIdBytes(keyId), rawPublicKey(publicKey)];
  return Buffer.concat(bytes).toString('base64');
}

/** The file that holds a public key. */
export function publicKeyFile(keyId: string, publicKey: KeyObject): string {
  return `${commentMark}minisign public key ${keyId}\n${publicKeyText(keyId, publicKey)}\n`;
}

/** A signature file, taken apart. */
export interface MinisignSignature {
  readonly keyId: string;
  /** 64 bytes. */
  readonly signature: Buffer;
  readonly trustedComment: string;
  /** 64 bytes, over signature and trusted comment. */
  readonly globalSignature: Buffer;
}

/** @throws NotMinisign */
export function readSignature(text: string): MinisignSignature {
  const [comment = '', first = '', trusted = '', second = '', ...more] = linesOf(text);
  if (!comment.startsWith(commentMark) || !trusted.startsWith(trustedMark) || more.length > 0) {
    throw new NotMinisign('is not a minisign signature');
  }
  const bytes = exactBase64(first, 74);
  const algorithm = bytes.toString('latin1', 0, 2);
  if (algorithm === plainAlgorithm) {
    throw new NotMinisign('has the old form of minisign: sign again with minisign 0.10 or newer, or with -H');
  }
  if (algorithm !== hashedAlgorithm) throw new NotMinisign('is not a minisign signature');
  return {
    keyId: keyIdText(bytes.subarray(2, 10)),
    signature: bytes.subarray(10),
    trustedComment: trusted.slice(trustedMark.length),
    globalSignature: exactBase64(second, 64),
  };
}

/** Whether the key signed the data, and the trusted comment with it. */
export function signatureHolds(
  data: Uint8Array,
  signature: MinisignSignature,
  key: MinisignPublicKey,
): boolean {
  return hashSignatureHolds(blake2(data, 64), signature, key);
}

/** The same for data that is too large to hold. @param hash BLAKE2b-512 of it */
export function hashSignatureHolds(
  hash: Uint8Array,
  { keyId, signature, trustedComment, globalSignature }: MinisignSignature,
  key: MinisignPublicKey,
): boolean {
  if (keyId !== key.keyId) return false;
  if (!verify(null, hash, key.key, signature)) return false;
  const whole = Buffer.concat([signature, Buffer.from(trustedComment, 'utf8')]);
  return verify(null, whole, key.key, globalSignature);
}

/**
 * Makes a signature file.
 * @param trustedComment one line; it is signed too
 */
export function makeSignature(
  data: Uint8Array,
  { keyId, privateKey }: MinisignSigner,
  trustedComment: string,
): string {
  const signature = sign(null, blake2(data, 64), privateKey);
  const first = Buffer.concat([Buffer.from(hashedAlgorithm), keyIdBytes(keyId), signature]);
  const second = sign(null, Buffer.concat([signature, Buffer.from(trustedComment, 'utf8')]), privateKey);
  return [
    `${commentMark}signature from Prestage, key ${keyId}`,
    first.toString('base64'),
    `${trustedMark}${trustedComment}`,
    second.toString('base64'),
    '',
  ].join('\n');
}
