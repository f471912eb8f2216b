import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskPlace } from '../../core/base/disk-refusal';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import { blockRange, type DeliveredPart } from '../../core/delivery/manifest';
import { joinRanges, type PartFinding } from '../../core/delivery/findings';
import { onDisk } from '../tools/disk';
import { writeWhole } from '../tools/write-whole';
import { PartSource, sourcesOf } from './part-source';
import { requireRoom, syncFolder } from './pieces';
import type { TaskReport } from './send-media';

type Request = HelperRequest<'gatherParts'>;

const joinedName = 'joining.part';
const copyName = 'copying.part';

/** Where received media lie. */
export function libraryPlace(path: string): DiskPlace {
  return {
    what: 'the media library',
    path,
    holds: 'What was received so far is kept.',
    elsewhere: "choose another folder with 'libraryFolder' in settings.json",
  };
}

/**
 * Puts a delivery together in a folder that exists: each block is taken from where it is whole, first from what an earlier try left
 * there, then from the given folders. The files get their names once every block, every part and the whole are as the manifest
 * says; else what is whole stays for the next try.
 * @throws PrestageError disk-unwritable, cancelled
 */
export async function gatherParts(
  request: Request,
  report: TaskReport,
  signal: AbortSignal,
): Promise<HelperResponse<'gatherParts'>> {
  const { directory, stream } = request;
  const place = libraryPlace(directory);
  return await onDisk(place, async () => {
    const targets = await Targets.open(request);
    try {
      await requireRoom(place, Math.max(0, stream.bytes - targets.allocated));
      const gathering = new Gathering(request, targets, report, signal);
      const found = await gathering.run();
      await targets.close();
      const right = found.findings.length === 0 && found.differing.length === 0 && found.wholeMatches;
      if (right) await targets.name();
      return { ...found, foreignFiles: await foreignFiles(request) };
    } finally {
      await targets.close();
    }
  });
}

/** The files that the blocks are put into: one for the whole, or one for each part. */
class Targets {
  readonly #request: Request;
  readonly #files: FileHandle[];
  /** Files of the library that are read, and were copied before a byte was written. */
  readonly #shared: FileHandle[] = [];
  /** Bytes that they take on the disk already. */
  readonly allocated: number;
  #open = true;

  private constructor(request: Request, files: FileHandle[], allocated: number) {
    this.#request = request;
    this.#files = files;
    this.allocated = allocated;
  }

  static async open(request: Request): Promise<Targets> {
    const files: FileHandle[] = [];
    let allocated = 0;
    for (const { temporary, named } of namesOf(request)) {
      // Complete from a try that was cut off before it was filed: taken up under its temporary name.
      await rename(named, temporary).catch(() => undefined);
      const file = await open(temporary, 'r+').catch(() => open(temporary, 'wx+', 0o600));
      files.push(file);
      allocated += (await file.stat()).blocks * 512;
    }
    return new Targets(request, files, allocated);
  }

  /** The file of a part, and where the part begins in it. */
  of(part: number): { readonly file: FileHandle; readonly start: number } {
    const { keepParts, parts } = this.#request;
    const file = this.#files[keepParts ? part : 0];
    if (file === undefined) throw new Error('a part without a file');
    const before = parts.slice(0, part).reduce((sum, { bytes }) => sum + bytes, 0);
    return { file, start: keepParts ? 0 : before };
  }

  /**
   * The file of a part to write to. One that lies in the library by another name is copied first: what is there was proved, and what
   * comes now is not yet.
   */
  async own(part: number): Promise<FileHandle> {
    const index = this.#request.keepParts ? part : 0;
    const { file } = this.of(part);
    if ((await file.stat()).nlink <= 1) return file;
    const temporary = namesOf(this.#request)[index]?.temporary ?? '';
    const copy = join(this.#request.directory, copyName);
    await rm(copy, { force: true });
    await copyFile(temporary, copy, constants.COPYFILE_FICLONE);
    await rename(copy, temporary);
    const own = await open(temporary, 'r+');
    this.#shared.push(file);
    this.#files[index] = own;
    return own;
  }

  /** Everything is on the disk after it. */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    const { keepParts, parts, stream } = this.#request;
    for (const index of this.#files.keys()) {
      const bytes = keepParts ? (parts[index]?.bytes ?? 0) : stream.bytes;
      if ((await this.of(index).file.stat()).size > bytes) await (await this.own(index)).truncate(bytes);
      await this.of(index).file.sync();
    }
    for (const file of [...this.#files, ...this.#shared]) await file.close();
  }

  /** Gives the files their names, and takes away what was begun in the other form. */
  async name(): Promise<void> {
    const { directory } = this.#request;
    for (const { temporary, named } of namesOf(this.#request)) await rename(temporary, named);
    const rest = (await readdir(directory)).filter((name) => name.endsWith('.part'));
    for (const name of rest) await rm(join(directory, name), { force: true });
    await syncFolder(directory);
  }
}

function namesOf({ directory, keepParts, parts, fileName }: Request): { temporary: string; named: string }[] {
  return keepParts
    ? parts.map((part, index) => ({
        temporary: join(directory, `${String(index + 1)}.part`),
        named: join(directory, part.fileName),
      }))
    : [{ temporary: join(directory, joinedName), named: join(directory, fileName) }];
}

class Gathering {
  readonly #request: Request;
  readonly #targets: Targets;
  readonly #report: TaskReport;
  readonly #signal: AbortSignal;
  readonly #findings: PartFinding[] = [];
  readonly #differing: number[] = [];
  /** Null once a block is missing: there is no whole then. */
  #whole: Hash | null = createHash('sha256');
  #done = 0;
  readonly #buffer: Buffer;

  constructor(request: Request, targets: Targets, report: TaskReport, signal: AbortSignal) {
    this.#request = request;
    this.#targets = targets;
    this.#report = report;
    this.#signal = signal;
    const longest = Math.max(...request.parts.map(({ bytes }) => bytes));
    this.#buffer = Buffer.allocUnsafe(Math.min(request.blockBytes, longest));
  }

  async run(): Promise<Omit<HelperResponse<'gatherParts'>, 'foreignFiles'>> {
    const { parts, stream } = this.#request;
    this.#report('copying', 0, stream.bytes);
    for (const [index, part] of parts.entries()) await this.#part(index, part);
    const sha256 = this.#whole?.digest('hex') ?? null;
    return { findings: this.#findings, differing: this.#differing, wholeMatches: sha256 === stream.sha256 };
  }

  async #part(index: number, part: DeliveredPart): Promise<void> {
    const { blockBytes, folders, parts } = this.#request;
    const { file, start } = this.#targets.of(index);
    const sources = await sourcesOf(folders, part.fileName);
    const hash = part.blocks.length === 1 ? null : createHash('sha256');
    const wanted: PartFinding['wanted'] = [];
    try {
      const earlier = new PartSource(file, (await file.stat()).size - start, start);
      for (const [block, sha256] of part.blocks.entries()) {
        const { offset, length } = blockRange(part, blockBytes, block);
        const from = await this.#find([earlier, ...sources], offset, length, sha256);
        this.#done += length;
        this.#report('copying', this.#done, this.#request.stream.bytes);
        if (from === null) {
          wanted.push({ first: offset, last: offset + length - 1 });
          this.#whole = null;
          continue;
        }
        const bytes = this.#buffer.subarray(0, length);
        if (from !== earlier) await writeWhole(await this.#targets.own(index), bytes, start + offset);
        hash?.update(bytes);
        this.#whole?.update(bytes);
      }
      if (wanted.length > 0) {
        const what = await whatIsWrong(sources, part, parts, blockBytes, wanted);
        const { fileName, bytes } = part;
        this.#findings.push({ part: index + 1, fileName, bytes, wanted: joinRanges(wanted), ...what });
      } else if (hash !== null && hash.digest('hex') !== part.sha256) this.#differing.push(index + 1);
    } finally {
      for (const source of sources) await source.close();
    }
  }

  /** Reads a block into the buffer from the first source that has it whole. */
  async #find(
    sources: readonly PartSource[],
    offset: number,
    length: number,
    sha256: string,
  ): Promise<PartSource | null> {
    for (const source of sources) {
      if ((await source.readBlock(this.#buffer.subarray(0, length), offset, this.#signal)) === sha256) {
        return source;
      }
    }
    return null;
  }
}

/** What the file that was found for a part is, where blocks of it are wanted. */
async function whatIsWrong(
  sources: readonly PartSource[],
  part: DeliveredPart,
  parts: readonly DeliveredPart[],
  blockBytes: number,
  wanted: PartFinding['wanted'],
): Promise<Pick<PartFinding, 'what' | 'holds' | 'found'>> {
  const [source] = sources;
  if (source === undefined) return { what: 'missing', holds: null, found: null };
  const found = source.bytes;
  if (source.failed) return { what: 'unreadable', holds: null, found };
  const start = await source.hashOfStart(blockBytes);
  const holds = parts.findIndex((other) => other !== part && other.blocks[0] === start);
  if (start !== part.blocks[0] && holds !== -1) return { what: 'other-part', holds: holds + 1, found };
  const firstWanted = wanted[0]?.first ?? 0;
  // All that is there is right; the block in which it ends cannot be told from one that is damaged.
  if (found < part.bytes && firstWanted + blockBytes >= found) return { what: 'cut', holds: null, found };
  const nothingFits = wanted.length === part.blocks.length;
  const other = nothingFits && (found !== part.bytes || part.blocks.length > 1);
  return { what: other ? 'foreign' : 'damaged', holds: null, found };
}

/** Files that are named as parts of this media are, and that the manifest does not list. */
async function foreignFiles({ folders, parts, fileName }: Request): Promise<string[]> {
  const listed = new Set(parts.map((part) => part.fileName));
  const found = new Set<string>();
  for (const folder of folders) {
    for (const name of await readdir(folder).catch((): string[] => [])) {
      const numbered = name.startsWith(`${fileName}.`) && /^\d+$/.test(name.slice(fileName.length + 1));
      if (numbered && !listed.has(name)) found.add(name);
    }
  }
  return [...found].sort();
}
