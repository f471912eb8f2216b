import { z } from 'zod';
import { loaderSignatureSchema } from './loader-trust';

/** CPUs that a UEFI program can be for; `none`: the file is not a program. */
export const programCpus = ['x64', 'arm64', 'ia32', 'other', 'none'] as const;

/** A UEFI program that goes to the EFI partition, or could. */
export const efiProgramSchema = z.strictObject({
  /** In the image. Safe to show. */
  path: z.string(),
  /** On the EFI partition, below `\EFI`. Safe to show. */
  place: z.string(),
  cpu: z.enum(programCpus),
  /** Missing when they were not read. */
  signatures: z.array(loaderSignatureSchema).optional(),
});
export type EfiProgramDetails = z.infer<typeof efiProgramSchema>;

/** What can be told of starting from an image without starting a machine. Paths are matched without regard to case. */
export const bootDetailsSchema = z.strictObject({
  /**
   * The boot image that the boot store starts, `\sources\boot.wim` where it starts none; `damaged`: its header is not
   * valid, or says that the file should be longer; `link`: there is only a link.
   */
  bootImage: z.enum(['whole', 'damaged', 'link', 'missing']),
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
  /** All programs (`.efi`) that will lie on the EFI partition, the ones that start first. Missing in older entries. */
  programs: z.array(efiProgramSchema).optional(),
  /**
   * Windows' own boot managers in the image, by the certificates that they are meant for: `\Windows\Boot\EFI\bootmgfw.efi` and
   * `\Windows\Boot\EFI_EX\bootmgfw_EX.efi`. Null where the image has none. Missing in older entries.
   */
  bootManagers: z
    .strictObject({ '2011': efiProgramSchema.nullable(), '2023': efiProgramSchema.nullable() })
    .optional(),
  /** Bytes of all files that go to the EFI partition. */
  efiBytes: z.int().nonnegative(),
  /** What the header of the boot image says; null when it is missing or damaged. */
  bootImageHeader: z
    .strictObject({
      /** Image that the boot manager starts, 1-based; 0 for none. */
      bootIndex: z.int().nonnegative(),
      images: z.int().nonnegative(),
      part: z.int().positive(),
      parts: z.int().positive(),
      compression: z.enum(['none', 'XPRESS', 'LZX', 'LZMS']),
      /** Bytes; 0 when nothing is compressed. */
      chunkSize: z.int().nonnegative(),
      /** Its format is the one of ESD files (version 3584): solid, or compressed with LZMS. */
      esdFormat: z.boolean(),
      pipable: z.boolean(),
    })
    .nullable(),
  /** What the boot store, or the one that Prestage adds, needs to load the boot image; null when it starts none. */
  ramdisk: z
    .strictObject({
      /** Path of the boot image, as Windows writes it. Safe to show. */
      image: z.strictObject({ path: z.string() }),
      /** The RAM disk file; its path is null when the boot store names none. */
      sdi: z.strictObject({
        path: z.string().nullable(),
        /** `other`: it does not begin as an SDI file does. */
        content: z.enum(['sdi', 'other', 'empty', 'missing']),
      }),
    })
    .nullable(),
  /** Why boot files cannot go to an EFI partition (FAT32). Safe to show. */
  efiProblems: z.array(z.string()),
});
export type BootDetails = z.infer<typeof bootDetailsSchema>;

/** One thing that firmware or the boot manager asks, and whether this media has it. */
export const demandSchema = z.strictObject({
  /** Stable: docs/reference/boot-demands.md lists them. */
  id: z.string(),
  by: z.enum(['firmware', 'boot manager']),
  asks: z.string(),
  /** `unknown`: it cannot be found out here. That never refuses a media file. */
  state: z.enum(['met', 'not-met', 'unknown']),
  /** What was found. */
  found: z.string(),
});
export type Demand = z.infer<typeof demandSchema>;
