import { describe, expect, test } from 'vitest';
import { uncheckedScanner } from '../../../core/scan/scanner-settings';
import {
  detectKey,
  detectSilence,
  initialDetector,
  silenceAfter,
  type DetectorRules,
  type DetectorState,
  type Verdict,
} from '../../../renderer/scanner/scan-detector';

/** A key, and the milliseconds since the one before. */
type Press = readonly [key: string, gap: number, repeat?: 'repeat'];

interface Seen {
  readonly scans: string[];
  readonly cut: string[];
  readonly slow: string[];
  /** Enter, Tab and the like that did nothing on the page. */
  readonly swallowedEnds: number;
}

const nothingSeen: Seen = { scans: [], cut: [], slow: [], swallowedEnds: 0 };

/** Feeds keys, and asks for silence as the page does: when nothing came for long enough. */
function type(
  presses: readonly Press[],
  { typing = true, rules = uncheckedScanner }: { typing?: boolean; rules?: DetectorRules } = {},
): Seen {
  let state: DetectorState = initialDetector;
  let time = 1000;
  const seen = { scans: [] as string[], cut: [] as string[], slow: [] as string[], swallowedEnds: 0 };
  const note = (verdict: Verdict, isKey: boolean): void => {
    if (verdict.type === 'scan') seen.scans.push(verdict.text);
    if (verdict.type === 'cut') seen.cut.push(verdict.text);
    if (verdict.type === 'slow') seen.slow.push(verdict.text);
    const swallows = ['scan', 'cut', 'end'].includes(verdict.type) || (verdict.type === 'slow' && !typing);
    if (isKey && swallows) seen.swallowedEnds += 1;
  };
  const quiet = silenceAfter(rules) + 10;
  const askForSilence = (at: number): void => {
    const detection = detectSilence(state, at, typing, rules);
    state = detection.state;
    note(detection.verdict, false);
  };
  for (const [key, gap, repeat] of presses) {
    if (gap > quiet) askForSilence(time + quiet);
    time += gap;
    const detection = detectKey(state, { key, time, repeat: repeat === 'repeat', typing }, rules);
    state = detection.state;
    note(detection.verdict, true);
  }
  askForSilence(time + quiet);
  return seen;
}

const burst = (text: string, gap: number): Press[] => Array.from(text, (key) => [key, gap] as const);
const enter = (gap: number): Press => ['Enter', gap];
const serial = '5CG4123XYZ';

describe('what is a scan', () => {
  test.each<[string, readonly Press[], string[]]>([
    ['a scanner with 5 ms gaps and Enter', [...burst(serial, 5), enter(5)], [serial]],
    ['a scanner that ends with Tab', [...burst(serial, 12), ['Tab', 12]], [serial]],
    ['a scanner that ends with Escape', [...burst(serial, 12), ['Escape', 12]], [serial]],
    ['characters that all come at once', [...burst(serial, 0), enter(0)], [serial]],
    ['gaps of 30 ms', [...burst(serial, 30), enter(30)], [serial]],
    ['one late character', [...burst('5CG4', 10), ['1', 55], ...burst('23XYZ', 10), enter(10)], [serial]],
    ['a slow but steady scanner with 40 ms gaps', [...burst(serial, 40), enter(40)], [serial]],
    ['the least: four characters', [...burst('A12B', 20), enter(30)], ['A12B']],
    ['a bay called A1 at machine speed', [...burst('A1', 8), enter(8)], ['A1']],
    ['no terminator', burst('5CG4123XYZ', 8), ['5CG4123XYZ']],
    ['a blank inside', [...burst('BADGE: A. Jansen', 10), enter(10)], ['BADGE: A. Jansen']],
    [
      'Shift and Caps Lock between the characters',
      [['CapsLock', 5], ['Shift', 5], ['C', 5], ['Shift', 5], ['G', 5], ['4', 5], ['1', 5], enter(5)],
      ['CG41'],
    ],
    ['an Enter that comes late', [...burst(serial, 8), enter(90)], [serial]],
    [
      'an Enter that comes later than a person could have typed the rest',
      [...burst(serial, 8), enter(180)],
      [serial],
    ],
    [
      'two scans after each other',
      [...burst('5CG4123', 8), enter(8), ...burst('BAY-7', 8), enter(8)],
      ['5CG4123', 'BAY-7'],
    ],
    [
      'a scan in the middle of typing: only the scan',
      [
        ...burst('Jans', 80),
        ...burst(serial, 8).map(([key], index) => [key, index === 0 ? 80 : 8] as const),
        enter(8),
      ],
      [serial],
    ],
  ])('%s', (_, presses, expected) => {
    expect(type(presses)).toMatchObject({ scans: expected, cut: [], slow: [] });
    if (!presses.some(([key]) => key === 'J')) {
      expect(type(presses, { typing: false })).toMatchObject({ scans: expected, cut: [], slow: [] });
    }
  });
});

describe('what is typing', () => {
  test.each<[string, readonly Press[]]>([
    ['a fast typist, 80 ms', [...burst('Jansen', 80), enter(80)]],
    ['a very fast typist, about 62 ms', typed('administrator', [62, 45, 81, 58, 62, 75, 40, 66], 110)],
    ['fingers that roll over four keys, then Enter as people press it', [...burst('asdf', 25), enter(140)]],
    ['a burst of 40 ms gaps that is short', [...burst('there', 40), enter(45)]],
    ['two keys hit together, then Enter', [...burst('er', 15), enter(90)]],
    ['a few fast characters and then nothing', burst('abcde', 10)],
    ['a fast word and then nothing', burst('because', 30)],
    [
      'a key held down',
      Array.from({ length: 30 }, (_, index) => ['x', 30, index > 0 ? 'repeat' : undefined] as Press),
    ],
    ['Enter alone', [enter(500)]],
    [
      'arrows and Backspace',
      [['ArrowLeft', 10], ['ArrowLeft', 10], ['Backspace', 10], ['ArrowLeft', 10], enter(10)],
    ],
  ])('%s', (_, presses) => {
    expect(type(presses)).toEqual(nothingSeen);
  });
});

/** As people type: a pace of their own for each key. */
function typed(text: string, gaps: readonly number[], last: number): Press[] {
  return [
    ...Array.from(text, (key, index) => [key, gaps[index % gaps.length] ?? 0] as const),
    ['Enter', last],
  ];
}

describe('the end of a scan presses nothing', () => {
  test.each<[string, readonly Press[]]>([
    ['Enter twice', [enter(8), enter(8)]],
    ['Enter and Tab', [enter(8), ['Tab', 8]]],
    ['Tab and Enter', [['Tab', 8], enter(8)]],
    ['three of them, slowly', [enter(8), enter(90), enter(90)]],
    ['Enter and Escape', [enter(8), ['Escape', 8]]],
    ['a function key and Enter', [['F9', 8], enter(8)]],
    ['Enter and an arrow', [enter(8), ['ArrowDown', 8]]],
    ['Escape and Enter', [['Escape', 8], enter(8)]],
    ['Enter and a blank', [enter(8), [' ', 8]]],
    ['Tab, a blank and Enter', [['Tab', 8], [' ', 8], enter(8)]],
  ])('%s', (_, ends) => {
    const seen = type([...burst(serial, 8), ...ends]);
    expect(seen).toEqual({ ...nothingSeen, scans: [serial], swallowedEnds: ends.length });
  });

  test('and what the operator presses after it does', () => {
    const seen = type([...burst(serial, 8), enter(8), enter(600), ['Escape', 50], ['Tab', 50]]);
    expect(seen).toEqual({ ...nothingSeen, scans: [serial], swallowedEnds: 1 });
  });

  test('and a function key behind Enter is the operator’s, as Escape is a moment later', () => {
    const seen = type([...burst(serial, 8), enter(8), ['F4', 20], ['Escape', 90]]);
    expect(seen).toEqual({ ...nothingSeen, scans: [serial], swallowedEnds: 1 });
  });

  test('of one that ended in silence, when it is late', () => {
    const seen = type([...burst(serial, 8), enter(500), enter(200)]);
    expect(seen).toEqual({ ...nothingSeen, scans: [serial], swallowedEnds: 2 });
  });
});

describe('half a scan is none', () => {
  const halves = (wait: number): Press[] => [
    ...burst('5CG41', 8),
    ['2', wait],
    ...burst('3XYZ', 8),
    enter(8),
  ];
  test.each([70, 120, 250, 390, 600, 900])('cut in two for %i ms', (wait) => {
    for (const typing of [true, false]) {
      const seen = type(halves(wait), { typing });
      expect(seen.scans).toEqual([]);
      expect(seen.cut).toHaveLength(1);
    }
  });

  test('its first character alone, where nothing takes text', () => {
    const seen = type([['5', 8], ['C', 150], ...burst('G4123XYZ', 8), enter(8)], { typing: false });
    expect(seen).toMatchObject({ scans: [], cut: [serial] });
  });

  test('the first one long enough to be taken: neither, when scans end with a key here', () => {
    const before = [...burst('OP-Ada', 8), enter(8)];
    const seen = type([
      ...before,
      ['5', 2000],
      ...burst('CG4123', 8),
      ['X', 700],
      ...burst('YZ12345', 8),
      enter(8),
    ]);
    expect(seen.scans).toEqual(['OP-Ada']);
    expect(seen.cut).toHaveLength(2);
  });

  test('but a whole one after it is', () => {
    const seen = type([...halves(250), ['5', 2000], ...burst('CG4123XYZ', 8), enter(8)]);
    expect(seen.scans).toEqual([serial]);
  });
});

describe('a scanner that is slower than is allowed for', () => {
  test.each([60, 70, 100, 180])('is told, where nothing takes text: %i ms', (gap) => {
    const seen = type([...burst(serial, gap), enter(gap), enter(gap)], { typing: false });
    expect(seen).toEqual({ ...nothingSeen, slow: [serial], swallowedEnds: 2 });
  });

  test('is told in a field when no person keeps such a pace, and the field keeps its Enter', () => {
    const seen = type([...burst(serial, 70), enter(70)]);
    expect(seen).toEqual({ ...nothingSeen, slow: [serial] });
  });

  test('is told when nothing ends it, where nothing takes text', () => {
    expect(type(burst(serial, 70), { typing: false })).toMatchObject({ scans: [], slow: [serial] });
    expect(type(burst(serial, 70), { typing: true })).toEqual(nothingSeen);
  });
});

describe('a slow scanner that was checked', () => {
  const rules: DetectorRules = { gapMs: 75, end: 'key' };
  const jitter = (text: string): Press[] =>
    Array.from(text, (key, index) => [key, 70 + (index % 3) * 12] as const);

  test.each([true, false])('is taken, wherever the focus is', (typing) => {
    const seen = type([...jitter(serial), enter(70), enter(70)], { typing, rules });
    expect(seen).toEqual({ ...nothingSeen, scans: [serial], swallowedEnds: 2 });
  });

  test('with the shortest labels where nothing takes text', () => {
    expect(type([...jitter('A1'), enter(70)], { typing: false, rules }).scans).toEqual(['A1']);
    expect(type([...jitter('A1'), enter(70)], { typing: true, rules })).toEqual(nothingSeen);
  });

  test('is told from people who type as fast', () => {
    const person = typed('administrator', [62, 25, 110, 58, 130, 75, 30, 90], 110);
    expect(type(person, { rules }).scans).toEqual([]);
  });

  test('leaves a fast one as it was', () => {
    expect(type([...burst(serial, 5), enter(5)], { rules }).scans).toEqual([serial]);
  });

  test('that ends with nothing is taken after a short silence', () => {
    const seen = type(jitter(serial), { typing: false, rules: { gapMs: 75, end: 'none' } });
    expect(seen.scans).toEqual([serial]);
  });

  test('that ends with a key is not taken when the key does not come', () => {
    const seen = type(burst(serial, 5), { typing: false, rules });
    expect(seen).toMatchObject({ scans: [], cut: [serial] });
  });
});

test('the first key of what may be a burst is told, so that the field can be remembered', () => {
  const press = (key: string, time: number) => ({ key, time, repeat: false, typing: true });
  const first = detectKey(initialDetector, press('a', 0), uncheckedScanner);
  expect(first.verdict.type).toBe('first');
  const second = detectKey(first.state, press('b', 10), uncheckedScanner);
  expect(second.verdict.type).toBe('suspect');
  const afterPause = detectKey(second.state, press('c', 1200), uncheckedScanner);
  expect(afterPause.verdict).toEqual({ type: 'first', goesOn: false });
});

test('a blank of a slow scanner presses no button', () => {
  const press = (key: string, time: number) => ({ key, time, repeat: false, typing: false });
  const first = detectKey(initialDetector, press('A', 0), uncheckedScanner);
  expect(detectKey(first.state, press(' ', 120), uncheckedScanner).verdict.type).toBe('suspect');
  expect(detectKey(initialDetector, press(' ', 120), uncheckedScanner).verdict.type).toBe('first');
});
