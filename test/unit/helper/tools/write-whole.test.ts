import { describe, expect, it } from 'vitest';
import { writeWhole } from '../../../../helper/tools/write-whole';

/** A file on a disk that takes less than it is given, as the kernel does when the disk fills. */
class SmallSteps {
  readonly content = Buffer.alloc(12);
  constructor(private readonly takes: readonly (number | string)[]) {}
  #calls = 0;

  async write(
    bytes: Uint8Array,
    from: number,
    length: number,
    at: number,
  ): Promise<{ readonly bytesWritten: number }> {
    const took = this.takes[this.#calls] ?? length;
    this.#calls += 1;
    if (typeof took === 'string') throw Object.assign(new Error(took), { code: took });
    this.content.set(bytes.subarray(from, from + took), at);
    return await Promise.resolve({ bytesWritten: took });
  }
}

describe('all of a buffer', () => {
  const bytes = Buffer.from('abcdefgh');

  it('is written where a disk took only a part, and had room again', async () => {
    const file = new SmallSteps([3, 1]);
    await writeWhole(file, bytes, 2);
    expect(file.content.toString('latin1')).toBe('\0\0abcdefgh\0\0');
  });

  it.each([[[5, 'ENOSPC']], [[5, 0]]])(
    'is not said to be written where the disk is full: %j',
    async (takes) => {
      await expect(writeWhole(new SmallSteps(takes), bytes, 0)).rejects.toMatchObject({ code: 'ENOSPC' });
    },
  );
});
