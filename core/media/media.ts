import { z } from 'zod';
import { mediaDriversSchema } from '../drivers/driver-table';
import { bootableSchema } from '../boot/preflight';
import { sha256Schema } from './chunk-map';
import { leftOutSchema } from './left-out';
import { recoverySchema } from './recovery';

/** One image of a WIM, from its XML data. */
export const mediaImageSchema = z.strictObject({
  /** 1-based. */
  index: z.int().positive(),
  name: z.string(),
  description: z.string().nullable(),
  /** Uncompressed bytes to write: hard links counted once. */
  bytes: z.int().nonnegative(),
  files: z.int().nonnegative(),
  directories: z.int().nonnegative(),
});
export type MediaImage = z.infer<typeof mediaImageSchema>;

/** What is known of a media file without reading all of it. */
export const mediaSchema = z.strictObject({
  /** The file given, absolute. For a split set: its first part. */
  path: z.string(),
  /** Every file of the set, absolute, in order. One for a WIM that is not split. */
  files: z.array(z.string()).min(1),
  /** Bytes of all files. */
  bytes: z.int().positive(),
  /** WIM GUID, 32 hexadecimal digits. */
  guid: z.string(),
  compression: z.enum(['none', 'XPRESS', 'LZX', 'LZMS']),
  /** Files packed in solid resources, as an ESD is. */
  solid: z.boolean(),
  parts: z.int().positive(),
  integrityTable: z.boolean(),
  images: z.array(mediaImageSchema),
  /** Of the requested image. */
  bootable: bootableSchema,
  /** The requested image: its file names and boot files were checked. */
  imageIndex: z.int().positive(),
  /** What an apply of the requested image does not write; empty for most media. */
  leftOut: z.array(leftOutSchema),
  /** Winre.wim of the requested image, for the Recovery partition. Missing when there is none that could go there. */
  recovery: recoverySchema.optional(),
  /** The driver packs of the requested image; missing when it has none. */
  drivers: mediaDriversSchema.optional(),
  /** What a user should know, but that does not stop the work. */
  warnings: z.array(z.string()),
});
export type Media = z.infer<typeof mediaSchema>;

/** SHA-256 of a media file. `sha256` of the first file is what the enterprise sends beside the file. */
export const mediaHashSchema = z.strictObject({
  /** Of one file: its SHA-256. Of a split set: the SHA-256 of the parts' text manifest (sha256sum form). */
  sha256: sha256Schema,
  files: z.array(z.strictObject({ path: z.string(), sha256: sha256Schema, bytes: z.int().nonnegative() })),
});
export type MediaHash = z.infer<typeof mediaHashSchema>;

/**
 * Bytes an NTFS volume needs for an image: its data, rounded up to clusters, an MFT record and index
 * share a file, and what an empty volume takes. An estimate that errs low by design: it refuses what
 * cannot fit; what barely does not is found by the disk image, before a drive is touched.
 */
export function minVolumeBytes(image: Pick<MediaImage, 'bytes' | 'files' | 'directories'>): number {
  const record = 1024;
  const emptyVolume = 16 * 1024 * 1024;
  return image.bytes + (image.files + image.directories) * record + emptyVolume;
}
