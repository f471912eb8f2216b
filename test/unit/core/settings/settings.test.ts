import { describe, expect, it } from 'vitest';
import { isUsablePattern } from '../../../../core/base/pattern';
import { serialPatternSchema } from '../../../../core/scan/scan-settings';
import { appSettingsSchema } from '../../../../core/settings/settings';

describe('a pattern', () => {
  it.each([
    '[0-9B-DF-HJ-NP-TV-Z]{7}',
    '5CD\\d{4}[A-Z0-9]{3}',
    '(?:PF|MP)[A-Z0-9]{6}',
    '^(?:OP|BADGE)[-: ](.{2,60})$',
    '^WO[-: ](.{1,60})$',
    '1S(\\w{10})(\\w{8})',
    '(?:ab){3}',
    '[(*+)]+\\+\\(',
    '\\p{Lu}{2}\\d+',
  ])('is taken: %s', (pattern) => {
    expect(isUsablePattern(pattern)).toBe(true);
  });

  it.each([
    ['a group that repeats what repeats', '(a+)+'],
    ['the same, further in', '((?:a*b)c)*'],
    ['a repeated choice', '(a|ab)*x'],
    ['a repeated group with something optional', '(a?b?)+'],
    ['a repeated group that repeats by number', '(\\d{1,9}){9,}'],
    ['many repetitions in a row', '.*.*.*.*x'],
    ['choices in a row that multiply', `(?<serial>${'(a|a)'.repeat(37)})`],
    ['a backreference', '(a)\\1'],
    ['what is not closed', '(a'],
  ])('is refused: %s', (_name, pattern) => {
    expect(isUsablePattern(pattern)).toBe(false);
    expect(serialPatternSchema.safeParse({ maker: 'Maker', pattern }).success).toBe(false);
  });

  it('of the defaults is taken', () => {
    expect(appSettingsSchema.safeParse({}).success).toBe(true);
  });

  it('that is taken is compared at once with the worst of scans', () => {
    const begin = performance.now();
    for (const text of ['.*.*.*x', '(?:ab){3}.{0,60}.{0,60}y', '\\w+\\w+\\w+!', '(a|a)'.repeat(9)]) {
      expect(isUsablePattern(text)).toBe(true);
      expect(new RegExp(`^(?:${text})$`, 'u').test('a'.repeat(200))).toBe(false);
    }
    // Seconds would be seen; how many milliseconds it is does not matter.
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});
