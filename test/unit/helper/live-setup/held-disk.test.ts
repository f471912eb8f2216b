import { expect, it } from 'vitest';
import { PrestageError } from '../../../../core/base/errors';
import { onHeld } from '../../../../helper/live-setup/held-disk';

/** Tools that erase a disk by its name. */

it('a tool is not run on a disk that has changed, and one before it was', async () => {
  const ran: string[] = [];
  let changed = false;
  const destroy = onHeld(
    {
      recheck: async () => {
        await Promise.resolve();
        if (changed) throw new PrestageError({ code: 'drive-changed', message: 'It is another one.' });
      },
      close: async () => Promise.resolve(),
    },
    async (tool, args) => {
      ran.push([tool, ...args].join(' '));
      return await Promise.resolve({ args, status: 0, stdout: Buffer.alloc(0), stderr: '' });
    },
  );
  await destroy('sgdisk', ['--zap-all', '/dev/sdx']);
  changed = true;
  await expect(destroy('sgdisk', ['--new=1:1M:-1M', '/dev/sdx'])).rejects.toMatchObject({
    code: 'drive-changed',
  });
  expect(ran).toEqual(['sgdisk --zap-all /dev/sdx']);
});
