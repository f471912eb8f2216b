import { z } from 'zod';
import { formatBytes, sanitizeForDisplay } from '../base/display';
import { layouts } from '../drive/layout';
import { bootDetailsSchema, demandSchema, type BootDetails } from './boot-details';
import { judgeDemands } from './demands';

/**
 * Judges whether a machine will start from an image, from what was found in it. Pure; the demands are in
 * docs/reference/boot-demands.md.
 */

export const bootableSchema = z.strictObject({
  /** True when there are no problems that would prevent a machine from booting. */
  bootable: z.boolean(),
  ...bootDetailsSchema.shape,
  /** Why a machine would not boot from this image, or would boot something else. */
  problems: z.array(z.string()),
  /** Everything that is asked, in the order in which it is listed. */
  demands: z.array(demandSchema),
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

/** Judges the details. `notes` are what a user should know but that keeps no machine from starting. */
export function assessBoot(details: BootDetails): { bootable: Bootable; notes: string[] } {
  const judged = judgeDemands(details);
  const failing = judged.filter(({ state }) => state === 'not-met');
  const problems = failing.filter(({ optional }) => !optional).map(({ found }) => found);
  const notes: string[] = [];
  if (details.bootStore === 'other-image') {
    notes.push('the boot store starts a boot image other than \\sources\\boot.wim');
  }
  if (details.bootStore === 'missing' && details.bootImage === 'whole') {
    notes.push(
      'the media has no boot store: Prestage adds one to each drive that starts \\sources\\boot.wim',
    );
  }
  notes.push(...failing.filter(({ optional }) => optional).map(({ found }) => found));
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
  const demands = judged.map(({ id, by, asks, state, found }) => ({ id, by, asks, state, found }));
  return { bootable: { bootable: problems.length === 0, ...details, problems, demands }, notes };
}

interface Sized {
  readonly partitions: readonly {
    readonly role: string;
    readonly size: { readonly kind: string; readonly bytes?: number };
  }[];
}

/** Demands that a boot image meets or not by its header alone. */
const ofBootImage: ReadonlySet<string> = new Set([
  'boot-image-format',
  'boot-image-parts',
  'boot-index',
  'boot-image-compression',
  'boot-image-chunk-size',
]);

/** Why the boot manager would not start a boot image, by its header; empty when nothing speaks against it. */
export function bootImageProblems(header: NonNullable<BootDetails['bootImageHeader']>): string[] {
  const details: BootDetails = {
    bootImage: 'whole',
    bootImageHeader: header,
    bootStore: 'boot-image',
    loaders: [],
    efiBytes: 0,
    ramdisk: null,
    efiProblems: [],
  };
  return judgeDemands(details)
    .filter(({ id, state }) => ofBootImage.has(id) && state === 'not-met')
    .map(({ found }) => found);
}

/** Bytes of a layout's EFI partition, file system included. */
export function efiRoom(layout: Sized): number {
  const efi = layout.partitions.find(({ role }) => role === 'efi');
  return efi?.size.bytes ?? 0;
}

/** A path of an image as Windows writes it, safe to show. */
export function shownMediaPath(path: string): string {
  return sanitizeForDisplay(path.replaceAll('/', '\\'), 300);
}
