import { setTimeout as sleep } from 'node:timers/promises';
import { isCancellation, PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import type { DriveStatus } from '../../core/sanitise/nvme';
import { endOfStatus, type CommandEnd } from '../../core/sanitise/sanitised';

/** Waits for a drive that erases itself. */

export interface EraseWatch {
  /** One question how far it is. What it throws is no answer. */
  readonly ask: () => Promise<DriveStatus>;
  /** @param share 0 to 1; null: the drive does not tell */
  readonly onShare: (share: number | null) => void;
  readonly signal: AbortSignal;
}

type Waits = Readonly<Record<'eraseLook' | 'eraseSilent' | 'eraseStill', number>>;

/**
 * Asks until the drive has ended, gives no answer for too long, or says nothing new for too long. One question that is not
 * answered means nothing: a drive can be busy, or have its controller reset.
 * @param waits milliseconds
 * @throws PrestageError tool-missing
 */
export async function watchErase(
  { ask, onShare, signal }: EraseWatch,
  waits: Waits = timeouts,
): Promise<CommandEnd> {
  let answered = performance.now();
  let last: number | null | undefined;
  let since = performance.now();
  for (;;) {
    if (signal.aborted) return letAlone;
    const status = await answerOf(ask);
    if (status === 'cancelled') return letAlone;
    const now = performance.now();
    if (status !== null) {
      answered = now;
      const end = endOfStatus(status);
      if (end !== null) return end;
      const share = status.state === 'running' ? status.share : null;
      onShare(share);
      if (share !== last) {
        last = share;
        since = now;
      }
    }
    if (now - answered > waits.eraseSilent) return silent;
    if (now - since > waits.eraseStill) return still;
    await sleep(waits.eraseLook, undefined, { signal }).catch(() => undefined);
  }
}

/** Null: no answer, or none in a known form. */
async function answerOf(ask: EraseWatch['ask']): Promise<DriveStatus | 'cancelled' | null> {
  try {
    const status = await ask();
    return status.state === 'not-known' ? null : status;
  } catch (error) {
    if (isCancellation(error)) return 'cancelled';
    if (error instanceof PrestageError && error.code === 'tool-missing') throw error;
    return null;
  }
}

const silent: CommandEnd = {
  state: 'not-known',
  why: 'The drive stopped answering while it erased itself.',
};

const still: CommandEnd = {
  state: 'not-known',
  why: 'The drive says that it erases itself, but has not gone on for hours.',
};

export const letAlone: CommandEnd = {
  state: 'not-known',
  why: 'It was cancelled while the drive erased itself. That cannot be taken back: the drive goes on by itself.',
};
