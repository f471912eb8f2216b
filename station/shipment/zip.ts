import { unzipSync, zipSync, type Zippable } from 'fflate';

/** Files in the order in which they stand in the bundle. */
export type BundleFiles = ReadonlyMap<string, Uint8Array>;

/** Bytes. More than any shipment takes, and less than a buffer can hold. */
export const largestBundle = 1024 ** 3;

/**
 * Packs files into a ZIP that is a pure function of them: stored, not deflated, so that another version of the
 * library gives the same bytes, and with one time for all, the earliest that the format knows.
 */
export function packBundle(files: BundleFiles): Uint8Array {
  // The library reads the parts of the local time: made of local parts, they are the same everywhere.
  const mtime = new Date(1980, 0, 1);
  const entries: Zippable = {};
  for (const [name, content] of files) entries[name] = [content, { level: 0, mtime }];
  return zipSync(entries);
}

/**
 * Unpacks what packBundle packed. Anything else about the file, a byte of a header or a second file of the same name,
 * shows when the files are packed again.
 * @returns null when it is no such ZIP
 */
export function unpackBundle(bytes: Uint8Array): BundleFiles | null {
  if (bytes.length > largestBundle) return null;
  try {
    let total = 0;
    const files = unzipSync(bytes, {
      filter: ({ compression, size, originalSize, name }) => {
        total += originalSize;
        if (compression !== 0 || size !== originalSize || total > bytes.length || name.length > 200) {
          throw new Error('not a bundle of ours');
        }
        return true;
      },
    });
    return new Map(Object.entries(files));
  } catch {
    return null;
  }
}
