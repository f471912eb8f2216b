import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  scrypt,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { GiB, MiB } from '../../core/base/units';
import {
  blake2,
  exactBase64,
  keyIdBytes,
  keyIdText,
  linesOf,
  NotMinisign,
  rawPublicKey,
  type MinisignSigner,
} from './minisign';

/** Secret keys in minisign's form: encrypted with a password by scrypt, or plain. */

export interface SecretKey extends MinisignSigner {
  readonly publicKey: KeyObject;
}

/** DER before the 32 bytes of an Ed25519 seed (RFC 8410). */
const pkcs8Start = Buffer.from('302e020100300506032b657004220420', 'hex');

const comment = 'untrusted comment: minisign encrypted secret key';
const algorithms = { signature: 'Ed', scrypt: 'Sc', none: '\0\0', checksum: 'B2' } as const;

/** What minisign uses: libsodium's "sensitive", a gibibyte and about three seconds. */
const sensitive = { operations: 33_554_432, memory: GiB };
/** More memory than this no key asks for that minisign made. Bytes. */
const mostMemory = 2 * GiB;

/** Offsets in the 158 bytes. */
const at = { kdf: 2, checksumKind: 4, salt: 6, operations: 38, memory: 46, sealed: 54, end: 158 } as const;

/** Makes a new key. */
export function newSecretKey(): SecretKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { keyId: keyIdText(randomBytes(8)), privateKey, publicKey };
}

/**
 * The file that holds a secret key.
 * @param password null leaves it plain: who can read the file can sign
 * @param cost of trying a password; the file says it, and tests take less
 */
export async function secretKeyFile(
  key: SecretKey,
  password: string | null,
  cost: typeof sensitive = sensitive,
): Promise<string> {
  const seed = key.privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(pkcs8Start.length);
  const secret = Buffer.concat([keyIdBytes(key.keyId), seed, rawPublicKey(key.publicKey)]);
  const bytes = Buffer.alloc(at.end);
  bytes.write(algorithms.signature, 0, 'latin1');
  bytes.write(password === null ? algorithms.none : algorithms.scrypt, at.kdf, 'latin1');
  bytes.write(algorithms.checksum, at.checksumKind, 'latin1');
  secret.copy(bytes, at.sealed);
  if (password !== null) {
    checksumOf(secret).copy(bytes, at.sealed + secret.length);
    randomBytes(32).copy(bytes, at.salt);
    bytes.writeBigUInt64LE(BigInt(cost.operations), at.operations);
    bytes.writeBigUInt64LE(BigInt(cost.memory), at.memory);
    await seal(bytes, password);
  }
  return `${comment}\n${bytes.toString('base64')}\n`;
}

/** Whether a secret key's file is encrypted. @throws NotMinisign */
export function needsPassword(text: string): boolean {
  return decoded(text).toString('latin1', at.kdf, at.kdf + 2) === algorithms.scrypt;
}

/**
 * Reads a secret key.
 * @param password null for a plain one
 * @throws NotMinisign also when the password is wrong
 */
export async function readSecretKey(text: string, password: string | null): Promise<SecretKey> {
  const bytes = decoded(text);
  const encrypted = needsPassword(text);
  if (encrypted) {
    if (password === null) throw new NotMinisign('is encrypted: its password is needed');
    await seal(bytes, password);
  }
  const secret = bytes.subarray(at.sealed, at.sealed + 72);
  const checksum = bytes.subarray(at.sealed + 72, at.end);
  const plain = !encrypted && checksum.every((byte) => byte === 0);
  if (!plain && !checksumOf(secret).equals(checksum)) {
    throw new NotMinisign(encrypted ? 'does not open with this password' : 'is damaged');
  }
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Start, secret.subarray(8, 40)]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey);
  if (!rawPublicKey(publicKey).equals(secret.subarray(40))) throw new NotMinisign('is damaged');
  return { keyId: keyIdText(secret.subarray(0, 8)), privateKey, publicKey };
}

function decoded(text: string): Buffer {
  const [first = '', line = ''] = linesOf(text);
  if (!first.startsWith('untrusted comment: ')) throw new NotMinisign('is not a minisign secret key');
  const bytes = exactBase64(line.trim(), at.end);
  const kdf = bytes.toString('latin1', at.kdf, at.kdf + 2);
  const known = kdf === algorithms.scrypt || kdf === algorithms.none;
  if (bytes.toString('latin1', 0, 2) !== algorithms.signature || !known) {
    throw new NotMinisign('is not a minisign secret key');
  }
  return bytes;
}

function checksumOf(secret: Uint8Array): Buffer {
  return blake2(Buffer.concat([Buffer.from(algorithms.signature), secret]), 32);
}

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);

/** Encrypts or decrypts the secret part in place: it is combined with a stream by exclusive or. */
async function seal(bytes: Buffer, password: string): Promise<void> {
  const operations = Number(bytes.readBigUInt64LE(at.operations));
  const memory = Number(bytes.readBigUInt64LE(at.memory));
  if (memory > mostMemory || memory < MiB) {
    throw new NotMinisign('asks for an amount of memory that no minisign key needs');
  }
  const { N, p } = scryptParameters(operations, memory);
  const salt = Buffer.from(bytes.subarray(at.salt, at.salt + 32));
  const stream = await derive(password, salt, at.end - at.sealed, {
    N,
    r: 8,
    p,
    maxmem: 2 * memory + 64 * MiB,
  });
  for (const [index, byte] of stream.entries()) {
    bytes[at.sealed + index] = (bytes[at.sealed + index] ?? 0) ^ byte;
  }
}

/** As libsodium chooses them (crypto_pwhash_scryptsalsa208sha256, pickparams); r is always 8. */
function scryptParameters(operations: number, memory: number): { N: number; p: number } {
  const r = 8;
  const wanted = Math.max(operations, 32_768);
  const byMemory = wanted >= memory / 32;
  const largest = byMemory ? memory / (r * 128) : wanted / (r * 4);
  let power = 1;
  while (power < 63 && 2 ** power <= largest / 2) power += 1;
  const N = 2 ** power;
  if (!byMemory) return { N, p: 1 };
  const rp = Math.min(wanted / 4 / N, 0x3fffffff);
  return { N, p: Math.max(1, Math.floor(rp / r)) };
}
