import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootTargetOf } from '../../core/boot/bcd-rules';
import { defaultLoaderNames, shownPath, type BootDetails } from '../../core/boot/preflight';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { GiB, MiB } from '../../core/base/units';
import { parseWimHeader, wimHeaderBytes } from './wim-header';
import { inTemporaryFolder } from '../tools/disk';
import { runTool, type ToolOptions } from '../tools/runner';
import { anyCase, wimlibFailure, wimlibStatus } from '../tools/wimlib';
import { readBootStore } from '../boot/hive';
import { efiProgramIn, peHeaderBytes } from '../boot/pe';

/** An image of a media, as wimlib-imagex is told of it. */
export interface ImageSource {
  readonly wim: string;
  /** wimlib's `--ref=…` arguments for the other parts of a split set. */
  readonly refs: readonly string[];
  readonly imageIndex: number;
}

const bootImagePath = '/sources/boot.wim';
const storePath = '/efi/microsoft/boot/bcd';
const largestStore = 16 * MiB;
/** Of a listing, as in media/inspect.ts. */
const memoryLimit = 4 * GiB;

/** A file that goes to the EFI partition. */
interface EfiFile {
  /** In the image, as it is written there. */
  readonly path: string;
  readonly bytes: number;
}

/**
 * Looks at what a machine needs to start from an image: sizes, first bytes, and the boot store. Nothing is applied.
 * @throws PrestageError media-…, tool-missing, cancelled
 */
export async function inspectBoot(source: ImageSource, signal?: AbortSignal): Promise<BootDetails> {
  const files = await efiFilesOf(source, signal);
  const loaders: BootDetails['loaders'] = [];
  for (const wanted of ['x64', 'arm64', 'ia32'] as const) {
    const file = files.get(`boot/${defaultLoaderNames[wanted]}`);
    if (file !== undefined) loaders.push({ wanted, ...(await programOf(source, file, signal)) });
  }
  const manager = files.get('microsoft/boot/bootmgfw.efi');
  let managerBytes = 0;
  if (manager !== undefined) {
    const program = await programOf(source, manager, signal);
    const name = defaultLoaderNames[program.cpu];
    // It will lie there a second time (helper/disk-image/boot-files.ts).
    if (name !== null && !files.has(`boot/${name}`)) {
      loaders.push({ wanted: program.cpu, ...program });
      managerBytes = manager.bytes;
    } else if (program.cpu === 'none') loaders.push({ wanted: 'x64', ...program });
  }
  return {
    bootImage: await bootImageOf(source, signal),
    bootStore: files.has(storePath.slice('/efi/'.length)) ? await storeOf(source, signal) : 'missing',
    loaders,
    efiBytes: [...files.values()].reduce((sum, { bytes }) => sum + bytes, managerBytes),
  };
}

/** Lists what goes to the EFI partition, by its path there, in lower case. The rules are those of helper/disk-image/boot-files.ts. */
async function efiFilesOf(source: ImageSource, signal?: AbortSignal): Promise<Map<string, EfiFile>> {
  const files = new Map<string, EfiFile>();
  const add = async (from: string, into: string): Promise<void> => {
    for (const file of await filesBelow(source, from, signal)) {
      const place = `${into}${file.path.slice(from.length + 1).toLowerCase()}`;
      if (!files.has(place)) files.set(place, file);
    }
  };
  await add('/EFI', '');
  if (!files.has('microsoft/boot/bootmgfw.efi')) {
    await add('/Windows/Boot/EFI', 'microsoft/boot/');
    // Fonts without a boot manager would help nobody.
    if (files.has('microsoft/boot/bootmgfw.efi')) await add('/Windows/Boot/Fonts', 'microsoft/boot/fonts/');
  }
  return files;
}

/** Files at a path of an image and below it, with the bytes of their content; none when it is not there. */
async function filesBelow(source: ImageSource, path: string, signal?: AbortSignal): Promise<EfiFile[]> {
  const { status, stdout, stderr } = await runTool(
    'wimlib-imagex',
    ['dir', source.wim, String(source.imageIndex), '--detailed', `--path=${path}`, ...source.refs],
    { signal, timeout: timeouts.listingTool, memoryLimit, environment: anyCase },
  );
  if (status === wimlibStatus.pathNotFound) return [];
  if (status !== 0) throw wimlibFailure(status, stderr, source.wim);
  return parseDetails(stdout.toString('utf8'));
}

/** Reads `wimlib-imagex dir --detailed`. Names were judged before: none has a quote or a line end in it. */
export function parseDetails(text: string): EfiFile[] {
  return text.split(/^-{20,}$/m).flatMap((block) => {
    const path = /^Full Path\s+= "(.*)"$/m.exec(block)?.[1];
    if (path === undefined || /^Attributes\s+= 0x[0-9a-f]*[13579bdf][0-9a-f]$/im.test(block)) return [];
    const bytes = /^Uncompressed size\s+= (\d+) bytes/m.exec(block)?.[1];
    return [{ path, bytes: Number(bytes ?? 0) }];
  });
}

/** The first bytes of a file in an image. */
async function readFile(
  { wim, imageIndex, refs }: ImageSource,
  path: string,
  limit: Pick<ToolOptions, 'firstBytes' | 'outputLimit'>,
  signal?: AbortSignal,
): Promise<Buffer> {
  const { status, stdout, stderr } = await runTool(
    'wimlib-imagex',
    ['extract', wim, String(imageIndex), path, '--to-stdout', '--no-globs', ...refs],
    { signal, timeout: timeouts.listingTool, memoryLimit, environment: anyCase, ...limit },
  );
  if (status !== 0) throw wimlibFailure(status, stderr, wim);
  return stdout;
}

async function programOf(
  source: ImageSource,
  { path }: EfiFile,
  signal?: AbortSignal,
): Promise<Omit<BootDetails['loaders'][number], 'wanted'>> {
  const first = await readFile(source, path, { firstBytes: peHeaderBytes }, signal);
  return { path: shownPath(path), ...(efiProgramIn(first) ?? { cpu: 'none', signed: false }) };
}

/** Its data has a SHA-1 in the media; whether what was captured was a whole WIM, only its own header tells. */
async function bootImageOf(source: ImageSource, signal?: AbortSignal): Promise<BootDetails['bootImage']> {
  const [file] = await filesBelow(source, bootImagePath, signal);
  if (file === undefined) return 'missing';
  const first = await readFile(source, file.path, { firstBytes: wimHeaderBytes }, signal);
  try {
    parseWimHeader(first, file.bytes, file.path);
    return 'whole';
  } catch (error) {
    if (error instanceof PrestageError) return 'damaged';
    throw error;
  }
}

async function storeOf(source: ImageSource, signal?: AbortSignal): Promise<BootDetails['bootStore']> {
  const content = await readFile(source, storePath, { outputLimit: largestStore }, signal);
  try {
    const store = await inTemporaryFolder('store', async (folder) => {
      const file = join(folder, 'BCD');
      await writeFile(file, content, { mode: 0o600 });
      return await readBootStore(file, signal ?? new AbortController().signal);
    });
    const target = bootTargetOf(store);
    if (target.kind === 'system') return 'windows';
    if (target.kind === 'nothing') return 'nothing';
    return target.path.toLowerCase() === '\\sources\\boot.wim' ? 'boot-image' : 'other-image';
  } catch (error) {
    if (error instanceof PrestageError && error.code === 'boot-store-invalid') return 'damaged';
    throw error;
  }
}
