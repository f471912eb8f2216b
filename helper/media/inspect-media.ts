import { assessBoot } from '../../core/boot/preflight';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import type { Media, MediaImage } from '../../core/media/media';
import { leftOutText } from '../../core/media/left-out';
import { inTurnOrBeside } from '../tools/in-turn-or-beside';
import { findLeftOut } from './find-left-out';
import { inspectBoot } from './inspect-boot';
import { inspectRecovery } from './inspect-recovery';
import { DriverNames } from './inspect-drivers';
import { ListedPaths } from './listed-paths';
import { openMedia } from './open-media';
import { readNames } from './read-names';
import { lookAtFiles } from './look-at-files';
import type { WimFile } from './wim-file';
import { wimlibSourceArguments } from './wim-source';

/**
 * Looks at a media file without reading its data: header, parts, XML, the names in one image, and what starts from it. What
 * it answers with is safe to show and safe to apply, as far as names go.
 * @param path any file of the media
 * @throws PrestageError media-not-found, media-unreadable, media-not-a-wim, media-truncated, media-corrupt,
 * media-encrypted, media-part-missing, media-image-missing, media-unsafe-names, media-content-left-out, tool-missing,
 * cancelled
 */
export async function inspectMedia(path: string, imageIndex: number, signal?: AbortSignal): Promise<Media> {
  const { parts, images, uncertainSizes, solid } = await openMedia(path);
  const [first] = parts;
  const { header } = first;
  if (!images.some(({ index }) => index === imageIndex)) throw imageMissing(first, imageIndex, images);

  const driverNames = new DriverNames();
  const listed = new ListedPaths();
  let nameCount = 0;
  const names = await readNames(first.path, imageIndex, signal, (name) => {
    driverNames.push(name);
    listed.push(name);
    nameCount += 1;
  });
  const warnings = [...names.notes];
  if (header.writeInProgress) {
    warnings.push('the media is marked as being written: it may not be finished');
  }
  const files = parts.map((part) => part.path);
  const { file: wim, refs } = wimlibSourceArguments({ files });
  const source = { wim, refs, imageIndex, listed };
  const look = async (): Promise<Pick<Media, 'leftOut'> & { readonly bytes: number | null }> => {
    const { bytes, leftOut } = await lookAtFiles(source, uncertainSizes.has(imageIndex), signal);
    return { bytes, leftOut: [...(await findLeftOut(source, signal)), ...leftOut] };
  };
  const [{ bytes: contentBytes, leftOut }, { details, found, drivers }] = await inTurnOrBeside(
    look,
    async (stop) => ({
      details: await inspectBoot(source, stop),
      found: await inspectRecovery(source, solid, stop),
      drivers: await driverNames.finish(source, stop),
    }),
    { beside: nameCount <= mostNamesBeside, signal },
  );
  warnings.push(...leftOut.map((one) => sanitizeForDisplay(leftOutText(one), 400)));
  const { recovery, note } = found;
  if (note !== null) warnings.push(note);
  if (drivers !== null && drivers.problem !== null) {
    warnings.push(`\\Drivers\\packs.json ${drivers.problem}`);
  }
  const efiProblems = [...names.efiProblems, ...details.efiProblems];
  const { bootable, notes } = assessBoot({ ...details, efiProblems });
  warnings.push(...notes);
  return {
    path: first.path,
    files,
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    guid: header.guid,
    compression: header.compression,
    solid,
    parts: parts.length,
    integrityTable: parts.every((part) => part.header.integrity.storedBytes > 0),
    images: images.map((image) =>
      image.index === imageIndex && contentBytes !== null ? { ...image, bytes: contentBytes } : image,
    ),
    bootable,
    imageIndex,
    leftOut,
    ...(drivers === null ? {} : { drivers }),
    ...(recovery === null ? {} : { recovery }),
    warnings,
  };
}

/**
 * Names up to which two programs of wimlib look at an image at a time: each holds the list of all files, some 2 KiB a name. No
 * real image has so many; one that was made to take all memory finds one program at a time, as it did.
 */
const mostNamesBeside = 500_000;

/** The refusal of an image that is not there. */
export function imageMissing(file: WimFile, wanted: number, images: readonly MediaImage[]): PrestageError {
  const there = images
    .slice(0, 20)
    .map(({ index, name }) => `${index} (${name})`)
    .join(', ');
  return new PrestageError({
    code: 'media-image-missing',
    message: `${sanitizeForDisplay(file.path, 300)} has no image ${wanted}. Images: ${there === '' ? 'none' : there}.`,
  });
}
