import { describe, expect, it } from 'vitest';
import type { JobDetails } from '../../../../core/ledger/record';
import { stillHeld, type DoneJob } from '../../../../core/ledger/still-held';
import { sampleJob } from '../../station/ledger/samples';

const sata = { ...sampleJob().drive, kind: 'disk', bus: 'sata' } as const;

/** A job and where it is told of. It says nothing of what it found, as in the oldest entries, unless that is given. */
function done(began: number, ended: number, changes: Partial<JobDetails> = {}, erased?: number): DoneJob {
  return { job: sampleJob({ drive: sata, ...changes }), began, ended, erased: erased ?? null };
}
function heldOf(...jobs: DoneJob[]): number[] {
  const held = stillHeld(jobs);
  return jobs.filter(({ job }) => held.includes(job)).map(({ ended }) => ended);
}

describe('of several jobs on drives with one serial', () => {
  it('the newest counts when the serial is the drive’s own and nobody tells what was found', () => {
    expect(heldOf()).toEqual([]);
    expect(heldOf(done(1, 2), done(3, 4), done(5, 6))).toEqual([6]);
  });

  it('each counts where the serial may be a dock’s', () => {
    const usb = { drive: { ...sata, bus: 'usb' } };
    expect(heldOf(done(1, 2, usb), done(3, 4, usb))).toEqual([2, 4]);
    expect(heldOf(done(1, 2, usb), done(3, 4))).toEqual([2, 4]);
    const virtual = { drive: sampleJob().drive };
    expect(heldOf(done(1, 2, virtual), done(3, 4, virtual))).toEqual([2, 4]);
  });

  it('each counts that is known to have found something else', () => {
    expect(heldOf(done(1, 2), done(3, 4, { previousDiskGuid: null }))).toEqual([2, 4]);
    // And what follows may be on either.
    expect(heldOf(done(1, 2), done(3, 4, { previousDiskGuid: null }), done(5, 6))).toEqual([2, 4, 6]);
  });

  it('two that ran at once had two drives', () => {
    expect(heldOf(done(1, 3), done(2, 4))).toEqual([3, 4]);
    expect(heldOf(done(1, 3), done(2, 4), done(5, 6))).toEqual([3, 4, 6]);
  });

  it('one does not count whose disk GUID a later job found, or whose attachment is that of a later one', () => {
    expect(heldOf(done(1, 2, {}, 3), done(3, 4, { previousDiskGuid: null }))).toEqual([4]);
    expect(heldOf(done(1, 2, {}, 3))).toEqual([]);
    const usb = { drive: { ...sata, bus: 'usb' }, previousDiskGuid: null };
    const here = { ...usb, attachment: 'here' };
    expect(heldOf(done(1, 2, here), done(3, 4, { ...usb, attachment: 'there' }), done(5, 6, here))).toEqual([
      4, 6,
    ]);
    // It was still there when the third began: that may have been on either drive.
    expect(heldOf(done(1, 2, {}, 7), done(3, 4, { previousDiskGuid: null }), done(5, 6))).toEqual([4, 6]);
  });
});
