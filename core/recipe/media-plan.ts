import { z } from 'zod';
import { certificateYears } from '../boot/loader-trust';
import { driverPackSchema } from '../drivers/driver-table';

/** What a media file is made of, with every path absolute: what `media create` asks the helper for. */
export const mediaPlanSchema = z.strictObject({
  /** Name of the image. */
  name: z.string().min(1).max(255),
  /** Description of the image; may be empty. */
  description: z.string().max(1000),
  /** WIM file, or the first part of a split set, and the image in it that everything is added to. */
  base: z.strictObject({ path: z.string(), imageIndex: z.int().positive() }),
  /** Null where the base is a finished media file: its boot image and boot files stay as they are. */
  bootImage: z.strictObject({ path: z.string(), imageIndex: z.int().positive() }).nullable(),
  /** Certificates that the boot manager must be for; missing: Windows' own as it comes. */
  bootLoader: z.enum(certificateYears).optional(),
  /** Each with the folder whose content becomes `\SMS\PKG\<id>`. */
  packages: z.array(z.strictObject({ id: z.string().min(1).max(255), folder: z.string() })).max(10_000),
  /** Each with the folder whose content becomes `\Drivers\<pack>`, and the machines that it is for. */
  driverPacks: z.array(z.strictObject({ ...driverPackSchema.shape, folder: z.string() })).max(500),
  /** File that is made. */
  output: z.string(),
  /** A file that lies there is replaced once the new one is complete. */
  replace: z.boolean(),
});
export type MediaPlan = z.infer<typeof mediaPlanSchema>;

export const createdMediaSchema = z.strictObject({
  /** Absolute. */
  path: z.string(),
  /** Size of the file. */
  bytes: z.int().positive(),
  packages: z.int().nonnegative(),
  /** Names of the driver packs that were added. */
  driverPacks: z.array(z.string()),
  /** Files that came from the folders of packages and driver packs. */
  files: z.int().nonnegative(),
  /** Files and folders that got permissions which keep ordinary users out. */
  protected: z.int().nonnegative(),
  /** Packages that the finished media held before, and that were replaced. Safe to show. */
  replaced: z.array(z.string()),
  /** What a user should know. Safe to show. */
  notes: z.array(z.string()),
});
export type CreatedMedia = z.infer<typeof createdMediaSchema>;
