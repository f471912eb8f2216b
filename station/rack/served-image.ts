import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PrestageError } from '../../core/base/errors';
import { chunkMapName, chunkMapSchema, chunkPlaces } from '../../core/media/chunk-map';

/** Where the bytes of a chunk lie. */
export interface ServedChunk {
  readonly path: string;
  /** Bytes. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/** A disk image whose chunks are given to machines. Nothing of it is checked here: whoever gets a chunk compares its SHA-256. */
export interface ServedImage {
  readonly mapText: string;
  /** In the chunk map's order. `own`: no other machine may have it. */
  readonly list: readonly { readonly sha256: string; readonly own: boolean }[];
  /** By their SHA-256. */
  readonly chunks: ReadonlyMap<string, ServedChunk>;
}

/**
 * @param place folder of the disk image; or its chunk map alone, as it is kept of a drive that is read again: then no chunk of it is given
 * @throws PrestageError render-damaged
 */
export async function openImage(place: string): Promise<ServedImage> {
  try {
    const alone = (await stat(place)).isFile();
    const mapText = await readFile(alone ? place : join(place, chunkMapName), 'utf8');
    const map = chunkMapSchema.parse(JSON.parse(mapText));
    const places = alone ? [] : chunkPlaces(map);
    const chunks = map.chunks.flatMap(({ sha256 }, index): [string, ServedChunk][] => {
      const found = places[index];
      return found === undefined ? [] : [[sha256, { ...found, path: join(place, found.file) }]];
    });
    const list = map.chunks.map(({ sha256, own }) => ({ sha256, own: own !== undefined }));
    return { mapText, list, chunks: new Map(chunks) };
  } catch (error) {
    throw new PrestageError({
      code: 'render-damaged',
      message: 'The disk image is damaged: its chunk map cannot be read.',
      cause: error instanceof Error ? error.message : String(error),
    });
  }
}
