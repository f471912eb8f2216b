import { z } from 'zod';
import { sanitizeForDisplay } from '../base/display';
import { MiB } from '../base/units';
import { sha256Schema } from '../media/chunk-map';
import { contentsSchema } from '../contents/contents';
import { mediaDatesSchema } from '../media/media-dates';
import { recipeSettingsSchema } from './recipe-settings';
import { badFileName, foldedName } from './file-names';

/**
 * The manifest of a delivery: what is sent, byte for byte, and of which media. It is canonical JSON (RFC 8785) and is
 * signed as bytes. Its rules are here; signatures and files are the station's.
 */

/** Bytes of a block when Prestage sends. */
export const deliveryBlockBytes = 64 * MiB;

/** Most bytes of a manifest: the blocks of 8 TB, and what a message to the helper holds. */
export const largestManifest = 8 * MiB;

/** Parts of a delivery. */
export const mostParts = 9999;

/** Ending of a manifest's file name, after the media's name. */
export const manifestEnding = '.media.json';
/** Endings that a signature adds to the manifest's file name. */
export const minisignEnding = '.minisig';
export const cmsEnding = '.p7s';

/** Text that is shown: one line, without invisible characters. */
const plainText = (limit: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(limit)
    .refine((text) => text === sanitizeForDisplay(text, limit), {
      message: `must be one line of at most ${limit} visible characters`,
    });

/** Name of a media file: also the beginning of its manifest's file name. */
export const mediaNameSchema = plainText(64);
export const mediaVersionSchema = plainText(64);

export const deliveredPartSchema = z.strictObject({
  fileName: z.string(),
  bytes: z.int().positive(),
  sha256: sha256Schema,
  /** SHA-256 of every block, in order; the last one may be shorter. */
  blocks: z.array(sha256Schema).min(1),
});
export type DeliveredPart = z.infer<typeof deliveredPartSchema>;

export const mediaManifestSchema = z.strictObject({
  form: z.literal('prestage-media-1'),
  /** Name of the media, the same for all its revisions. */
  name: mediaNameSchema,
  /** For people. What says which one is older is `revision`. */
  version: mediaVersionSchema,
  /** Raised by the sender with every media file of this name. */
  revision: z.int().positive(),
  /** When the manifest was made. */
  createdAt: z.iso.datetime({ precision: 3 }),
  media: z.strictObject({
    /** Name of the file that the parts make. */
    fileName: z.string(),
    bytes: z.int().positive(),
    /** Of the whole file. */
    sha256: sha256Schema,
    /** WIM GUID, 32 hexadecimal digits. */
    guid: z.string().regex(/^[0-9a-f]{32}$/),
  }),
  /** Bytes of a block. Blocks are counted from the start of each part. */
  blockBytes: z
    .int()
    .min(64 * 1024)
    .max(256 * MiB),
  /** The files that were sent, in order: joined they are the media, or the difference. */
  parts: z.array(deliveredPartSchema).min(1).max(mostParts),
  /** Missing when the media was sent whole. */
  difference: z
    .strictObject({
      /** The media that the receiver must have. */
      base: z.strictObject({
        fileName: z.string(),
        bytes: z.int().positive(),
        /** Of the whole file. */
        sha256: sha256Schema,
      }),
      /** Of the joined parts. */
      bytes: z.int().positive(),
      /** Of the joined parts. */
      sha256: sha256Schema,
    })
    .optional(),
  /** What the media was made of; missing when the sender gave no recipe. */
  recipe: recipeSettingsSchema.optional(),
  /** Until when the media is of use; missing when the sender did not say. */
  dates: mediaDatesSchema.optional(),
  /** The packages that it holds; missing when the sender did not list them. */
  contents: contentsSchema.optional(),
});
export type MediaManifest = z.infer<typeof mediaManifestSchema>;

/** What the joined parts are: the media itself, or the difference. */
export function streamOf({ media, difference }: MediaManifest): {
  readonly bytes: number;
  readonly sha256: string;
} {
  return difference ?? media;
}

export type ManifestReading =
  | { readonly manifest: MediaManifest; readonly problem: null }
  /** `problem` follows "The manifest NAME". */
  | { readonly manifest: null; readonly problem: string };

/** Looks at parsed JSON: its form, and whether it contradicts itself. */
export function readManifest(value: unknown): ManifestReading {
  const form = typeof value === 'object' && value !== null && 'form' in value ? value.form : null;
  if (typeof form !== 'string' || !form.startsWith('prestage-media-')) {
    return refused('is not the manifest of a media file');
  }
  if (form !== 'prestage-media-1') {
    return refused(
      `has a form that this version of Prestage does not know (${sanitizeForDisplay(form, 40)})`,
    );
  }
  const parsed = mediaManifestSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? '' : `'${issue.path.join('.')}': `;
    return refused(`is not valid: ${sanitizeForDisplay(`${where}${issue?.message ?? ''}`, 300)}`);
  }
  const problem = badName(parsed.data) ?? contradiction(parsed.data);
  return problem === null ? { manifest: parsed.data, problem: null } : refused(problem);
}

function refused(problem: string): ManifestReading {
  return { manifest: null, problem };
}

function badName({ name, media, parts, difference }: MediaManifest): string | null {
  const named = [
    `${name}${manifestEnding}`,
    media.fileName,
    ...parts.map(({ fileName }) => fileName),
    // What is joined of a difference gets the second name.
    ...(difference === undefined ? [] : [difference.base.fileName, `${media.fileName}.diff`]),
  ];
  for (const one of named) {
    const what = badFileName(one);
    if (what !== null) {
      return `has a file name that cannot be used: '${sanitizeForDisplay(one, 120)}' ${what}`;
    }
  }
  if (!/\.(?:wim|esd)$/i.test(media.fileName)) {
    return `names a media file that is no WIM or ESD file: '${sanitizeForDisplay(media.fileName, 120)}'`;
  }
  const foreign = parts.find(({ fileName }) => !fileName.startsWith(media.fileName));
  // In the library they lie beside other files, none of which begins so.
  if (foreign !== undefined) {
    return `names a part that does not begin with the media's file name: '${sanitizeForDisplay(foreign.fileName, 120)}'`;
  }
  const seen = new Set<string>();
  for (const { fileName } of parts) {
    const folded = foldedName(fileName);
    if (seen.has(folded)) return `names the part ${sanitizeForDisplay(fileName, 120)} twice`;
    seen.add(folded);
  }
  return null;
}

function contradiction(manifest: MediaManifest): string | null {
  const { parts, blockBytes } = manifest;
  const stream = streamOf(manifest);
  const sum = parts.reduce((bytes, part) => bytes + part.bytes, 0);
  if (sum !== stream.bytes) {
    return `contradicts itself: its parts have ${sum} bytes together, and the whole has ${stream.bytes}`;
  }
  for (const [index, part] of parts.entries()) {
    const blocks = Math.ceil(part.bytes / blockBytes);
    if (part.blocks.length !== blocks) {
      return `contradicts itself: part ${index + 1} has ${blocks} blocks, and it lists ${part.blocks.length}`;
    }
    if (blocks === 1 && part.blocks[0] !== part.sha256) {
      return `contradicts itself: part ${index + 1} is one block, and has another SHA-256 than that block`;
    }
  }
  const [only, ...more] = parts;
  if (only !== undefined && more.length === 0 && only.sha256 !== stream.sha256) {
    return 'contradicts itself: its only part has another SHA-256 than the whole';
  }
  return null;
}

/** Bytes of a part that one block covers. */
export function blockRange(
  { bytes }: Pick<DeliveredPart, 'bytes'>,
  blockBytes: number,
  block: number,
): { readonly offset: number; readonly length: number } {
  const offset = block * blockBytes;
  return { offset, length: Math.min(blockBytes, bytes - offset) };
}

/**
 * How long a part may be: whole blocks where it is at least one, so that a block that is asked for again lies in one part.
 * @param bytes asked for
 */
export function partBytesFor(bytes: number): number {
  return bytes < deliveryBlockBytes ? bytes : bytes - (bytes % deliveryBlockBytes);
}

/** Names of the parts: the file's own where it is sent in one, else with a number that sorts. */
export function partNames(fileName: string, parts: number): string[] {
  if (parts === 1) return [fileName];
  const digits = Math.max(3, String(parts).length);
  return Array.from(
    { length: parts },
    (_, index) => `${fileName}.${String(index + 1).padStart(digits, '0')}`,
  );
}
