import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PrestageError } from '../../core/base/errors';
import {
  chunkMapName,
  chunkMapSchema,
  chunkPlaces,
  chunkSchema,
  type Chunk,
  type ChunkMap,
} from '../../core/media/chunk-map';

/** Where the bytes of a chunk lie. */
export interface ServedChunk {
  readonly path: string;
  /** Bytes. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

/** The same within the folder of a disk image. */
type Place = ReturnType<typeof chunkPlaces>[number];

/** A disk image whose chunks are given to machines. Nothing of it is checked here: whoever gets a chunk compares its SHA-256. */
export interface ServedImage {
  /** Its chunk map. */
  readonly map: ServedChunk;
  /** SHA-256 of each chunk, in the chunk map's order. */
  readonly list: readonly string[];
  /** No other machine may have this chunk. @param sha256 of one of its chunks */
  readonly isOwn: (sha256: string) => boolean;
  /** @returns null: it has no such chunk, or gives none */
  readonly chunk: (sha256: string) => ServedChunk | null;
}

/** What all drives of a batch have alike: every chunk that is not one drive's own. */
interface Common {
  readonly partitions: ChunkMap['partitions'];
  /** In their order. */
  readonly chunks: readonly Chunk[];
  /** By their SHA-256. */
  readonly places: ReadonlyMap<string, Place>;
}

/** So many are remembered, the newest first: a rack gets one image or a few at a time, on a few sizes of drives. */
const commonsKept = 4;

/** A chunk map whose chunks nobody has looked at. */
const uncheckedMapSchema = chunkMapSchema.extend({ chunks: z.array(z.unknown()) });

/**
 * Opens disk images. What the drives of a batch have alike is checked and kept once: two hundred chunk maps of two thousand chunks each would otherwise
 * take seconds and half a gigabyte.
 */
export class ServedImages {
  #commons: readonly Common[] = [];

  /**
   * @param place folder of the disk image; or its chunk map alone, as it is kept of a drive that is read again: then no chunk of it is given
   * @throws PrestageError render-damaged
   */
  async open(place: string): Promise<ServedImage> {
    try {
      const alone = (await stat(place)).isFile();
      const path = alone ? place : join(place, chunkMapName);
      const text = await readFile(path, 'utf8');
      const { map, common } = this.#read(JSON.parse(text));
      const own = placesOf({ ...map, chunks: map.chunks.filter(isOwn) });
      return {
        map: { path, offset: 0, length: Buffer.byteLength(text) },
        list: map.chunks.map(({ sha256 }) => sha256),
        isOwn: (sha256) => own.has(sha256),
        chunk: (sha256) => {
          const found = alone ? undefined : (own.get(sha256) ?? common.places.get(sha256));
          return found === undefined
            ? null
            : { path: join(place, found.file), offset: found.offset, length: found.length };
        },
      };
    } catch (error) {
      throw new PrestageError({
        code: 'render-damaged',
        message: 'The disk image is damaged: its chunk map cannot be read.',
        cause: error instanceof Error ? error.message : String(error),
      });
    }
  }

  #read(document: unknown): { readonly map: ChunkMap; readonly common: Common } {
    const map = checked(document, this.#commons);
    const shared = map.chunks.filter((chunk) => !isOwn(chunk));
    const known = this.#commons.find((one) => isSame(shared, map.partitions, one));
    const common = known ?? {
      ...{ partitions: map.partitions, chunks: shared },
      places: placesOf({ ...map, chunks: shared }),
    };
    this.#commons = [common, ...this.#commons.filter((one) => one !== known)].slice(0, commonsKept);
    return { map, common };
  }
}

/** A chunk map that is what its schema says. Chunks that another has at the same turn are those: that is known of them already. */
function checked(document: unknown, commons: readonly Common[]): ChunkMap {
  const { chunks: found, ...rest } = uncheckedMapSchema.parse(document);
  const turns = commons.map(({ chunks }) => ({ chunks, next: 0 }));
  const chunks = found.map((one) => {
    for (const turn of turns) {
      const known = turn.chunks[turn.next];
      if (known === undefined || !isEqual(one, known)) continue;
      turn.next += 1;
      return known;
    }
    return chunkSchema.parse(one);
  });
  return { ...rest, chunks };
}

function isOwn({ own }: Chunk): boolean {
  return own !== undefined;
}

function isSame(shared: readonly Chunk[], partitions: ChunkMap['partitions'], common: Common): boolean {
  return (
    shared.length === common.chunks.length &&
    shared.every((chunk, index) => chunk === common.chunks[index]) &&
    JSON.stringify(partitions) === JSON.stringify(common.partitions)
  );
}

/** Whether something that was read has the members of a chunk, and no other ones. */
function isEqual(found: unknown, chunk: Chunk): boolean {
  if (typeof found !== 'object' || found === null) return false;
  if ((found as { readonly sha256?: unknown }).sha256 !== chunk.sha256) return false;
  const [members, known] = [Object.entries(found), new Map<string, unknown>(Object.entries(chunk))];
  return members.length === known.size && members.every(([name, value]) => known.get(name) === value);
}

/** Where chunks lie, by their SHA-256. */
function placesOf(map: Pick<ChunkMap, 'chunks' | 'partitions'>): Map<string, Place> {
  const places = chunkPlaces(map);
  return new Map(
    map.chunks.flatMap(({ sha256 }, index): [string, Place][] => {
      const place = places[index];
      return place === undefined ? [] : [[sha256, place]];
    }),
  );
}
