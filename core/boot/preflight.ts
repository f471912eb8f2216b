import { z } from 'zod';
import { formatBytes, sanitizeForDisplay } from '../base/display';
import { layouts } from '../drive/layout';

/** CPUs that a UEFI program can be for; `none`: the file is not a program. */
export const programCpus = ['x64', 'arm64', 'ia32', 'other', 'none'] as const;

/** What can be told of starting from an image without starting a machine. Paths are matched without regard to case. */
export const bootDetailsSchema = z.strictObject({
  /** `\sources\boot.wim`; `damaged`: its header is not valid, or says that the file should be longer. */
  bootImage: z.enum(['whole', 'damaged', 'missing']),
  /** What the default entry of `\EFI\Microsoft\Boot\BCD` starts; `other-image` is a boot image at another path. */
  bootStore: z.enum(['boot-image', 'other-image', 'windows', 'nothing', 'damaged', 'missing']),
  /** The programs that firmware starts on an unknown disk, as they will be on the EFI partition. */
  loaders: z.array(
    z.strictObject({
      /** In the image. Safe to show. */
      path: z.string(),
      /** CPU that this file name stands for. */
      wanted: z.enum(programCpus),
      cpu: z.enum(programCpus),
      /** It has a certificate table. The signature itself is not checked. */
      signed: z.boolean(),
    }),
  ),
  /** Bytes of all files that go to the EFI partition. */
  efiBytes: z.int().nonnegative(),
});
export type BootDetails = z.infer<typeof bootDetailsSchema>;

export const bootableSchema = z.strictObject({
  /** True when there are no problems that would prevent a machine from booting. */
  bootable: z.boolean(),
  ...bootDetailsSchema.shape,
  /** Why a machine would not boot from this image, or would boot something else. */
  problems: z.array(z.string()),
});
export type Bootable = z.infer<typeof bootableSchema>;

/** Names under which firmware looks on a disk it does not know. Source: UEFI 2.10, 3.5.1.1. */
export const defaultLoaderNames = {
  x64: 'bootx64.efi',
  arm64: 'bootaa64.efi',
  ia32: 'bootia32.efi',
  other: null,
  none: null,
} as const;

/** Judges the facts. `notes` are what a user should know but that keeps no machine from starting. */
export function assessBoot(details: BootDetails): { bootable: Bootable; notes: string[] } {
  const problems = [...imageProblems(details), ...storeProblems(details), ...loaderProblems(details)];
  const notes: string[] = [];
  if (details.bootStore === 'other-image') {
    notes.push('the boot store starts a boot image other than \\sources\\boot.wim');
  }
  if (details.bootStore === 'missing' && details.bootImage === 'whole') {
    notes.push(
      'the media has no boot store: Prestage adds one to each drive that starts \\sources\\boot.wim',
    );
  }
  for (const { path, signed, cpu } of details.loaders) {
    if (!signed && cpu !== 'none') {
      notes.push(`${path} is not signed: a machine with Secure Boot enabled will refuse it`);
    }
  }
  const short = layouts.filter((layout) => efiRoom(layout) < details.efiBytes);
  if (short.length > 0) {
    const left = layouts.filter((layout) => !short.includes(layout)).map(({ name }) => name);
    notes.push(
      `the boot files need ${formatBytes(details.efiBytes)}: ` +
        (left.length === 0
          ? 'no layout has an EFI partition that large'
          : `only the layout ${left.join(' or ')} has enough space for them`),
    );
  }
  return { bootable: { bootable: problems.length === 0, ...details, problems }, notes };
}

function imageProblems({ bootImage }: BootDetails): string[] {
  if (bootImage === 'missing') return ['the boot image (\\sources\\boot.wim) is missing'];
  if (bootImage === 'damaged') return ['the boot image (\\sources\\boot.wim) is damaged or truncated'];
  return [];
}

function storeProblems({ bootStore, bootImage }: BootDetails): string[] {
  switch (bootStore) {
    case 'boot-image':
    case 'other-image':
      return [];
    case 'windows':
      return [
        'the boot store starts the extracted Windows, not the boot image: the task sequence would never start',
      ];
    case 'nothing':
      return ['the boot store (\\EFI\\Microsoft\\Boot\\BCD) has no bootable entry'];
    case 'damaged':
      return ['the boot store (\\EFI\\Microsoft\\Boot\\BCD) is damaged: this media will be refused'];
    case 'missing':
      return bootImage === 'missing' ? ['the boot store (\\EFI\\Microsoft\\Boot\\BCD) is missing'] : [];
  }
}

function loaderProblems({ loaders }: BootDetails): string[] {
  if (loaders.length === 0) {
    return ['there is no UEFI boot loader: neither \\EFI\\Boot\\bootx64.efi nor a boot manager'];
  }
  return loaders.flatMap(({ path, wanted, cpu }) => {
    if (cpu === wanted) return [];
    if (cpu === 'none') return [`${path} is not a program`];
    return [`${path} is a program for ${cpu} machines, but its name is for ${wanted} machines`];
  });
}

interface Sized {
  readonly partitions: readonly {
    readonly role: string;
    readonly size: { readonly kind: string; readonly bytes?: number };
  }[];
}

/** Bytes of a layout's EFI partition, file system included. */
export function efiRoom(layout: Sized): number {
  const efi = layout.partitions.find(({ role }) => role === 'efi');
  return efi?.size.bytes ?? 0;
}

/** A path of an image as Windows writes it, safe to show. */
export function shownPath(path: string): string {
  return sanitizeForDisplay(path.replaceAll('/', '\\'), 300);
}
