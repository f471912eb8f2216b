import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { NotMinisign } from './minisign';
import { needsPassword, readSecretKey, type SecretKey } from './secret-key';

/** Files with secrets of the enterprise: its key, and the key's password. */

/** Gives the password of an encrypted key. */
export type AskPassword = () => Promise<string>;

/** @throws PrestageError key-invalid, and what asking throws */
export async function openSecretKey(file: string, ask: AskPassword): Promise<SecretKey> {
  const text = readPrivate(file, 'The key');
  try {
    return await readSecretKey(text, needsPassword(text) ? await ask() : null);
  } catch (error) {
    if (!(error instanceof NotMinisign)) throw error;
    throw keyInvalid(`The key ${shownPath(file)} ${error.message}.`);
  }
}

/** The first line of a file that only its owner can read. @throws PrestageError key-invalid */
export function readPasswordFile(file: string): string {
  const [password = ''] = readPrivate(file, 'The password file').split(/\r?\n/);
  if (password !== '') return password;
  throw keyInvalid(`The password file ${shownPath(file)} is empty.`);
}

function readPrivate(file: string, what: string): string {
  const name = shownPath(file);
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw keyInvalid(`${what} ${name} cannot be read.`, error);
  }
  try {
    const details = fstatSync(descriptor);
    if (!details.isFile()) throw keyInvalid(`${what} ${name} is not a file.`);
    if ((details.mode & 0o077) !== 0) {
      throw new PrestageError({
        code: 'key-invalid',
        message: `${what} ${name} can be read by other users (mode ${(details.mode & 0o777).toString(8).padStart(4, '0')}).`,
        remedy: `Nothing was signed. If nobody else can have copied it, run: chmod 600 ${name}`,
      });
    }
    if (details.size > 64 * 1024) throw keyInvalid(`${what} ${name} is too large for what it should hold.`);
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

function keyInvalid(message: string, cause: unknown = null): PrestageError {
  return new PrestageError({
    code: 'key-invalid',
    message,
    cause: cause instanceof Error ? cause.message : null,
  });
}
