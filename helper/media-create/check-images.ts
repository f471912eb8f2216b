import { stat } from 'node:fs/promises';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { packageFolder, packageKey } from '../../core/contents/contents';
import type { MediaPlan } from '../../core/recipe/media-plan';
import { requireNoTraining } from '../../core/media/training-media';
import { bootImageProblems } from '../../core/boot/preflight';
import { efiProgramIn, peHeaderBytes } from '../boot/pe';
import { bootImageHeaderOf, readFile } from '../media/inspect-boot';
import { imageMissing } from '../media/inspect-media';
import type { ImageSource } from '../media/image-source';
import { openMedia, type OpenedMedia } from '../media/open-media';
import { readNames } from '../media/read-names';
import { mediaFileError } from '../media/wim-file';
import { wimlibSourceArguments } from '../media/wim-source';

/** An image that a media file is made of, looked at. */
export interface CheckedImage {
  readonly source: ImageSource;
  readonly files: readonly string[];
  /** Of its files. */
  readonly bytes: number;
  /** Bytes of the files of the WIM, and of the image once unpacked: its copy takes no more than the smaller. */
  readonly copyBytes: number;
  /** What is packed as in an ESD has to be packed again: nothing but wimlib starts from that. */
  readonly repack: boolean;
  readonly integrityTable: boolean;
  readonly opened: OpenedMedia;
}

/** @throws PrestageError media-…, media-for-training */
export async function checkBase(base: MediaPlan['base']): Promise<CheckedImage> {
  const opened = await openMedia(base.path);
  const [first] = opened.parts;
  const image = opened.images.find(({ index }) => index === base.imageIndex);
  if (image === undefined) throw imageMissing(first, base.imageIndex, opened.images);
  requireNoTraining(image, first.path);
  const files = opened.parts.map(({ path }) => path);
  const { file: wim, refs } = wimlibSourceArguments({ files });
  const bytes = opened.parts.reduce((sum, part) => sum + part.bytes, 0);
  return {
    source: { wim, refs, imageIndex: base.imageIndex },
    files,
    bytes,
    copyBytes: opened.uncertainSizes.has(image.index) ? bytes : Math.min(bytes, image.bytes),
    repack: opened.solid || first.header.compression === 'LZMS',
    integrityTable: opened.parts.some(({ header }) => header.integrity.storedBytes > 0),
    opened,
  };
}

/**
 * A boot image, as Microsoft's boot manager wants it.
 * @throws PrestageError boot-image-unusable, media-…
 */
export async function checkBootImage(bootImage: NonNullable<MediaPlan['bootImage']>): Promise<CheckedImage> {
  const opened = await openMedia(bootImage.path).catch((error: unknown) => {
    // One part of a split set is told so, whether or not the others are there.
    if (!(error instanceof PrestageError) || error.code !== 'media-part-missing') throw error;
    throw unusable(bootImage.path, [error.data.message]);
  });
  const [first] = opened.parts;
  const { header } = first;
  const problems = bootImageProblems(bootImageHeaderOf(header));
  if (opened.solid && problems.length === 0) problems.push('the boot image is solid, as an ESD file is');
  if (problems.length > 0) throw unusable(first.path, problems);
  if (header.bootIndex !== bootImage.imageIndex) {
    throw unusable(first.path, [
      `the recipe names image ${bootImage.imageIndex}, but image ${header.bootIndex} is marked as the one to start`,
    ]);
  }
  return await checkBase({ ...bootImage, path: first.path });
}

/**
 * Refuses names that must not be applied: what was made would be refused.
 * @returns the packages that the image has already, by their key
 * @throws PrestageError media-unsafe-names, cancelled
 */
export async function packagesIn({ source }: CheckedImage, signal: AbortSignal): Promise<Set<string>> {
  const found = new Set<string>();
  const place = `${packageFolder}/`;
  await readNames(source.wim, source.imageIndex, signal, (path) => {
    const rest = path.slice(place.length);
    if (path.slice(0, place.length).toUpperCase() === place && !rest.includes('/')) {
      found.add(packageKey(rest));
    }
  });
  return found;
}

/** The processor that an image is for: what its XML data says, or the first of these programs. Null when nothing tells. */
export async function architectureOf(
  { source, opened }: CheckedImage,
  signal: AbortSignal,
): Promise<string | null> {
  const said = opened.architectures.get(source.imageIndex);
  if (said !== undefined) return said;
  for (const program of ['ntoskrnl.exe', 'winload.efi', 'kernel32.dll', 'Boot/winload.efi']) {
    const path = `/Windows/System32/${program}`;
    const first = await readFile(source, path, { firstBytes: peHeaderBytes }, signal).catch(
      (error: unknown) => {
        if (error instanceof PrestageError && error.code === 'cancelled') throw error;
        return null;
      },
    );
    const cpu = first === null ? 'other' : (efiProgramIn(first)?.cpu ?? 'other');
    if (cpu !== 'other') return cpu;
  }
  return null;
}

/** @throws PrestageError architecture-differs */
export async function checkArchitectures(
  system: CheckedImage,
  bootImage: CheckedImage,
  signal: AbortSignal,
): Promise<string | null> {
  const [one, other] = await Promise.all([architectureOf(system, signal), architectureOf(bootImage, signal)]);
  if (one === null || other === null) {
    return 'Whether the boot image is for the processor of the operating system is not known: one of them does not say it.';
  }
  if (one === other) return null;
  throw new PrestageError({
    code: 'architecture-differs',
    message: `The boot image is for ${other} machines, but the operating system is for ${one} machines.`,
  });
}

/** Changes when one of the files is replaced or written to. @throws PrestageError media-not-found, media-unreadable */
export async function fileMarks(files: readonly string[]): Promise<string> {
  const marks: string[] = [];
  for (const file of files) {
    const { dev, ino, size, mtimeNs } = await stat(file, { bigint: true }).catch((error: unknown) => {
      throw mediaFileError(error, file);
    });
    marks.push(`${dev} ${ino} ${size} ${mtimeNs}`);
  }
  return marks.join('\n');
}

function unusable(path: string, problems: readonly string[]): PrestageError {
  return new PrestageError({
    code: 'boot-image-unusable',
    message: `${sanitizeForDisplay(path, 300)} cannot start a machine: ${problems.join('; ')}.`,
  });
}
