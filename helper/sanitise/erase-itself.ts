import { setTimeout as sleep } from 'node:timers/promises';
import { isCancellation, PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import type { SanitiseMethod } from '../../core/sanitise/methods';
import type { DriveStatus } from '../../core/sanitise/nvme';
import { endOfStatus, type CommandEnd } from '../../core/sanitise/sanitised';
import { lastWords, runTool, type ToolResult } from '../tools/runner';
import type { ToolName } from '../tools/requirements';
import { askIdentify, ataStatus, nvmeFormatOf, nvmeStatus } from './ask-drive';

/** Has a drive erase itself, and watches it. Once begun it cannot be taken back. */

export type OwnMethod = Exclude<SanitiseMethod, 'overwrite'>;

/**
 * Password of an ATA Security Erase: the drive wants one before it erases itself, and forgets it with the data. Known and
 * the same for all drives, so that one whose power failed in between can be unlocked by anybody (docs/guide/sanitise.md).
 */
const ataPassword = 'prestage';

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
      return await watch(options, () => nvmeStatus(path, signal));
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
      return (
        (await command(
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
        )) ?? { state: 'done' }
      );
    }
    case 'ata-sanitize-block':
    case 'ata-sanitize-crypto':
    case 'ata-sanitize-overwrite': {
      const action = {
        'ata-sanitize-block': ['--sanitize-block-erase'],
        'ata-sanitize-crypto': ['--sanitize-crypto-scramble'],
        'ata-sanitize-overwrite': ['--sanitize-overwrite', 'hex:00000000'],
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
      return await watch(options, () => ataStatus(path, signal));
    }
    case 'ata-security-erase':
    case 'ata-security-erase-enhanced':
      return await securityErase(options, method === 'ata-security-erase-enhanced');
  }
}

/** Sets a password, erases, and looks whether the password is gone: a drive that kept it has not erased itself. */
async function securityErase(
  { path, begun, onShare, recheck, signal }: EraseItself,
  enhanced: boolean,
): Promise<CommandEnd> {
  onShare(null);
  if (!begun) {
    await recheck();
    const set = await command(
      'hdparm',
      ['--user-master', 'u', '--security-set-pass', ataPassword, path],
      timeouts.eraseBegin,
    );
    if (set !== null) return set;
  }
  const erase = enhanced ? '--security-erase-enhanced' : '--security-erase';
  await recheck();
  const told = await command('hdparm', ['--user-master', 'u', erase, ataPassword, path], timeouts.eraseWhole);
  const now = await askIdentify(path, signal).catch(() => null);
  if (now === null) {
    return { state: 'not-known', why: 'The drive did not answer after it was to erase itself.' };
  }
  if (now.security.enabled) {
    await command(
      'hdparm',
      ['--user-master', 'u', '--security-disable', ataPassword, path],
      timeouts.eraseBegin,
    );
    return {
      state: 'failed',
      why: told?.state === 'failed' ? told.why : 'The drive kept its password: it has not erased itself.',
    };
  }
  return told ?? { state: 'done' };
}

/** Asks until the drive has ended, or says nothing new for too long. */
async function watch(
  { onShare, signal }: Pick<EraseItself, 'onShare' | 'signal'>,
  ask: () => Promise<DriveStatus>,
): Promise<CommandEnd> {
  let unanswered = 0;
  let last: number | null | undefined;
  let since = performance.now();
  for (;;) {
    if (signal.aborted) return letAlone;
    let status: DriveStatus;
    try {
      status = await ask();
      unanswered = 0;
    } catch (error) {
      if (isCancellation(error)) return letAlone;
      unanswered += 1;
      if (unanswered < questionsAtMost) continue;
      return { state: 'not-known', why: 'The drive stopped answering while it erased itself.' };
    }
    const end = endOfStatus(status);
    if (end !== null) return end;
    const share = status.state === 'running' ? status.share : null;
    onShare(share);
    if (share !== last) {
      last = share;
      since = performance.now();
    } else if (performance.now() - since > timeouts.eraseStill) {
      return {
        state: 'not-known',
        why: 'The drive says that it erases itself, but has not gone on for hours.',
      };
    }
    await sleep(timeouts.eraseLook, undefined, { signal }).catch(() => undefined);
  }
}

const questionsAtMost = 3;

const letAlone: CommandEnd = {
  state: 'not-known',
  why: 'It was cancelled while the drive erased itself. That cannot be taken back: the drive goes on by itself.',
};

/**
 * Gives a command that destroys. It is not stopped when somebody cancels: the drive would go on, and nobody would know how it
 * ended.
 * @returns null when it went well
 */
async function command(tool: ToolName, args: readonly string[], timeout: number): Promise<CommandEnd | null> {
  let result: ToolResult;
  try {
    result = await runTool(tool, args, { timeout, outputLimit: 1024 * 1024 });
  } catch (error) {
    if (error instanceof PrestageError && error.code === 'tool-missing') throw error;
    return { state: 'not-known', why: 'The drive did not answer the command to erase itself in time.' };
  }
  const complaint = /bad\/missing sense data/.test(result.stderr);
  if (result.status === 0 && !complaint) return null;
  const words = lastWords(result.stderr);
  return { state: 'failed', why: `The drive refused to erase itself${words === '' ? '' : `: ${words}`}.` };
}
