import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { errorCodeOf } from '../../core/base/system-error';
import { sha256Schema } from '../../core/media/chunk-map';
import { mediaSchema, type Media, type MediaHash } from '../../core/media/media';
import { logError } from '../state/log-file';
import { writeFileAtomically, type StatePaths } from '../state/state-paths';

/**
 * What looks into media found, with the SHA-256 of the bytes that it was found in: a look takes a dozen runs of wimlib, and drives wait
 * for it. Whoever takes a kept one has the media hashed before a drive is touched, and takes it only if that is the same hash.
 */

/** More than a station has at hand. */
const mostKept = 20;

const keptSchema = z.strictObject({
  version: z.literal(1),
  /** The one that was kept last comes first. */
  looks: z.array(
    z.strictObject({
      /** Of Prestage and wimlib: others may find other things. */
      versions: z.string(),
      /** Size, time and identity of the media's files. */
      mark: z.string(),
      sha256: sha256Schema,
      media: mediaSchema,
    }),
  ),
});
type Looks = z.infer<typeof keptSchema>['looks'];
export type KeptLook = Looks[number];

/** The versions that a look depends on. */
export function lookVersions(versions: Readonly<Record<string, string>>): string {
  return `${versions['prestage'] ?? ''} ${versions['wimlib-imagex'] ?? ''}`;
}

/**
 * @param mark tells the mark of files; see {@link KeptLook}
 * @returns null: none is kept of this file as it is
 */
export async function keptLook(
  { looksFile }: Pick<StatePaths, 'looksFile'>,
  path: string,
  imageIndex: number,
  versions: string,
  mark: (files: readonly string[]) => Promise<string>,
): Promise<KeptLook | null> {
  const look = readLooks(looksFile).find(
    (one) => isOf(one, { path, imageIndex }) && one.versions === versions,
  );
  return look !== undefined && (await mark(look.media.files)) === look.mark ? look : null;
}

/** Keeps a look, once the media is hashed. Only a convenience: what goes wrong with the file is logged. */
export function keepLook(
  { looksFile }: Pick<StatePaths, 'looksFile'>,
  { media, mark, versions }: Pick<KeptLook, 'media' | 'mark' | 'versions'>,
  { sha256 }: Pick<MediaHash, 'sha256'>,
): void {
  const others = readLooks(looksFile).filter((one) => !isOf(one, media));
  writeLooks(looksFile, [{ versions, mark, sha256, media }, ...others].slice(0, mostKept));
}

/** Forgets what was kept of a media file: its bytes are others. */
export function forgetLook({ looksFile }: Pick<StatePaths, 'looksFile'>, media: Media): void {
  writeLooks(
    looksFile,
    readLooks(looksFile).filter((one) => !isOf(one, media)),
  );
}

function isOf(look: KeptLook, { path, imageIndex }: Pick<Media, 'path' | 'imageIndex'>): boolean {
  return look.media.path === path && look.media.imageIndex === imageIndex;
}

function readLooks(file: string): Looks {
  try {
    return keptSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).looks;
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOENT') logError('media-looks-lost', error);
    return [];
  }
}

function writeLooks(file: string, looks: Looks): void {
  try {
    writeFileAtomically(file, JSON.stringify({ version: 1, looks }), 0o600);
  } catch (error) {
    logError('media-looks-not-kept', error);
  }
}
