import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { sideBySide } from '../../../../core/base/side-by-side';

it('works on as many as are allowed, and answers in order', async () => {
  let now = 0;
  let most = 0;
  const answers = await sideBySide([3, 1, 2, 0, 5], 2, async (turns) => {
    now += 1;
    most = Math.max(most, now);
    for (let turn = 0; turn < turns; turn += 1) await nextTurn();
    now -= 1;
    return turns * 10;
  });
  expect(answers).toEqual([30, 10, 20, 0, 50]);
  expect(most).toBe(2);
  expect(await sideBySide([], 4, async () => await Promise.reject(new Error('never')))).toEqual([]);
});

it('after a failure begins no more, waits for what was begun, and throws the first in order', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const working = sideBySide([0, 1, 2, 3], 2, async (index) => {
    begun.push(index);
    for (let turn = 0; turn < (index === 0 ? 5 : 1); turn += 1) await nextTurn();
    ended.push(index);
    throw new Error(`failed ${index}`);
  });
  await expect(working).rejects.toThrow('failed 0');
  expect(begun).toEqual([0, 1]);
  expect(ended).toEqual([1, 0]);
});
