import { describe, expect, it } from 'vitest';
import { baysSchema, maxBays, type Bay } from '../../../../core/drive/bays';
import type { Drive } from '../../../../core/drive/drive';
import { appSettingsSchema } from '../../../../core/settings/settings';
import { GiB } from '../../../../core/base/units';
import {
  added,
  bound,
  filled,
  labelProblem,
  limitBytes,
  limitText,
  moved,
  patternProblem,
  tryCode,
} from '../../../../renderer/screens/settings/settings-rules';
import { sampleDrive } from '../../core/drive/drives';

const bays: readonly Bay[] = [
  { label: 'A1', port: '/port/1' },
  { label: 'A2', port: null },
  { label: 'A3', port: '/port/3' },
];
const name = (number: number): string => `Bay ${number}`;
const onPort = (number: number, more: Partial<Drive> = {}): Drive =>
  sampleDrive({ id: `drive-${number}`, byPath: `/port/${number}`, bay: null, ...more });

describe('labels of bays', () => {
  it.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['x'.repeat(25), 'unclear'],
    ['a\u202eb', 'unclear'],
    ['a1', 'twice'],
    ['A-3', 'twice'],
    ['B1', null],
    ['A2', null],
  ])('%j as the second one: %s', (label, problem) => {
    expect(labelProblem(label, bays, 1)).toBe(problem);
  });
});

describe('the list of bays', () => {
  it('moves a bay, and stays at its ends', () => {
    expect(moved(bays, 1, -1).map(({ label }) => label)).toEqual(['A2', 'A1', 'A3']);
    expect(moved(bays, 1, 1).map(({ label }) => label)).toEqual(['A1', 'A3', 'A2']);
    expect(moved(bays, 0, -1)).toEqual(bays);
    expect(moved(bays, 2, 1)).toEqual(bays);
  });

  it('adds a bay with a label that is free, and no 49th', () => {
    expect(added([], name)).toEqual([{ label: 'Bay 1', port: null }]);
    expect(added([{ label: 'BAY2', port: null }], name).at(-1)?.label).toBe('Bay 3');
    let list: Bay[] = [];
    for (let number = 0; number < maxBays + 3; number += 1) list = added(list, name);
    expect(list).toHaveLength(maxBays);
    expect(baysSchema.safeParse(list).success).toBe(true);
  });

  it('binds a port to one bay only', () => {
    const next = bound(bays, 1, '/port/1');
    expect(next.map(({ port }) => port)).toEqual([null, '/port/1', '/port/3']);
    expect(bound(next, 1, null).map(({ port }) => port)).toEqual([null, null, '/port/3']);
  });

  it('fills with drives that may be written and are in no bay', () => {
    const drives = [onPort(1), onPort(4), onPort(5, { verdict: 'blocked' }), onPort(6, { bay: 'A1' })];
    const next = filled(bays, drives);
    expect(next.slice(0, 3)).toEqual(bays);
    expect(next.slice(3).map(({ port }) => port)).toEqual(['/port/4', '/port/6']);
    expect(baysSchema.safeParse(next).success).toBe(true);
    expect(filled(next, drives)).toEqual(next);
  });

  it('fills no more than fit', () => {
    const drives = Array.from({ length: 60 }, (_, number) => onPort(number));
    expect(filled([], drives)).toHaveLength(maxBays);
  });
});

describe('what a barcode would be taken for', () => {
  const desk = appSettingsSchema.parse({});
  const dell = { maker: 'Dell service tag', pattern: '[0-9A-Z]{7}' };
  const tryWith = (text: string, serialPatterns = [dell]): ReturnType<typeof tryCode> =>
    tryCode(text, { settings: { ...desk, serialPatterns }, bays: [], drives: [] });

  it('says whose pattern a serial fits', () => {
    expect(tryWith('4bcd123')).toEqual({ kind: 'machine', serial: '4BCD123', makers: ['Dell service tag'] });
    expect(tryWith('4BCD1234')).toEqual({ kind: 'fits-none', serial: '4BCD1234' });
    expect(tryWith('4BCD1234', [])).toEqual({ kind: 'machine', serial: '4BCD1234', makers: [] });
  });

  it('tells badges, work orders and numbers that are no serial', () => {
    expect(tryWith('OP-A. Jansen')).toEqual({ kind: 'operator', name: 'A. Jansen' });
    expect(tryWith('WO-417')).toEqual({ kind: 'work-order', number: '417' });
    expect(tryWith('4006381333931').kind).toBe('ean');
  });

  it('knows what is no pattern', () => {
    expect(patternProblem('')).toBe('pattern-empty');
    expect(patternProblem('[0-9')).toBe('pattern-wrong');
    expect(patternProblem('x'.repeat(201))).toBe('pattern-wrong');
    expect(patternProblem('[0-9A-Z]{7}')).toBeNull();
  });
});

describe('the limit of the cache', () => {
  it.each([
    ['1', GiB],
    [' 200 ', 200 * GiB],
    ['0', null],
    ['', null],
    ['-1', null],
    ['1.5', null],
    ['1e3', null],
    ['100001', null],
  ])('%j is %s', (text, bytes) => {
    expect(limitBytes(text)).toBe(bytes);
  });

  it('is shown as it is typed', () => {
    expect(limitText(200 * GiB)).toBe('200');
    expect(limitText(1.5 * GiB)).toBe('1.5');
  });
});
