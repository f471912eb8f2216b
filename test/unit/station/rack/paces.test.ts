import { describe, expect, it } from 'vitest';
import { KiB, MiB } from '../../../../core/base/units';
import { timeouts } from '../../../../core/base/timeouts';
import { Paces } from '../../../../station/rack/paces';

function paces(): Paces {
  const made = new Paces(() => 0);
  for (const machine of ['one', 'two', 'three']) made.took(machine, 8 * MiB, 8000);
  return made;
}

describe('how fast machines are', () => {
  it('is told by large chunks alone: of small ones most of the time is the way', () => {
    const made = paces();
    for (let chunk = 0; chunk < 40; chunk += 1) made.took('one', 4 * KiB, 20);
    expect(made.isSlow('one')).toBe(false);
    expect(made.overdue('one', null, 8 * MiB)).toBe(timeouts.rackChunk);
    expect(made.overdue('one', null, MiB)).toBe(4000);
  });

  it('is slow where a machine needs more than three times as long as most', () => {
    const made = paces();
    made.took('four', 4 * MiB, 12_001);
    made.took('five', 4 * MiB, 11_999);
    expect(['one', 'four', 'five'].map((machine) => made.isSlow(machine))).toEqual([false, true, false]);
  });

  it('decides when a chunk is overdue, by both its ends, and not before who waits for a machine has given it up', () => {
    const made = paces();
    made.took('four', MiB, 5000);
    expect(made.overdue('one', null, 100 * KiB)).toBe(4000);
    expect(made.overdue('four', null, MiB)).toBe(20_000);
    expect(made.overdue('one', 'four', MiB)).toBe(20_000);
    expect(made.overdue('one', 'two', MiB)).toBe(timeouts.rackPeerSilent + timeouts.rackOverdue);
    expect(made.overdue('one', 'unknown', MiB)).toBe(timeouts.rackChunk);
    expect(new Paces(() => 0).overdue('one', null, MiB)).toBe(timeouts.rackChunk);
    const fast = new Paces(() => 0);
    fast.took('one', 8 * MiB, 80);
    expect(fast.overdue('one', null, 8 * MiB)).toBe(timeouts.rackOverdue);
  });
});
