import { describe, expect, test } from 'vitest';
import {
  altCharacter,
  altDigit,
  controlCharacter,
  type ModifiedKey,
} from '../../../renderer/scanner/control-keys';
import {
  detectKey,
  detectPart,
  initialDetector,
  type DetectorState,
} from '../../../renderer/scanner/scan-detector';

const key = (changes: Partial<ModifiedKey>): ModifiedKey => ({
  key: '',
  code: '',
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...changes,
});

describe('a control character inside a scan', () => {
  test.each<[string, Partial<ModifiedKey>, string | null]>([
    ['GS', { key: ']', code: 'BracketRight', ctrlKey: true }, '\u001d'],
    ['GS on another layout', { key: '+', code: 'BracketRight', ctrlKey: true }, '\u001d'],
    ['RS', { key: '^', code: 'Digit6', ctrlKey: true }, '\u001e'],
    ['FS', { key: '\\', code: 'Backslash', ctrlKey: true }, '\u001c'],
    ['US', { key: '_', code: 'Minus', ctrlKey: true }, '\u001f'],
    ['EOT', { key: 'D', code: 'KeyD', ctrlKey: true }, '\u0004'],
    ['a new line', { key: 'j', code: 'KeyJ', ctrlKey: true }, '\n'],
    ['none without Control', { key: ']', code: 'BracketRight' }, null],
    ['none with AltGr', { key: ']', code: 'Digit9', ctrlKey: true, altKey: true }, null],
    ['none that has no meaning', { key: 'a', code: 'KeyA', ctrlKey: true }, null],
  ])('%s', (_what, changes, character) => {
    expect(controlCharacter(key(changes))).toBe(character);
  });

  test('comes as Alt and its number, with NumLock on and off', () => {
    expect(altDigit(key({ key: '2', code: 'Numpad2', altKey: true }))).toBe('2');
    expect(altDigit(key({ key: 'ArrowDown', code: 'Numpad2', altKey: true }))).toBe('2');
    expect(altDigit(key({ key: '2', code: 'Digit2', altKey: true }))).toBeNull();
    expect(altDigit(key({ key: '2', code: 'Numpad2' }))).toBeNull();
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
      state = detectKey(state, { key: one, time, repeat: false }).state;
    }
    return { state, time };
  };

  test('goes on over keys that make a character only together', () => {
    const begun = typed('[)>');
    let { state, time } = begun;
    // Alt, four digits, each 25 ms after the other: more than a burst may pause.
    for (let part = 0; part < 5; part += 1) {
      time += 25;
      state = detectPart(state, time);
    }
    state = detectKey(state, { key: '\u001e', time: time + 5, repeat: false }).state;
    const end = detectKey(state, { key: 'Enter', time: time + 10, repeat: false });
    expect(end.verdict).toEqual({ type: 'scan', text: '[)>\u001e' });
    // Without them the pause ends it.
    const paused = detectKey(begun.state, { key: 'X', time: begun.time + 130, repeat: false });
    expect(paused.verdict).toEqual({ type: 'first' });
  });

  test('is not begun by them, nor taken up again', () => {
    expect(detectPart(initialDetector, 5)).toBe(initialDetector);
    const { state, time } = typed('ab');
    expect(detectPart(state, time + 200)).toBe(state);
  });
});
