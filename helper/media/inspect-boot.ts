import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootTargetOf, sdiPathOf } from '../../core/boot/bcd-rules';
import type { BootDetails } from '../../core/boot/boot-details';
import { sdiPaths } from '../../core/boot/demands';
import { largestFatFile } from '../../core/boot/efi-names';
import { defaultLoaderNames, shownMediaPath } from '../../core/boot/preflight';
import { formatBytes } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { readDentries } from './dentries';
import { readPrograms, type ReadPrograms } from './read-programs';
import { listingMemory, type ImageSource } from './image-source';
import { lookedAt } from './listed-paths';
import {
  parseHeaderMembers,
  parseWimHeader,
  esdVersion,
  startsPipable,
  wimHeaderBytes,
  type WimHeaderMembers,
} from './wim-header';
import { inTemporaryFolder } from '../tools/disk';
import { runTool, type ToolOptions } from '../tools/runner';
import { anyCase, wimlibFailure } from '../tools/wimlib';
import { largestStore, readBootStore } from '../boot/hive';
import { efiProgramIn, peHeaderBytes } from '../boot/pe';

const bootImagePath = lookedAt.bootImage.replaceAll('/', '\\');
const storePlace = 'microsoft/boot/bcd';

/** A file that goes to the EFI partition. */
interface EfiFile {
  /** In the image, as it is written there. */
  readonly path: string;
  readonly bytes: number;
  /** A link, or another reparse point: it has no content of its own that could be read. */
  readonly link: boolean;
}

/**
 * Looks at what a machine needs to start from an image: sizes, first bytes, and the boot store. Nothing is applied.
 * @throws PrestageError media-…, tool-missing, cancelled
 */
export async function inspectBoot(source: ImageSource, signal?: AbortSignal): Promise<BootDetails> {
  const { files, links } = await efiFilesOf(source, signal);
  const read = await readPrograms(source, files, (path) => fileAt(source, path, signal), signal);
  const loaders: BootDetails['loaders'] = [];
  for (const wanted of ['x64', 'arm64', 'ia32'] as const) {
    const file = files.get(`boot/${defaultLoaderNames[wanted]}`);
    if (file !== undefined) loaders.push({ wanted, ...(await programOf(source, file, read, signal)) });
  }
  const manager = files.get('microsoft/boot/bootmgfw.efi');
  let managerBytes = 0;
  if (manager !== undefined) {
    const program = await programOf(source, manager, read, signal);
    const name = defaultLoaderNames[program.cpu];
    // It will lie there a second time (helper/disk-image/boot-files.ts).
    if (name !== null && !files.has(`boot/${name}`)) {
      loaders.push({ wanted: program.cpu, ...program });
      managerBytes = manager.bytes;
    } else if (program.cpu === 'none') loaders.push({ wanted: 'x64', ...program });
  }
  const storeFile = files.get(storePlace);
  const store = storeFile === undefined ? null : await storeOf(source, storeFile, signal);
  const image = await bootImageOf(source, store?.image ?? bootImagePath, signal);
  return {
    ...image,
    bootStore: store?.kind ?? 'missing',
    loaders,
    ...read,
    efiBytes: [...files.values()].reduce((sum, { bytes }) => sum + bytes, managerBytes),
    ramdisk: await ramdiskOf(source, store, image.bootImage, signal),
    efiProblems: [...sizeProblems(files), ...linkProblems(links)],
  };
}

/** Names of problems that are told; what comes after them is counted. */
const shownLimit = 5;

function sizeProblems(files: ReadonlyMap<string, EfiFile>): string[] {
  return [...files.values()]
    .filter(({ bytes }) => bytes > largestFatFile)
    .map(
      ({ path, bytes }) =>
        `${shownMediaPath(path)} has ${formatBytes(bytes)}: no file on the EFI partition (FAT32) can have 4 GiB or more`,
    );
}

function linkProblems(links: readonly EfiFile[]): string[] {
  const more = links.length - shownLimit;
  return [
    ...links
      .slice(0, shownLimit)
      .map(({ path }) => `${shownMediaPath(path)} is a link: the EFI partition (FAT32) can have none`),
    ...(more > 0 ? [`and ${more} more links`] : []),
  ];
}

/** Lists what goes to the EFI partition, by its path there, in lower case. The rules are those of helper/disk-image/boot-files.ts. */
async function efiFilesOf(
  source: ImageSource,
  signal?: AbortSignal,
): Promise<{ readonly files: ReadonlyMap<string, EfiFile>; readonly links: readonly EfiFile[] }> {
  const files = new Map<string, EfiFile>();
  const links: EfiFile[] = [];
  const add = async (from: string, into: string): Promise<void> => {
    for (const file of await filesBelow(source, from, signal)) {
      if (file.link) {
        links.push(file);
        continue;
      }
      const place = `${into}${file.path.slice(from.length + 1).toLowerCase()}`;
      if (!files.has(place)) files.set(place, file);
    }
  };
  await add(lookedAt.efi, '');
  if (!files.has('microsoft/boot/bootmgfw.efi')) {
    await add(lookedAt.bootFiles, 'microsoft/boot/');
    // Fonts without a boot manager would help nobody.
    if (files.has('microsoft/boot/bootmgfw.efi')) await add(lookedAt.bootFonts, 'microsoft/boot/fonts/');
  }
  return { files, links };
}

/** Files at a path of an image and below it, with the bytes of their content; none when it is not there. */
async function filesBelow(source: ImageSource, path: string, signal?: AbortSignal): Promise<EfiFile[]> {
  const files: EfiFile[] = [];
  await readDentries(
    source,
    signal,
    ({ path: found, content, attributes, reparsePoint }) => {
      const link = reparsePoint !== null;
      // A folder that is a link counts, too.
      if (link || !attributes.directory) files.push({ path: found, bytes: content, link });
    },
    { path },
  );
  return files;
}

/** The first bytes of a file in an image. @throws PrestageError media-…, tool-missing, cancelled */
export async function readFile(
  { wim, imageIndex, refs }: ImageSource,
  path: string,
  limit: Pick<ToolOptions, 'firstBytes' | 'outputLimit'>,
  signal?: AbortSignal,
): Promise<Buffer> {
  const { status, stdout, stderr } = await runTool(
    'wimlib-imagex',
    ['extract', wim, String(imageIndex), path, '--to-stdout', '--no-globs', ...refs],
    { signal, timeout: timeouts.mediaListing, memoryLimit: listingMemory, environment: anyCase, ...limit },
  );
  if (status !== 0) throw wimlibFailure(status, stderr, wim);
  return stdout;
}

async function programOf(
  source: ImageSource,
  { path }: EfiFile,
  { programs }: ReadPrograms,
  signal?: AbortSignal,
): Promise<Omit<BootDetails['loaders'][number], 'wanted'>> {
  const read = programs.find((program) => program.path === shownMediaPath(path));
  if (read?.cpu === 'none') return { path: shownMediaPath(path), cpu: 'none', signed: false };
  if (read?.signatures !== undefined) {
    return { path: shownMediaPath(path), cpu: read.cpu, signed: read.signatures.length > 0 };
  }
  // Too large to be read whole.
  const first = await readFile(source, path, { firstBytes: peHeaderBytes }, signal);
  return { path: shownMediaPath(path), ...(efiProgramIn(first) ?? { cpu: 'none', signed: false }) };
}

/** A path of a boot store as wimlib wants it. A store comes from outside: what names no file names nothing. */
function imagePath(path: string): string | null {
  const names = path.split(/[\\/]/).filter((name) => name !== '');
  const usable =
    names.length > 0 && names.every((name) => !/[\u0000-\u001f"*?]/.test(name) && !/^\.\.?$/.test(name));
  return usable ? `/${names.join('/')}` : null;
}

/** The one file at a path that a boot store names. */
async function fileAt(source: ImageSource, path: string, signal?: AbortSignal): Promise<EfiFile | null> {
  const place = imagePath(path);
  const found = place === null ? [] : await filesBelow(source, place, signal);
  const [file] = found;
  return found.length === 1 && file?.path.toLowerCase() === place?.toLowerCase() ? (file ?? null) : null;
}

type BootImage = Pick<BootDetails, 'bootImage' | 'bootImageHeader'>;

/** Its data has a SHA-1 in the media; whether what was captured was a whole WIM, only its own header tells. */
async function bootImageOf(source: ImageSource, path: string, signal?: AbortSignal): Promise<BootImage> {
  const file = await fileAt(source, path, signal);
  if (file === null) return { bootImage: 'missing', bootImageHeader: null };
  if (file.link) return { bootImage: 'link', bootImageHeader: null };
  const first = await readFile(source, file.path, { firstBytes: wimHeaderBytes }, signal);
  try {
    // The header at the start of a pipable WIM has no tables yet; the rest is what it is at the end.
    const read = startsPipable(first) ? parseHeaderMembers : parseWimHeader;
    const header = read(first, file.bytes, file.path);
    return { bootImage: 'whole', bootImageHeader: bootImageHeaderOf(header) };
  } catch (error) {
    if (error instanceof PrestageError) return { bootImage: 'damaged', bootImageHeader: null };
    throw error;
  }
}

/** What a boot image's header says, as it is judged. */
export function bootImageHeaderOf(header: WimHeaderMembers): NonNullable<BootDetails['bootImageHeader']> {
  const { bootIndex, imageCount, part, parts, compression, chunkSize, version, pipable } = header;
  return {
    ...{ bootIndex, images: imageCount, part, parts, compression, chunkSize, pipable },
    esdFormat: version === esdVersion,
  };
}

/** What the boot store says, and which files it names; null for both paths when it starts no boot image. */
interface Store {
  readonly kind: Exclude<BootDetails['bootStore'], 'missing'>;
  readonly image: string | null;
  readonly sdi: string | null;
}

async function storeOf(source: ImageSource, { path, bytes }: EfiFile, signal?: AbortSignal): Promise<Store> {
  if (bytes > largestStore) return { kind: 'damaged', image: null, sdi: null };
  // As it is written there: of two folders that differ in case, any other writing finds the first.
  const content = await readFile(source, path, { outputLimit: largestStore }, signal);
  try {
    const store = await inTemporaryFolder('store', async (folder) => {
      const file = join(folder, 'BCD');
      await writeFile(file, content, { mode: 0o600 });
      return await readBootStore(file, signal ?? new AbortController().signal);
    });
    const target = bootTargetOf(store);
    if (target.kind === 'system') return { kind: 'windows', image: null, sdi: null };
    if (target.kind === 'nothing') return { kind: 'nothing', image: null, sdi: null };
    const kind = target.path.toLowerCase() === bootImagePath ? 'boot-image' : 'other-image';
    return { kind, image: target.path, sdi: sdiPathOf(store, target) };
  } catch (error) {
    if (error instanceof PrestageError && error.code === 'boot-store-invalid') {
      return { kind: 'damaged', image: null, sdi: null };
    }
    throw error;
  }
}

/** What loading the boot image needs: by the media's boot store, or by the one that Prestage will add. */
async function ramdiskOf(
  source: ImageSource,
  store: Store | null,
  bootImage: BootDetails['bootImage'],
  signal?: AbortSignal,
): Promise<BootDetails['ramdisk']> {
  if (store !== null) {
    if (store.image === null) return null;
    const image = { path: shownMediaPath(store.image) };
    if (store.sdi === null) return { image, sdi: { path: null, content: 'missing' } };
    return {
      image,
      sdi: { path: shownMediaPath(store.sdi), content: await sdiAt(source, store.sdi, signal) },
    };
  }
  if (bootImage === 'missing') return null;
  const image = { path: bootImagePath };
  for (const path of sdiPaths) {
    const content = await sdiAt(source, path, signal);
    if (content !== 'missing') return { image, sdi: { path, content } };
  }
  return { image, sdi: { path: sdiPaths[0], content: 'missing' } };
}

/** The first bytes of an SDI file. Source: System Deployment Image, as 7-Zip and imdisk read it: "$SDI0001". */
const sdiMark = '$SDI';

type SdiContent = NonNullable<BootDetails['ramdisk']>['sdi']['content'];

async function sdiAt(source: ImageSource, path: string, signal?: AbortSignal): Promise<SdiContent> {
  const file = await fileAt(source, path, signal);
  if (file === null || file.link) return 'missing';
  if (file.bytes === 0) return 'empty';
  const first = await readFile(source, file.path, { firstBytes: sdiMark.length }, signal);
  return first.toString('latin1') === sdiMark ? 'sdi' : 'other';
}
