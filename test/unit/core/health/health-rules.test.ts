import { describe, expect, it } from 'vitest';
import type { DriveHealth, KnownHealth } from '../../../../core/health/health';
import {
  compareHealth,
  defaultHealthRules,
  healthFigures,
  healthSettingsSchema,
  judgeHealth,
  type HealthRule,
} from '../../../../core/health/health-rules';
import {
  criticalWarningWords,
  withFalseSize,
  withHealth,
  timeInUse,
} from '../../../../core/health/health-words';
import { sampleDrive } from '../drive/drives';

const fresh: KnownHealth = {
  ...{ known: true, tool: '7.4', protocol: 'nvme', overall: 'passed', readAt: '2026-01-01T00:00:00Z' },
  ...{ reallocated: 0, pending: 0, uncorrectable: 0, mediaErrors: 0, crcErrors: 0 },
  ...{ availableSpare: 100, spareThreshold: 10, percentageUsed: 0, criticalWarning: 0 },
  ...{ powerOnHours: 0, temperature: 30 },
};
const word = (change: Partial<KnownHealth>): string =>
  judgeHealth({ ...fresh, ...change }, defaultHealthRules).word;
const unknown: DriveHealth = { known: false, reason: 'no bridge' };

describe('the default rules', () => {
  it.each<[string, Partial<KnownHealth>]>([
    ['good', {}],
    ['good', { powerOnHours: 90_000, crcErrors: 4000 }],
    ['bad', { overall: 'failed' }],
    ['bad', { criticalWarning: 0b0000_0100 }],
    // Only hot: that bit goes again.
    ['good', { criticalWarning: 0b0000_0010 }],
    ['bad', { pending: 1 }],
    ['bad', { uncorrectable: 1 }],
    ['warning', { reallocated: 1 }],
    ['warning', { mediaErrors: 1 }],
    ['good', { availableSpare: 21 }],
    ['warning', { availableSpare: 20 }],
    ['warning', { availableSpare: 9 }],
    ['warning', { percentageUsed: 80 }],
    ['bad', { percentageUsed: 100 }],
    ['bad', { percentageUsed: 255 }],
    ['warning', { temperature: 70 }],
  ])('say %s of %j', (expected, change) => {
    expect(word(change)).toBe(expected);
  });

  it('say nothing of what a drive does not report', () => {
    const silent = { ...fresh, overall: null, pending: null, percentageUsed: null, availableSpare: null };
    expect(word({ ...silent, reallocated: null, mediaErrors: null, criticalWarning: null })).toBe('good');
    expect(judgeHealth(unknown, defaultHealthRules)).toEqual({ word: 'not-known', findings: [] });
  });

  it('name the gravest of two on one figure, and what blocks first', () => {
    const { findings } = judgeHealth({ ...fresh, percentageUsed: 120, reallocated: 3 }, defaultHealthRules);
    expect(findings.slice(0, 2)).toEqual([
      { figure: 'percentageUsed', value: 120, limit: 100, act: 'blocks' },
      { figure: 'reallocated', value: 3, limit: 1, act: 'warns' },
    ]);
  });

  it('look at every figure', () => {
    expect(new Set(defaultHealthRules.map(({ figure }) => figure))).toEqual(new Set(healthFigures));
  });
});

describe('rules of a station', () => {
  it('replace the default ones whole', () => {
    const { rules } = healthSettingsSchema.parse({
      rules: [{ figure: 'reallocated', limit: 5, act: 'blocks' }],
    });
    expect(judgeHealth({ ...fresh, reallocated: 5, pending: 9 }, rules).findings).toEqual([
      { figure: 'reallocated', value: 5, limit: 5, act: 'blocks' },
    ]);
  });

  it.each([{ figure: 'mood' }, { limit: -1 }, { limit: 1.5 }, { act: 'explodes' }, { extra: 1 }])(
    'are refused with %j',
    (change) => {
      const rule = { figure: 'pending', limit: 1, act: 'blocks', ...change };
      expect(healthSettingsSchema.safeParse({ rules: [rule] }).success).toBe(false);
    },
  );
});

describe('what rose while a job ran', () => {
  it.each<[Partial<KnownHealth>, boolean]>([
    [{ pending: 1 }, true],
    [{ uncorrectable: 1 }, true],
    [{ reallocated: 1 }, true],
    [{ mediaErrors: 1 }, true],
    [{ overall: 'failed' }, true],
    [{ criticalWarning: 0b1000 }, true],
    [{ crcErrors: 1 }, false],
    // Worn out while it was written: a rule blocks it from now on.
    [{ percentageUsed: 100 }, true],
  ])('fails it or not: %j', (change, fails) => {
    expect(compareHealth(fresh, { ...fresh, ...change }, defaultHealthRules)).toMatchObject([{ fails }]);
  });

  it('is nothing where it fell, is not reported, or is what always rises', () => {
    expect(compareHealth({ ...fresh, pending: 3 }, fresh, defaultHealthRules)).toEqual([]);
    expect(compareHealth(fresh, { ...fresh, pending: null }, defaultHealthRules)).toEqual([]);
    expect(
      compareHealth(
        fresh,
        { ...fresh, powerOnHours: 9, temperature: 60, percentageUsed: 1 },
        defaultHealthRules,
      ),
    ).toEqual([]);
    // Whatever a station's own rule counts; what it blocked before, and what goes back by itself, is no news.
    const hours: HealthRule = { figure: 'powerOnHours', limit: 10, act: 'blocks' };
    const spare: HealthRule = { figure: 'spareLeft', limit: 3, act: 'blocks' };
    const hot: HealthRule = { figure: 'temperature', limit: 50, act: 'blocks' };
    const old = { ...fresh, powerOnHours: 9, availableSpare: 20, spareThreshold: 10 };
    expect(compareHealth(old, { ...old, powerOnHours: 10 }, [hours])).toEqual([
      { figure: 'powerOnHours', before: 9, after: 10, fails: true },
    ]);
    expect(compareHealth(old, { ...old, availableSpare: 12 }, [spare])).toEqual([
      { figure: 'spareLeft', before: 10, after: 2, fails: true },
    ]);
    expect(compareHealth({ ...old, powerOnHours: 11 }, { ...old, powerOnHours: 12 }, [hours])).toEqual([]);
    expect(compareHealth(old, { ...old, temperature: 60 }, [hot])).toEqual([]);
    expect(compareHealth(unknown, { ...fresh, pending: 9 }, defaultHealthRules)).toEqual([]);
    expect(compareHealth(fresh, unknown, defaultHealthRules)).toEqual([]);
  });
});

describe('a drive with its health', () => {
  const drive = sampleDrive();

  it('is blocked by a rule that blocks, with figure and limit', () => {
    const bad = withHealth(drive, { ...fresh, pending: 12 }, defaultHealthRules);
    expect(bad.verdict).toBe('blocked');
    expect(bad.reasons).toEqual([
      { code: 'health', message: expect.stringContaining('12 pending sectors (limit: 1)') as string },
    ]);
  });

  it('gets a note by one that warns, and stays as it is otherwise', () => {
    const worn = withHealth(drive, { ...fresh, percentageUsed: 85 }, defaultHealthRules);
    expect([worn.verdict, worn.notes.at(-1)]).toEqual([
      'eligible',
      { code: 'health', message: 'Health warning: 85 % used (limit: 80).' },
    ]);
    for (const health of [null, fresh, unknown]) {
      expect(withHealth(drive, health, defaultHealthRules)).toEqual(drive);
    }
  });

  it('has its critical warnings in words', () => {
    expect(criticalWarningWords({ ...fresh, criticalWarning: 0b1000_0101 })).toEqual([
      'spare below its threshold',
      'reliability degraded',
      'bit 7',
    ]);
  });
});

describe('a drive that a check found smaller than it says', () => {
  const found = { time: '2026-03-01T10:00:00Z', words: 'it holds 32.0 GB of the 500 GB that it claims' };

  it.each<[HealthRule[], string, number]>([
    [[...defaultHealthRules], 'blocked', 0],
    [[{ figure: 'falseSize', limit: 1, act: 'warns' }], 'eligible', 1],
    [[], 'eligible', 0],
  ])('is blocked or noted as the rules say', (rules, verdict, notes) => {
    const drive = withFalseSize(sampleDrive(), found, rules);
    expect(drive.verdict).toBe(verdict);
    expect(drive.notes.filter(({ code }) => code === 'false-size')).toHaveLength(notes);
  });

  it('is left alone where no check did', () => {
    expect(withFalseSize(sampleDrive(), undefined, defaultHealthRules).verdict).toBe('eligible');
  });
});

describe('the time that a drive was on', () => {
  it.each([
    [0, '0 hours'],
    [1, '1 hour'],
    [47, '47 hours'],
    [48, '2 days'],
    [1459, '60 days'],
    [1460, '2 months'],
    [8760, '1 year'],
    [19_710, '2 years 3 months'],
  ])('%i hours: %s', (hours, words) => {
    expect(timeInUse(hours)).toBe(words);
  });
});
