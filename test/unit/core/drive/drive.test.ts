import { describe, expect, it } from 'vitest';
import {
  confirmationOf,
  confirmedDriveSchema,
  driveLabel,
  driveSchema,
  identityDifferences,
  placeOf,
} from '../../../../core/drive/drive';
import { sampleDrive } from './drives';

const port = '/dev/disk/by-path/pci-0000:00:1f.2-ata-3';

describe('identityDifferences', () => {
  const confirmed = confirmationOf(sampleDrive());

  it('finds none in the same drive, however the rest of it is listed now', () => {
    const now = sampleDrive({ bay: 'bay 9', model: 'other', contents: ['ntfs'], verdict: 'blocked' });
    expect(identityDifferences(confirmed, confirmationOf(now))).toEqual([]);
  });

  it.each([
    ['path', '/dev/sdb', 'path was /tmp/bench/drive-01.img and is now /dev/sdb'],
    ['serial', 'SN-0002', 'serial was SN-0001 and is now SN-0002'],
    ['serial', null, 'serial was SN-0001 and is now none'],
    ['wwn', null, 'wwn was 0x5000000000000001 and is now none'],
    ['size', 4096, 'size was 8589934592 and is now 4096'],
  ])('names another %s', (key, value, text) => {
    expect(identityDifferences(confirmed, { ...confirmed, [key]: value })).toEqual([text]);
  });

  it('names what was told by none before', () => {
    expect(identityDifferences({ ...confirmed, serial: null }, confirmed)).toEqual([
      'serial was none and is now SN-0001',
    ]);
  });

  it('names all that differs, in a fixed order', () => {
    const now = { path: '/dev/sdb', serial: 'X', wwn: 'Y', size: 1, attachment: null };
    const named = identityDifferences(confirmed, now).map((text) => text.split(' ')[0]);
    expect(named).toEqual(['path', 'serial', 'wwn', 'size']);
  });

  it.each([['file 254:1:78'], [null]])(
    'notices a twin in its place by the attachment alone: %s',
    (attachment) => {
      expect(identityDifferences(confirmed, { ...confirmed, attachment })).toEqual([
        'it was removed or replaced',
      ]);
    },
  );

  it('takes drives whose attachment cannot be told for the same', () => {
    const untold = { ...confirmed, attachment: null };
    expect(identityDifferences(untold, untold)).toEqual([]);
  });
});

describe('confirmationOf', () => {
  it('keeps identity and attachment, and nothing else', () => {
    const drive = driveSchema.parse(sampleDrive({ byPath: port }));
    expect(confirmedDriveSchema.parse(confirmationOf(drive))).toEqual({
      path: '/tmp/bench/drive-01.img',
      serial: 'SN-0001',
      wwn: '0x5000000000000001',
      size: 8589934592,
      attachment: 'file 254:1:77',
    });
  });
});

describe('placeOf', () => {
  it('is the bay, else the port without its folder, else the path', () => {
    expect(placeOf(sampleDrive({ byPath: port }))).toBe('bay 1');
    expect(placeOf(sampleDrive({ bay: null, byPath: port }))).toBe('pci-0000:00:1f.2-ata-3');
    expect(placeOf(sampleDrive({ bay: null, path: '/dev/sdc' }))).toBe('/dev/sdc');
  });
});

describe('driveLabel', () => {
  it('has the serial, else the id, and the place', () => {
    expect(driveLabel(sampleDrive())).toBe('drive SN-0001 (bay 1)');
    expect(driveLabel(sampleDrive({ serial: null, bay: null, byPath: port }))).toBe(
      'drive drive-0001 (pci-0000:00:1f.2-ata-3)',
    );
  });
});
