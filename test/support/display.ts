import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** Started with the end-to-end tests: a screen of its own, so that they look the same on every machine. */
export interface Display {
  /** For the variable DISPLAY. */
  readonly name: string;
  readonly end: () => Promise<void>;
}

/** Starts Xvfb on the first display number that is free. */
export async function startDisplay(size = '1280x800x24'): Promise<Display> {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', size, '-nolisten', 'tcp', '-dpi', '96'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let words = '';
  server.stdio[2]?.on('data', (piece: Buffer) => (words += piece.toString()));
  const numbers = server.stdio[3] as Readable;
  const number = await new Promise<string>((resolve, reject) => {
    numbers.once('data', (piece: Buffer) => {
      resolve(piece.toString().trim());
    });
    server.once('error', reject);
    server.once('exit', () => {
      reject(new Error(`Xvfb did not start: ${words}`));
    });
  });
  return {
    name: `:${number}`,
    end: async () => {
      if (server.exitCode !== null) return;
      const gone = once(server, 'exit');
      server.kill();
      await gone;
    },
  };
}
