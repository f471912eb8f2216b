import { z } from 'zod';

/**
 * What says that Prestage runs from a Prestage Live stick, and what it was started with: one file that the image brings,
 * one that its start writes, and the kernel's command line. build/live writes them; the helper and the station read them.
 */

/** Fixed paths of the live system. Nothing else decides whether a system is live. */
export const livePaths = {
  /** In the image: {@link liveImageSchema}. */
  image: '/usr/lib/prestage/live.json',
  /** Written once at start, before the app: {@link liveStartSchema}. In memory, as all below /run. */
  start: '/run/prestage/live.json',
  /** Written by the helper: {@link unlockedDisksSchema}. Gone with the next start. */
  unlocked: '/run/prestage/unlocked.json',
  /** Written by the helper once the app's page has stood: then this version is known to come up (build/live). */
  page: '/run/prestage/page-stands',
  /** Where the disk is mounted from which files are read. */
  disk: '/run/prestage/disk',
  /** Where the stick that is named for it is mounted, to be read (build/live). */
  media: '/media/PRESTAGE-IN',
  commandLine: '/proc/cmdline',
  /** Where the data partition is mounted: the station's state folder. */
  state: '/var/lib/prestage',
  /** The image cache in it: where the folder for it of a disk for images and media is mounted. */
  images: '/var/lib/prestage/renders',
  /** In the media library: where that disk's folder for media is mounted. There while such a disk is chosen. */
  library: '/var/lib/prestage/library/disk',
  /** Where the whole disk is mounted while it is opened. */
  imageDisk: '/run/prestage/image-disk',
  /** Device of its partition, once it was opened. */
  imageDiskDevice: '/run/prestage/image-disk-device',
} as const;

/** Names of the medium's partitions in its GPT. */
export const livePartitions = {
  /** EFI system partition: shim, GRUB, its memory. */
  esp: 'PRESTAGE-ESP',
  a: 'PRESTAGE-A',
  b: 'PRESTAGE-B',
  data: 'PRESTAGE-DATA',
  /** The data partition while it is made: it holds nothing yet. */
  begun: 'PRESTAGE-BEGUN',
} as const;
const allPartitions: ReadonlySet<string> = new Set(Object.values(livePartitions));

/** Whether a partition of this name belongs to a Prestage Live stick. */
export function isLivePartition(name: string | null | undefined): boolean {
  return typeof name === 'string' && allPartitions.has(name);
}

/** Folder of the media library that lies on another disk, and the file in it that shows while that disk is not there. */
export const libraryDisk = { folder: 'disk', gone: '.not-there' } as const;

/** Name of the partition on a disk for images and media. It is no part of a medium. */
export const imageDiskPartition = 'PRESTAGE-IMAGES';
/** Name in /dev/mapper of the open one. */
export const imageDiskMapping = 'prestage-images';

/** Name of the open data partition in /dev/mapper. */
export const liveDataMapping = 'prestage-data';

/** `agent`: a machine of a rack, whose disks its station writes. */
export const liveRoles = ['station', 'machine', 'agent'] as const;
export type LiveRole = (typeof liveRoles)[number];
export const liveSlots = ['a', 'b'] as const;
export type LiveSlot = (typeof liveSlots)[number];

/** live.json of the image. */
export const liveImageSchema = z.looseObject({
  version: z.string().max(64),
  /** When the image was built: no clock is right that is before it. */
  built: z.union([z.iso.date(), z.iso.datetime({ offset: true })]),
  commit: z.string().max(64),
});
export type LiveImage = z.infer<typeof liveImageSchema>;

/** A disk as it was when the live system started: columns of `lsblk --json --bytes --nodeps`, util-linux 2.39 or newer. */
export const diskAtStartSchema = z.looseObject({
  /** Kernel name: sda, nvme0n1. */
  name: z.string().max(64),
  /** /sys/class/block/NAME/diskseq; missing or null where it is not known. */
  'disk-seq': z.int().nonnegative().nullish(),
  serial: z.string().max(256).nullish(),
  wwn: z.string().max(256).nullish(),
});
export type DiskAtStart = z.infer<typeof diskAtStartSchema>;

/** live.json of the start. */
export const liveStartSchema = z.looseObject({
  /** Device of the partition that the running system was read from; null or empty when that is not known. */
  medium: z.string().max(256).nullable(),
  slot: z.enum(liveSlots),
  /** Every disk that was there, the medium among them. */
  diskIdentitiesAtStart: z.array(diskAtStartSchema).max(1000),
});
export type LiveStart = z.infer<typeof liveStartSchema>;

/** Disks of the PC that somebody unlocked since the start. */
export const unlockedDisksSchema = z.strictObject({
  disks: z.array(
    z.strictObject({
      /** By what the kernel knows this very attachment of it. */
      attachment: z.string(),
      /** Serial of the PC that was named. */
      machine: z.string(),
      operator: z.string(),
      /** ISO 8601, UTC. */
      at: z.iso.datetime(),
    }),
  ),
});
export type UnlockedDisk = z.infer<typeof unlockedDisksSchema>['disks'][number];

/** The live system that runs. */
export interface LiveSystem {
  readonly role: LiveRole;
  /** Null when neither command line nor start says it. */
  readonly slot: LiveSlot | null;
  /** Null when the image's file cannot be read: it is a live system all the same. */
  readonly image: LiveImage | null;
  /** Null when it was not written or cannot be read: then no disk counts as plugged in since. */
  readonly start: LiveStart | null;
  readonly unlocked: readonly UnlockedDisk[];
}

/** The texts of the files; null: it is not there. */
export interface LiveTexts {
  readonly image: string | null;
  readonly start: string | null;
  readonly unlocked: string | null;
  readonly commandLine: string;
}

/**
 * Whether the system is live, and which. The image's file and a role on the kernel's command line make it live. Whatever else
 * is missing or broken takes nothing of that away: it only leaves less that may be written.
 * @returns null for any other system
 */
export function liveSystemOf({ image, start, unlocked, commandLine }: LiveTexts): LiveSystem | null {
  const words = commandLine.trim().split(/\s+/);
  const roles = valuesOf(words, 'prestage.role');
  if (image === null || roles.length === 0) return null;
  const started = parsed(start, liveStartSchema);
  const slots = new Set(valuesOf(words, 'prestage.slot'));
  const [slot = started?.slot ?? ''] = slots;
  return {
    // Only what says nothing but `machine` is a machine, and so with `agent`: as a station it may write less.
    role: (['machine', 'agent'] as const).find((one) => roles.every((role) => role === one)) ?? 'station',
    slot: slots.size > 1 ? null : (liveSlots.find((one) => one === slot) ?? null),
    image: parsed(image, liveImageSchema),
    start: started,
    unlocked: parsed(unlocked, unlockedDisksSchema)?.disks ?? [],
  };
}

function valuesOf(words: readonly string[], name: string): string[] {
  return words.flatMap((word) => (word.startsWith(`${name}=`) ? [word.slice(name.length + 1)] : []));
}

function parsed<T>(text: string | null, schema: z.ZodType<T>): T | null {
  if (text === null) return null;
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
