import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

/**
 * Starts a program in a network namespace, and leads to its debugging ports from out here: Playwright drives the app through the loopback
 * address, and that of a namespace is another. Where the program says such a port, what it says names the one out here. Root only.
 *   ports-outside.ts NAMESPACE PROGRAM ARGUMENT …
 */

const [namespace = '', ...program] = process.argv.slice(2);
/** In the namespace: its standard streams are a connection to a port. */
const carries = `
  const socket = require('node:net').connect(Number(process.argv[1]), '127.0.0.1');
  process.stdin.pipe(socket);
  socket.pipe(process.stdout);
  socket.on('error', () => process.exit(1)).on('close', () => process.exit(0));`;

function inside(...argv: readonly string[]): readonly string[] {
  return ['netns', 'exec', namespace, ...argv];
}

/** @returns the port out here that leads to a port in there */
async function portTo(port: string): Promise<number> {
  const server = createServer((near) => {
    const far: ChildProcess = spawn('ip', inside(process.execPath, '-e', carries, port), {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    near.on('error', () => undefined).on('close', () => far.kill());
    far.stdin?.on('error', () => undefined);
    if (far.stdin !== null) near.pipe(far.stdin);
    far.stdout?.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const child = spawn('ip', inside(...program), { stdio: ['inherit', 'inherit', 'pipe'] });
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => process.exit(code ?? 1));
for await (const line of createInterface({ input: child.stderr })) {
  const [, words = '', port = '', rest = ''] =
    /^((?:Debugger|DevTools) listening on ws:\/\/127\.0\.0\.1:)(\d+)(\/.*)$/.exec(line) ?? [];
  process.stderr.write(`${port === '' ? line : `${words}${await portTo(port)}${rest}`}\n`);
}
