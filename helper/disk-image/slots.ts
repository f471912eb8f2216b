/** The slots of a shared disk image: files whose bytes each drive gets of its own (docs/adr/0041-machine-files.md). */
import { createHash } from 'node:crypto';
import { open, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { PlannedPartition } from '../../core/drive/layout';
import { namesOf, type Slot } from '../../core/machine-files/machine-file';
import { chunkAlignment, type ChunkMap, type PlacedSlot } from '../../core/media/chunk-map';
import type { Media } from '../../core/media/media';
import { insertFiles, unusable } from '../media/insert-files';
import { readMetadata } from '../media/read-metadata';
import { imageWim, wimTime } from '../media/small-wim';
import { readWimFile } from '../media/wim-file';
import { wimlibReferences } from '../media/wim-source';
import { lastWords, runTool } from '../tools/runner';
import { diskImageDamaged } from './chunk-map-file';

/**
 * What lies in a slot until a drive gets its own: blanks, behind the slot's name, so that no two are alike. It is known from the
 * slot alone, so a place that was recorded wrongly, or that has changed, is found before anything is written over it.
 */
export function blankSlot({ path, bytes }: Slot): Buffer {
  const line = Buffer.from(`Prestage ${createHash('sha256').update(path.toLowerCase()).digest('hex')}\n`);
  return Buffer.concat([line, Buffer.alloc(bytes - line.length, ' ')]);
}

/** A media file with slots, as wimlib-imagex applies it. */
export interface SlottedSource {
  readonly file: string;
  readonly index: number;
  readonly refs: readonly string[];
  /** The files of `refs`. */
  readonly further: readonly string[];
  /** Paths of the slots, with the names of folders that the image has, in the order of the slots. */
  readonly paths: readonly (readonly string[])[];
}

/**
 * Writes a WIM whose list of names is that of the image, with the slots: all other content stays in the media and is referred to.
 * @param file one that does not exist, in a folder for temporary files
 * @throws PrestageError slot-unusable, media-…, cancelled
 */
export async function slottedSource(
  media: Pick<Media, 'files' | 'imageIndex'>,
  slots: readonly Slot[],
  file: string,
  signal: AbortSignal,
): Promise<SlottedSource> {
  const [first] = media.files;
  if (first === undefined) throw new Error('a media file without a file');
  if ((await readWimFile(first)).header.pipable) throw pipableMedia(first);
  const contents = slots.map((slot) => {
    const bytes = blankSlot(slot);
    return { bytes, sha1: createHash('sha1').update(bytes).digest() };
  });
  const metadata = await readMetadata(first, media.imageIndex, dirname(file), signal);
  const inserted = insertFiles(
    metadata,
    slots.map(({ path }, index) => ({
      names: namesOf(path),
      sha1: contents[index]?.sha1 ?? Buffer.alloc(20),
    })),
    wimTime(new Date()),
  );
  await writeFile(file, imageWim(inserted.metadata, contents), { mode: 0o600, flag: 'wx' });
  return { file, index: 1, refs: wimlibReferences(media), further: media.files, paths: inserted.paths };
}

/** The lists of names of such a media file are stored in another way, which wimlib alone reads. */
function pipableMedia(file: string): PrestageError {
  return new PrestageError({
    code: 'slot-unusable',
    message: `${sanitizeForDisplay(basename(file), 200)} is a pipable WIM: files for each machine cannot be laid into it.`,
    remedy:
      'No drive was touched. Ask the enterprise for the media as an ordinary WIM (wimlib-imagex optimize FILE --not-pipable), or write it without machine files.',
  });
}

/** The one run of a file's content, as `ntfscluster` prints it; what has none, or several, has no place of its own. */
const contentForm = /^\s*0x80 - non-resident\n.*\n((?:\s+\d+\s+\d+\s+\d+\n?)+)/m;

/**
 * Finds where the slots lie on the applied volume, and reads there that they do.
 * @param volume the Windows partition's file
 * @throws PrestageError slot-unusable where a file is in pieces, render-failed, cancelled
 */
export async function placeSlots(
  volume: string,
  partition: PlannedPartition,
  clusterBytes: number,
  slots: readonly Slot[],
  paths: SlottedSource['paths'],
  signal: AbortSignal,
): Promise<PlacedSlot[]> {
  const placed: PlacedSlot[] = [];
  const handle = await open(volume, 'r');
  try {
    for (const [index, slot] of slots.entries()) {
      const path = `/${(paths[index] ?? namesOf(slot.path)).join('/')}`;
      const told = await runTool('ntfscluster', ['-F', path, volume], { signal });
      const text = told.stdout.toString('utf8');
      const runs = (contentForm.exec(text)?.[1] ?? '').trim().split('\n');
      const [run = ''] = runs;
      const [, cluster = '', clusters = ''] = run.trim().split(/\s+/);
      if (
        told.status !== 0 ||
        runs.length !== 1 ||
        Number(clusters) * clusterBytes < slot.bytes ||
        cluster === ''
      ) {
        const why =
          told.status === 0 ? 'it does not lie in one piece on the volume' : 'ntfscluster does not find it';
        throw unusable(slot.path, `${why}${told.status === 0 ? '' : ` (${lastWords(told.stderr)})`}`);
      }
      const place = Number(cluster) * clusterBytes;
      const buffer = Buffer.alloc(slot.bytes);
      await handle.read(buffer, 0, slot.bytes, place);
      if (place % chunkAlignment !== 0 || !buffer.equals(blankSlot(slot))) {
        throw unusable(slot.path, 'its content is not where ntfscluster says');
      }
      placed.push({
        path: slot.path,
        offset: partition.offset + place,
        length: slot.bytes,
        partition: partition.number,
      });
    }
    return placed;
  } finally {
    await handle.close();
  }
}

/** One drive's content of a slot. */
export interface SlotContent {
  readonly path: string;
  readonly content: Buffer;
}

/**
 * The chunks in which slots lie, with this drive's content in them.
 * @param read bytes of a chunk of the shared image, by the chunk's place in the map
 * @returns by the chunk's place in the map
 * @throws PrestageError render-damaged where a slot is not what was recorded, usage where contents and slots do not match
 */
export async function fillSlots(
  map: ChunkMap,
  contents: readonly SlotContent[],
  read: (index: number) => Promise<Buffer>,
): Promise<Map<number, Buffer>> {
  const slots = map.slots ?? [];
  if (slots.length !== contents.length) throw mismatched();
  const filled = new Map<number, Buffer>();
  for (const slot of slots) {
    const given = contents.find(({ path }) => path === slot.path);
    if (given?.content.length !== slot.length) throw mismatched();
    const blank = blankSlot({ path: slot.path, bytes: slot.length });
    let done = 0;
    for (const [index, chunk] of map.chunks.entries()) {
      const start = Math.max(slot.offset, chunk.offset);
      const end = Math.min(slot.offset + slot.length, chunk.offset + chunk.length);
      if (chunk.partition !== slot.partition || end <= start) continue;
      const bytes = filled.get(index) ?? (await read(index));
      filled.set(index, bytes);
      const here = bytes.subarray(start - chunk.offset, end - chunk.offset);
      if (!here.equals(blank.subarray(start - slot.offset, end - slot.offset))) {
        throw diskImageDamaged(`the place of ${slot.path} has changed`);
      }
      given.content.copy(here, 0, start - slot.offset, end - slot.offset);
      done += end - start;
    }
    if (done !== slot.length) throw diskImageDamaged(`the place of ${slot.path} is not in its chunk map`);
  }
  return filled;
}

function mismatched(): PrestageError {
  return new PrestageError({
    code: 'render-damaged',
    message: 'The disk image has other places for machine files than the batch needs.',
  });
}
