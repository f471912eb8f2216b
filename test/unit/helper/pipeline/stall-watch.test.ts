import { describe, expect, it } from 'vitest';
import { StallWatch } from '../../../../helper/pipeline/drive-thread';

describe('StallWatch', () => {
  it('fires when nothing has changed for the limit, and not before', () => {
    const watch = new StallWatch(60_000, 0);
    expect(watch.isStalled('writing 0', 1_000)).toBe(false);
    expect(watch.isStalled('writing 0', 60_999)).toBe(false);
    expect(watch.isStalled('writing 0', 61_000)).toBe(true);
  });
  it('starts anew with every progress, however slow', () => {
    const watch = new StallWatch(1_000, 0);
    for (let second = 1; second < 100; second += 1) {
      expect(watch.isStalled(`writing ${second}`, second * 999)).toBe(false);
    }
  });
});
