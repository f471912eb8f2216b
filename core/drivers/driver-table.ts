import { z } from 'zod';
import { isDeviceName } from '../base/windows-names';
import { sanitizeForDisplay } from '../base/display';
import { jsonMembers } from '../base/json-members';

/**
 * Which driver pack is for which machines. A media file carries all packs once, each as a folder below `\Drivers`; the table says
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
  .refine((name) => !isDeviceName(name), { message: 'is the name of a device of Windows' })
  .refine((name) => name.toLowerCase() !== driverTableName, { message: 'is the name of the table of packs' });

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

/** A row as it is shown: `Dell Latitude 5440, system ID 0C0A`. */
export function modelText({ maker, model, dellSystemId, lenovoType, hpBoard }: DriverModel): string {
  const name = [maker, model].filter((one) => one !== undefined).join(' ');
  return [
    ...(name === '' ? [] : [name]),
    ...(dellSystemId === undefined ? [] : [`system ID ${dellSystemId.toUpperCase()}`]),
    ...(lenovoType === undefined ? [] : [`type ${lenovoType.toUpperCase()}`]),
    ...(hpBoard === undefined ? [] : [`board ${hpBoard.toUpperCase()}`]),
  ].join(', ');
}

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

/** The driver packs of an image. */
export const mediaDriversSchema = z.strictObject({
  /** Folders below `\Drivers` that hold something. Safe to show. */
  folders: z.array(z.string()),
  /** What `\Drivers\packs.json` says; null: there is none, or it cannot be used. */
  table: driverTableSchema.nullable(),
  /** Why the table cannot be used, as "packs.json …" goes on; null: there is none, or it can. Safe to show. */
  problem: z.string().nullable(),
});
export type MediaDrivers = z.infer<typeof mediaDriversSchema>;

/** The table that a file's text is, or what is wrong with it, as "packs.json …" goes on. */
export function readDriverTable(
  text: string,
):
  | { readonly table: DriverTable; readonly problem: null }
  | { readonly table: null; readonly problem: string } {
  const json = text.replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return { table: null, problem: `is not valid JSON: ${sanitizeForDisplay(said, 160)}` };
  }
  const [repeated] = jsonMembers(json, true).repeated;
  if (repeated !== undefined) {
    return { table: null, problem: sanitizeForDisplay(`has a member twice: ${repeated}`, 300) };
  }
  const parsed = driverTableSchema.safeParse(value);
  if (parsed.success) return { table: parsed.data, problem: null };
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  return {
    table: null,
    problem: sanitizeForDisplay(`is not a table of driver packs: ${where}${issue?.message ?? ''}`, 300),
  };
}

/** What a job's record keeps of the drivers: the pack that is the machine's own. */
export const recordedPackSchema = z.strictObject({ name: driverPackNameSchema });
