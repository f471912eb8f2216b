import { describe, expect, test } from 'vitest';
import {
  detectKey,
  detectSilence,
  initialDetector,
  silence,
  type DetectorState,
} from '../../../renderer/scanner/scan-detector';

/** A key, and the milliseconds since the one before. */
type Press = readonly [key: string, gap: number, repeat?: 'repeat'];

/** Feeds keys, and asks for silence as the page does: when nothing came for long enough. */
function type(presses: readonly Press[]): { scans: string[]; swallowedEnds: number } {
  let state: DetectorState = initialDetector;
  let time = 1000;
  const scans: string[] = [];
  let swallowedEnds = 0;
  const bootFailed = (): void => {
    const detection = detectSilence(state, time);
    state = detection.state;
    if (detection.verdict.type === 'scan') scans.push(detection.verdict.text);
  };
  for (const [key, gap, repeat] of presses) {
    const before = time;
    if (gap > silence) {
      time = before + silence + 10;
      bootFailed();
    }
    time = before + gap;
    const detection = detectKey(state, { key, time, repeat: repeat === 'repeat' });
    state = detection.state;
    if (detection.verdict.type === 'scan') {
      scans.push(detection.verdict.text);
      swallowedEnds += 1;
    }
    if (detection.verdict.type === 'late-end') swallowedEnds += 1;
  }
  time += silence + 10;
  bootFailed();
  return { scans, swallowedEnds };
}

const burst = (text: string, gap: number): Press[] => Array.from(text, (key) => [key, gap] as const);
const enter = (gap: number): Press => ['Enter', gap];

describe('what is a scan', () => {
  const serial = '5CG4123XYZ';
  test.each<[string, readonly Press[], string[]]>([
    ['a scanner with 5 ms gaps and Enter', [...burst(serial, 5), enter(5)], [serial]],
    ['a scanner that ends with Tab', [...burst(serial, 12), ['Tab', 12]], [serial]],
    ['characters that all come at once', [...burst(serial, 0), enter(0)], [serial]],
    ['gaps of 30 ms', [...burst(serial, 30), enter(30)], [serial]],
    ['one late character', [...burst('5CG4', 10), ['1', 55], ...burst('23XYZ', 10), enter(10)], [serial]],
    ['a slow but steady scanner with 40 ms gaps', [...burst(serial, 40), enter(40)], [serial]],
    ['the least: four characters', [...burst('A12B', 20), enter(30)], ['A12B']],
    ['a bay called A1 at machine speed', [...burst('A1', 8), enter(8)], ['A1']],
    ['no terminator', burst('5CG4123XYZ', 8), ['5CG4123XYZ']],
    ['a blank inside', [...burst('BADGE: A. Jansen', 10), enter(10)], ['BADGE: A. Jansen']],
    [
      'Shift between the characters',
      [['Shift', 5], ['C', 5], ['Shift', 5], ['G', 5], ['4', 5], ['1', 5], enter(5)],
      ['CG41'],
    ],
    ['an Enter that comes late', [...burst(serial, 8), enter(90)], [serial]],
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
    expect(type(presses).scans).toEqual(expected);
  });
});

describe('what is typing', () => {
  test.each<[string, readonly Press[]]>([
    ['a fast typist, 80 ms', [...burst('Jansen', 80), enter(80)]],
    ['a very fast typist, 62 ms', [...burst('administrator', 62), enter(62)]],
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
    expect(type(presses)).toEqual({ scans: [], swallowedEnds: 0 });
  });
});

test('the Enter of a scan that ended in silence is swallowed, and only that one', () => {
  const late = type([...burst('5CG4123XYZ', 8), enter(180), enter(200)]);
  expect(late).toEqual({ scans: ['5CG4123XYZ'], swallowedEnds: 1 });
});

test('the first key of what may be a burst is told, so that the field can be remembered', () => {
  const first = detectKey(initialDetector, { key: 'a', time: 0, repeat: false });
  expect(first.verdict.type).toBe('first');
  const second = detectKey(first.state, { key: 'b', time: 10, repeat: false });
  expect(second.verdict.type).toBe('suspect');
  const afterPause = detectKey(second.state, { key: 'c', time: 200, repeat: false });
  expect(afterPause.verdict.type).toBe('first');
});
