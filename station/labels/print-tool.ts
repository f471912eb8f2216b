/** CUPS by its own commands, `lp` and `lpstat`: argv arrays, bounded time, never a shell. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';

type PrintTool = 'lp' | 'lpstat';

export interface PrintToolResult {
  /** Exit status; null: it did not answer in time, and was killed. */
  readonly status: number | null;
  readonly stdout: string;
  /** Its words of failure, safe to show. */
  readonly said: string;
}

/** @throws PrestageError tool-missing */
function findPrintTool(tool: PrintTool): string {
  for (const folder of (process.env['PATH'] ?? '/usr/bin:/bin').split(':')) {
    if (!folder.startsWith('/')) continue;
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return join(folder, tool);
    } catch {
      continue;
    }
  }
  throw new PrestageError({
    code: 'tool-missing',
    message: `The tool ${tool} is not installed: labels cannot be printed.`,
    remedy: 'Install the package cups-client (sudo apt-get install cups-client), then try again.',
  });
}

/**
 * Runs one of them. A printer that is off must hold nobody: after {@link timeouts.printLabel} the tool is killed.
 * @param input what it reads from standard input
 * @throws PrestageError tool-missing
 */
export async function runPrintTool(
  tool: PrintTool,
  args: readonly string[],
  input: Uint8Array = new Uint8Array(),
): Promise<PrintToolResult> {
  const file = findPrintTool(tool);
  return await new Promise((resolve) => {
    const child = execFile(
      file,
      [...args],
      {
        timeout: timeouts.printLabel,
        killSignal: 'SIGKILL',
        maxBuffer: 1024 * 1024,
        env: { ...process.env, LC_ALL: 'C', LANGUAGE: 'C' },
      },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        const cause = error === null || stderr.trim() !== '' ? stderr : error.message;
        resolve({ status, stdout, said: sanitizeForDisplay(cause.trim(), 300) });
      },
    );
    // A tool that ends without reading all of it has said why by its status.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
