/** The disk images of a batch: one for all sizes of drives, grown for each (docs/adr/0064-one-render-for-all-sizes.md). */
import { sharedDriveSize } from '../../core/media/shared-size';
import { logEvent } from '../state/log-file';
import {
  getOrCreateImage,
  type DiskImage,
  type ImageDependencies,
  type ImageRequest,
} from './get-or-create-image';

export class SizeImages {
  readonly #made = new Map<string, DiskImage>();

  /**
   * @param folders gets the folders that are the batch's own, also when it fails
   * @param holders gets what is held in the cache, for ImageCache.release
   */
  constructor(
    private readonly dependencies: ImageDependencies,
    private readonly folders: string[],
    private readonly holders: string[],
  ) {}

  /** @throws PrestageError as getOrCreateImage */
  async imageFor(request: ImageRequest): Promise<DiskImage> {
    const { media, layout, driveSize } = request;
    const image = media.images.find(({ index }) => index === media.imageIndex);
    const shared = image === undefined ? driveSize : sharedDriveSize(layout, media, image, driveSize);
    if (shared === driveSize) return await this.#make(request);
    const smaller = await this.#make({ ...request, driveSize: shared });
    return (await this.#grow(smaller, driveSize)) ?? (await this.#make(request));
  }

  async #make(request: ImageRequest): Promise<DiskImage> {
    const kind = `${request.driveSize} ${request.sectorSize}`;
    const known = this.#made.get(kind);
    if (known !== undefined) return { ...known, cached: true, seconds: 0 };
    const made = await getOrCreateImage(request, this.dependencies);
    this.#made.set(kind, made);
    this.holders.push(made.holder);
    return made;
  }

  /** @returns null for one that cannot be grown */
  async #grow(smaller: DiskImage, driveSize: number): Promise<DiskImage | null> {
    const { cache, client, signal } = this.dependencies;
    const directory = cache.newMaking();
    this.folders.push(directory);
    const start = performance.now();
    const grown = await client.call(
      'growDiskImage',
      { renderDirectory: smaller.directory, fingerprint: smaller.fingerprint, driveSize, directory },
      { signal },
    );
    const seconds = (performance.now() - start) / 1000;
    if ('refused' in grown) {
      logEvent('info', 'disk-image-not-grown', { driveSize, reason: grown.refused });
      return null;
    }
    logEvent('info', 'disk-image-grown', { driveSize, seconds });
    const { fingerprint, bytes } = grown;
    return { ...smaller, directory, fingerprint, bytes, seconds: smaller.seconds + seconds };
  }
}
