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
  if (file !== undefined) return readPasswordFile(file);
  if (!isTerminal()) {
    throw new PrestageError({
      code: 'usage',
      message: 'There is no terminal to ask for the password of the key.',
      remedy: 'Run it in a terminal, or give a file that only you can read with --password-file.',
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
