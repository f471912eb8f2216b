import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { cancelled, PrestageError } from '../../core/base/errors';
import { readPasswordFile } from '../signing/key-files';
import { isTerminal } from './apply-questions';

/** Passwords: typed without being shown, or from a file. Never from the command line, which others can see. */

/**
 * @param file given with --password-file; undefined asks on the terminal
 * @throws PrestageError usage without a terminal, key-invalid, cancelled
 */
export async function passwordFrom(
  file: string | undefined,
  question: string,
  signal: AbortSignal,
): Promise<string> {
  return file === undefined
    ? await askPassword('the key', '--password-file', question, signal)
    : readPasswordFile(file);
}

/**
 * A password that is chosen: typed twice, or from a file.
 * @param file given with --password-file; undefined asks on the terminal
 * @param refusal of one that is empty or typed in two ways
 * @throws PrestageError as {@link passwordFrom}, and the refusal
 */
export async function newPasswordFrom(
  file: string | undefined,
  question: string,
  refusal: { readonly code: 'backup-refused' | 'key-invalid'; readonly remedy: string },
  signal: AbortSignal,
): Promise<string> {
  const password = await passwordFrom(file, question, signal);
  const again = file === undefined ? await passwordFrom(undefined, 'Type it again: ', signal) : password;
  if (password !== '' && password === again) return password;
  throw new PrestageError({
    ...refusal,
    message: password === '' ? 'The password is empty.' : 'The two passwords differ.',
  });
}

/**
 * Asks on the terminal, without showing what is typed.
 * @param what has the password, for the refusal
 * @param option that gives a file instead
 * @throws PrestageError usage without a terminal, cancelled
 */
export async function askPassword(
  what: string,
  option: string,
  question: string,
  signal: AbortSignal,
): Promise<string> {
  if (!isTerminal()) {
    throw new PrestageError({
      code: 'usage',
      message: `There is no terminal to ask for the password of ${what}.`,
      remedy: `Run it in a terminal, or give a file that only you can read with ${option}.`,
    });
  }
  // What is typed is written nowhere.
  const nowhere = new Writable({
    write: (_piece, _encoding, done) => {
      done();
    },
  });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // Only now: before, the terminal itself would have shown what a quick hand types.
  process.stderr.write(question);
  try {
    return await terminal.question('', { signal });
  } catch (error) {
    if (signal.aborted) throw cancelled('The command');
    throw error;
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
