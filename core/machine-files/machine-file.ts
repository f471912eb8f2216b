import { z } from 'zod';
import { KiB } from '../base/units';
import { windowsNameProblem } from '../base/windows-names';

/**
 * Files that each machine gets of its own (docs/adr/0041-machine-files.md): one template for all, one text for each drive. The
 * shared disk image holds a slot for each, a file of fixed size whose bytes are exchanged for each drive.
 */

/** What a file is checked as, and how values are written into it. `machine-json` has no template: Prestage writes it. */
export const machineFileKinds = ['xml', 'json', 'text', 'machine-json'] as const;
export type MachineFileKind = (typeof machineFileKinds)[number];

/** Bytes of a slot, when nothing else is said. */
export const defaultSlotBytes = 64 * KiB;
const slotStep = 4 * KiB;
/** Bytes of UTF-8 of a template. */
export const largestTemplate = 48 * KiB;
/** Slots of one image. */
export const maxMachineFiles = 16;

/** Names of a path of the Windows partition, such as `\Windows\Panther\unattend.xml`. */
export function namesOf(path: string): string[] {
  return path.split('\\').slice(1);
}

/** Control and invisible characters could not be shown; a blank in front is nobody's intention. */
const unsafeInName = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|^ /u;

/** Files of NTFS itself, at the top of every volume. */
const ofNtfs = /^\$(?:MFT|MFTMirr|LogFile|Volume|AttrDef|Bitmap|Boot|BadClus|Secure|UpCase|Extend)$/i;

/** As Windows shortens longer names for DOS: on the drive it would be a second folder beside the one that is meant. */
const shortName = /^[^.~]{1,7}~\d{1,6}(?:\.[^.]{0,3})?$/;

function isWindowsPath(path: string): boolean {
  if (!path.startsWith('\\') || ofNtfs.test(namesOf(path)[0] ?? '')) return false;
  return namesOf(path).every((name) => windowsNameProblem(name) === null && !unsafeInName.test(name));
}

export const machinePathSchema = z
  .string()
  .max(240)
  .refine(isWindowsPath, {
    message:
      'must be a path on the Windows partition without a drive letter, such as \\Windows\\Panther\\unattend.xml',
  })
  .refine((path) => !namesOf(path).some((name) => shortName.test(name)), {
    message: 'must have whole names: one such as WINDOW~1 may be short for another',
  });

const slotBytesSchema = z
  .int()
  .min(slotStep)
  .max(1024 * KiB)
  .multipleOf(slotStep, { message: 'must be a multiple of 4096' });

/** A slot of a disk image: a path and its fixed size in bytes. */
export const slotSchema = z.strictObject({ path: machinePathSchema, bytes: slotBytesSchema });
export type Slot = z.infer<typeof slotSchema>;

/** As a recipe or a file of machine files names it: the template is a file beside it. */
export const machineFileEntrySchema = z.strictObject({
  /** Where it lies on the Windows partition. A file of the image at that place is replaced. */
  path: machinePathSchema,
  /** What it is checked as; missing: by the ending of the path. */
  kind: z.enum(machineFileKinds).optional(),
  /** File with the template in UTF-8, from the folder of this file on. Not for `machine-json`, which has none. */
  template: z.string().min(1).max(1024).optional(),
  /** Size of the file on the drive, in bytes: what is left is filled with blanks. */
  bytes: slotBytesSchema.default(defaultSlotBytes),
});
export type MachineFileEntry = z.infer<typeof machineFileEntrySchema>;

export const machineFileListSchema = z.array(machineFileEntrySchema).max(maxMachineFiles);

/** One file with its template, as a manifest carries it. */
export const machineFileSchema = z.strictObject({
  path: machinePathSchema,
  kind: z.enum(machineFileKinds),
  /** Text of the template; empty for `machine-json`. */
  template: z.string().max(largestTemplate),
  bytes: slotBytesSchema,
});
export type MachineFile = z.infer<typeof machineFileSchema>;

/** What the record says of one: where it lies, and what is there. */
export const recordedMachineFileSchema = z.strictObject({
  path: machinePathSchema,
  /** Of the file on the drive, blanks at its end included. */
  bytes: slotBytesSchema,
  /** SHA-256 of the file as it lies on the drive, blanks at its end included. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type RecordedMachineFile = z.infer<typeof recordedMachineFileSchema>;

/** Machine files as one line of a table: each path with its SHA-256; null when there are none. */
export function machineFilesText(files: readonly RecordedMachineFile[] | undefined): string | null {
  return files === undefined ? null : files.map(({ path, sha256 }) => `${path} ${sha256}`).join('; ');
}

/** What a file is checked as, where nothing says it. */
export function kindOfPath(path: string): MachineFileKind {
  if (/\.xml$/i.test(path)) return 'xml';
  return /\.json$/i.test(path) ? 'json' : 'text';
}

/** Windows Autopilot reads this file as ASCII. Source: Microsoft, "Windows Autopilot for existing devices". */
export function isAutopilotFile(path: string): boolean {
  return namesOf(path).at(-1)?.toLowerCase() === 'autopilotconfigurationfile.json';
}

/** Two slots that cannot both be: one path, or a file that is to be a folder of another. @returns what is wrong, or null */
export function slotConflict(files: readonly Pick<MachineFile, 'path'>[]): string | null {
  const folded = files.map(({ path }) => path.toLowerCase());
  for (const [index, path] of folded.entries()) {
    const own = files[index]?.path ?? path;
    if (folded.indexOf(path) !== index) return `two files have the path ${own}`;
    const inner = folded.findIndex((other) => other.startsWith(`${path}\\`));
    if (inner !== -1) return `${own} is to be a file, and a folder of ${files[inner]?.path ?? ''}`;
  }
  return null;
}

/** What a list of files may not say, though each of its members is well formed; with the place in the file that lists them. */
export function machineFileComplaints(
  files: readonly MachineFileEntry[],
): { readonly path: PropertyKey[]; readonly message: string }[] {
  const conflict = slotConflict(files);
  const each = files.flatMap(({ path, kind = kindOfPath(path), template }, index) => {
    const here = `machineFiles[${index + 1}]`;
    if (kind !== 'machine-json' && template === undefined) {
      return [{ path: ['machineFiles', index], message: `${here}.template is missing` }];
    }
    if (kind === 'machine-json' && template !== undefined) {
      return [
        {
          path: ['machineFiles', index, 'template'],
          message: `${here} is a machine-json, which has no template`,
        },
      ];
    }
    return [];
  });
  return conflict === null ? each : [...each, { path: ['machineFiles'], message: conflict }];
}
