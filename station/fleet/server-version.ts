import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';

/**
 * The oldest server that the tables and functions of the plant are made for, as PostgreSQL counts: 10000 for each major
 * version since 10 (PostgreSQL manual, "server_version_num").
 */
export const oldestServer = 120_000;

/**
 * Looks at what a server answered to `SHOW server_version_num`.
 * @param name of the database, safe to show
 * @throws PrestageError fleet-server-old
 */
export function requireServer(answer: unknown, name: string): void {
  const text = typeof answer === 'string' ? answer : '';
  const version = /^[1-9]\d{4,6}$/.test(text) ? Number(text) : null;
  if (version !== null && version >= oldestServer) return;
  const needed = `Prestage needs PostgreSQL ${oldestServer / 10_000} or newer.`;
  const shown = sanitizeForDisplay(text, 40);
  throw new PrestageError({
    code: 'fleet-server-old',
    message:
      version === null
        ? `The server of the database ${name} does not tell its version. ${needed}`
        : `The server of the database ${name} is PostgreSQL ${versionText(version)}. ${needed}`,
    cause: `server_version_num: ${shown === '' ? 'no answer' : shown}`,
  });
}

/** 110022 is 11.22, and 90624 is 9.6.24: before 10, a major version had two numbers. */
function versionText(version: number): string {
  const [major, minor] = [Math.floor(version / 10_000), version % 10_000];
  return major >= 10 ? `${major}.${minor}` : `${major}.${Math.floor(minor / 100)}.${minor % 100}`;
}
