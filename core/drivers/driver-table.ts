import { z } from 'zod';
import { isDeviceName } from '../base/windows-names';
import { sanitizeForDisplay } from '../base/display';

/**
 * Which driver pack is for which machines. A media carries all packs once, each as a folder below `\Drivers`; the table says
 * which of them a machine installs. It comes with the signed manifest, or lies in the media as `\Drivers\packs.json`.
 */

/** Folder of the packs on the Windows partition, as paths in an image are written. */
export const driversFolder = '/Drivers';
/** Name of the table beside them. */
export const driverTableName = 'packs.json';
/** Most bytes of that file. */
export const largestDriverTable = 1024 * 1024;

const shown = (longest: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine((text) => text.length > longest || text === sanitizeForDisplay(text, longest), {
      message: 'must be one line of visible characters',
    });

/** One folder's name, of ASCII, so that scripts of every code page find it: 1 to 64 letters, digits, spaces and `. _ + ( ) -`. */
export const driverPackNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9 ._+()-]{0,62}[A-Za-z0-9_+()-])?$/, {
    message: 'must be the name of a folder: 1 to 64 letters, digits, or . _ + ( ) - or spaces inside',
  })
  .refine((name) => !isDeviceName(name), { message: 'is the name of a device of Windows' });

/** Machines that a pack is for. An ID decides; without one the maker must fit and the model. */
export const driverModelSchema = z
  .strictObject({
    /** As the firmware names it (SMBIOS type 1, Manufacturer); `Dell` is also `Dell Inc.` */
    maker: shown(64).optional(),
    /** Name of the model, or how it begins: whole words. */
    model: shown(80).optional(),
    /** Of Dell: system ID (SMBIOS SKU number), four hexadecimal digits. */
    dellSystemId: z
      .string()
      .regex(/^[0-9A-Fa-f]{4}$/, { message: 'must be 4 hexadecimal digits, in quotation marks' })
      .optional(),
    /** Of Lenovo: machine type, the first four characters of its product name. */
    lenovoType: z
      .string()
      .regex(/^[0-9A-Za-z]{4}$/, { message: 'must be 4 letters and digits, in quotation marks' })
      .optional(),
    /** Of HP: board ID (product of the board), four hexadecimal digits. */
    hpBoard: z
      .string()
      .regex(/^[0-9A-Fa-f]{4}$/, { message: 'must be 4 hexadecimal digits, in quotation marks' })
      .optional(),
  })
  .refine(
    ({ model, dellSystemId, lenovoType, hpBoard }) =>
      [model, dellSystemId, lenovoType, hpBoard].some((one) => one !== undefined),
    { message: 'must have a model, a dellSystemId, a lenovoType or an hpBoard' },
  );
export type DriverModel = z.infer<typeof driverModelSchema>;

export const driverPackSchema = z.strictObject({
  /** Name of its folder below `\Drivers`. */
  pack: driverPackNameSchema,
  models: z.array(driverModelSchema).min(1).max(500),
});
export type DriverPack = z.infer<typeof driverPackSchema>;

/** Each pack only once, however its name is written. */
export const driverTableSchema = z
  .array(driverPackSchema)
  .max(500)
  .refine((packs) => repeatedPack(packs) === null, { message: 'names a pack twice' });
export type DriverTable = z.infer<typeof driverTableSchema>;

/** The first pack whose name, as Windows compares it, another has already; null when there is none. */
export function repeatedPack(packs: readonly { readonly pack: string }[]): string | null {
  const seen = new Set<string>();
  for (const { pack } of packs) {
    if (seen.has(foldedPack(pack))) return pack;
    seen.add(foldedPack(pack));
  }
  return null;
}

/** A pack's name as Windows compares it. */
export function foldedPack(pack: string): string {
  return pack.toLowerCase();
}

/** What a job's record keeps of the drivers: the pack that is the machine's own. */
export const recordedPackSchema = z.strictObject({ name: driverPackNameSchema });
