import { open, realpath, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Finds files in an image of Prestage Live: an ISO 9660 with Rock Ridge names (ECMA-119; IEEE P1282), as build/live writes it. Files lie
 * there in one piece, so that a large one is served from where it lies. A folder where such an image is mounted does as well.
 */

/** Where a file lies. */
export interface FilePlace {
  readonly path: string;
  /** Bytes from the start of that file. */
  readonly offset: number;
  readonly bytes: number;
}

/** Of an ISO 9660, bytes (ECMA-119, 6.1.2; logical blocks are as large in every image of ours). */
const sectorBytes = 2048;
/** ECMA-119, 8: descriptors begin at the 17th sector. */
const firstDescriptor = 16;
/** No folder of an image of ours has a tenth of it, bytes. */
const longestFolder = 1024 * 1024;

/** It is none, or not a whole one. */
export class NoMedium extends Error {}

export class BootMedium {
  readonly #path: string;
  /** Null: a folder. */
  readonly #image: FileHandle | null;
  readonly #bytes: number;

  private constructor(path: string, image: FileHandle | null, bytes: number) {
    this.#path = path;
    this.#image = image;
    this.#bytes = bytes;
  }

  /** @throws NoMedium, the system's errors */
  static async open(path: string): Promise<BootMedium> {
    if ((await stat(path)).isDirectory()) return new BootMedium(path, null, 0);
    const image = await open(path, 'r');
    return new BootMedium(path, image, (await image.stat()).size);
  }

  /** @param name its path in the image, with `/`. @throws NoMedium when it is not there, the system's errors */
  async find(name: string): Promise<FilePlace> {
    if (this.#image === null) {
      const root = await realpath(this.#path);
      const path = await realpath(join(root, name)).catch(() => null);
      const found = path === null ? null : await stat(path).catch(() => null);
      if (path === null || found?.isFile() !== true) throw new NoMedium(`it has no file ${name}`);
      // What lies there is given to everybody on the rack's network: a link must not name a file of this computer.
      if (!path.startsWith(`${root}/`)) throw new NoMedium(`its file ${name} lies somewhere else`);
      return { path, offset: 0, bytes: found.size };
    }
    let at = await this.#root();
    for (const part of name.split('/')) {
      const next = at.isFolder ? (await this.#list(at)).get(part) : undefined;
      if (next === undefined) throw new NoMedium(`it has no file ${name}`);
      at = next;
    }
    const place = { path: this.#path, offset: at.sector * sectorBytes, bytes: at.bytes };
    if (at.isFolder || place.offset + place.bytes > this.#bytes) {
      throw new NoMedium(`its file ${name} is not whole`);
    }
    return place;
  }

  async close(): Promise<void> {
    await this.#image?.close();
  }

  async #read(offset: number, bytes: number): Promise<Buffer> {
    const piece = Buffer.alloc(bytes);
    const { bytesRead = 0 } = (await this.#image?.read(piece, 0, bytes, offset)) ?? {};
    if (bytesRead !== bytes) throw new NoMedium('it ends too early');
    return piece;
  }

  async #root(): Promise<Entry> {
    const descriptor = await this.#read(firstDescriptor * sectorBytes, sectorBytes);
    // ECMA-119, 8.4: the primary volume descriptor, with the root's record at 156.
    if (descriptor[0] !== 1 || descriptor.toString('latin1', 1, 6) !== 'CD001') {
      throw new NoMedium('it is no ISO 9660');
    }
    return entryAt(descriptor, 156).entry;
  }

  async #list({ sector, bytes }: Entry): Promise<Map<string, Entry>> {
    if (bytes > longestFolder) throw new NoMedium('a folder in it is too long');
    const folder = await this.#read(sector * sectorBytes, bytes);
    const entries = new Map<string, Entry>();
    for (let at = 0; at < folder.length;) {
      const length = folder[at] ?? 0;
      // Records do not cross sectors: what is left of one is zero.
      if (length === 0) {
        at = (Math.floor(at / sectorBytes) + 1) * sectorBytes;
        continue;
      }
      const { name, entry } = entryAt(folder, at);
      if (name !== null) entries.set(name, entry);
      at += length;
    }
    return entries;
  }
}

interface Entry {
  readonly sector: number;
  readonly bytes: number;
  readonly isFolder: boolean;
}

/** A directory record (ECMA-119, 9.1). The name is Rock Ridge's; null: it has none. */
function entryAt(folder: Buffer, at: number): { readonly name: string | null; readonly entry: Entry } {
  const length = folder[at] ?? 0;
  const nameLength = folder[at + 32] ?? 0;
  if (length < 34 || at + length > folder.length || 33 + nameLength > length) {
    throw new NoMedium('a folder in it is damaged');
  }
  const entry = {
    sector: folder.readUInt32LE(at + 2),
    bytes: folder.readUInt32LE(at + 10),
    isFolder: ((folder[at + 25] ?? 0) & 2) !== 0,
  };
  // The name is padded to an even place, and fields of two letters, length and version follow.
  let name: string | null = null;
  for (let field = at + 33 + nameLength + (nameLength % 2 === 0 ? 1 : 0); field + 4 <= at + length;) {
    const size = folder[field + 2] ?? 0;
    if (size < 4 || field + size > at + length) break;
    if (folder.toString('latin1', field, field + 2) === 'NM') {
      name = (name ?? '') + folder.toString('utf8', field + 5, field + size);
    }
    field += size;
  }
  return { name, entry };
}
