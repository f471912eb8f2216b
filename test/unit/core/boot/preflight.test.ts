import { describe, expect, it } from 'vitest';
import { requireEfiRoom, requireLayout } from '../../../../core/job/batch-rules';
import { assessBoot, type BootDetails } from '../../../../core/boot/preflight';
import { MiB } from '../../../../core/base/units';

const sound: BootDetails = {
  bootImage: 'whole',
  bootStore: 'boot-image',
  loaders: [{ path: '\\EFI\\Boot\\bootx64.efi', wanted: 'x64', cpu: 'x64', signed: true }],
  efiBytes: 30 * MiB,
};

describe('judgeBoot', () => {
  it('finds nothing wrong with a media that starts', () => {
    expect(assessBoot(sound)).toEqual({ bootable: { bootable: true, ...sound, problems: [] }, notes: [] });
  });

  it.each([
    [{ bootImage: 'missing' }, /boot image .* is missing/],
    [{ bootImage: 'damaged' }, /damaged or truncated/],
    [{ bootStore: 'windows' }, /starts the extracted Windows/],
    [{ bootStore: 'nothing' }, /no bootable entry/],
    [{ bootStore: 'damaged' }, /BCD\) is damaged/],
    [{ loaders: [] }, /no UEFI boot loader/],
  ] as const)('refuses to call it bootable with %o', (change, problem) => {
    const { bootable } = assessBoot({ ...sound, ...(change as Partial<BootDetails>) });
    expect(bootable.bootable).toBe(false);
    expect(bootable.problems).toHaveLength(1);
    expect(bootable.problems[0]).toMatch(problem);
  });

  it('notes what stops nothing: another boot image, no store, no signature', () => {
    const [loader] = sound.loaders;
    if (loader === undefined) throw new Error('no loader');
    const noted = (change: Partial<BootDetails>): readonly string[] => {
      const { bootable, notes } = assessBoot({ ...sound, ...change });
      expect(bootable.problems).toEqual([]);
      return notes;
    };
    expect(noted({ bootStore: 'other-image' })[0]).toContain('a boot image other than');
    expect(noted({ bootStore: 'missing' })[0]).toContain('adds one to each drive');
    expect(noted({ loaders: [{ ...loader, signed: false }] })[0]).toContain('Secure Boot');
  });

  it('says which layout has room for large boot files', () => {
    expect(assessBoot({ ...sound, efiBytes: 300 * MiB }).notes[0]).toContain(
      'only the layout configmgr-uefi',
    );
    expect(assessBoot({ ...sound, efiBytes: 600 * MiB }).notes[0]).toContain('no layout');
  });
});

describe('requireEfiRoom', () => {
  const media = (efiBytes: number) => ({ bootable: assessBoot({ ...sound, efiBytes }).bootable });

  it('refuses what cannot fit, and names the layout that has room', () => {
    expect(() => {
      requireEfiRoom(requireLayout('uefi'), media(300 * MiB));
    }).toThrow(
      expect.objectContaining({
        data: expect.objectContaining({
          code: 'boot-files-too-large',
          remedy: 'Nothing was touched. Choose the layout configmgr-uefi.',
        }) as unknown,
      }) as Error,
    );
    expect(() => {
      requireEfiRoom(requireLayout('configmgr-uefi'), media(300 * MiB));
    }).not.toThrow();
    expect(() => {
      requireEfiRoom(requireLayout('uefi'), media(260 * MiB));
    }).not.toThrow();
  });
});
