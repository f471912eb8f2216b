import { describe, expect, it } from 'vitest';
import { reparseContent, type ReparsePoint } from '../../../../core/media/reparse-points';

const file = (tag: number, more: Partial<ReparsePoint> = {}): ReparsePoint => ({
  tag,
  directory: false,
  mustBeFetched: false,
  compressed: 0,
  ...more,
});

describe('reparseContent', () => {
  it.each<[string, number, Partial<ReparsePoint>, string]>([
    ['a symbolic link', 0xa000_000c, {}, 'whole'],
    ['a junction', 0xa000_0003, { directory: true }, 'whole'],
    ['a link of Linux', 0xa000_001d, {}, 'whole'],
    ['an app’s alias', 0x8000_001b, {}, 'whole'],
    ['a socket', 0x8000_0023, {}, 'whole'],
    ['a OneDrive folder', 0x9000_601a, { directory: true }, 'whole'],
    ['a folder that is not fetched', 0x9000_601a, { directory: true, mustBeFetched: true }, 'elsewhere'],
    ['a OneDrive file that was fetched', 0x9000_601a, {}, 'unknown'],
    ['a OneDrive file that was not', 0x9000_601a, { mustBeFetched: true }, 'elsewhere'],
    ['the last cloud tag', 0x9000_f01a, { mustBeFetched: true }, 'elsewhere'],
    ['a deduplicated file', 0x8000_0013, {}, 'elsewhere'],
    ['one in a common store', 0x8000_0007, {}, 'elsewhere'],
    ['one on tape', 0xc000_0004, {}, 'elsewhere'],
    ['a compressed file', 0x8000_0017, { compressed: 100 }, 'whole'],
    ['a pointer into another WIM', 0x8000_0017, {}, 'elsewhere'],
    ['a tag of another maker', 0x0000_0042, {}, 'unknown'],
    ['one of another maker that is not fetched', 0x8000_0021, { mustBeFetched: true }, 'elsewhere'],
    ['a folder of another maker that is not', 0x42, { directory: true, mustBeFetched: true }, 'elsewhere'],
    ['a folder over a layer of a container', 0x9000_1018, { directory: true }, 'elsewhere'],
    ['a link of another maker', 0x2000_0042, {}, 'whole'],
    ['a folder of another maker', 0x0000_0042, { directory: true }, 'whole'],
  ])('of %s', (_what, tag, more, state) => {
    expect(reparseContent(file(tag, more)).state).toBe(state);
  });

  it('names the place', () => {
    expect(reparseContent(file(0x8000_0013))).toMatchObject({
      where: expect.stringContaining('Deduplication') as string,
    });
  });
});
