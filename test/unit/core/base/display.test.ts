import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatDuration,
  inColumns,
  parseSize,
  sanitizeForDisplay,
  sanitizeOrNull,
  terminalWidth,
} from '../../../../core/base/display';

describe('sanitizeForDisplay', () => {
  it.each([
    ['\u001b[31mRED\u001b[0m', '[31mRED[0m'],
    ['SSD\u202e0001', 'SSD0001'],
    ['S\u200bS\u00adD\ufeff', 'SSD'],
    ['two\nlines\tand  gaps', 'two lines and gaps'],
    ['a\u2028b', 'a b'],
    ['\u3164hangul filler', 'hangul filler'],
    ['Cafe\u0301', 'Café'],
    ['  ', ''],
  ])('%j becomes %j', (text, clean) => {
    expect(sanitizeForDisplay(text)).toBe(clean);
  });
  it('shortens', () => {
    expect(sanitizeForDisplay('x'.repeat(200), 10)).toBe(`${'x'.repeat(9)}…`);
  });
  it('leaves nothing that moves a cursor or hides, and changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const clean = sanitizeForDisplay(text);
        expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(sanitizeForDisplay(clean)).toBe(clean);
      }),
    );
  });
  it('gives null for what has nothing to show', () => {
    expect(sanitizeOrNull('\u200b')).toBeNull();
    expect(sanitizeOrNull(null)).toBeNull();
    expect(sanitizeOrNull(' x ')).toBe('x');
  });
});

describe('sizes and times', () => {
  it.each([
    ['8G', 8 * 2 ** 30],
    ['512M', 512 * 2 ** 20],
    ['1.5T', 1.5 * 2 ** 40],
    ['4096', 4096],
    ['8GiB', 8 * 2 ** 30],
    ['0', null],
    ['-1', null],
    ['8X', null],
    ['', null],
    ['99999999T', null],
  ])('parseSize(%j) is %j', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });
  it('formats', () => {
    expect(formatBytes(0)).toBe('0 bytes');
    expect(formatBytes(8 * 2 ** 30)).toBe('8.0 GiB');
    expect(formatBytes(1536)).toBe('1.5 KiB');
    expect(formatDuration(61)).toBe('1:01');
    expect(formatDuration(3661)).toBe('1:01:01');
  });
});

describe('columns of a terminal', () => {
  it.each([
    ['Bay 7', 7, 'Bay 7  '],
    ['王小明', 8, '王小明  '],
    ['王小明王小明', 8, '王小明… '],
    ['Bay 7 S5GXNX0T100001', 8, 'Bay 7 S…'],
    ['é', 2, 'é '],
    ['हि', 3, 'हि  '],
  ])('%s in %i', (text, columns, filled) => {
    expect(inColumns(text, columns)).toBe(filled);
    expect(terminalWidth(filled)).toBe(columns);
  });
});
