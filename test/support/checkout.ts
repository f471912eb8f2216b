import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Where an ordinary user finds this checkout. Run as root, tests start programs as the user nobody, who cannot come
 * through to a clone below /root. For such a clone the run mounts the checkout once more, read-only, in a folder of its
 * own below the temporary folder.
 */

const root = resolve(import.meta.dirname, '../..');
const checkoutVariable = 'PRESTAGE_TEST_CHECKOUT';

/** The user that programs of the tests run as when the tests run as root; Debian's nobody and nogroup. */
export const plainUser = 65534;

/** The folder of the checkout, by a path that every user of the tests can follow. */
export function openCheckout(): string {
  return process.env[checkoutVariable] ?? root;
}

/** Before the tests. @returns undoes it */
export function setUpCheckout(): () => void {
  if (process.getuid?.() !== 0 || process.env[checkoutVariable] !== undefined) return () => undefined;
  const problem = plainUserProblem(process.execPath, realpathSync(tmpdir()));
  if (problem !== null) throw new Error(problem);
  const probe = 'dist/prestage.cjs';
  if (canRead(join(root, probe))) return () => undefined;
  const { path, close } = mountOpen(root);
  if (!canRead(join(path, probe))) {
    close();
    throw new Error(unreadable(root, 'its files are closed to other users: run chmod -R go+rX on it'));
  }
  // Workers are started later and inherit it.
  process.env[checkoutVariable] = path;
  return () => {
    Reflect.deleteProperty(process.env, checkoutVariable);
    close();
  };
}

/**
 * Mounts a folder where every user can reach it. Read-only, so that nobody who clears the temporary folder after a run
 * that was killed removes the folder's files with it.
 * @throws Error when this root may not mount
 */
export function mountOpen(folder: string): { readonly path: string; readonly close: () => void } {
  const path = mkdtempSync(join(realpathSync(tmpdir()), 'prestage-checkout-'));
  const mounted = spawnSync('mount', ['-o', 'bind,ro', folder, path], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    rmdirSync(path);
    throw new Error(unreadable(folder, `it cannot be mounted elsewhere (${mounted.stderr.trim()}): move it`));
  }
  return {
    path,
    close: () => {
      const unmounted = spawnSync('umount', [path], { encoding: 'utf8' });
      // Never recursive: where it is still mounted, this would be the checkout.
      if (unmounted.status === 0) rmdirSync(path);
      else throw new Error(`${path} could not be unmounted: ${unmounted.stderr.trim()}`);
    },
  };
}

function unreadable(folder: string, why: string): string {
  return `The tests also run programs as the user nobody, who cannot read ${folder}, and ${why}.`;
}

/**
 * What keeps the plain user from the tests' Node, which nvm installs below /root, or from their temporary folder; null when
 * nothing does. Root only.
 */
export function plainUserProblem(node: string, temporary: string): string | null {
  const who = 'The tests also run programs as the user nobody, who cannot';
  if (!mayPlainUser('-x', node)) {
    return `${who} run Node (${node}): use one that every user can run, such as Debian's, or one below /usr/local.`;
  }
  return mayPlainUser('-x', temporary)
    ? null
    : `${who} enter the temporary folder (${temporary}): set TMPDIR to another, or leave it out.`;
}

/** Whether the plain user can read a file. Root only. */
export function canRead(file: string): boolean {
  return mayPlainUser('-r', file);
}

function mayPlainUser(what: '-r' | '-x', file: string): boolean {
  const user = [`--reuid=${plainUser}`, `--regid=${plainUser}`, '--clear-groups'];
  const asked = spawnSync('setpriv', [...user, 'test', what, file], { encoding: 'utf8' });
  if (asked.error !== undefined) throw asked.error;
  return asked.status === 0;
}
