import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { blake2b } from '@noble/hashes/blake2.js';
import { shownPath } from '../../core/base/display';
import { cancelled, PrestageError } from '../../core/base/errors';
import { MiB } from '../../core/base/units';
import {
  hashSignatureHolds,
  NotMinisign,
  readPublicKey,
  readSignature,
  type MinisignSignature,
} from '../signing/minisign';
import { trustedKeysIn, type TrustedKey, type TrustedKeysPaths } from '../signing/trusted-keys';
import { readSmallFile } from '../state/small-file';

/** Whose an image of Prestage Live is: a minisign signature beside it, by a key that is trusted at this station. */

export interface CheckedUpdate {
  /** Of the whole file. */
  readonly sha256: string;
  /** Who signed it. */
  readonly signer: string;
}

const ending = '.minisig';

/**
 * Reads all of a file and looks at its signature. Nothing in the file is believed before.
 * @throws PrestageError live-update-refused, cancelled
 */
export async function checkUpdate(
  file: string,
  paths: TrustedKeysPaths,
  report: (done: number) => void,
  signal: AbortSignal,
): Promise<CheckedUpdate> {
  if (!existsSync(file)) throw refused(`There is no file ${shownPath(file)}.`);
  const signature = readSignatureOf(file);
  const named = trustedKeysIn(paths).filter(
    (key): key is Extract<TrustedKey, { kind: 'minisign' }> =>
      key.kind === 'minisign' && key.keyId === signature.keyId,
  );
  if (named.length === 0) {
    throw refused(
      `${shownPath(file)} is signed with the key ${signature.keyId}, which is not trusted here.`,
      'Nothing was changed. Ask the sender for the key, compare its fingerprint by telephone, and trust it: on Media, or with prestage key trust.',
    );
  }
  const [sha256, blake] = [createHash('sha256'), blake2b.create({ dkLen: 64 })];
  let done = 0;
  for await (const piece of createReadStream(file, { highWaterMark: MiB })) {
    if (signal.aborted) throw cancelled('The update');
    const bytes = piece as Buffer;
    sha256.update(bytes);
    blake.update(bytes);
    done += bytes.length;
    report(done);
  }
  const hash = Buffer.from(blake.digest());
  const signer = named.find((key) => hashSignatureHolds(hash, signature, readPublicKey(key.publicKey)));
  if (signer === undefined) {
    throw refused(`The signature of ${shownPath(file)} does not match it: one of the two was changed.`);
  }
  return { sha256: sha256.digest('hex'), signer: signer.name };
}

function readSignatureOf(file: string): MinisignSignature {
  const path = `${file}${ending}`;
  if (!existsSync(path)) {
    throw refused(
      `${shownPath(file)} is not signed: there is no ${shownPath(path)} beside it.`,
      'Nothing was changed. Get the file together with its signature.',
    );
  }
  try {
    return readSignature(readSmallFile(path, MiB).toString('utf8'));
  } catch (error) {
    if (error instanceof NotMinisign) throw refused(`${shownPath(path)} ${error.message}.`);
    throw error;
  }
}

function refused(message: string, remedy?: string): PrestageError {
  return new PrestageError({
    code: 'live-update-refused',
    message,
    ...(remedy === undefined ? {} : { remedy }),
  });
}
