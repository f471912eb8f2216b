import { describe, expect, it } from 'vitest';
import { isToldOn, meaningOf, screenAfter, type ScanMeaning } from '../../../../core/flow/screen-scan';
import type { ScanReading } from '../../../../core/scan/scan';
import { scanScreens, type ScanOutcome, type ScanScreen } from '../../../../core/scan/scan-outcome';
import { bay, command, inBay, machine } from '../pairing/pairing-world';

const badge: ScanReading = { kind: 'operator', name: 'Ada' };
const order: ScanReading = { kind: 'work-order', number: '4711' };
const hash: ScanReading = { kind: 'sha256', sha256: 'a'.repeat(64) };
const ean: ScanReading = { kind: 'ean', text: '4006381333931' };
const key: ScanReading = { kind: 'product-key', text: 'secret' };

const mean = (reading: ScanReading, screen: ScanScreen, confirming = false): ScanMeaning =>
  meaningOf(reading, { screen, confirming, isListed: (serial) => serial === 'PC-1', text: 'the text' });
const bench = { for: 'bench' };
const back = { for: 'way-back' };
const others = scanScreens.filter((screen) => screen !== 'bench');

describe('each screen owns its scans', () => {
  it.each(scanScreens)('badges, commands and what is secret are the bench’s on %s', (screen) => {
    for (const reading of [
      badge,
      key,
      command('START'),
      command('NEXT'),
      command('RETRY'),
      command('CLEAR'),
    ]) {
      expect(mean(reading, screen)).toEqual(bench);
    }
  });
  it.each(scanScreens)('while a start is confirmed, everything is on %s', (screen) => {
    for (const reading of [badge, machine('PC-1'), bay(1), command('UNDO'), command('SHIP'), hash]) {
      expect(mean(reading, screen, true)).toEqual(bench);
    }
  });
  it.each(scanScreens)('the code of a machine that asks admits it on %s', (screen) => {
    const code: ScanReading = { kind: 'admission-code', code: '7K39QF' };
    expect(mean(code, screen)).toEqual({ for: 'screen', task: { kind: 'admit', text: '7K39QF' } });
    // Not past a list of what will be erased.
    expect(mean(code, screen, true)).toEqual(bench);
  });
  it.each(others)('UNDO and CANCEL lead back from %s, and undo nothing that is not seen', (screen) => {
    expect(mean(command('UNDO'), screen)).toEqual(back);
    expect(mean(command('CANCEL'), screen)).toEqual(back);
  });
  it.each<[ScanScreen, ScanReading, object]>([
    ['order', machine('PC-1'), { kind: 'find-line', machineSerial: 'PC-1' }],
    ['ship', machine('PC-1'), { kind: 'tick', text: 'PC-1' }],
    ['ship', inBay(1), { kind: 'tick', text: 'the text' }],
    ['ship', bay(1), { kind: 'tick', text: 'the text' }],
    ['ship', ean, { kind: 'tick', text: 'the text' }],
    ['ship', command('SHIP'), { kind: 'close-shipment' }],
    ['log', machine('PC-9'), { kind: 'search', text: 'PC-9' }],
    ['log', bay(1), { kind: 'search', text: 'bay 1' }],
    ['log', order, { kind: 'search', text: '4711' }],
    ['log', ean, { kind: 'search', text: 'the text' }],
    ['settings', machine('PC-9'), { kind: 'try', text: 'the text' }],
    ['settings', hash, { kind: 'try', text: 'the text' }],
  ])('%s: %j', (screen, reading, task) => {
    expect(mean(reading, screen)).toEqual({ for: 'screen', task });
  });
  it.each<[ScanScreen, ScanReading]>([
    ['order', machine('PC-9')],
    ['order', bay(1)],
    ['order', order],
    ['order', hash],
    ['media', hash],
    ['media', machine('PC-9')],
    ['sheet', bay(1)],
    ['ship', order],
    ['ship', hash],
    ['order', command('SHIP')],
  ])('the bench takes or refuses on %s: %j', (screen, reading) => {
    expect(mean(reading, screen)).toEqual(bench);
  });
});

type Accepted = Extract<ScanOutcome, { result: 'accepted' }>;
const did = (effect: Accepted['effect']): ScanOutcome => ({
  ...{ result: 'accepted', kind: 'machine', effect, machineSerial: null, bay: null },
});
const refused: ScanOutcome = {
  ...{ result: 'refused', kind: 'machine', reason: 'not-in-order', expected: 'machine', detail: 'PC-9' },
};

it('what was done on the bench is shown there; what was refused is said where it was scanned', () => {
  expect(others.map((screen) => screenAfter(screen, did('machine-waiting')))).toEqual(
    others.map(() => 'bench'),
  );
  expect(screenAfter('bench', did('machine-waiting'))).toBeNull();
  expect(screenAfter('media', did('hash-given'))).toBeNull();
  expect(screenAfter('log', did('operator-set'))).toBeNull();
  expect(screenAfter('log', did('armed'))).toBeNull();
  expect(screenAfter('log', did('ship-shown'))).toBe('ship');
  expect(screenAfter('order', refused)).toBeNull();
});

it('what is of one screen is said there only', () => {
  expect(isToldOn('bench', 'log', did('searched'))).toBe(false);
  expect(isToldOn('log', 'log', did('searched'))).toBe(true);
  expect(isToldOn('order', 'bench', refused)).toBe(true);
  expect(isToldOn('bench', 'ship', { ...refused, reason: 'not-waiting' })).toBe(false);
});
