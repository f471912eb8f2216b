/** Makes the disk image that all drives of a size share. */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import { planLoader } from '../../core/boot/loader-choice';
import { requireLayout, requireRecoveryRoom } from '../../core/job/batch-rules';
import {
  bytesOf,
  chunkMapName,
  partitionFileName,
  type Chunk,
  type ChunkMap,
} from '../../core/media/chunk-map';
import { planPartitions, type Layout, type PlannedPartition } from '../../core/drive/layout';
import { recoveryFor } from '../../core/media/recovery';
import { minVolumeBytes, type Media, type MediaImage } from '../../core/media/media';
import { sectorSizeSchema, type SectorSize } from '../../core/drive/sector-size';
import type { MediaInspector } from '../media/inspect-once';
import { wimlibSourceArguments } from '../media/wim-source';
import { cachePlace, onDisk } from '../tools/disk';
import { applyImage, type ImageProgress } from './apply-image';
import { copyBootFiles, type BootFilesRequest } from './boot-files';
import { fingerprintOf, writeChunkMap } from './chunk-map-file';
import { clusterBytes, formatPartition } from './format-partition';
import { requireSpace, tooSmall } from './image-space';
import { layRecovery } from './lay-recovery';
import { mapPartition, rangesOf } from './map-partition';
import { placeSlots, slottedSource } from './slots';
import { prepareStores } from './store-template';
import { requireTrueHoles } from './true-holes';

/**
 * Formats a layout's partitions in sparse files, applies an image to the Windows partition, copies the boot
 * files, and lists what was written. Needs no privilege. On any failure nothing is left behind.
 * @throws PrestageError layout-unknown, drive-too-small, recovery-too-large, slot-unusable, render-no-space, media-…, render-failed, cancelled
 */
export async function makeDiskImage(
  request: HelperRequest<'makeDiskImage'>,
  inspector: MediaInspector,
  onProgress: ImageProgress,
  signal: AbortSignal,
): Promise<HelperResponse<'makeDiskImage'>> {
  const layout = requireLayout(request.layout);
  const sectorSize = sectorSizeSchema.parse(request.sectorSize);
  const media = await inspector.inspect(request.path, request.imageIndex, signal);
  const image = imageOf(media);
  const partitions = planPartitions(layout, request.driveSize);
  const windows = partitions?.find(({ role }) => role === 'windows');
  if (partitions === null || windows === undefined || windows.length < minVolumeBytes(image)) {
    throw tooSmall(image, request.driveSize);
  }
  requireRecoveryRoom(request.driveSize, layout, media, 'a drive of this size');

  return await onDisk(cachePlace(dirname(request.directory)), () =>
    makeIn(request, { media, image, layout, sectorSize, partitions, windows }, onProgress, signal),
  );
}

/** What a disk image is made of. */
interface Ingredients {
  readonly media: Media;
  readonly image: MediaImage;
  readonly layout: Layout;
  readonly sectorSize: SectorSize;
  readonly partitions: PlannedPartition[];
  readonly windows: PlannedPartition;
}

async function makeIn(
  request: HelperRequest<'makeDiskImage'>,
  { media, image, layout, sectorSize, partitions, windows }: Ingredients,
  onProgress: ImageProgress,
  signal: AbortSignal,
): Promise<HelperResponse<'makeDiskImage'>> {
  await mkdir(request.directory, { mode: 0o700 });
  try {
    const recovery = recoveryFor(layout, media);
    await requireSpace(request.directory, image, recovery?.bytes ?? 0);
    await requireTrueHoles(request.directory);
    onProgress({ phase: 'formatting', done: 0, total: 0 });
    for (const partition of partitions.filter(({ fileSystem }) => fileSystem !== 'none')) {
      await formatPartition(partition, fileOf(request.directory, partition), sectorSize, signal);
    }
    const slots = request.slots ?? [];
    const volume = fileOf(request.directory, windows);
    const ownList = join(request.directory, 'slots.wim');
    const source = slots.length === 0 ? null : await slottedSource(media, slots, ownList, signal);
    const { file: first, refs } = wimlibSourceArguments(media);
    const alone = await applyImage(
      {
        ...{ media, image, volume, driveSize: request.driveSize },
        ...(source ?? { file: first, index: media.imageIndex, refs, further: media.files.slice(1) }),
        format: () => formatPartition(windows, volume, sectorSize, signal),
      },
      onProgress,
      signal,
    );
    await rm(ownList, { force: true });
    const efi = partitions.find(({ role }) => role === 'efi');
    if (efi !== undefined) {
      onProgress({ phase: 'copying', done: 0, total: 0 });
      await copyBootFiles(
        {
          wim: first,
          refs,
          imageIndex: media.imageIndex,
          bootImage: media.bootable.bootImage !== 'missing',
          sdiPath: media.bootable.ramdisk?.sdi.path ?? null,
          loader: overlayOf(media, request.loader),
          partitionFile: fileOf(request.directory, efi),
          scratch: join(request.directory, 'boot-files'),
        },
        signal,
      );
    }
    const place = partitions.find(({ role }) => role === 'recovery');
    if (recovery !== null && place !== undefined) {
      onProgress({ phase: 'copying', done: 0, total: 0 });
      const scratch = join(request.directory, 'recovery.wim');
      await layRecovery(media, recovery, fileOf(request.directory, place), scratch, signal);
    }
    const chunks = await mapChunks(request.directory, partitions, onProgress, signal);
    const map: ChunkMap = {
      version: 1,
      layout: layout.name,
      driveSize: request.driveSize,
      sectorSize,
      partitions,
      chunks,
      ...(source === null
        ? {}
        : { slots: await placeSlots(volume, windows, clusterBytes(windows), slots, source.paths, signal) }),
    };
    await writeChunkMap(join(request.directory, chunkMapName), map);
    // Here, and not in a grown image, which goes with its batch.
    if (!signal.aborted) await prepareStores(request.directory, map);
    const made = { fingerprint: fingerprintOf(map), bytes: bytesOf(map), chunks: chunks.length };
    return alone === null ? made : { ...made, appliedAlone: alone };
  } catch (error) {
    await rm(request.directory, { recursive: true, force: true });
    throw error;
  }
}

/** @throws PrestageError loader-missing, loader-not-windows */
function overlayOf(
  { bootable }: Media,
  year: HelperRequest<'makeDiskImage'>['loader'],
): BootFilesRequest['loader'] {
  if (year === undefined) return null;
  const { replaced } = planLoader(bootable, year);
  return replaced.length === 0 ? null : { year, replaced };
}

function fileOf(directory: string, partition: PlannedPartition): string {
  return join(directory, partitionFileName(partition.number));
}

function imageOf(media: Media): MediaImage {
  const image = media.images.find(({ index }) => index === media.imageIndex);
  if (image === undefined) throw new Error('inspectMedia answers only with an image that is there');
  return image;
}

/** Lists what format and apply have written, and hashes it. */
async function mapChunks(
  directory: string,
  partitions: readonly PlannedPartition[],
  onProgress: ImageProgress,
  signal: AbortSignal,
): Promise<Chunk[]> {
  const written = partitions.filter(({ fileSystem }) => fileSystem !== 'none');
  let total = 0;
  for (const partition of written) {
    const ranges = await rangesOf(fileOf(directory, partition), partition);
    total += ranges.reduce((sum, { length }) => sum + length, 0);
  }
  const chunks: Chunk[] = [];
  for (const partition of written) {
    const before = bytesOf({ chunks });
    const own = await mapPartition(
      fileOf(directory, partition),
      partition,
      (done) => {
        onProgress({ phase: 'mapping', done: before + done, total });
      },
      signal,
    );
    chunks.push(...own);
  }
  return chunks;
}
