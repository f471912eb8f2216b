import { unzipSync, zipSync, type Zippable } from 'fflate';
import { bundleNameSchema } from '../../core/shipment/shipment';

/**
 * The bundle as one file. It is a function of its files and their order alone: stored, not compressed, with one time for
 * all. So it can be made again from what was read, and a byte that was changed anywhere, in a header too, is found.
 */

export interface BundleFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Makes the one ZIP of these files. */
export function packZip(files: readonly BundleFile[]): Uint8Array {
  // In local time, as ZIP keeps it: the same bytes in every time zone.
  const oneTime = new Date(1980, 0, 1, 12, 0, 0);
  const zippable: Zippable = {};
  for (const { name, bytes } of files) zippable[name] = [bytes, { level: 0, mtime: oneTime }];
  return zipSync(zippable);
}

/** Why a file is no bundle. */
export class NotABundle extends Error {}

/**
 * Reads a bundle's files, in their order. Nothing is unpacked that could be larger than the bundle itself.
 * @throws NotABundle
 */
export function unpackZip(zip: Uint8Array): BundleFile[] {
  const names = new Set<string>();
  let total = 0;
  try {
    const files = unzipSync(zip, {
      filter: ({ name, size, originalSize, compression }) => {
        if (!bundleNameSchema.safeParse(name).success) {
          throw new NotABundle('It contains a file that does not belong in a bundle.');
        }
        if (names.has(name)) throw new NotABundle(`It contains ${name} twice.`);
        if (compression !== 0 || size !== originalSize) {
          throw new NotABundle(`It contains ${name} in compressed form, which no bundle does.`);
        }
        names.add(name);
        total += originalSize;
        if (total > zip.length) throw new NotABundle('Its files claim to be larger than the ZIP file.');
        return true;
      },
    });
    return [...names].map((name) => ({ name, bytes: files[name] ?? new Uint8Array() }));
  } catch (error) {
    if (error instanceof NotABundle) throw error;
    throw new NotABundle('It is not a complete ZIP file.');
  }
}
