import { describe, expect, it } from 'vitest';
import { foreignKind } from '../../../../core/media/file-kind';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('foreignKind', () => {
  it.each([
    ['PK\x03\x04…', 'ZIP'],
    ['\xff\xfe<\0!\0D\0O\0C\0T\0Y\0P\0E\0 \0h\0t\0m\0l\0', 'web page'],
    [`${'0'.repeat(64)}  media.wim\n`, 'SHA-256 sums'],
    ['\0'.repeat(600), 'zeros'],
    ['MZ\x90\0', 'Windows program'],
  ])('names %j', (text, what) => {
    expect(foreignKind(bytes(text))?.what).toContain(what);
  });

  it('says nothing of what it does not know', () => {
    expect(foreignKind(bytes('something else'))).toBeNull();
    expect(foreignKind(new Uint8Array(0))).toBeNull();
    // Too short to be told from anything.
    expect(foreignKind(new Uint8Array(100))).toBeNull();
  });
});
