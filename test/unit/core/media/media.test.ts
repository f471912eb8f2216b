import { describe, expect, it } from 'vitest';
import { parseSha256Manifest } from '../../../../core/media/media';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

describe('parseSha256Manifest', () => {
  it('reads what sha256sum prints, without the folders', () => {
    const text = `\uFEFF# made by hand\n${a.toUpperCase()}  x/Win11.wim\r\n\n${b} *D:\\images\\Win10.wim\n`;
    expect(parseSha256Manifest(text)).toEqual(
      new Map([
        ['Win11.wim', a],
        ['Win10.wim', b],
      ]),
    );
    expect(parseSha256Manifest(`\\${a}  new\\nline.wim\n`)).toEqual(new Map([['new\nline.wim', a]]));
    expect(parseSha256Manifest(a)).toEqual(new Map([['', a]]));
  });

  it.each([
    ['nothing', ''],
    ['a comment alone', '# nothing\n'],
    ['another form', `${a}  Win11.wim\nhello\n`],
    ['a short sum', `${a.slice(1)}  Win11.wim\n`],
    ['a name with two sums', `${a}  Win11.wim\n${b}  Win11.wim\n`],
    ['a name with two sums, in two folders', `${a}  x/Win11.wim\n${b}  y/Win11.wim\n`],
    ['two sums without a name', `${a}\n${b}\n`],
  ])('takes %s for none', (_, text) => {
    expect(parseSha256Manifest(text)).toBeNull();
  });

  it('takes a name that is repeated with the same sum', () => {
    expect(parseSha256Manifest(`${a}  x/Win11.wim\n${a.toUpperCase()}  Win11.wim\n`)).toEqual(
      new Map([['Win11.wim', a]]),
    );
  });
});
