/** The disk images of a batch: one for all sizes of drives, grown for each (docs/adr/0064-one-render-for-all-sizes.md). */
import { sharedDriveSize } from '../../core/media/shared-size';
import { logEvent } from '../state/log-file';
import {
  getOrCreateImage,
  type DiskImage,
  type ImageDependencies,
  type ImageRequest,
} from './get-or-create-image';

type Image = Pick<DiskImage, 'directory' | 'fingerprint'>;

/** A grown image; or why it is one that cannot be grown. `seconds` is what it took. */
type Grown = (Pick<DiskImage, 'directory' | 'fingerprint' | 'bytes'> | { readonly refused: string }) & {
  readonly seconds: number;
};

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
    // Grown while the smaller one is read; undefined: it failed. Taken away where the smaller one is not used.
    const early: { grown: Promise<Grown | undefined> } = { grown: Promise.resolve(undefined) };
    const onReading = (one: Image): (() => Promise<void>) => {
      const directory = this.#newFolder();
      const growing = this.#grow(one, driveSize, directory).catch(() => undefined);
      early.grown = growing;
      return async () => {
        early.grown = Promise.resolve(undefined);
        await growing;
        await this.dependencies.cache.remove(directory);
      };
    };
    let smaller: DiskImage;
    try {
      smaller = await this.#make({ ...request, driveSize: shared, onReading });
    } catch (error) {
      // Nothing is written any more to folders that are taken away.
      await early.grown;
      throw error;
    }
    const beside = await early.grown;
    // Where it failed, this says why.
    const grown = beside ?? (await this.#grow(smaller, driveSize, this.#newFolder()));
    if ('refused' in grown) return await this.#make(request);
    const seconds =
      beside === undefined ? smaller.seconds + grown.seconds : Math.max(smaller.seconds, grown.seconds);
    return { ...smaller, ...grown, seconds };
  }

  #newFolder(): string {
    const directory = this.dependencies.cache.newMaking();
    this.folders.push(directory);
    return directory;
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

  async #grow(of: Image, driveSize: number, directory: string): Promise<Grown> {
    const { client, signal } = this.dependencies;
    const start = performance.now();
    const grown = await client.call(
      'growDiskImage',
      { renderDirectory: of.directory, fingerprint: of.fingerprint, driveSize, directory },
      { signal },
    );
    const seconds = (performance.now() - start) / 1000;
    if ('refused' in grown) {
      logEvent('info', 'disk-image-not-grown', { driveSize, reason: grown.refused });
      return { ...grown, seconds };
    }
    logEvent('info', 'disk-image-grown', { driveSize, seconds });
    return { directory, fingerprint: grown.fingerprint, bytes: grown.bytes, seconds };
  }
}
