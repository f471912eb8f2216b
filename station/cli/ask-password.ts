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
