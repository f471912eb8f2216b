import { join } from 'node:path';
import { bytesOf, chunkMapName, chunkPlaces, type ChunkMap } from '../../core/media/chunk-map';
import type { HelperResponse } from '../../core/contract/helper-api';
import { isCancellation } from '../../core/base/errors';
import { hashPieces, type HashedPiece, type HashPiece } from '../hash/hash';
import { readChunkMap, diskImageDamaged } from './chunk-map-file';
import type { ImageProgress } from './apply-image';
import { prepareStores } from './store-template';

/** Where each chunk of a map lies in the files of a disk image folder. */
function chunkPieces(map: ChunkMap, directory: string): HashPiece[] {
  return chunkPlaces(map).map(({ file, offset, length }) => ({
    path: join(directory, file),
    offset,
    length,
  }));
}

/**
 * Reads a whole disk image and compares every chunk with its hash. Also brings the disk image into the page cache,
 * where the drives' pipelines will want it.
 * @throws PrestageError render-damaged, cancelled
 */
export async function checkDiskImage(
  directory: string,
  onProgress: ImageProgress,
  signal: AbortSignal,
): Promise<HelperResponse<'checkDiskImage'>> {
  const { map, fingerprint } = await readChunkMap(join(directory, chunkMapName));
  const stores = prepareStores(directory, map);
  const total = bytesOf(map);
  let hashed: HashedPiece[];
  try {
    hashed = await hashPieces(
      chunkPieces(map, directory),
      (done) => {
        onProgress({ phase: 'checking', done, total });
      },
      signal,
    );
  } catch (error) {
    if (isCancellation(error)) throw error;
    throw diskImageDamaged('it cannot be read', error instanceof Error ? error.message : String(error));
  } finally {
    // It writes into the folder, which whoever asked may take away now.
    await stores;
  }
  const bad = map.chunks.findIndex((chunk, index) => hashed[index]?.sha256 !== chunk.sha256);
  if (bad !== -1) throw diskImageDamaged(`chunk ${bad} has changed`);
  return { fingerprint, bytes: total, chunks: map.chunks.length };
}
