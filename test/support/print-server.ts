import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';

/** A CUPS of the test's own, in a folder of the test, with a backend that keeps what it gets. Nothing of the computer's own printing is touched. */
export interface PrintServer {
  /** For `lp` and `lpstat`: how they find it. */
  readonly environment: Readonly<Record<string, string>>;
  /** What arrived on the queues that run, oldest first, once there is so much of it. */
  readonly arrived: (count: number) => Promise<Buffer[]>;
  readonly end: () => Promise<void>;
}

const daemon = '/usr/sbin/cupsd';
/** Why it cannot be had here; null: it can. */
export const noPrintServer: string | null =
  existsSync(daemon) && process.getuid?.() === 0 ? null : 'needs cups-daemon and root';

/**
 * Starts it, with the queues `Labels`, which is the default and raw, and `Stopped`, which takes jobs and prints none.
 * @param folder the test's
 */
export async function startPrintServer(folder: string): Promise<PrintServer> {
  const socket = join(folder, 'cups.sock');
  const output = join(folder, 'out');
  for (const name of ['root', 'state', 'cache', 'spool', 'tmp', 'log', 'out', 'bin/backend']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  const backend = join(folder, 'bin/backend/keep');
  writeFileSync(
    backend,
    `#!/bin/sh\n[ $# -gt 0 ] || exit 0\ncat "\${6:--}" > '${output}'/"$1.part" && mv '${output}'/"$1.part" '${output}'/"$1"\n`,
  );
  // What starts it is looked for beside it.
  symlinkSync('/usr/lib/cups/daemon', join(folder, 'bin/daemon'));
  // CUPS runs a backend as itself only where nobody else may.
  chmodSync(backend, 0o700);
  const open = 'Order allow,deny\nAllow all\n';
  writeFileSync(
    join(folder, 'cupsd.conf'),
    `Listen ${socket}\nWebInterface No\nBrowsing No\nDefaultAuthType None\n<Location />\n${open}</Location>\n` +
      `<Policy default>\n<Limit All>\n${open}</Limit>\n</Policy>\n`,
  );
  writeFileSync(
    join(folder, 'cups-files.conf'),
    [
      ...[`ServerRoot ${folder}/root`, `StateDir ${folder}/state`, `CacheDir ${folder}/cache`],
      ...[`RequestRoot ${folder}/spool`, `TempDir ${folder}/tmp`, `ServerBin ${folder}/bin`],
      ...[`AccessLog ${folder}/log/access`, `ErrorLog ${folder}/log/error`, 'SystemGroup root', ''],
    ].join('\n'),
  );
  writeFileSync(
    join(folder, 'root/printers.conf'),
    '<DefaultPrinter Labels>\nDeviceURI keep:/\nState Idle\nAccepting Yes\n</DefaultPrinter>\n' +
      '<Printer Stopped>\nDeviceURI keep:/\nState Stopped\nAccepting Yes\n</Printer>\n',
  );
  const files = ['-c', join(folder, 'cupsd.conf'), '-s', join(folder, 'cups-files.conf')];
  const child = spawn(daemon, ['-f', ...files], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  await vi.waitUntil(() => existsSync(socket) || hasEnded(child), { timeout: 20_000 });
  return {
    environment: { CUPS_SERVER: socket },
    arrived: async (count) => {
      const jobs = (): string[] =>
        readdirSync(output)
          .filter((name) => /^\d+$/.test(name))
          .sort((one, other) => Number(one) - Number(other));
      await vi.waitUntil(() => jobs().length >= count, { timeout: 20_000 });
      return jobs().map((name) => readFileSync(join(output, name)));
    },
    end: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function hasEnded({ exitCode }: ChildProcess): boolean {
  return exitCode !== null;
}
