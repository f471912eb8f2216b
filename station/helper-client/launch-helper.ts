import { cancelled, PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { explainRefusal, type Elevation } from './elevation';
import { HelperClient } from './helper-client';
import { helperCommand } from './helper-command';
import { describeExit, HelperProcess } from './helper-process';

export interface LaunchOptions {
  readonly elevation: Elevation;
  /** What starts the helper: Node itself, then its arguments. Absolute paths. */
  readonly helper: readonly [node: string, ...args: string[]];
  /** It may run already, as the same user: then nothing is started. */
  readonly started?: HelperProcess | undefined;
  /** What the station calls itself. */
  readonly client: string;
  /** Aborting ends the start, also while a password is being asked for. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each line that sudo or pkexec writes to standard error while it asks. */
  readonly onStderr?: ((line: string) => void) | undefined;
  /** Told of the helper's start, of each line that it writes to standard error, and of its end. For the log. */
  readonly onEvent?: HelperEvents | undefined;
}

export type HelperEvents = (
  level: 'info' | 'error',
  event: 'helper-started' | 'helper-said' | 'helper-ended',
  members: Readonly<Record<string, unknown>>,
) => void;

/**
 * Starts a helper and agrees with it on the protocol.
 * @throws PrestageError privilege-denied, helper-died, helper-protocol, helper-outdated, cancelled
 */
export async function launchHelper(options: LaunchOptions): Promise<HelperClient> {
  const { elevation, signal } = options;
  const what = 'The start of the helper';
  if (signal?.aborted === true) throw cancelled(what);

  let ready = false;
  const helper = options.started ?? new HelperProcess(helperCommand(elevation, options.helper));
  helper.hear((line) => {
    options.onEvent?.('info', 'helper-said', { as: elevation.kind, line });
    if (!ready && elevation.kind !== 'direct') options.onStderr?.(line);
  });
  void helper.exited.then((exit) => {
    const level = exit.kind === 'ended' ? 'info' : 'error';
    options.onEvent?.(level, 'helper-ended', { as: elevation.kind, exit: describeExit(exit) });
  });
  const client = new HelperClient(helper);
  let stopWaiting: (error: PrestageError) => void = () => undefined;
  const givenUp = new Promise<never>((_resolve, reject) => {
    stopWaiting = reject;
  });
  const timer = setTimeout(() => {
    stopWaiting(noAnswer(elevation));
  }, timeouts.helperHello);
  const onAbort = (): void => {
    stopWaiting(cancelled(what));
  };
  signal?.addEventListener('abort', onAbort, { once: true });

  try {
    const greeting = await Promise.race([client.greet(options.client), givenUp]);
    if (elevation.kind !== 'direct' && greeting.uid !== 0) throw notRoot(elevation, greeting.uid);
    ready = true;
    const { version, pid, versions } = greeting;
    options.onEvent?.('info', 'helper-started', {
      as: elevation.kind,
      helper: version,
      helperPid: pid,
      versions,
    });
    return client;
  } catch (error) {
    // It holds nothing yet, so there is nothing to wait for.
    const exit = await client.dispose(error === client.failure ? timeouts.toolKill : 0);
    if (error instanceof PrestageError && error.code === 'helper-died') {
      throw explainRefusal(elevation, exit, helper.lastWords()) ?? error;
    }
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

function noAnswer(elevation: Elevation): PrestageError {
  const minutes = timeouts.helperHello / 60_000;
  if (elevation.kind === 'direct') {
    return new PrestageError({
      code: 'helper-died',
      message: `The helper did not respond within ${minutes} minutes.`,
      remedy: 'Start again. If it happens again, restart this computer.',
    });
  }
  return new PrestageError({
    code: 'privilege-denied',
    message: `No password was entered within ${minutes} minutes, so the drives were not opened.`,
    remedy: 'Start again and enter the password.',
  });
}

function notRoot(elevation: Exclude<Elevation, { kind: 'direct' }>, uid: number): PrestageError {
  return new PrestageError({
    code: 'privilege-denied',
    message: `${elevation.kind} started the helper as user ${uid}, who cannot open drives.`,
    remedy: `Ask the administrator of this station to let ${elevation.kind} start programs as root.`,
  });
}
