import { describe, expect, it } from 'vitest';
import { erasureBy } from '../../../../core/ledger/erasure';
import type { JobDetails, RecordedDrive } from '../../../../core/ledger/record';
import { SharedIdentities, type IdentityFact } from '../../../../core/ledger/shared-identities';
import { sampleJob } from '../../station/ledger/samples';

const sata: RecordedDrive = { ...sampleJob().drive, kind: 'disk', bus: 'sata' };
const usb: RecordedDrive = { ...sata, bus: 'usb' };

/** What a second job means for the drive of a first one, of which only the drives and what is given are known. */
function erased(
  one: Partial<JobDetails>,
  other: Partial<JobDetails> & { readonly found?: 'the first' | 'nothing' },
  shared = false,
): string {
  const first = sampleJob(one);
  const { found, ...changes } = other;
  const previous = { 'the first': first.diskGuid, nothing: null } as const;
  const second = sampleJob({
    ...changes,
    ...(found === undefined ? {} : { previousDiskGuid: previous[found] }),
  });
  return erasureBy(second, first, shared);
}

describe('a later job', () => {
  it('certainly erased a drive whose disk GUID it found, whatever else is known', () => {
    expect(erased({ drive: sata }, { drive: { ...sata, serial: 'OTHER' }, found: 'the first' })).toBe(
      'certain',
    );
    expect(erased({ drive: usb }, { drive: usb, found: 'the first' }, true)).toBe('certain');
  });

  it('erased a drive with the same own serial, as far as entries go that do not say what was found', () => {
    expect(erased({ drive: sata }, { drive: sata })).toBe('certain');
    expect(erased({ drive: sata }, { drive: { ...sata, serial: 'OTHER' } })).toBe('none');
    expect(erased({ drive: sata }, { drive: { ...sata, size: sata.size + 1 } })).toBe('none');
  });

  it('perhaps erased one whose serial is a placeholder: it is nobody’s', () => {
    for (const serial of ['000000000000', '0123456789ABCDEF']) {
      expect(erased({ drive: { ...sata, serial } }, { drive: { ...sata, serial } })).toBe('perhaps');
    }
  });

  it('perhaps erased a drive with the same own serial that held something else: its table may have been wiped', () => {
    expect(erased({ drive: sata }, { drive: sata, found: 'nothing' })).toBe('perhaps');
  });

  it('erased no other drive when several are known to have the serial, and perhaps this one when nobody looked', () => {
    for (const shared of [sata, { ...sata, identityShared: true } as const]) {
      const known = shared === sata;
      expect(erased({ drive: shared }, { drive: sata, found: 'nothing' }, known)).toBe('none');
      expect(erased({ drive: sata }, { drive: shared, found: 'nothing' }, known)).toBe('none');
      expect(erased({ drive: shared }, { drive: sata }, known)).toBe('perhaps');
    }
  });

  it('behind a dock erased a drive perhaps when nobody looked, and not when it held something else', () => {
    expect(erased({ drive: usb }, { drive: usb })).toBe('perhaps');
    expect(erased({ drive: usb }, { drive: usb, found: 'nothing' })).toBe('none');
    expect(erased({ drive: sata }, { drive: usb })).toBe('perhaps');
  });

  it('erased what was attached in its place, but in a dock only perhaps: it may keep that while the drive is changed', () => {
    const at = (drive: RecordedDrive, attachment: string): Partial<JobDetails> => ({ drive, attachment });
    expect(erased(at(sata, 'here'), { ...at(sata, 'here'), found: 'nothing' })).toBe('certain');
    expect(erased(at(sata, 'here'), { ...at(sata, 'here'), found: 'nothing' }, true)).toBe('certain');
    const virtual = sampleJob().drive;
    expect(erased(at(virtual, 'here'), { ...at(virtual, 'here'), found: 'nothing' })).toBe('certain');
    expect(erased(at(usb, 'here'), { ...at(usb, 'here'), found: 'nothing' })).toBe('perhaps');
    expect(erased(at(usb, 'here'), { ...at(usb, 'there'), found: 'nothing' })).toBe('none');
  });
});

/** Facts about drives that report one identity, numbered as they come. */
function sharedAfter(
  ...facts: readonly [what: IdentityFact['what'], jobId: string, more?: Partial<IdentityFact>][]
): boolean {
  const identities = new SharedIdentities();
  for (const [index, [what, jobId, more]] of facts.entries()) {
    identities.take({
      ...{ sequence: index + 1, what, jobId, key: 'K', saysShared: false },
      ...{ diskGuid: `guid ${jobId}`, previousDiskGuid: null },
      ...more,
    });
  }
  expect(identities.has('other')).toBe(false);
  return identities.has('K');
}

describe('an identity', () => {
  it('is not shared because one drive was written often', () => {
    expect(sharedAfter()).toBe(false);
    expect(sharedAfter(['began', 'a'], ['done', 'a'], ['began', 'b'], ['done', 'b'])).toBe(false);
    expect(
      sharedAfter(['began', 'a'], ['done', 'a'], ['read-well', 'a'], ['began', 'b'], ['done', 'b']),
    ).toBe(false);
    // Of the second job nothing is known but that it began: it may not have written.
    expect(sharedAfter(['began', 'a'], ['done', 'a'], ['began', 'b'], ['read-well', 'a'])).toBe(false);
  });

  it('is shared when an entry says so', () => {
    expect(sharedAfter(['began', 'a', { saysShared: true }])).toBe(true);
    expect(sharedAfter(['began', 'a'], ['done', 'a'], ['seen', 'a', { saysShared: true }])).toBe(true);
  });

  it('is shared when two jobs that ended well ran at once', () => {
    expect(sharedAfter(['began', 'a'], ['began', 'b'], ['done', 'a'], ['done', 'b'])).toBe(true);
    expect(sharedAfter(['began', 'a'], ['began', 'b'], ['done', 'b'], ['done', 'a'])).toBe(true);
    // One of two may have been interrupted, and its end recorded later.
    expect(sharedAfter(['began', 'a'], ['began', 'b'], ['done', 'b'])).toBe(false);
  });

  it('is shared when what a job wrote is seen after another ended well', () => {
    const both: [IdentityFact['what'], string][] = [
      ['began', 'a'],
      ['done', 'a'],
      ['began', 'b'],
      ['done', 'b'],
    ];
    expect(sharedAfter(...both, ['read-well', 'a'])).toBe(true);
    expect(sharedAfter(...both, ['read-well', 'b'])).toBe(false);
    const found = { previousDiskGuid: 'guid a' };
    expect(sharedAfter(...both, ['began', 'c', found])).toBe(true);
    // A copy of it, on a drive with another serial.
    const copy = { previousDiskGuid: 'guid a', key: 'L' };
    expect(sharedAfter(...both, ['began', 'c', copy])).toBe(false);
  });
});
