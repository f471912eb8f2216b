import { describe, expect, it } from 'vitest';
import { PrestageError } from '../../../../core/base/errors';
import type { BootDetails, EfiProgramDetails } from '../../../../core/boot/boot-details';
import {
  firmwareDoubts,
  planLoader,
  programLines,
  recordedLoader,
  requireTrusted,
  type LoaderChoice,
} from '../../../../core/boot/loader-choice';
import { startsWith, trustOf, trustWords, type LoaderSignature } from '../../../../core/boot/loader-trust';

const by = (authority: string, state: LoaderSignature['state'] = 'good'): LoaderSignature => ({
  state,
  chain: ['Microsoft Windows', authority],
});
const windows2011 = by('Microsoft Windows Production PCA 2011');
const windows2023 = by('Windows UEFI CA 2023');
const others2011 = by('Microsoft Corporation UEFI CA 2011');
const others2023 = by('Microsoft UEFI CA 2023');

const program = (path: string, place: string, ...signatures: LoaderSignature[]): EfiProgramDetails => ({
  ...{ path, place, cpu: 'x64', signatures },
});
const manager2011 = program(
  '\\Windows\\Boot\\EFI\\bootmgfw.efi',
  '\\EFI\\Microsoft\\Boot\\bootmgfw.efi',
  windows2011,
);
const manager2023 = program(
  '\\Windows\\Boot\\EFI_EX\\bootmgfw_EX.efi',
  '\\EFI\\Microsoft\\Boot\\bootmgfw.efi',
  windows2023,
);
const own = (...signatures: LoaderSignature[]): EfiProgramDetails =>
  program('\\EFI\\Boot\\bootx64.efi', '\\EFI\\Boot\\bootx64.efi', ...signatures);

function details(
  programs: EfiProgramDetails[],
  bootManagers: BootDetails['bootManagers'] = { '2011': manager2011, '2023': manager2023 },
): BootDetails {
  return {
    ...{ bootImage: 'whole', bootStore: 'boot-image', loaders: [], efiBytes: 0, bootImageHeader: null },
    ...{ ramdisk: null, efiProblems: [], programs, bootManagers },
  };
}

function refusal(of: BootDetails, choice: LoaderChoice): PrestageError {
  try {
    planLoader(of, choice);
  } catch (error) {
    if (error instanceof PrestageError) return error;
  }
  throw new Error('it was not refused');
}

describe('which machines start a program', () => {
  it.each([
    [undefined, 'unknown', null, null],
    [[], 'nobody', false, false],
    [[windows2011], '2011', true, false],
    [[others2023], '2023', false, true],
    [[others2011, others2023], 'both', true, true],
    [[by('Microsoft Windows Production PCA 2011', 'changed')], 'nobody', false, false],
    [[by('Windows UEFI CA 2023', 'named')], '2023', false, true],
    [[by('Contoso Secure Boot CA')], 'others', null, null],
    [[by("Windows UEFI CA 2023 (not Microsoft's)")], 'others', null, null],
    [[{ state: 'unreadable', chain: [] }], 'unknown', null, null],
    [[{ state: 'unreadable', chain: [] }, windows2011], '2011', true, false],
  ] as [LoaderSignature[] | undefined, string, boolean | null, boolean | null][])(
    'follows from its signatures: %o',
    (signatures, trust, with2011, with2023) => {
      expect(trustOf(signatures)).toBe(trust);
      expect(startsWith(trustOf(signatures), '2011')).toBe(with2011);
      expect(startsWith(trustOf(signatures), '2023')).toBe(with2023);
      expect(trustWords(signatures)).toMatch(/^(starts|is|has|was) /);
    },
  );
});

describe('the chosen boot loader', () => {
  it('is the media’s own as it is', () => {
    const plan = planLoader(details([own(others2011), manager2011]), 'as-is');
    expect(plan).toMatchObject({ choice: 'as-is', replaced: [] });
    expect(plan.programs.map(({ path }) => path)).toEqual([own().path, manager2011.path]);
  });

  it('takes the place of the other one at both places, and only there', () => {
    const plan = planLoader(details([own(windows2011), manager2011]), '2023');
    expect(plan.replaced).toEqual(['boot/bootx64.efi', 'microsoft/boot/bootmgfw.efi']);
    expect(plan.programs.map(({ path, place }) => [path, place])).toEqual([
      [manager2023.path, '\\EFI\\Boot\\bootx64.efi'],
      [manager2023.path, manager2011.place],
    ]);
    expect(planLoader(details([own(windows2023), manager2011]), '2023').replaced).toEqual([
      'microsoft/boot/bootmgfw.efi',
    ]);
    // Back again, for machines that were not told of the new certificates.
    expect(planLoader(details([own(windows2023), manager2023]), '2011').replaced).toHaveLength(2);
  });

  it('replaces nothing where all have a signature of the year', () => {
    const double = own(others2011, others2023);
    for (const year of ['2011', '2023'] as const) {
      const plan = planLoader(details([double], { '2011': null, '2023': null }), year);
      expect(plan).toMatchObject({ replaced: [], programs: [double] });
    }
  });

  it('is laid where the media has none at all', () => {
    expect(planLoader(details([], { '2011': null, '2023': manager2023 }), '2023')).toMatchObject({
      replaced: ['boot/bootx64.efi', 'microsoft/boot/bootmgfw.efi'],
      programs: [{ place: '\\EFI\\boot\\bootx64.efi' }, { path: manager2023.path }],
    });
  });

  it.each([
    [
      'is missing',
      details([own(windows2011)], { '2011': manager2011, '2023': null }),
      /has no .*bootmgfw_EX\.efi/,
    ],
    [
      'is for the other certificates',
      details([own(windows2011)], { '2011': null, '2023': { ...manager2023, signatures: [windows2011] } }),
      /is signed by Microsoft Windows, by Microsoft Windows Production PCA 2011/,
    ],
    [
      'was changed after it was signed',
      details([own(windows2011)], {
        '2011': null,
        '2023': { ...manager2023, signatures: [by('Windows UEFI CA 2023', 'changed')] },
      }),
      /the program was changed afterwards/,
    ],
    [
      'is for another CPU',
      details([own(windows2011)], { '2011': null, '2023': { ...manager2023, cpu: 'arm64' } }),
      /for arm64 machines/,
    ],
  ])('is refused where the image’s %s', (_, of, message) => {
    const error = refusal(of, '2023');
    expect(error.code).toBe('loader-missing');
    expect(error.message).toMatch(message);
    expect(error.data.remedy).toContain('No drive was touched');
  });

  it.each([
    [[others2011], /Microsoft Corporation UEFI CA 2011/],
    [[by('Contoso Secure Boot CA')], /Contoso/],
    [[{ state: 'unreadable', chain: [] }], /cannot be read/],
  ] as [LoaderSignature[], RegExp][])(
    'never replaces a loader of the media that is not Windows’: %o',
    (signatures, who) => {
      const error = refusal(details([own(...signatures), manager2011]), '2023');
      expect(error.code).toBe('loader-not-windows');
      expect(error.message).toMatch(who);
    },
  );

  it('replaces a loader that firmware would refuse in any case', () => {
    expect(planLoader(details([own()]), '2023').replaced).toEqual(['boot/bootx64.efi']);
  });
});

describe('what the machines trust', () => {
  const old = planLoader(details([own(windows2011), manager2011]), 'as-is');

  it('is held against the loaders, in words, and refuses only when asked', () => {
    expect(firmwareDoubts(old, undefined)).toEqual([]);
    expect(firmwareDoubts(old, '2011')).toEqual([]);
    expect(firmwareDoubts(old, 'both')).toEqual([]);
    expect(firmwareDoubts(old, '2023')).toEqual([
      "machines that trust only Microsoft's 2023 certificates will not start this drive: " +
        '\\EFI\\Boot\\bootx64.efi starts with the 2011 certificates only; ' +
        '\\EFI\\Microsoft\\Boot\\bootmgfw.efi starts with the 2011 certificates only',
    ]);
    expect(() => {
      requireTrusted(old, [{ machineSerial: 'A', firmwareTrust: '2023' }]);
    }).toThrow(expect.objectContaining({ code: 'loader-not-trusted' }) as PrestageError);
    expect(() => {
      requireTrusted(planLoader(details([own(windows2011), manager2011]), '2023'), [
        { machineSerial: 'A', firmwareTrust: '2023' },
      ]);
    }).not.toThrow();
  });

  it('is doubtful, not wrong, where a loader has another signer', () => {
    const [doubt] = firmwareDoubts({ programs: [own(by('Contoso Secure Boot CA'))] }, '2023');
    expect(doubt).toMatch(/may not start this drive/);
    expect(firmwareDoubts({ programs: [own()] }, 'both')[0]).toMatch(/will not start this drive/);
  });

  it('is recorded with the choice, place and signers', () => {
    expect(recordedLoader(old, undefined)).toEqual({
      choice: 'as-is',
      programs: [
        {
          place: own().place,
          signers: 'Microsoft Windows, by Microsoft Windows Production PCA 2011',
          trust: '2011',
        },
        expect.objectContaining({ trust: '2011' }),
      ],
    });
    expect(programLines(old)[0]).toContain(
      'Signed by Microsoft Windows, by Microsoft Windows Production PCA 2011',
    );
    expect(recordedLoader({ choice: 'as-is', programs: [], replaced: [] }, 'both')).toBeNull();
  });
});
