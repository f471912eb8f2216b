import { z } from 'zod';
import { MiB, GiB } from '../base/units';

/** GPT partition type GUIDs. Source: UEFI 2.10, 5.3.3; Microsoft, "PARTITION_INFORMATION_GPT". */
export const partitionTypes = {
  efi: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
  msr: 'E3C9E316-0B5C-4DB8-817D-F92DF00215AE',
  basicData: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7',
  recovery: 'DE94BBA4-06D1-4D40-A16A-BFD50179D6AC',
} as const;

/**
 * Attributes of a recovery partition: bit 0 required by the platform, bit 63 no drive letter.
 * Source: Microsoft, "UEFI/GPT-based hard drive partitions" (`gpt attributes=0x8000000000000001`).
 */
const recoveryAttributes = '8000000000000001';

const sizeSchema = z.discriminatedUnion('kind', [
  /** Exactly so many bytes, a whole number of MiB. */
  z.strictObject({ kind: z.literal('fixed'), bytes: z.int().multipleOf(MiB) }),
  /** A share of what the fixed partitions leave, but at least so many bytes. */
  z.strictObject({ kind: z.literal('share'), percent: z.number(), atLeast: z.int().multipleOf(MiB) }),
  /** Everything that is left; one partition a layout. */
  z.strictObject({ kind: z.literal('rest') }),
]);

const layoutPartitionSchema = z.strictObject({
  role: z.enum(['efi', 'msr', 'windows', 'recovery']),
  /** GPT partition name, 36 characters at most. */
  name: z.string().max(36),
  type: z.enum(['efi', 'msr', 'basicData', 'recovery']),
  /** 64 attribute bits, 16 hexadecimal digits. */
  attributes: z.string().regex(/^[0-9A-F]{16}$/),
  fileSystem: z.enum(['fat32', 'ntfs', 'none']),
  /** Volume label. */
  label: z.string().nullable(),
  size: sizeSchema,
});
export const layoutSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  partitions: z.array(layoutPartitionSchema),
});
export type Layout = z.infer<typeof layoutSchema>;
export type LayoutPartition = z.infer<typeof layoutPartitionSchema>;

const efi = (mebibytes: number): LayoutPartition => ({
  role: 'efi',
  name: 'EFI system partition',
  type: 'efi',
  attributes: '0000000000000000',
  fileSystem: 'fat32',
  label: 'SYSTEM',
  size: { kind: 'fixed', bytes: mebibytes * MiB },
});
const msr = (mebibytes: number): LayoutPartition => ({
  role: 'msr',
  name: 'Microsoft reserved partition',
  type: 'msr',
  attributes: '0000000000000000',
  fileSystem: 'none',
  label: null,
  size: { kind: 'fixed', bytes: mebibytes * MiB },
});
const windows: LayoutPartition = {
  role: 'windows',
  name: 'Basic data partition',
  type: 'basicData',
  attributes: '0000000000000000',
  fileSystem: 'ntfs',
  label: 'Windows',
  size: { kind: 'rest' },
};
const recovery = (size: LayoutPartition['size']): LayoutPartition => ({
  role: 'recovery',
  name: 'Recovery',
  type: 'recovery',
  attributes: recoveryAttributes,
  fileSystem: 'ntfs',
  label: 'Recovery',
  size,
});

/**
 * The layouts. 260 MiB is the smallest FAT32 file system on a 4Kn drive (65,525 clusters of 4 KiB).
 * `configmgr-uefi` follows Configuration Manager's own "Format and Partition Disk" step for UEFI: EFI
 * 500 MB, MSR 128 MB, Windows 99 % and Recovery 1 % of what remains; our floor of 512 MiB keeps the
 * recovery partition usable on small drives.
 */
export const layouts: readonly Layout[] = [
  {
    name: 'uefi',
    description: 'EFI 260 MiB, MSR 16 MiB, the rest for Windows',
    partitions: [efi(260), msr(16), windows],
  },
  {
    name: 'uefi-recovery',
    description: 'EFI 260 MiB, MSR 16 MiB, the rest for Windows, Recovery 1 GiB at the end',
    partitions: [efi(260), msr(16), windows, recovery({ kind: 'fixed', bytes: GiB })],
  },
  {
    name: 'configmgr-uefi',
    description: 'EFI 500 MiB, MSR 128 MiB, the rest for Windows, Recovery 1 % (at least 512 MiB) at the end',
    partitions: [efi(500), msr(128), windows, recovery({ kind: 'share', percent: 1, atLeast: 512 * MiB })],
  },
];
export const defaultLayoutName = 'uefi';

/** @returns the layout of that name, or null. */
export function findLayout(name: string): Layout | null {
  return layouts.find((layout) => layout.name === name) ?? null;
}

/** A partition with its place on a drive of a known size. Offsets and lengths in bytes. */
export const plannedPartitionSchema = z.strictObject({
  ...layoutPartitionSchema.omit({ size: true }).shape,
  /** 1-based, as partition tables and tools count. */
  number: z.int().positive(),
  offset: z.int().nonnegative(),
  length: z.int().positive(),
});
export type PlannedPartition = z.infer<typeof plannedPartitionSchema>;

/** Partitions start and end on MiB borders; the first and the last MiB belong to the partition tables. */
const alignment = MiB;
const smallestWindows = 512 * MiB;

/**
 * Places a layout's partitions on a drive.
 * @param driveSize bytes
 * @returns null when the drive is too small to hold the layout with a Windows partition of 512 MiB.
 */
export function planPartitions(layout: Layout, driveSize: number): PlannedPartition[] | null {
  const usableEnd = Math.floor((driveSize - alignment) / alignment) * alignment;
  const usable = usableEnd - alignment;
  const fixedBytes = (size: LayoutPartition['size']): number => (size.kind === 'fixed' ? size.bytes : 0);
  const afterFixed = usable - layout.partitions.reduce((sum, { size }) => sum + fixedBytes(size), 0);
  const lengthOf = (size: LayoutPartition['size']): number =>
    size.kind === 'share'
      ? Math.max(size.atLeast, Math.floor((afterFixed * size.percent) / 100 / alignment) * alignment)
      : fixedBytes(size);
  const rest = usable - layout.partitions.reduce((sum, { size }) => sum + lengthOf(size), 0);
  if (rest < smallestWindows) return null;

  let offset = alignment;
  return layout.partitions.map(({ size, ...partition }, index) => {
    const length = size.kind === 'rest' ? rest : lengthOf(size);
    const planned = { ...partition, number: index + 1, offset, length };
    offset += length;
    return planned;
  });
}
