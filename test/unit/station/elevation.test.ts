import { describe, expect, it } from 'vitest';
import {
  chooseElevation,
  elevationUnavailable,
  explainRefusal,
  type Elevation,
} from '../../../station/helper-client/elevation';
import { helperCommand } from '../../../station/helper-client/helper-command';

const user = { uid: 1000, terminal: true, sudo: '/usr/bin/sudo', pkexec: '/usr/bin/pkexec' };
const sudo: Elevation = { kind: 'sudo', path: '/usr/bin/sudo', interactive: true };
const quietSudo: Elevation = { ...sudo, interactive: false };
const pkexec: Elevation = { kind: 'pkexec', path: '/usr/bin/pkexec' };

describe('chooseElevation', () => {
  it.each([
    ['root needs nothing', { ...user, uid: 0, sudo: null, pkexec: null }, { kind: 'direct' }],
    ['a terminal: sudo', user, sudo],
    ['no terminal: pkexec', { ...user, terminal: false }, pkexec],
    ['a terminal without sudo: pkexec', { ...user, sudo: null }, pkexec],
    [
      'no terminal and no pkexec: sudo that may not ask',
      { ...user, terminal: false, pkexec: null },
      quietSudo,
    ],
    ['neither', { ...user, sudo: null, pkexec: null }, null],
    ['an unknown user is not root', { ...user, uid: -1, sudo: null, pkexec: null }, null],
  ])('%s', (_, details, expected) => {
    expect(chooseElevation(details)).toEqual(expected);
  });

  it('names both packages when there is no way', () => {
    expect(elevationUnavailable().data.remedy).toMatch(/package sudo or pkexec/);
  });
});

describe('helperCommand', () => {
  const helper = ['/usr/bin/node', '/opt/my prestage/helper.cjs'] as const;
  const environment = { PATH: '/bin', HOME: '/home/x', NODE_OPTIONS: '--require /tmp/x.js', DISPLAY: ':0' };

  it.each([
    [{ kind: 'direct' } as const, '/usr/bin/node', ['/opt/my prestage/helper.cjs']],
    [sudo, '/usr/bin/sudo', ['-p', 'Password of %p, to open the drives: ', '--', ...helper]],
    [quietSudo, '/usr/bin/sudo', ['--non-interactive', '--', ...helper]],
    [pkexec, '/usr/bin/pkexec', ['--disable-internal-agent', ...helper]],
  ])('%o', (elevation, file, args) => {
    const command = helperCommand(elevation, helper, environment);
    expect(command).toEqual({ file, args, environment: { LC_ALL: 'C.UTF-8', PATH: '/bin' } });
  });
});

describe('explainRefusal', () => {
  const failed = (status: number): { kind: 'failed'; status: number } => ({ kind: 'failed', status });

  // Recorded from pkexec 122: without an agent, without a terminal, without the bus, without the program.
  it.each([
    ['privilege-unavailable', 'Error executing command as another user: No authentication agent found.'],
    [
      'privilege-unavailable',
      "Error creating textual authentication agent: Error opening current controlling terminal for the process (`/dev/tty'): No such device or address",
    ],
    [
      'privilege-unavailable',
      'Error getting authority: Error initializing authority: Could not connect: Connection refused',
    ],
    ['helper-missing', 'Error accessing /usr/lib/prestage/helper: No such file or directory'],
  ])('tells %s from %s', (code, words) => {
    expect(explainRefusal(pkexec, failed(127), words)?.code).toBe(code);
  });

  it('tells a helper that is not there', () => {
    const exit = { kind: 'not-started', problem: 'spawn /x/helper ENOENT' } as const;
    expect(explainRefusal({ kind: 'direct' }, exit, null)?.code).toBe('helper-missing');
  });

  it.each([
    [pkexec, 126, null, /dialog was closed/],
    [pkexec, 127, 'Error executing command as another user: Not authorized', /not authorized/],
    [sudo, 1, 'sudo: 3 incorrect password attempts', /did not accept the password/],
    [sudo, 1, 'Sorry, try again.\nsudo: a password is required', /none was entered/],
    [quietSudo, 1, 'sudo: a password is required', /none was entered/],
    [sudo, 1, 'tech is not in the sudoers file.', /not allowed to use sudo/],
    [sudo, 1, 'Sorry, user tech is not allowed to execute node as root on desk.', /not allowed to use sudo/],
    [sudo, 1, 'sudo: unable to open /etc/sudoers', /refused to start/],
  ])('%o %i %s', (elevation, status, words, message) => {
    const error = explainRefusal(elevation, failed(status), words);
    expect(error?.code).toBe('privilege-denied');
    expect(error?.data.message).toMatch(message);
    expect(error?.data.cause).toBe(words);
  });

  it('tells a refused password from a terminal that is missing', () => {
    const words = 'sudo: a password is required';
    expect(explainRefusal(quietSudo, failed(1), words)?.data.remedy).toMatch(/in a terminal/);
  });

  it.each([
    [{ kind: 'direct' } as const, failed(126), null],
    [sudo, failed(1), 'Error: Cannot find module /opt/prestage/helper.cjs'],
    [pkexec, failed(1), null],
    [pkexec, { kind: 'killed', signal: 'SIGSEGV' } as const, null],
    [sudo, { kind: 'ended' } as const, 'sudo: something harmless'],
  ])('leaves other ends alone: %o %o', (elevation, exit, words) => {
    expect(explainRefusal(elevation, exit, words)).toBeNull();
  });
});
