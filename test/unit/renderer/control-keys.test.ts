import { describe, expect, test } from 'vitest';
import { controlCharacter, type ScanKey } from '../../../core/scan/scan-keys';
import { uncheckedScanner } from '../../../core/scan/scanner-settings';
import { altCharacter, altDigit, type ModifiedKey } from '../../../renderer/scanner/control-keys';
import {
  detectKey,
  detectPart,
  initialDetector,
  type DetectorState,
} from '../../../renderer/scanner/scan-detector';

const key = (changes: Partial<ModifiedKey>): ModifiedKey => ({
  code: '',
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...changes,
});
const pressed = (changes: Partial<ScanKey>): ScanKey => ({
  key: '',
  code: '',
  ms: 0,
  shift: false,
  control: false,
  alt: false,
  altGr: false,
  capsLock: false,
  ...changes,
});

describe('a control character inside a scan', () => {
  test.each<[string, Partial<ScanKey>, string | null]>([
    ['GS', { key: ']', code: 'BracketRight', control: true }, '\u001d'],
    ['GS on another layout', { key: '+', code: 'BracketRight', control: true }, '\u001d'],
    ['RS', { key: '^', code: 'Digit6', control: true, shift: true }, '\u001e'],
    ['RS on another layout', { key: '&', code: 'Digit6', control: true, shift: true }, '\u001e'],
    ['FS', { key: '\\', code: 'Backslash', control: true }, '\u001c'],
    ['US', { key: '_', code: 'Minus', control: true, shift: true }, '\u001f'],
    ['US on another layout', { key: '?', code: 'Minus', control: true, shift: true }, '\u001f'],
    ['EOT', { key: 'D', code: 'KeyD', control: true }, '\u0004'],
    ['a new line', { key: 'j', code: 'KeyJ', control: true }, '\n'],
    ['ETX, which would copy', { key: 'c', code: 'KeyC', control: true }, '\u0003'],
    ['none without Control', { key: ']', code: 'BracketRight' }, null],
    ['none with AltGr', { key: ']', code: 'Digit9', control: true, altGr: true }, null],
    ['none of a digit', { key: '1', code: 'Digit1', control: true }, null],
  ])('%s', (_what, changes, character) => {
    expect(controlCharacter(pressed(changes))).toBe(character);
  });

  test('is read by its place once the scanner was checked', () => {
    // A on a French keyboard, where the scanner means Q.
    expect(controlCharacter(pressed({ key: 'a', code: 'KeyQ', control: true }), 'us')).toBe('\u0011');
  });

  test('comes as Alt and its number', () => {
    expect(altDigit(key({ code: 'Numpad2', altKey: true }))).toBe('2');
    expect(altDigit(key({ code: 'Digit2', altKey: true }))).toBeNull();
    expect(altDigit(key({ code: 'Numpad2' }))).toBeNull();
    expect(['029', '0029', '29', '030', '004'].map(altCharacter)).toEqual([
      '\u001d',
      '\u001d',
      '\u001d',
      '\u001e',
      '\u0004',
    ]);
    expect(altCharacter('065')).toBe('A');
    // Backspace, Escape, Enter and what no barcode has.
    expect(['', '008', '013', '027', '0233', '99999'].map(altCharacter)).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('the burst', () => {
  const typed = (text: string): { state: DetectorState; time: number } => {
    let state = initialDetector;
    let time = 1000;
    for (const one of text) {
      time += 5;
      state = detectKey(state, { key: one, time, repeat: false, typing: true }, uncheckedScanner).state;
    }
    return { state, time };
  };

  test('goes on over keys that make a character only together', () => {
    const begun = typed('[)>');
    let { state, time } = begun;
    // Alt, four digits, each 25 ms after the other: more than a burst may pause.
    for (let part = 0; part < 5; part += 1) {
      time += 25;
      state = detectPart(state, time, uncheckedScanner);
    }
    state = detectKey(
      state,
      { key: '\u001e', time: time + 5, repeat: false, typing: true },
      uncheckedScanner,
    ).state;
    const end = detectKey(
      state,
      { key: 'Enter', time: time + 10, repeat: false, typing: true },
      uncheckedScanner,
    );
    expect(end.verdict).toEqual({ type: 'scan', text: '[)>\u001e' });
    // Without them the pause ends it.
    const paused = detectKey(
      begun.state,
      { key: 'X', time: begun.time + 130, repeat: false, typing: true },
      uncheckedScanner,
    );
    expect(paused.verdict).toEqual({ type: 'first', goesOn: true });
  });

  test('is not begun by them, nor taken up again', () => {
    expect(detectPart(initialDetector, 5, uncheckedScanner)).toBe(initialDetector);
    const { state, time } = typed('ab');
    // A scanner too slow for a burst may still be sending; after a pause nobody is.
    expect(detectPart(state, time + 200, uncheckedScanner).burst).toBe(state.burst);
    expect(detectPart(state, time + 500, uncheckedScanner)).toBe(state);
  });
});
