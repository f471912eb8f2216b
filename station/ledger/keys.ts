import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { closeSync, constants, fstatSync, linkSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import type { StatePaths } from '../state/state-paths';
import { syncFolder, writeFileAtomically, writeNewFile } from '../state/state-paths';
import { asLedgerUnavailable, keyUnsafe, ledgerUnavailable } from './ledger-errors';

/** What signatures are checked with. */
export interface VerifyingKey {
  readonly publicKey: KeyObject;
  /** SHA-256 of the SPKI DER, lower-case hexadecimal. */
  readonly fingerprint: string;
  /** SPKI PEM. */
  readonly pem: string;
}

/** The station's key. */
export interface StationKey extends VerifyingKey {
  readonly privateKey: KeyObject;
}

type KeyPaths = Pick<StatePaths, 'keyFile' | 'publicKeyFile'>;

/** Computed once for a key: an audit asks for it with every proof. */
const fingerprints = new WeakMap<KeyObject, string>();

/** SHA-256 of a public key's SPKI DER, lower-case hexadecimal. */
export function keyFingerprint(publicKey: KeyObject): string {
  const known = fingerprints.get(publicKey);
  if (known !== undefined) return known;
  const fingerprint = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
  fingerprints.set(publicKey, fingerprint);
  return fingerprint;
}

function verifyingKey(publicKey: KeyObject): VerifyingKey {
  return {
    publicKey,
    fingerprint: keyFingerprint(publicKey),
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/**
 * Loads the station's private key.
 * @param reader `signer` wants a key that only this user can have used; `checker` only compares, so a key
 * of another user is fine, and one it may not read is as if there were none
 * @returns null when there is no key file
 * @throws PrestageError ledger-key-unsafe when others can read it, it is not ours, or it is not an Ed25519 key
 */
export function loadStationKey(
  paths: Pick<StatePaths, 'keyFile'>,
  reader: 'signer' | 'checker' = 'signer',
): StationKey | null {
  const file = shownPath(paths.keyFile);
  let descriptor: number;
  try {
    // A link could point at a key that somebody else chose.
    descriptor = openSync(paths.keyFile, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'ENOENT' || (code === 'EACCES' && reader === 'checker')) return null;
    throw keyUnsafe(
      `The station key ${file} cannot be opened.`,
      'It must be an ordinary file that you own, with mode 0600.',
      error,
    );
  }
  let pem: string;
  try {
    const details = fstatSync(descriptor);
    const remedy = `If nobody else can have copied it, run: chown ${process.geteuid?.() ?? 'you'} and chmod 600 ${file}.`;
    if (!details.isFile()) throw keyUnsafe(`The station key ${file} is not an ordinary file.`, remedy);
    if (reader === 'signer' && details.uid !== process.geteuid?.()) {
      throw keyUnsafe(`The station key ${file} belongs to another user (uid ${details.uid}).`, remedy);
    }
    if ((details.mode & 0o077) !== 0) {
      const mode = (details.mode & 0o777).toString(8).padStart(4, '0');
      throw keyUnsafe(`The station key ${file} is accessible to other users (mode ${mode}).`, remedy);
    }
    pem = readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
  try {
    const privateKey = createPrivateKey(pem);
    if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('not an Ed25519 key');
    return { privateKey, ...verifyingKey(createPublicKey(privateKey)) };
  } catch (error) {
    throw keyUnsafe(`The station key ${file} cannot be used.`, 'Restore it from a backup.', error);
  }
}

/**
 * The key of a station whose ledger is open: it has one then.
 * @throws PrestageError as {@link loadStationKey}
 */
export function requireStationKey(paths: Pick<StatePaths, 'keyFile'>): StationKey {
  const key = loadStationKey(paths);
  if (key === null) throw new Error('a station with a ledger and without a key');
  return key;
}

/**
 * Makes the station's key. When two processes do so at once, both end with the key of the one that came
 * first: the file gets its name, whole, by link(2), which fails where the name is taken.
 * @throws PrestageError ledger-key-unsafe, ledger-unavailable
 */
export function createStationKey(paths: KeyPaths): StationKey {
  const temporary = `${paths.keyFile}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeNewFile(temporary, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
    try {
      linkSync(temporary, paths.keyFile);
    } catch (error) {
      if (errorCodeOf(error) !== 'EEXIST') throw error;
    } finally {
      rmSync(temporary, { force: true });
    }
    syncFolder(dirname(paths.keyFile));
    const key = loadStationKey(paths);
    if (key === null) throw new Error('the key file is gone again');
    writePublicKey(paths, key);
    return key;
  } catch (error) {
    if (error instanceof PrestageError) {
      throw error.code === 'state-unavailable' ? asLedgerUnavailable(error) : error;
    }
    throw ledgerUnavailable(
      `The station key ${shownPath(paths.keyFile)} cannot be made.`,
      'Check that you can write to its folder and that the disk is not full.',
      error,
    );
  }
}

/** Writes the public half beside the private one. */
export function writePublicKey(paths: KeyPaths, key: VerifyingKey): void {
  writeFileAtomically(paths.publicKeyFile, key.pem, 0o644);
}

/**
 * Loads the public half alone, for looking at a ledger without its private key.
 * @returns null when there is none, or it cannot be used
 */
export function loadPublicKey(paths: Pick<StatePaths, 'publicKeyFile'>): VerifyingKey | null {
  try {
    const publicKey = createPublicKey(readFileSync(paths.publicKeyFile, 'utf8'));
    return publicKey.asymmetricKeyType === 'ed25519' ? verifyingKey(publicKey) : null;
  } catch {
    return null;
  }
}
