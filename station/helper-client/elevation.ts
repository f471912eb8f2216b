import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { PrestageError } from '../../core/base/errors';
import type { HelperExit } from './helper-process';

/** What decides how a helper gets the right to open real drives. */
export interface ElevationContext {
  /** Effective user id of the station. */
  readonly uid: number;
  /** There is a terminal on which a password can be asked for. */
  readonly terminal: boolean;
  /** Absolute path of sudo, or null when it is not installed. */
  readonly sudo: string | null;
  /** Absolute path of pkexec, or null when it is not installed. */
  readonly pkexec: string | null;
}

export type Elevation =
  /** As the same user. */
  | { readonly kind: 'direct' }
  | { readonly kind: 'sudo'; readonly path: string; readonly interactive: boolean }
  | { readonly kind: 'pkexec'; readonly path: string };

/**
 * How to start a helper that may open real drives. Root needs nothing; at a terminal sudo asks there;
 * without one pkexec asks on the desktop. sudo without a terminal is the last resort: it works where the
 * station's owner has allowed it without a password, and is refused at once elsewhere.
 * @returns null when there is no way
 */
export function chooseElevation(details: ElevationContext): Elevation | null {
  if (details.uid === 0) return { kind: 'direct' };
  if (details.terminal && details.sudo !== null) {
    return { kind: 'sudo', path: details.sudo, interactive: true };
  }
  if (details.pkexec !== null) return { kind: 'pkexec', path: details.pkexec };
  if (details.sudo !== null) return { kind: 'sudo', path: details.sudo, interactive: false };
  return null;
}

/** sudo that may not ask: what works without a terminal and without a desktop. Null when sudo is not installed. */
export function quietSudo({ sudo }: Pick<ElevationContext, 'sudo'>): Elevation | null {
  return sudo === null ? null : { kind: 'sudo', path: sudo, interactive: false };
}

/** Looks at this machine for {@link chooseElevation}. */
export function elevationContext(): ElevationContext {
  return {
    uid: process.geteuid?.() ?? -1,
    terminal: hasTerminal(),
    sudo: findProgram('sudo'),
    pkexec: findProgram('pkexec'),
  };
}

/** @throws PrestageError privilege-unavailable */
export function elevationUnavailable(): PrestageError {
  return new PrestageError({
    code: 'privilege-unavailable',
    message: 'Opening real drives needs administrator rights, but neither sudo nor pkexec is installed.',
  });
}

/**
 * Reads the end of a helper that never said hello: was it refused its rights, or is it not there? What pkexec
 * says was recorded from pkexec 122.
 * @param lastWords what it wrote to standard error
 * @returns privilege-denied, privilege-unavailable, helper-missing, or null when the end has another reason
 */
export function explainRefusal(
  elevation: Elevation,
  exit: HelperExit,
  lastWords: string | null,
): PrestageError | null {
  const denied = (message: string, remedy: string): PrestageError =>
    new PrestageError({ code: 'privilege-denied', message, cause: lastWords, remedy });

  if (exit.kind === 'not-started' && /ENOENT/.test(exit.problem)) return helperMissing(exit.problem);
  if (elevation.kind === 'pkexec' && exit.kind === 'failed') {
    const words = lastWords ?? '';
    if (exit.status === 126) {
      return denied(
        'The password dialog was closed, so the drives were not opened.',
        'Start again and enter the password.',
      );
    }
    if (exit.status === 127) {
      if (/^Error accessing .*No such file/m.test(words)) return helperMissing(words);
      if (/No authentication agent found|creating textual authentication agent/.test(words)) {
        return new PrestageError({
          code: 'privilege-unavailable',
          message: 'This desktop cannot ask for the password that is needed to open drives.',
          cause: lastWords,
          remedy:
            'Start a polkit agent (for example policykit-1-gnome or lxpolkit), or log in to a desktop that has one, then try again.',
        });
      }
      if (/Error getting authority/.test(words)) {
        return new PrestageError({
          code: 'privilege-unavailable',
          message: 'The authorization service (polkit) is not running on this computer.',
          cause: lastWords,
          remedy: 'Start it (sudo systemctl start polkit), or install the package polkitd, then try again.',
        });
      }
      return denied(
        'You were not authorized to open the drives.',
        'Ask the administrator of this station, or start prestage in a terminal where you can use sudo.',
      );
    }
  }
  if (elevation.kind === 'sudo' && exit.kind !== 'ended') {
    const words = lastWords ?? '';
    if (/not in the sudoers file|may not run sudo|is not allowed to (?:execute|run)/.test(words)) {
      return denied(
        'Your account is not allowed to use sudo on this station.',
        'Ask the administrator of this station for permission to start the helper with sudo.',
      );
    }
    if (/^sudo: (?:a password is required|a terminal is required)/m.test(words)) {
      return denied(
        'sudo needs a password, but none was entered.',
        elevation.interactive
          ? 'Start again and enter the password.'
          : 'Start prestage in a terminal, or install the package pkexec.',
      );
    }
    if (/incorrect password|no password was provided|Authentication fail/i.test(words)) {
      return denied(
        'sudo did not accept the password.',
        'Start again and enter the password of the account that sudo asks for.',
      );
    }
    if (/^sudo: /m.test(words)) {
      return denied(
        'sudo refused to start the helper.',
        'Read the message from sudo, or ask the administrator of this station.',
      );
    }
  }
  return null;
}

function helperMissing(cause: string): PrestageError {
  return new PrestageError({
    code: 'helper-missing',
    message: 'The helper program that opens drives is missing.',
    cause,
  });
}

function hasTerminal(): boolean {
  if (process.stdin.isTTY && process.stderr.isTTY) return true;
  try {
    // sudo asks on the controlling terminal, wherever our own streams lead.
    closeSync(openSync('/dev/tty', 'r+'));
    return true;
  } catch {
    return false;
  }
}

function findProgram(name: string): string | null {
  for (const folder of [...(process.env['PATH'] ?? '').split(':'), '/usr/bin', '/bin']) {
    if (!folder.startsWith('/')) continue;
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      continue;
    }
  }
  return null;
}
