import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { inTurnOrBeside } from '../../../../helper/tools/in-turn-or-beside';

const waits = async (signal: AbortSignal): Promise<never> =>
  await new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('stopped'));
    });
  });

it.each([true, false])(
  'of two things the first refuses first, also when the second failed earlier (beside: %s)',
  async (beside) => {
    const failsLate = async (): Promise<never> => {
      for (let turn = 0; turn < 5; turn += 1) await nextTurn();
      throw new Error('first');
    };
    const failsAtOnce = async (): Promise<never> => await Promise.reject(new Error('second'));
    const how = { beside, signal: undefined };
    await expect(inTurnOrBeside(failsLate, failsAtOnce, how)).rejects.toThrow('first');
    await expect(inTurnOrBeside(async () => await nextTurn(1), failsAtOnce, how)).rejects.toThrow('second');
    await expect(
      inTurnOrBeside(
        async () => await nextTurn(1),
        async () => await nextTurn(2),
        how,
      ),
    ).resolves.toEqual([1, 2]);
  },
);

it('the second is stopped when the first fails, and not begun when they go one after the other', async () => {
  const fails = async (): Promise<never> => await Promise.reject(new Error('first'));
  await expect(inTurnOrBeside(fails, waits, { beside: true, signal: undefined })).rejects.toThrow('first');
  let begun = false;
  const second = async (): Promise<void> => {
    begun = true;
    await nextTurn();
  };
  await expect(inTurnOrBeside(fails, second, { beside: false, signal: undefined })).rejects.toThrow('first');
  expect(begun).toBe(false);
});

it('who cancels stops the second as well', async () => {
  const cancelling = new AbortController();
  const working = inTurnOrBeside(async () => await nextTurn(1), waits, {
    beside: true,
    signal: cancelling.signal,
  });
  cancelling.abort();
  await expect(working).rejects.toThrow('stopped');
});
