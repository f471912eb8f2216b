import { describe, expect, test } from 'vitest';
import { checkCode } from '../../../../core/scan/check-code';
import { characterAt, keyboardLayouts } from '../../../../core/scan/keyboard-layouts';
import { readKeys, isLayoutSensitive } from '../../../../core/scan/scan-keys';
import { analyseCheck, checkedScanner, type ScannerCheck } from '../../../../core/scan/scanner-check';
import { scannerSettingsSchema } from '../../../../core/scan/scanner-settings';
import { paced, recordedLayouts, recordedScan, recordedScanNames } from '../../../support/recorded-scans';
import { recordedTexts } from '../../../support/scanner-strokes';

const check = (name: string): ScannerCheck => {
  const found = analyseCheck(recordedScan(name));
  if (found?.kind !== 'read') throw new Error(`'${name}' was not read`);
  return found;
};

describe('the tables of keyboards', () => {
  test.each(keyboardLayouts)('%s is what was recorded', (layout) => {
    const levels = recordedLayouts[layout];
    for (const level of ['plain', 'shift', 'altGr'] as const) {
      for (const [code, key] of Object.entries(levels?.[level] ?? {})) {
        const ascii = level !== 'altGr' || (key.charCodeAt(0) < 0x7f && layout !== 'us');
        const alone = key.length === 1 && (ascii || code === 'Space') ? key : null;
        if (code === 'Space') continue;
        expect([code, level, characterAt(layout, code, level)]).toEqual([code, level, alone]);
      }
    }
  });
});

describe('a scan of the check code', () => {
  test('of a scanner as it comes', () => {
    const found = check('fast, Enter');
    expect(found).toMatchObject({
      layout: 'us',
      computer: 'us',
      changed: [],
      capsLock: false,
      control: 'sent',
      aim: null,
      prefix: '',
      suffix: '',
      before: [],
      after: ['Enter'],
      problems: [],
    });
    expect(found.medianGap).toBeLessThan(15);
    expect(checkedScanner(found, '2026-01-01T00:00:00.000Z')).toEqual({
      checkedAt: '2026-01-01T00:00:00.000Z',
      offer: false,
      gapMs: 35,
      layout: 'us',
      prefix: '',
      prefixKey: '',
      end: 'key',
    });
  });

  test('of a Bluetooth scanner tells its gap and both Enters', () => {
    const found = check('Bluetooth, 70 ms, Enter twice');
    expect(found.medianGap).toBeGreaterThanOrEqual(70);
    expect(found.after).toEqual(['Enter', 'Enter']);
    const { gapMs } = checkedScanner(found, '2026-01-01T00:00:00.000Z');
    expect(gapMs).toBeGreaterThanOrEqual(70);
    expect(gapMs).toBeLessThanOrEqual(100);
  });

  test.each<[string, ScannerCheck['layout'], ScannerCheck['computer'], string[]]>([
    ['computer set to German', 'us', 'de', ['zy', 'YZ', '-ß', ':Ö', '/-', ']+', '@"', '#§']],
    [
      'computer set to French',
      'us',
      'fr',
      ['AQ', '-)', 'zw', 'M?', '2é', '9ç', ':M', '/!', ']$', '@2', '#3'],
    ],
    ['computer set to British', 'us', 'gb', ['@"', '#£']],
    ['scanner set to German', 'de', 'us', ['zy', 'YZ', '-/', ':>', '/&', ']9', '@q', '#\\']],
    ['both set to German', 'de', 'de', []],
  ])('%s', (name, layout, computer, changed) => {
    const found = check(name);
    expect([found.layout, found.computer]).toEqual([layout, computer]);
    expect(found.changed.map(([meant, made]) => meant + made).sort()).toEqual([...changed].sort());
  });

  test.each(recordedScanNames.filter((name) => !/serial|badge|command/.test(name)))(
    '%s: the layout that it sets reads the code',
    (name) => {
      const found = check(name);
      const text = readKeys(recordedScan(name), found.layout).replace('<GS>', '\u001d');
      const whole = found.control === 'lost' ? checkCode.replace('\u001d', '') : checkCode;
      expect(text).toContain(whole);
      const settings = checkedScanner(found, '2026-01-01T00:00:00.000Z');
      expect(scannerSettingsSchema.parse(settings)).toEqual(settings);
    },
  );

  test('with a dead key in it is read by the places of the keys', () => {
    expect(readKeys(recordedScan('computer set to Swedish'), 'typed')).toContain('\ufffd');
    expect(check('computer set to Swedish')).toMatchObject({ layout: 'us', control: 'sent' });
  });

  test('with Caps Lock on is read by place, which Caps Lock does not change', () => {
    expect(check('Caps Lock on')).toMatchObject({ layout: 'us', computer: 'us', capsLock: true });
  });

  test.each<[string, Partial<ScannerCheck>, Partial<ReturnType<typeof checkedScanner>>]>([
    [
      'AIM identifier, Enter and Tab',
      { aim: ']C0', after: ['Enter', 'Tab'], problems: [] },
      { prefix: '', end: 'key' },
    ],
    [
      'a letter in front, control characters dropped',
      { prefix: 'D', control: 'lost', problems: ['control-lost', 'prefix-text'] },
      { prefix: '' },
    ],
    ['a sign in front, no end', { prefix: '~', after: [], problems: [] }, { prefix: '~', end: 'none' }],
    [
      'F2 in front, CR LF',
      { before: ['F2'], after: ['Enter', 'Ctrl+J'], problems: [] },
      { prefixKey: 'F2', end: 'key' },
    ],
    ['control characters in words, Escape', { control: 'in-words', after: ['Escape'] }, { end: 'key' }],
  ])('%s', (name, told, set) => {
    const found = check(name);
    expect(found).toMatchObject(told);
    expect(checkedScanner(found, '2026-01-01T00:00:00.000Z')).toMatchObject(set);
  });

  test('does not take for the scanner’s what the operator pressed a moment before', () => {
    const [f2, ...code] = recordedScan('F2 in front, CR LF');
    if (f2 === undefined) throw new Error('no F2');
    expect(analyseCheck([{ ...f2, ms: f2.ms - 300 }, ...code])).toMatchObject({ before: [] });
  });

  test('of a scanner too slow to be allowed for says so', () => {
    const slow = paced(recordedScan('fast, Enter'), 260);
    expect(analyseCheck(slow)).toMatchObject({ problems: ['too-slow'] });
  });

  test('on a keyboard that is not known is told from another scan', () => {
    const foreign = recordedScan('fast, Enter').map((key) => ({
      ...key,
      key: /^[zY29:/\]@#]$/.test(key.key) ? 'ж' : key.key,
      code: '',
    }));
    expect(analyseCheck(foreign)).toMatchObject({ kind: 'unread' });
    const serial = recordedScan('fast, Enter').slice(0, 10);
    expect(analyseCheck(serial)).toBeNull();
    expect(analyseCheck([])).toBeNull();
  });
});

describe('what is scanned afterwards', () => {
  test.each(['us', 'de', 'fr'])('comes through as printed on a computer set to %s', (computer) => {
    for (const text of ['serial', 'badge'] as const) {
      const keys = recordedScan(`${text}, computer set to ${computer}`);
      expect(readKeys(keys, 'us')).toBe(recordedTexts[text]);
      expect(analyseCheck(keys)).toBeNull();
    }
  });
});

describe('what a layout changes', () => {
  test('is told of keys on a German keyboard and not on a US one, whatever the case', () => {
    expect(recordedScan('fast, Enter').some(isLayoutSensitive)).toBe(false);
    expect(recordedScan('Caps Lock on').some(isLayoutSensitive)).toBe(false);
    const sensitive = recordedScan('computer set to German').filter(isLayoutSensitive);
    expect(sensitive.map(({ key }) => key).join('')).toBe('ßyZÖ-+"§');
  });
});
