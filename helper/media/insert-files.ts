/** Adds files to the list of names of an image, for a disk image: the media stays as it is (docs/adr/0041-machine-files.md). */
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { innerFile, innerFolder, topFile, topFolder } from './descriptors';
import { afterStreams, at, damaged, directory, number64, readSecurity } from './image-metadata';
import { entryBytesOf, securityPart } from './small-wim';

/** A file to add. */
export interface InsertedFile {
  /** From the root, at least one. */
  readonly names: readonly string[];
  /** Of its content: 20 bytes. */
  readonly sha1: Buffer;
}

const reparsePoint = 0x400;
const compressedOrEncrypted = 0x4800;
const streamLists = { end: Buffer.alloc(8) } as const;

/** What is to be in a folder, by folded name. */
interface Wanted {
  readonly name: string;
  readonly sha1: Buffer | null;
  readonly inside: Map<string, Wanted>;
}

/**
 * Adds files, and the folders that they need; one that is there under the same name, whatever its case, is replaced. What is added
 * belongs to the administrators, and nobody else may read it. The list of each folder that changes is written anew behind
 * everything else; all other bytes stay.
 * @param time of what is added, as {@link entryBytesOf} has it
 * @returns the new metadata, and the path of each file with the names of the folders that were there already
 * @throws PrestageError media-corrupt; slot-unusable where a folder has the name of a file, or a file or a link that of a folder
 */
export function insertFiles(
  metadata: Buffer,
  files: readonly InsertedFile[],
  time: bigint,
): { readonly metadata: Buffer; readonly paths: readonly (readonly string[])[] } {
  const security = readSecurity(metadata);
  const head = securityPart([...security.descriptors, topFolder, innerFolder, topFile, innerFile]);
  const first = security.descriptors.length;
  const shift = head.length - security.end;
  const body = Buffer.concat([head, metadata.subarray(security.end)]);
  moveChildren(body, head.length, shift);

  const added: Buffer[] = [];
  let end = Math.ceil(body.length / 8) * 8;
  added.push(Buffer.alloc(end - body.length));
  const actual = new Map<Wanted, string>();

  const append = (entries: readonly Buffer[]): number => {
    const place = end;
    const list = Buffer.concat([...entries, streamLists.end]);
    added.push(list);
    end += list.length;
    return place;
  };
  const newEntry = (wanted: Wanted, ours: boolean): Buffer => {
    actual.set(wanted, wanted.name);
    const { name, sha1 } = wanted;
    const security = first + (sha1 === null ? (ours ? 1 : 0) : ours ? 3 : 2);
    const children =
      sha1 === null ? append([...wanted.inside.values()].map((one) => newEntry(one, true))) : 0;
    return entryBytesOf({ name, sha1, security, time }, children);
  };
  /** @returns where the new list of a folder begins */
  const rebuild = (children: number, { inside }: Wanted, above: string): number => {
    const left = new Map(inside);
    const entries: Buffer[] = [];
    for (let place = children; place !== 0;) {
      const length = number64(body, place);
      if (length <= 8) break;
      const next = afterStreams(body, place, length);
      const name = nameAt(body, place);
      const wanted = left.get(name.toLowerCase());
      const entry = Buffer.from(body.subarray(place, next));
      place = next;
      if (wanted === undefined) {
        entries.push(entry);
        continue;
      }
      left.delete(name.toLowerCase());
      const attributes = entry.readUInt32LE(at.attributes);
      const path = `${above}\\${name}`;
      const isFolder = (attributes & directory) !== 0;
      if (wanted.sha1 !== null) {
        if (isFolder) throw unusable(path, 'the image has a folder of this name');
        entries.push(newEntry(wanted, false));
        continue;
      }
      if (!isFolder) throw unusable(path, 'the image has a file of this name, where a folder is needed');
      if ((attributes & reparsePoint) !== 0) {
        throw unusable(path, 'the image has a link of this name, which leads somewhere else');
      }
      if ((attributes & compressedOrEncrypted) !== 0) {
        throw unusable(path, 'the folder is compressed or encrypted in the image');
      }
      actual.set(wanted, name);
      entry.writeBigUInt64LE(
        BigInt(rebuild(Number(entry.readBigUInt64LE(at.children)), wanted, path)),
        at.children,
      );
      entries.push(entry);
    }
    for (const wanted of left.values()) entries.push(newEntry(wanted, false));
    return append(entries);
  };

  const root = wantedOf(files);
  const rootChildren = Number(body.readBigUInt64LE(head.length + at.children));
  const place = rebuild(rootChildren, root, '');
  body.writeBigUInt64LE(BigInt(place), head.length + at.children);
  return {
    metadata: Buffer.concat([body, ...added]),
    paths: files.map(({ names }) => actualPath(root, names, actual)),
  };
}

function wantedOf(files: readonly InsertedFile[]): Wanted {
  const root: Wanted = { name: '', sha1: null, inside: new Map() };
  for (const { names, sha1 } of files) {
    let folder = root;
    for (const [index, name] of names.entries()) {
      const folded = name.toLowerCase();
      const last = index === names.length - 1;
      const found = folder.inside.get(folded);
      const one = found ?? { name, sha1: last ? sha1 : null, inside: new Map<string, Wanted>() };
      if (found === undefined) folder.inside.set(folded, one);
      folder = one;
    }
  }
  return root;
}

function actualPath(
  root: Wanted,
  names: readonly string[],
  actual: ReadonlyMap<Wanted, string>,
): readonly string[] {
  let folder: Wanted | undefined = root;
  return names.map((name) => {
    folder = folder?.inside.get(name.toLowerCase());
    return (folder === undefined ? undefined : actual.get(folder)) ?? name;
  });
}

function nameAt(metadata: Buffer, place: number): string {
  const bytes = metadata.readUInt16LE(place + at.nameBytes);
  return metadata.toString('utf16le', place + at.name, place + at.name + bytes);
}

/** Moves every folder's list of children, whose places count from the start of the metadata. Each list is visited once. */
function moveChildren(body: Buffer, root: number, shift: number): void {
  const lists = [{ place: root, single: true }];
  const seen = new Set<number>();
  for (let list = lists.pop(); list !== undefined; list = lists.pop()) {
    for (let place = list.place; ;) {
      const length = number64(body, place);
      if (length <= 8) break;
      if (length < at.name || place + length > body.length) {
        throw damaged(`an entry at ${place} is out of place`);
      }
      const children = number64(body, place + at.children);
      if (children !== 0) {
        const moved = children + shift;
        body.writeBigUInt64LE(BigInt(moved), place + at.children);
        // Folders that share a list: it is moved once, and one inside itself ends.
        if (!seen.has(moved)) lists.push({ place: moved, single: false });
        seen.add(moved);
      }
      if (list.single) break;
      place = afterStreams(body, place, length);
    }
  }
}

/** @throws PrestageError slot-unusable */
export function unusable(path: string, why: string): PrestageError {
  return new PrestageError({
    code: 'slot-unusable',
    message: `The file ${sanitizeForDisplay(path, 300)} cannot be given to each machine: ${why}.`,
    remedy:
      'No drive was touched. Choose another path for this machine file, or ask the enterprise for another image.',
  });
}
