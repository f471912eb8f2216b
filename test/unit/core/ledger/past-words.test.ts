import { describe, expect, it } from 'vitest';
import { noPast, type DrivePast } from '../../../../core/ledger/drive-past';
import { badWords, holdsWords, pastWords, shortPastWords } from '../../../../core/ledger/past-words';

const holds = { machineSerial: '5CD1', entry: 2, time: '2026-11-27T23:30:00.000Z', media: 'gold.wim' };
const bad = (
  changes: Partial<NonNullable<DrivePast['lastBad']>> = {},
  failures = 1,
): Pick<DrivePast, 'lastBad' | 'failures'> => ({
  lastBad: {
    ...{ state: 'failed', entry: 4, time: '2026-11-28T08:00:00.000Z' },
    ...{ reason: 'Read-back failed', touched: true, ...changes },
  },
  failures,
});

describe("a drive's past in words", () => {
  it('names the machine and the shipment', () => {
    expect(holdsWords({ ...holds, shipped: null })).toBe('Holds the image for 5CD1, not shipped');
    const shipped = { number: 'LOT-7', time: holds.time };
    expect(holdsWords({ ...holds, shipped })).toBe('Holds the image for 5CD1, shipped as LOT-7');
  });

  it('tells how often it failed, last on which day, and why', () => {
    expect(badWords(bad())).toBe('Failed once on 2026-11-28: Read-back failed');
    expect(badWords(bad({}, 3))).toBe('Failed 3 times, last on 2026-11-28: Read-back failed');
    expect(badWords(bad({ touched: false, reason: 'Drive is in use' }))).toBe(
      'Failed once on 2026-11-28: Drive is in use. Nothing was written',
    );
    expect(badWords(bad({ state: 'cancelled' }, 0))).toBe('Cancelled on 2026-11-28');
    expect(badWords(bad({ state: 'interrupted' }, 0), () => 'Friday')).toBe('Interrupted on Friday');
    expect(badWords(bad({ state: 'erase-unfinished', reason: 'Erase not finished' }, 0))).toBe(
      'Erase not finished, 2026-11-28',
    );
  });

  it('has a short form for small cards: the image first, and of a failure the reason', () => {
    const shipped = { number: 'LOT-7', time: holds.time };
    expect(shortPastWords({ ...bad(), holds: { ...holds, shipped } })).toBe('Holds 5CD1, LOT-7');
    expect(shortPastWords({ ...bad(), holds: { ...holds, shipped: null } })).toBe('Holds 5CD1, not shipped');
    expect(shortPastWords({ ...bad({}, 3), holds: null })).toBe('Read-back failed, 2026-11-28');
    expect(shortPastWords({ ...bad({ state: 'cancelled' }), holds: null })).toBe('Cancelled on 2026-11-28');
    expect(shortPastWords(noPast)).toBeNull();
  });

  it('is nothing when there is nothing to tell, and safe to show', () => {
    expect(pastWords(noPast)).toEqual([]);
    const past = { ...bad(), holds: { ...holds, machineSerial: 'A\u001b[31m', shipped: null } };
    expect(pastWords(past)).toHaveLength(2);
    expect(pastWords(past).join('')).not.toContain('\u001b');
  });
});
