import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { MediaImage } from '../../core/media/media';
import { wimlibFailure } from '../tools/wimlib';
import { checkBlobTable, readRange, withMediaFile, type WimFile } from './wim-file';
import { findParts } from './wim-source';
import { parseWimXml, xmlLimit, type WimXml } from './wim-xml';

export interface OpenedMedia {
  /** Every file, in order. */
  readonly parts: readonly [WimFile, ...WimFile[]];
  readonly images: readonly MediaImage[];
  /** Images whose size is an upper bound (wim-xml.ts). */
  readonly uncertainSizes: ReadonlySet<number>;
  readonly solid: boolean;
  /** Processor that an image is for, by its index, where the XML data says it. */
  readonly architectures: ReadonlyMap<number, string>;
}

/**
 * Reads headers, XML and tables of contents of all parts of a media file, and checks them against each other and
 * against the sizes of the files. Everything before the first tool is run.
 * @throws PrestageError media-…
 */
export async function openMedia(path: string): Promise<OpenedMedia> {
  const parts = await findParts(path);
  const [first] = parts;
  const { encrypted, images, uncertainSizes, architectures } = await readXml(first);
  // First of all: in an encrypted ESD the tables are encrypted too, and would look damaged.
  if (encrypted) throw wimlibFailure(74, '', first.path);
  let solid = false;
  for (const part of parts) solid = (await checkBlobTable(part)).solid || solid;
  if (first.header.imageCount !== images.length) {
    throw new PrestageError({
      code: 'media-corrupt',
      message: `${sanitizeForDisplay(first.path, 300)} is damaged: its header has ${first.header.imageCount} images, its XML data has ${images.length}.`,
    });
  }
  return { parts, images, uncertainSizes, solid, architectures };
}

async function readXml({ path, header }: WimFile): Promise<WimXml> {
  const { offset, storedBytes } = header.xml;
  if (storedBytes > xmlLimit) {
    throw new PrestageError({
      code: 'media-corrupt',
      message: `${sanitizeForDisplay(path, 300)} has ${storedBytes} bytes of XML data, more than any media needs.`,
    });
  }
  const bytes = await withMediaFile(path, (file) => readRange(file, path, offset, storedBytes));
  return parseWimXml(bytes, path);
}
