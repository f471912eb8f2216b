import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { StatePaths } from '../state/state-paths';

/** Shorter ones would also be found where they are no secret. */
const shortestSecret = 4;

/**
 * The secrets that this station knows where to find: the key's lines, the password of the plant database, those of libpq's
 * password file, those in the environment. A bundle is searched for each of them.
 * @param passwordFile of the settings; null when there is none
 */
export function knownSecrets(paths: Pick<StatePaths, 'keyFile'>, passwordFile: string | null): string[] {
  const home = join(homedir(), '.pgpass');
  const libpq = process.env['PGPASSFILE'] ?? home;
  const secrets = [
    ...linesOf(paths.keyFile).filter((line) => !line.startsWith('-----')),
    ...(passwordFile === null ? [] : linesOf(passwordFile)),
    ...linesOf(libpq).map(passwordIn),
    ...Object.entries(process.env).flatMap(([name, value]) =>
      /password|passphrase|secret|token/i.test(name) && value !== undefined ? [value] : [],
    ),
  ];
  const found = new Set(secrets.map((secret) => secret.trim()).filter((one) => one.length >= shortestSecret));
  // The longest first: one can be a part of another.
  return [...found].sort((left, right) => right.length - left.length);
}

/** The last of the five fields of a line `host:port:database:user:password`; a colon in one is written `\:`. */
function passwordIn(line: string): string {
  const fields = line.split(/(?<!\\):/);
  return fields.length < 5 ? '' : fields.slice(4).join(':').replace(/\\(.)/g, '$1');
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch {
    return [];
  }
}
