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

/** A grown image; or why it is one that cannot be grown. */
type Grown = Pick<DiskImage, 'directory' | 'fingerprint' | 'bytes'> | { readonly refused: string };

/** Grown while the smaller image was still read; undefined: it failed. */
interface EarlyGrown {
  readonly image: Image;
  readonly grown: Promise<Grown | undefined>;
}

const grownOf = async (early: EarlyGrown | null): Promise<Grown | undefined> => await early?.grown;

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
    const start = performance.now();
    let early: EarlyGrown | null = null;
    const onReading: ImageRequest['onReading'] = (image) => {
      early = { image, grown: this.#grow(image, driveSize).catch(() => undefined) };
    };
    let smaller: DiskImage;
    try {
      smaller = await this.#make({ ...request, driveSize: shared, onReading });
    } catch (error) {
      // Nothing is written any more to folders that are taken away.
      await grownOf(early);
      throw error;
    }
    const grown = (await this.#grownEarly(early, smaller)) ?? (await this.#grow(smaller, driveSize));
    if ('refused' in grown) return await this.#make(request);
    // Beside each other, they took less than their sum.
    return { ...smaller, ...grown, seconds: (performance.now() - start) / 1000 };
  }

  /** @returns undefined where it was not of that image, or failed: whoever grows it then says why */
  async #grownEarly(
    early: EarlyGrown | null,
    { directory, fingerprint, cached }: DiskImage,
  ): Promise<Grown | undefined> {
    const grown = await grownOf(early);
    // One that was made anew may have the same name, and other files.
    const isOf = cached && early?.image.directory === directory && early.image.fingerprint === fingerprint;
    return isOf ? grown : undefined;
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

  async #grow({ directory: from, fingerprint: of }: Image, driveSize: number): Promise<Grown> {
    const { cache, client, signal } = this.dependencies;
    const directory = cache.newMaking();
    this.folders.push(directory);
    const start = performance.now();
    const grown = await client.call(
      'growDiskImage',
      { renderDirectory: from, fingerprint: of, driveSize, directory },
      { signal },
    );
    const seconds = (performance.now() - start) / 1000;
    if ('refused' in grown) {
      logEvent('info', 'disk-image-not-grown', { driveSize, reason: grown.refused });
      return grown;
    }
    logEvent('info', 'disk-image-grown', { driveSize, seconds });
    return { directory, fingerprint: grown.fingerprint, bytes: grown.bytes };
  }
}
