/**
 * Windows RE, the recovery environment: an image has it as a file below `\Windows`, and a layout with a Recovery partition has a place for it.
 * Source of both paths: Microsoft, "Deploy Windows RE" (`xcopy /h W:\Windows\System32\Recovery\Winre.wim R:\Recovery\WindowsRE\`).
 */
import { z } from 'zod';
import { formatBytes } from '../base/display';
import { MiB } from '../base/units';
import { layouts, planPartitions, type Layout } from '../drive/layout';

export const recoverySchema = z.strictObject({
  /** Bytes of Winre.wim. */
  bytes: z.int().positive(),
  /** Of its content, as the media has it: 40 hexadecimal digits. */
  sha1: z.string().regex(/^[0-9a-f]{40}$/),
});
export type Recovery = z.infer<typeof recoverySchema>;

/** Where an image has it, `/` between names; compared without regard to case. */
export const recoveryInImage = '/Windows/System32/Recovery/Winre.wim';
/** Where the Recovery partition gets it. */
export const recoveryOnPartition = ['Recovery', 'WindowsRE', 'Winre.wim'] as const;

/**
 * What a drive's Recovery partition gets.
 * @returns null: the layout has no such partition, or the image no Winre.wim
 */
export function recoveryFor(
  layout: Layout,
  media: { readonly recovery?: Recovery | undefined },
): Recovery | null {
  const place = layout.partitions.some(({ role }) => role === 'recovery');
  return place ? (media.recovery ?? null) : null;
}

/**
 * Bytes that a Recovery partition has for files. An empty NTFS volume of mkntfs takes 3 MiB of 512 MiB and 13 MiB of 2.5 GiB.
 * @param length of the partition, bytes
 */
export function recoveryRoom(length: number): number {
  return length - Math.ceil(length / 128) - 4 * MiB;
}

/** What a layout has for Winre.wim on a drive of a size, in bytes; null: it has no Recovery partition, or does not fit the drive. */
export function recoveryRoomOf(layout: Layout, driveSize: number): number | null {
  const place = planPartitions(layout, driveSize)?.find(({ role }) => role === 'recovery');
  return place === undefined ? null : recoveryRoom(place.length);
}

/** Layouts whose Recovery partition would hold Winre.wim on a drive of a size. @param driveSize bytes */
export function layoutsForRecovery({ bytes }: Recovery, driveSize: number): string[] {
  return layouts
    .filter((layout) => {
      const room = recoveryRoomOf(layout, driveSize);
      return room !== null && room >= bytes;
    })
    .map(({ name }) => name);
}

/** What an image has for a Recovery partition, in words. */
export function recoveryText(recovery: Recovery | undefined): string {
  return recovery === undefined
    ? 'no Winre.wim: a Recovery partition stays empty'
    : `Winre.wim, ${formatBytes(recovery.bytes)}, for a layout with a Recovery partition`;
}

/** What the Recovery partition of a layout gets, in words; null: it has none. */
export function recoveryPlanText(
  layout: Layout,
  media: { readonly recovery?: Recovery | undefined },
): string | null {
  if (layout.partitions.every(({ role }) => role !== 'recovery')) return null;
  const recovery = recoveryFor(layout, media);
  return recovery === null
    ? 'stays empty: the image has no Winre.wim'
    : `gets Winre.wim (${formatBytes(recovery.bytes)})`;
}
