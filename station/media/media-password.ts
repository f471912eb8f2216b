import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';

/** Longer is no password that somebody types at a machine. Bytes of the file. */
const largestFile = 4096;

/**
 * The password of a media file from a file that only its owner may read: its first line. Never from the command line, which
 * every user of the computer can see.
 * @throws PrestageError media-password-unsafe
 */
export function readMediaPassword(file: string): string {
  const name = shownPath(file);
  let descriptor: number;
  try {
    // A pipe without a writer would wait for ever.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw unsafe(`The password file ${name} cannot be read.`, error);
  }
  try {
    const details = fstatSync(descriptor);
    if (!details.isFile()) throw unsafe(`${name} is not a file.`);
    if ((details.mode & 0o077) !== 0) {
      const mode = (details.mode & 0o777).toString(8).padStart(4, '0');
      throw unsafe(`The password file ${name} is open to other users (mode ${mode}).`);
    }
    if (details.size > largestFile) throw unsafe(`The password file ${name} is too large for a password.`);
    const [password = ''] = readFileSync(descriptor, 'utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/);
    if (password === '') throw unsafe(`The first line of the password file ${name} is empty.`);
    return password;
  } finally {
    closeSync(descriptor);
  }
}

function unsafe(message: string, cause: unknown = null): PrestageError {
  return new PrestageError({
    code: 'media-password-unsafe',
    message,
    cause: cause instanceof Error ? cause.message : null,
  });
}
