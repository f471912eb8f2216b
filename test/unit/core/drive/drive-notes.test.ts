import { describe, expect, it } from 'vitest';
import {
  areDifferentDrives,
  isLasting,
  isStillAttached,
  tellsOwnIdentity,
} from '../../../../core/drive/drive-identity';
import { withNotes } from '../../../../core/drive/drive-notes';
import type { Drive } from '../../../../core/drive/drive';
import { sampleDrive } from './drives';

const disk = (number: number, changes: Partial<Drive> = {}): Drive =>
  sampleDrive({
    ...{ id: `d${String(number)}`, kind: 'disk', bus: 'sata', bay: `bay ${String(number)}` },
    ...{ serial: `S${String(number)}`, wwn: null, attachment: `device 8:0 sequence ${String(number)}` },
    ...changes,
  });
const codes = (drives: readonly Drive[]): string[][] =>
  withNotes(drives).map(({ notes }) => notes.map(({ code }) => code));

describe('a drive gets a note', () => {
  it('when another attached one reports the same serial and WWN, which it names', () => {
    const [first] = withNotes([disk(1, { serial: 'B' }), disk(2, { serial: 'B' }), disk(3)]);
    expect(first?.notes).toMatchObject([{ code: 'identity-shared' }]);
    expect(first?.notes[0]?.message).toMatch(/^The drive in bay 2 reports the same serial B, /);
    expect(codes([disk(1, { serial: 'B', wwn: '0x5' }), disk(2, { serial: 'B', wwn: '0x6' })])).toEqual([
      [],
      [],
    ]);
    const nameless = { serial: null, wwn: null };
    expect(codes([disk(1, nameless), disk(2, nameless)])).toEqual([['identity-shared'], ['identity-shared']]);
    // Nobody mistakes two optical drives.
    const blocked = { ...nameless, verdict: 'blocked' } as const;
    expect(codes([disk(1, blocked), disk(2, blocked)])).toEqual([[], []]);
  });

  it('when another one is its copy', () => {
    const diskGuid = 'b1f0c1de-0000-4000-8000-000000000001';
    expect(codes([disk(1, { diskGuid }), disk(2, { diskGuid }), disk(3)])).toEqual([
      ['disk-guid-shared'],
      ['disk-guid-shared'],
      [],
    ]);
  });

  it('when its USB adapter presents 4096-byte sectors', () => {
    expect(codes([disk(1, { bus: 'usb', logicalSectorSize: 4096 })])).toEqual([['bridge-sector-size']]);
    expect(codes([disk(1, { bus: 'usb' }), disk(2, { logicalSectorSize: 4096, model: 'Other' })])).toEqual([
      [],
      [],
    ]);
  });

  it('when it is 4Kn among drives of its model that are not', () => {
    expect(codes([disk(1), disk(2, { logicalSectorSize: 4096 })])).toEqual([[], ['sector-sizes-differ']]);
  });
});

describe('a serial', () => {
  it('is the drive’s own where nothing between makes it up', () => {
    expect(['sata', 'nvme', 'usb', null].map((bus) => tellsOwnIdentity(disk(1, { bus })))).toEqual([
      ...[true, true, false, false],
    ]);
    expect(tellsOwnIdentity(disk(1, { kind: 'virtual' }))).toBe(false);
    expect(tellsOwnIdentity(disk(1, { serial: null }))).toBe(false);
  });

  it('shows that a drive came back only where it is its own and no other has it', () => {
    const usb = disk(1, { bus: 'usb' });
    expect(isStillAttached(usb, usb.attachment)).toBe(true);
    expect(isStillAttached(usb, 'device 8:0 sequence 99')).toBe(false);
    expect(isStillAttached(disk(1), 'device 8:0 sequence 99')).toBe(true);
    const [shared] = withNotes([disk(1, { serial: 'B' }), disk(2, { serial: 'B' })]);
    if (shared === undefined) throw new Error('no drive');
    expect(isStillAttached(shared, 'device 8:0 sequence 99')).toBe(false);
    expect(isStillAttached(shared, null)).toBe(false);
    // Not known where it was: only an own serial shows it.
    expect(isStillAttached(usb, null)).toBe(false);
    expect(isStillAttached(disk(1), null)).toBe(true);
  });

  it('is not needed where an attachment is never another drive’s', () => {
    const boot = 'boot 1b0f2c64-6a44-4c3c-9b0e-1d2f3a4b5c6d';
    expect(isLasting(`device 8:0 sequence 7 ${boot}`)).toBe(true);
    expect(isLasting('file 64:17 born 1764350000000000000')).toBe(true);
    for (const weak of [
      ...[
        'device 8:0 sequence 7',
        `device 8:0 sequence unknown ${boot}`,
        'device 8:0 sequence 7 boot unknown',
      ],
      ...['file 64:17', 'file 64:17 born 0'],
    ]) {
      expect(isLasting(weak)).toBe(false);
    }
  });

  it('tells a copy from the drive', () => {
    expect(areDifferentDrives(disk(1), disk(2))).toBe(true);
    expect(areDifferentDrives(disk(1), disk(1))).toBe(false);
    expect(areDifferentDrives(disk(1), disk(2, { bus: 'usb' }))).toBe(false);
  });
});
