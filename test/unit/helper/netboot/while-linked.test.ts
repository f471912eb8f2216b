import { describe, expect, it } from 'vitest';
import { cancelled, PrestageError } from '../../../../core/base/errors';
import { whileLinked } from '../../../../helper/netboot/serve-boot';

/** A look at a network, and the link through which it was looked. */

const link = { name: 'enp2s0', downs: '3' };
const lost = { code: 'boot-link', message: expect.stringContaining('enp2s0') as string };
const losses = (count: string | null) => async (): Promise<string | null> => await Promise.resolve(count);
const failing = (error: Error) => async (): Promise<never> => {
  await Promise.resolve();
  throw error;
};
const none = async (): Promise<null> => await Promise.resolve(null);

describe('what was found on a network', () => {
  it('counts while the link was kept, also where the kernel does not count losses', async () => {
    expect(await whileLinked(link, none, losses('3'))).toBeNull();
    expect(await whileLinked({ ...link, downs: null }, none, losses(null))).toBeNull();
  });

  it('does not count where the link was lost meanwhile, or its interface is gone', async () => {
    await expect(whileLinked(link, none, losses('4'))).rejects.toMatchObject(lost);
    await expect(whileLinked(link, none, losses(null))).rejects.toMatchObject(lost);
  });

  it('failed for the link, where that was lost', async () => {
    const error = new PrestageError({ code: 'boot-interface', message: 'Nothing can be sent.' });
    await expect(whileLinked(link, failing(error), losses('4'))).rejects.toMatchObject(lost);
    await expect(whileLinked(link, failing(error), losses('3'))).rejects.toBe(error);
    const stopped = cancelled('The look');
    await expect(whileLinked(link, failing(stopped), losses('4'))).rejects.toBe(stopped);
  });
});
