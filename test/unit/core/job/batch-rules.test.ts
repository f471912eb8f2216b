import { describe, expect, it } from 'vitest';
import {
  blocked,
  requireEligibleDrives,
  requireLayout,
  requireRoom,
  requireSoundAssignments,
  type Assignment,
} from '../../../../core/job/batch-rules';
import { PrestageError, type ErrorData } from '../../../../core/base/errors';
import { layouts } from '../../../../core/drive/layout';
import { minVolumeBytes, type MediaImage } from '../../../../core/media/media';
import { GiB, MiB } from '../../../../core/base/units';
import { sampleDrive } from '../drive/drives';

/** What a rule refused with. */
function refusal(work: () => unknown): ErrorData {
  try {
    work();
  } catch (error) {
    if (error instanceof PrestageError) return error.data;
    throw error;
  }
  throw new Error('nothing was refused');
}

const assigned = (driveId: string, machineSerial: string): Assignment => ({ driveId, machineSerial });

describe('requireLayout', () => {
  it('finds every layout there is', () => {
    for (const layout of layouts) expect(requireLayout(layout.name)).toBe(layout);
  });

  it('refuses another name, shows it safely, and says which there are', () => {
    const error = refusal(() => requireLayout(`bios\u202e\n${'x'.repeat(80)}`));
    expect(error.code).toBe('layout-unknown');
    expect(error.message).toMatch(/^There is no layout 'bios x+…'\.$/);
    for (const { name } of layouts) expect(error.remedy).toContain(name);
  });
});

describe('requireSoundAssignments', () => {
  it('gives the assignments back in order, their serials normalized', () => {
    const sound = requireSoundAssignments([assigned('d2', ' 5cd0042pf '), assigned('d1', '0042-a')]);
    expect(sound).toEqual([assigned('d2', '5CD0042PF'), assigned('d1', '0042-A')]);
  });

  it.each([
    ['serial-invalid', ''],
    ['serial-invalid', 'AB!CD'],
    ['serial-placeholder', 'To be filled by O.E.M.'],
  ])('refuses with %s: %j', (code, serial) => {
    const error = refusal(() => requireSoundAssignments([assigned('d1', 'GOOD-1'), assigned('d2', serial)]));
    expect(error).toMatchObject({ code, remedy: expect.stringContaining('Nothing was touched.') as string });
    expect(error.message).toContain('drive d2');
  });

  it('refuses a drive that is named twice', () => {
    const error = refusal(() => requireSoundAssignments([assigned('d1', 'PC-1'), assigned('d1', 'PC-2')]));
    expect(error.code).toBe('drive-repeated');
    expect(error.message).toContain('d1');
    expect(error.remedy).toContain('Nothing was touched.');
  });

  it('refuses a machine that is named twice, also in another spelling', () => {
    const error = refusal(() => requireSoundAssignments([assigned('d1', 'PC-1'), assigned('d2', ' pc-1')]));
    expect(error.code).toBe('serial-repeated');
    expect(error.message).toContain('PC-1');
    expect(error.remedy).toContain('Nothing was touched.');
  });
});

describe('requireEligibleDrives', () => {
  const port = '/dev/disk/by-path/pci-0000:00:1f.2-ata-3';
  const one = sampleDrive({ id: 'd1', path: '/dev/sda', byPath: port });
  const two = sampleDrive({ id: 'd2', path: '/dev/sdb' });
  const used = sampleDrive({
    id: 'd3',
    path: '/dev/sdc',
    bay: 'bay 3',
    serial: 'SN-0003',
    verdict: 'blocked',
    reasons: [
      { code: 'mounted', message: 'It is mounted at /mnt.' },
      { code: 'swap', message: 'It has swap space.' },
    ],
  });
  const choose = (driveId: string): (() => unknown) => {
    return () => requireEligibleDrives([assigned(driveId, 'PC-1')], [one, two, used]);
  };

  it('gives the drives in the order of the assignments', () => {
    const chosen = requireEligibleDrives([assigned('d2', 'PC-1'), assigned('d1', 'PC-2')], [one, two, used]);
    expect(chosen).toEqual([two, one]);
  });

  it('refuses an id that is not listed', () => {
    const error = refusal(choose('d9\u001b[31m'));
    expect(error.code).toBe('drive-not-found');
    expect(error.message).toBe("There is no drive 'd9[31m'.");
    expect(error.remedy).toContain('Nothing was touched.');
  });

  it.each([['/dev/sda'], [port]])('refuses %s, a path, and says which id the drive has', (path) => {
    const error = refusal(choose(path));
    expect(error.code).toBe('drive-not-found');
    expect(error.message).toContain(`'${path}' is a path`);
    expect(error.remedy).toContain('the drive ID: d1.');
  });

  it.each([['d3'], ['/dev/sdc']])('refuses a blocked drive, named %s, with every reason', (name) => {
    const error = refusal(choose(name));
    expect(error).toEqual(blocked(used).data);
    expect(error).toMatchObject({ code: 'drive-blocked', cause: 'mounted, swap' });
    for (const text of ['drive SN-0003 (bay 3)', 'It is mounted at /mnt.', 'It has swap space.']) {
      expect(error.message).toContain(text);
    }
  });
});

describe('requireRoom', () => {
  const layout = requireLayout('uefi');
  const image: MediaImage = {
    index: 2,
    name: 'Windows',
    description: null,
    bytes: 3 * GiB,
    files: 1000,
    directories: 24,
  };
  /** 260 MiB EFI, 16 MiB MSR, and a MiB at both ends. */
  const beside = 278 * MiB;
  const needed = Math.ceil(minVolumeBytes(image) / MiB) * MiB;

  it('takes a drive on which the image just fits', () => {
    expect(() => {
      requireRoom(sampleDrive({ size: beside + needed }), layout, image);
    }).not.toThrow();
  });

  it('refuses one that is a MiB smaller, and says how much remains and is needed', () => {
    const error = refusal(() => {
      requireRoom(sampleDrive({ size: beside + needed - MiB }), layout, image);
    });
    expect(error.code).toBe('drive-too-small');
    for (const text of ['drive SN-0001 (bay 1)', 'layout uefi', 'image 2', '3.0 GiB']) {
      expect(error.message).toContain(text);
    }
    expect(error.remedy).toContain('Nothing was touched.');
  });

  it('refuses one on which the layout itself has no place', () => {
    const error = refusal(() => {
      requireRoom(sampleDrive({ size: 512 * MiB }), layout, { ...image, bytes: 1 });
    });
    expect(error.code).toBe('drive-too-small');
    expect(error.message).toContain('0 bytes are left for Windows');
  });
});
