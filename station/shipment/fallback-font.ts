import { inflateSync } from 'node:zlib';

/**
 * A font for the letters that the standard fonts of PDF do not have: UnifontEX, after GNU Unifont, which has a picture for
 * nearly every character of Unicode's first planes. What is used of it is embedded, some kilobytes a document.
 */

let loaded: Promise<Buffer> | null = null;

/** The font as TrueType. Read when a paper needs it for the first time: it takes a tenth of a second. */
export function fallbackFont(): Promise<Buffer> {
  loaded ??= import('@fontsource/unifontex/files/unifontex-latin-400-normal.woff').then(({ default: read }) =>
    trueTypeOf(Buffer.from(read())),
  );
  return loaded;
}

/** Bytes of a WOFF header, and of a table's entry in WOFF and in TrueType. */
const [headerSize, entrySize, sfntEntrySize, sfntHeaderSize] = [44, 20, 16, 12];

/**
 * Unpacks a WOFF (W3C, WOFF File Format 1.0, 3 to 5): a TrueType font whose tables are compressed one by one. The reader of
 * fonts could do it, but unpacks a table each time it looks into it, which takes seconds with a font as large as this.
 */
export function trueTypeOf(woff: Buffer): Buffer {
  const count = woff.readUInt16BE(12);
  const font = Buffer.alloc(woff.readUInt32BE(16));
  woff.copy(font, 0, 4, 8);
  font.writeUInt16BE(count, 4);
  // OpenType, "Table Directory": for a binary search.
  const power = Math.floor(Math.log2(count));
  font.writeUInt16BE(2 ** power * sfntEntrySize, 6);
  font.writeUInt16BE(power, 8);
  font.writeUInt16BE((count - 2 ** power) * sfntEntrySize, 10);
  let at = sfntHeaderSize + count * sfntEntrySize;
  for (let index = 0; index < count; index += 1) {
    const entry = headerSize + index * entrySize;
    const [offset, packedSize, size] = [4, 8, 12].map((field) => woff.readUInt32BE(entry + field)) as [
      number,
      number,
      number,
    ];
    const packed = woff.subarray(offset, offset + packedSize);
    const table = packedSize < size ? inflateSync(packed) : packed;
    const written = sfntHeaderSize + index * sfntEntrySize;
    woff.copy(font, written, entry, entry + 4);
    woff.copy(font, written + 4, entry + 16, entry + 20);
    font.writeUInt32BE(at, written + 8);
    font.writeUInt32BE(size, written + 12);
    table.copy(font, at);
    // Tables begin at multiples of four.
    at += (size + 3) & ~3;
  }
  return font;
}
