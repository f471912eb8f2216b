import { describe, expect, it } from 'vitest';
import { noPast, type DrivePast } from '../../../../core/ledger/drive-past';
import { jobDetailsSchema } from '../../../../core/ledger/record';
import { driveAgainOf, driveAgainWords, needsReason } from '../../../../core/job/drive-again';
import { driveBefore } from '../../../../core/ledger/drive-before';
import { sampleJob } from '../../station/ledger/samples';

const holds: DrivePast['holds'] = {
  ...{ machineSerial: 'PC-1', entry: 4, time: '2026-05-17T08:00:00.000Z', media: 'gold.wim', shipped: null },
};
const bad = (changes: Partial<NonNullable<DrivePast['lastBad']>> = {}): DrivePast => ({
  ...noPast,
  lastBad: {
    ...{ state: 'failed', entry: 6, time: '2026-05-19T08:00:00.000Z', reason: 'Read-back differs' },
    ...{ touched: true, ...changes },
  },
  failures: 1,
});

describe('what a drive asks a reason for', () => {
  it('is a finished image on it, or a job that failed after it had touched the drive', () => {
    expect(needsReason(driveBefore({ ...noPast, holds }))).toBe(true);
    expect(needsReason(driveBefore(bad()))).toBe(true);
  });

  it('is nothing that was cancelled, interrupted, or failed before it touched the drive', () => {
    expect(needsReason(driveBefore(noPast))).toBe(false);
    expect(needsReason(driveBefore(bad({ state: 'cancelled' })))).toBe(false);
    expect(needsReason(driveBefore(bad({ state: 'interrupted' })))).toBe(false);
    expect(needsReason(driveBefore(bad({ touched: false })))).toBe(false);
  });
});

describe('what the record keeps of it', () => {
  it('is said on card and certificate', () => {
    const second = driveAgainOf(driveBefore(bad()), 'Cable changed');
    expect(second === null ? '' : driveAgainWords(second)).toBe(
      'Second try. The first failed on 2026-05-19: Cable changed',
    );
    const third = driveAgainOf(driveBefore({ ...bad(), failures: 2 }), 'Other bay');
    expect(third === null ? '' : driveAgainWords(third)).toBe(
      'Try 3. The last failed on 2026-05-19: Other bay',
    );
    const reused = driveAgainOf(driveBefore({ ...noPast, holds }), 'Reused');
    expect(reused === null ? '' : driveAgainWords(reused)).toBe(
      'Drive reused. It held the image for PC-1, finished on 2026-05-17: Reused',
    );
  });

  it('is a field that older entries do not have', () => {
    const job = sampleJob();
    expect(jobDetailsSchema.parse(job)).not.toHaveProperty('driveAgain');
    const driveAgain = driveAgainOf(driveBefore(bad()), 'Cable changed') ?? undefined;
    expect(jobDetailsSchema.parse({ ...job, driveAgain }).driveAgain).toEqual(driveAgain);
    expect(driveAgainOf(driveBefore(noPast), 'No cause')).toBeNull();
  });
});
