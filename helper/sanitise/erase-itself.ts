import { setTimeout as sleep } from 'node:timers/promises';
import type { AtaDrive } from '../../core/sanitise/ata';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { ataPassword, type SanitiseMethod } from '../../core/sanitise/methods';
import type { CommandEnd } from '../../core/sanitise/sanitised';
import { lastWords, runTool, type ToolResult } from '../tools/runner';
import type { ToolName } from '../tools/requirements';
import { askIdentify, ataStatus, nvmeFormatOf, nvmeStatus } from './ask-drive';
import { letAlone, watchErase } from './watch-erase';

/** Has a drive erase itself, and watches it. Once begun it cannot be taken back. */

export type OwnMethod = Exclude<SanitiseMethod, 'overwrite'>;

export interface EraseItself {
  readonly path: string;
  readonly method: OwnMethod;
  /** The drive was found erasing itself, or was begun before a power cut: it is only watched. */
  readonly begun: boolean;
  /** @param share 0 to 1; null: the drive does not tell */
  readonly onShare: (share: number | null) => void;
  /** The last look at the drive before a command that destroys: it throws when another answers. */
  readonly recheck: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** @returns how the command ended. A drive that stops answering, or that was let alone, is not known. @throws what recheck throws */
export async function eraseItself(options: EraseItself): Promise<CommandEnd> {
  const { path, method, begun, signal, recheck } = options;
  switch (method) {
    case 'nvme-sanitize-block':
    case 'nvme-sanitize-crypto':
    case 'nvme-sanitize-overwrite': {
      const action = { 'nvme-sanitize-block': 2, 'nvme-sanitize-crypto': 4, 'nvme-sanitize-overwrite': 3 }[
        method
      ];
      if (!begun) {
        const passes = action === 3 ? ['--owpass=1', '--ovrpat=0'] : [];
        await recheck();
        const told = await command(
          'nvme',
          ['sanitize', path, `--sanact=${action}`, ...passes],
          timeouts.eraseBegin,
        );
        if (told !== null) return told;
      }
      return await watchErase({ ...options, ask: () => nvmeStatus(path, signal) });
    }
    case 'nvme-format-user':
    case 'nvme-format-crypto': {
      const now = await nvmeFormatOf(path, signal);
      if (now === null) {
        return { state: 'failed', why: 'The drive does not tell how it is formatted: it was not erased.' };
      }
      const setting = method === 'nvme-format-crypto' ? 2 : 1;
      options.onShare(null);
      await recheck();
      const told = await unlessCancelled(
        command(
          'nvme',
          [
            ...[
              'format',
              path,
              `--namespace-id=${now.namespace}`,
              `--lbaf=${now.format}`,
              `--ses=${setting}`,
            ],
            // The device is held by this helper alone: without it nvme wants to open it alone, too.
            ...['--force', `--timeout=${timeouts.eraseWhole}`],
          ],
          timeouts.eraseWhole,
          // nvme can fail after it: it asks the kernel to look at the drive again.
          /^Success formatting namespace/m,
        ),
        signal,
      );
      return told ?? { state: 'done' };
    }
    case 'ata-sanitize-block':
    case 'ata-sanitize-crypto':
    case 'ata-sanitize-overwrite': {
      const action = {
        'ata-sanitize-block': ['--sanitize-block-erase'],
        'ata-sanitize-crypto': ['--sanitize-crypto-scramble'],
        // Without a number the drive does it sixteen times.
        'ata-sanitize-overwrite': [
          '--sanitize-overwrite-passes',
          '1',
          '--sanitize-overwrite',
          'hex:00000000',
        ],
      }[method];
      if (!begun) {
        await recheck();
        const told = await command(
          'hdparm',
          ['--yes-i-know-what-i-am-doing', ...action, path],
          timeouts.eraseBegin,
        );
        if (told !== null) return told;
      }
      return await watchErase({ ...options, ask: () => ataStatus(path, signal) });
    }
    case 'ata-security-erase':
    case 'ata-security-erase-enhanced':
      return await securityErase(options, method === 'ata-security-erase-enhanced');
  }
}

/**
 * Sets a password, erases, and looks whether the password is gone: a drive that kept it has not erased itself. It is taken off again
 * where the drive still answers; where it does not, the next erase begins with the password that is known.
 */
async function securityErase(
  { path, begun, onShare, recheck, signal }: EraseItself,
  enhanced: boolean,
): Promise<CommandEnd> {
  onShare(null);
  const before = await askIdentify(path, signal).catch(() => null);
  if (before === null) {
    return { state: 'failed', why: 'The drive does not say whether it has a password: it was not erased.' };
  }
  if (!begun) {
    await recheck();
    const set = await command(
      'hdparm',
      ['--user-master', 'u', '--security-set-pass', ataPassword, path],
      timeouts.eraseBegin,
    );
    if (set !== null) return await withoutPassword(path, set);
  }
  const minutes = (enhanced ? before.security.enhancedMinutes : before.security.minutes) ?? 0;
  const erase = enhanced ? '--security-erase-enhanced' : '--security-erase';
  await recheck();
  const told = await unlessCancelled(
    command(
      'hdparm',
      ['--user-master', 'u', erase, ataPassword, path],
      // hdparm gives up some time after what the drive told.
      Math.max(timeouts.eraseWhole, 2 * minutes * 60_000),
    ),
    signal,
  );
  if (told === letAlone) return told;
  return await withoutPassword(path, told);
}

/** How an erase with a password has ended, and takes off a password that is left. */
async function withoutPassword(path: string, told: CommandEnd | null): Promise<CommandEnd> {
  const now = await identifyAfterErase(path);
  if (now === null) {
    return {
      state: 'not-known',
      why: `The drive did not answer after it was to erase itself. It may have the ATA password '${ataPassword}'.`,
    };
  }
  if (!now.security.enabled) return told ?? { state: 'done' };
  // Locked, it is unlocked by this as well.
  const off = await command(
    'hdparm',
    ['--user-master', 'u', '--security-disable', ataPassword, path],
    timeouts.eraseBegin,
  );
  const kept = off === null ? '' : ` It has the ATA password '${ataPassword}'.`;
  const why = told?.state === 'failed' ? told.why : 'The drive kept its password: it has not erased itself.';
  // What is tried again has to know that the password is its own.
  return { state: off === null ? 'failed' : 'not-known', why: `${why}${kept}` };
}

/** One question that is not answered means nothing: the kernel may just reset the drive. */
async function identifyAfterErase(path: string): Promise<AtaDrive | null> {
  for (let tries = 1; ; tries += 1) {
    const now = await askIdentify(path).catch(() => null);
    if (now !== null || tries === questionsAtMost) return now;
    await sleep(timeouts.eraseLook);
  }
}

const questionsAtMost = 5;

/** Stops waiting for a command that goes on in the drive. */
async function unlessCancelled(
  running: Promise<CommandEnd | null>,
  signal: AbortSignal,
): Promise<CommandEnd | null> {
  let stop = (): void => undefined;
  const cancelled = new Promise<CommandEnd>((resolve) => {
    stop = () => {
      resolve(letAlone);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  // What is no longer waited for must not end the helper when it fails.
  running.catch(() => undefined);
  return await Promise.race([running, cancelled]).finally(() => {
    signal.removeEventListener('abort', stop);
  });
}

/**
 * Gives a command that destroys. It is not stopped when somebody cancels: the drive would go on, and nobody would know how it
 * ended.
 * @param success what it prints when the drive has done it
 * @returns null when it went well
 */
async function command(
  tool: ToolName,
  args: readonly string[],
  timeout: number,
  success?: RegExp,
): Promise<CommandEnd | null> {
  let result: ToolResult;
  try {
    result = await runTool(tool, args, { timeout, outputLimit: 1024 * 1024 });
  } catch (error) {
    if (error instanceof PrestageError && error.code === 'tool-missing') throw error;
    return { state: 'not-known', why: 'The drive did not answer the command to erase itself in time.' };
  }
  if (success?.test(result.stdout.toString('latin1')) === true) return null;
  const complaint = /bad\/missing sense data/.test(result.stderr);
  if (result.status === 0 && !complaint) return null;
  const words = lastWords(result.stderr);
  return { state: 'failed', why: `The drive refused to erase itself${words === '' ? '' : `: ${words}`}.` };
}
