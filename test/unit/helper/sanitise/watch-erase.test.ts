import { describe, expect, it } from 'vitest';
import { cancelled, PrestageError } from '../../../../core/base/errors';
import type { DriveStatus } from '../../../../core/sanitise/nvme';
import { watchErase } from '../../../../helper/sanitise/watch-erase';

/** Waiting for a drive that erases itself, and may fall silent. */

const waits = { eraseLook: 5, eraseSilent: 100, eraseStill: 100 };
const running: DriveStatus = { state: 'running', share: 0.5 };
const silent = (): never => {
  throw new PrestageError({ code: 'tool-failed', message: 'The tool nvme did not respond in time.' });
};

function watching(
  answers: readonly (DriveStatus | (() => never))[],
  signal: AbortSignal = new AbortController().signal,
): { readonly shares: (number | null)[]; readonly end: ReturnType<typeof watchErase> } {
  const shares: (number | null)[] = [];
  let asked = 0;
  const ask = (): Promise<DriveStatus> => {
    const answer = answers[Math.min(asked, answers.length - 1)] ?? silent;
    asked += 1;
    return typeof answer === 'function' ? Promise.reject(errorOf(answer)) : Promise.resolve(answer);
  };
  return { shares, end: watchErase({ ask, onShare: (share) => shares.push(share), signal }, waits) };
}

function errorOf(fails: () => never): Error {
  try {
    return fails();
  } catch (error) {
    return error as Error;
  }
}

describe('a drive that erases itself', () => {
  it('is asked again where it gives no answer, or none in a known form', async () => {
    const answers = [
      running,
      silent,
      { state: 'not-known' } as const,
      silent,
      running,
      { state: 'done' } as const,
    ];
    const { shares, end } = watching(answers);
    expect(await end).toEqual({ state: 'done' });
    expect(shares).toEqual([0.5, 0.5]);
  });

  it('is not known to be erased once it was silent for too long, or stands still', async () => {
    expect(await watching([running, silent]).end).toMatchObject({
      state: 'not-known',
      why: 'The drive stopped answering while it erased itself.',
    });
    expect(await watching([{ state: 'not-known' }]).end).toMatchObject({ state: 'not-known' });
    expect(await watching([running]).end).toMatchObject({
      state: 'not-known',
      why: expect.stringContaining('has not gone on') as string,
    });
  });

  it('is let alone when somebody cancels, and a tool that is missing is said', async () => {
    const cancel = new AbortController();
    const { end } = watching([running], cancel.signal);
    cancel.abort();
    expect(await end).toMatchObject({ why: expect.stringContaining('cannot be taken back') as string });
    const interrupted = (): never => {
      throw cancelled('nvme');
    };
    expect(await watching([interrupted]).end).toMatchObject({ state: 'not-known' });
    const missing = (): never => {
      throw new PrestageError({ code: 'tool-missing', message: 'The tool nvme is not installed.' });
    };
    await expect(watching([missing]).end).rejects.toThrow('not installed');
  });
});
