import { describe, expect, it } from 'vitest';
import { quoted, timeOf } from '../../../../core/recipe/powershell';

/**
 * What PowerShell makes of an expression: literals in single quotation marks, of which a doubled one stands for itself,
 * and characters by number. Anything else is no value but code. Source: about_Quoting_Rules.
 */
function valueOf(expression: string): string {
  const bare = expression.startsWith('(') ? expression.slice(1, -1) : expression;
  let value = '';
  let rest = bare;
  for (;;) {
    const piece = /^(?:'((?:''|[^'])*)'|\[char\]0x([0-9a-f]{4}))/.exec(rest);
    if (piece === null) throw new Error(`code: ${rest}`);
    value +=
      piece[2] === undefined
        ? (piece[1] ?? '').replaceAll("''", "'")
        : String.fromCharCode(parseInt(piece[2], 16));
    rest = rest.slice(piece[0].length);
    if (rest === '') return value;
    if (!rest.startsWith(' + ')) throw new Error(`code: ${rest}`);
    rest = rest.slice(3);
  }
}

describe('a value in a PowerShell script', () => {
  it.each([
    "'",
    "''",
    "a'b",
    "'; Remove-Item C:\\ -Recurse; '",
    '$(Get-Date)',
    '$env:PATH',
    '`n',
    '"',
    '@{}',
    '#',
    '<#',
    '--%',
    '\u2018',
    '\u2019',
    '\u201A',
    '\u201B',
    '\u201C',
    '\u201D',
    '\u201E',
    'a\u2019; calc; \u2018',
    'Grün',
    '日本',
    '\u0452',
    '\u{1F600}',
    "\u2019'\u2019",
    "'\u2019",
    ' ',
    '%~dp0',
    '\\',
    "\\'",
    '$($(throw))',
    '{0}',
    '[char]0x41',
  ])('%s stays the value that it is, in ASCII', (text) => {
    const expression = quoted(text);
    expect(expression).toMatch(/^[\x20-\x7e]+$/);
    expect(valueOf(expression)).toBe(text);
  });

  it('stays what it is for each character that there is, at each place', () => {
    for (let code = 0x20; code < 0x3000; code += 1) {
      const character = String.fromCharCode(code);
      if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(character)) continue;
      for (const text of [character, `a${character}'b`, `${character}${character}`]) {
        expect(valueOf(quoted(text))).toBe(text);
      }
    }
  });

  it.each(['\n', '\r', '\0', '\u001b', '\u2028', '\u2029', '\u0085'])(
    'with the control character %j is refused',
    (character) => {
      expect(() => quoted(`a${character}b`)).toThrow(/control characters/);
    },
  );

  it('begins with a text where it begins with a number', () => {
    expect(quoted('é')).toBe("('' + [char]0x00e9)");
    expect(quoted('')).toBe("''");
  });

  it('that is a time is one of UTC', () => {
    expect(timeOf('2027-01-31T23:30:00+02:00')).toBe(
      '[datetime]::new(2027, 1, 31, 21, 30, 0, [DateTimeKind]::Utc).ToLocalTime()',
    );
  });
});
