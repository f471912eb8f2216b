import { describe, expect, it } from 'vitest';
import { requireEfiRoom, requireLayout } from '../../../../core/job/batch-rules';
import type { BootDetails } from '../../../../core/boot/boot-details';
import { bootDemands } from '../../../../core/boot/demands';
import { assessBoot } from '../../../../core/boot/preflight';
import { MiB } from '../../../../core/base/units';

const header: NonNullable<BootDetails['bootImageHeader']> = {
  ...{ bootIndex: 1, images: 1, part: 1, parts: 1, compression: 'LZX', chunkSize: 32_768 },
  ...{ esdFormat: false, pipable: false },
};

const sound: BootDetails = {
  bootImage: 'whole',
  bootStore: 'boot-image',
  loaders: [{ path: '\\EFI\\Boot\\bootx64.efi', wanted: 'x64', cpu: 'x64', signed: true }],
  efiBytes: 30 * MiB,
  bootImageHeader: header,
  ramdisk: {
    image: { path: '\\sources\\boot.wim' },
    sdi: { path: '\\boot\\boot.sdi', content: 'sdi' },
  },
  efiProblems: [],
};

describe('judgeBoot', () => {
  it('finds nothing wrong with a media file that starts', () => {
    const { bootable, notes } = assessBoot(sound);
    expect(bootable).toMatchObject({ bootable: true, ...sound, problems: [] });
    expect(notes).toEqual([]);
    // What cannot be found out is said to be not known, and refuses nothing.
    const states = bootable.demands.map(({ id, state }) => [id, state]);
    expect(states).toHaveLength(bootDemands.length);
    expect(states.filter(([, state]) => state !== 'met')).toEqual([
      ['boot-image-loader', 'unknown'],
      ['loader-signed', 'unknown'],
    ]);
  });

  it('gives each demand its own name and its source', () => {
    expect(new Set(bootDemands.map(({ id }) => id)).size).toBe(bootDemands.length);
    for (const { asks, source } of bootDemands) expect([asks, source]).not.toContain('');
  });

  it.each([
    ['boot-index', { bootIndex: 0 }, /boot index 0; 1 image/],
    ['boot-index', { bootIndex: 3, images: 2 }, /boot index of the boot image is 3, but it has 2 images/],
    ['boot-image-compression', { esdFormat: true }, /is solid/],
    ['boot-image-compression', { compression: 'LZMS' }, /LZMS/],
    ['boot-image-chunk-size', { chunkSize: 131_072 }, /chunks of 128 KiB/],
    ['boot-image-parts', { part: 1, parts: 3 }, /part 1 of 3/],
    ['boot-image-format', { pipable: true }, /pipable/],
  ] as const)('names what the boot manager cannot start: %s, %o', (id, change, problem) => {
    const { bootable } = assessBoot({ ...sound, bootImageHeader: { ...header, ...change } });
    expect(bootable.bootable).toBe(false);
    expect(bootable.problems).toEqual([expect.stringMatching(problem)]);
    expect(bootable.demands.find((demand) => demand.id === id)).toMatchObject({ state: 'not-met' });
  });

  it('says of XPRESS with small chunks only that nobody knows', () => {
    const small = { ...header, compression: 'XPRESS', chunkSize: 4096 } as const;
    const { bootable } = assessBoot({ ...sound, bootImageHeader: small });
    expect(bootable.bootable).toBe(true);
    expect(bootable.demands.find(({ id }) => id === 'boot-image-chunk-size')?.state).toBe('unknown');
  });

  it('wants the boot.sdi that the store names', () => {
    const image = { path: '\\sources\\boot.wim' };
    const without = (content: 'missing' | 'empty' | 'other'): readonly string[] =>
      assessBoot({ ...sound, ramdisk: { image, sdi: { path: '\\boot\\boot.sdi', content } } }).bootable
        .problems;
    expect(without('missing')).toEqual([
      expect.stringContaining('\\boot\\boot.sdi, which is not in the image'),
    ]);
    expect(without('empty')).toEqual([expect.stringContaining('is empty')]);
    expect(without('other')).toEqual([]);
  });

  it.each([
    [{ efiProblems: ['\\EFI\\Boot and \\EFI\\BOOT differ'] }, /\\EFI\\Boot and/],
    [{ bootImage: 'missing' }, /boot image .* is missing/],
    [{ bootImage: 'damaged' }, /damaged or truncated/],
    [{ bootImage: 'link' }, /only a link/],
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
