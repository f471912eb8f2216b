import { describe, expect, it } from 'vitest';
import { checkCode } from '../../../../core/scan/check-code';
import { characterAt, keyOfCharacter, type KeyboardLayout } from '../../../../core/scan/keyboard-layouts';
import { analyseTyped } from '../../../../core/scan/typed-check';

/** What a computer set to one keyboard makes of the check code that a scanner types on another. */
function typedOn(computer: KeyboardLayout, scanner: KeyboardLayout): string {
  return Array.from(checkCode, (character) => {
    const key = keyOfCharacter(scanner, character);
    if (key === null) return character;
    const made = characterAt(computer, key.code, key.level);
    // As terminals send Alt.
    return made ?? `\u001b${characterAt(computer, key.code, 'plain') ?? ''}`;
  }).join('');
}

describe('analyseTyped', () => {
  it('reads what came through as printed, with what stands around it', () => {
    const found = analyseTyped(`]C0${checkCode}\r\r`);
    expect(found).toMatchObject({
      kind: 'read',
      keyboards: [],
      check: { aim: ']C0', prefix: '', after: ['Enter', 'Enter'], control: 'sent', problems: [] },
    });
  });

  it.each([
    ['de', 'us'],
    ['fr', 'us'],
    ['us', 'de'],
    ['gb', 'us'],
  ] as const)('explains a text by a computer set to %s and a scanner set to %s', (computer, scanner) => {
    const found = analyseTyped(`${typedOn(computer, scanner)}\r`);
    expect(found?.kind).toBe('read');
    expect(found?.kind === 'read' && found.keyboards).toContainEqual({ computer, scanner });
  });

  it('knows Caps Lock, a function key before, and a lost control character', () => {
    const turned = Array.from(checkCode.replace('\u001d', ''), (letter) =>
      letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
    ).join('');
    expect(analyseTyped(`\u001bOQ${turned}\t`)).toMatchObject({
      check: { capsLock: true, before: ['F2'], after: ['Tab'], problems: ['control-lost'] },
    });
  });

  it('tells another code from the check code in pieces', () => {
    expect(analyseTyped('5CD1234XY2\r')).toBeNull();
    expect(analyseTyped('')).toBeNull();
    expect(analyseTyped('PRESTAGE-CHECK???????')).toMatchObject({ kind: 'unread' });
  });
});
