import { describe, expect, it } from 'vitest';
import type { Drive } from '../../../../core/drive/drive';
import { RackPairs } from '../../../../station/app/rack-pairs';
import { sampleDrive } from '../../core/drive/drives';

/** The disk of one machine, and what becomes of its pair. */
function bench(): {
  readonly pairs: RackPairs;
  readonly offered: string[];
  drives: readonly Drive[];
  used: Set<string>;
  takes: boolean;
} {
  const disk = sampleDrive({ id: 'd1@m', attachment: 'sda 7', rack: { machine: 'm', serial: 'S1' } });
  const offered: string[] = [];
  const now = { drives: [disk] as readonly Drive[], used: new Set<string>(), takes: true, offered };
  const pairs = new RackPairs({
    ruled: () => now.drives,
    drives: () => now.drives,
    inUse: () => now.used,
    saidBy: () => ({}),
    confirming: () => false,
    offer: (offers) => {
      const ids = offers.map(({ driveId }) => driveId);
      offered.push(...ids);
      if (!now.takes) return [];
      for (const id of ids) now.used.add(id);
      return ids;
    },
    take: () => undefined,
  });
  return Object.assign(now, { pairs });
}

describe('a disk that was paired by itself', () => {
  it('is offered again when it comes back after its machine left the list', () => {
    const now = bench();
    const { drives } = now;
    now.pairs.look();
    expect(now.offered).toEqual(['d1@m']);
    // The rack is not served any more: its pair goes with it.
    now.drives = [];
    now.used.clear();
    now.pairs.ended([{ driveId: 'd1@m' }]);
    now.pairs.look();
    now.drives = drives;
    now.pairs.look();
    expect(now.offered).toEqual(['d1@m', 'd1@m']);
  });

  it('and was taken back is not offered again, also not after the rack was away', () => {
    const now = bench();
    const { drives } = now;
    now.pairs.look();
    now.used.clear();
    now.pairs.look();
    now.drives = [];
    now.pairs.ended([]);
    now.pairs.look();
    now.drives = drives;
    now.pairs.look();
    expect(now.offered).toEqual(['d1@m']);
    // Started again, the machine has it attached anew.
    now.drives = drives.map((drive) => ({ ...drive, attachment: 'sda 8' }));
    now.pairs.look();
    expect(now.offered).toEqual(['d1@m', 'd1@m']);
  });

  it('is tried again while something stands against it', () => {
    const now = bench();
    now.takes = false;
    now.pairs.look();
    now.pairs.look();
    expect(now.offered).toEqual(['d1@m', 'd1@m']);
  });
});
