import { existsSync, readFileSync, statSync } from 'node:fs';
import { timeouts } from '../../core/base/timeouts';
import { blockRange, cmsEnding, minisignEnding } from '../../core/delivery/manifest';
import { ImageCache } from '../image-cache/image-cache';
import { loadPublicKey } from '../ledger/keys';
import { manifestFileIn, type KeptManifest } from '../library/kept-manifest';
import { libraryFolder, MediaLibrary, type LibraryMedia } from '../library/media-library';
import { loadSettings } from '../state/settings';
import type { StatePaths } from '../state/state-paths';
import type { Held } from './holdings-form';
import { ServedImages, type ServedChunk, type ServedImage } from './served-image';

export type HoldingsPaths = Pick<StatePaths, 'imageCache' | 'library' | 'settingsFile' | 'publicKeyFile'>;

/** An answer to another station: bytes, or where they lie. */
export type HeldPart = ServedChunk | { readonly content: Buffer };

interface Opened {
  readonly image: ServedImage;
  readonly timer: NodeJS.Timeout;
}

/** A media file as it was when its manifest was read. */
interface OpenedMedia extends Pick<KeptManifest, 'manifest' | 'bytes'> {
  readonly folder: string;
  readonly path: string;
  /** Files that say what it is, and of which each would be another one if anything of it were changed. */
  readonly files: readonly string[];
  readonly marks: string;
}

/**
 * What other stations may have of this one: the media of its library, in blocks of their signed manifest, and the disk images in its cache, in
 * chunks. Nothing of it is checked here: who gets a block or a chunk compares its SHA-256.
 */
export class Holdings {
  readonly #paths: HoldingsPaths;
  readonly #images = new ServedImages();
  readonly #opened = new Map<string, Promise<Opened | null>>();

  readonly #openedMedia = new Map<string, OpenedMedia>();

  constructor(paths: HoldingsPaths) {
    this.#paths = paths;
  }

  /** @param path behind `/stations/`. @returns null: this station does not have it */
  async part(path: string): Promise<HeldPart | null> {
    if (path === 'held') return json(await this.#list());
    const [, kind, name = '', what = '', more = ''] =
      /^(images|media)\/([0-9a-f]{64})\/([a-z]+)(?:\/([0-9a-f]+(?:\/\d+)?))?$/.exec(path) ?? [];
    if (kind === 'images') return await this.#ofImage(name, what, more);
    return kind === 'media' ? this.#ofMedia(name, what, more) : null;
  }

  async #list(): Promise<Held> {
    const images = await this.#cache.entries();
    return {
      keyFingerprint: loadPublicKey(this.#paths)?.fingerprint ?? null,
      media: this.#media().map(({ entry }) => {
        const { sha256, name, version, revision, bytes } = entry;
        return { sha256, name, version, revision, bytes };
      }),
      images: images.map(({ key, facts, fingerprint, bytes }) => ({ key, facts, fingerprint, bytes })),
    };
  }

  get #cache(): ImageCache {
    // Its limit is for whoever makes disk images.
    return new ImageCache(this.#paths.imageCache, Infinity);
  }

  /** Media that are whole, as one file, and whose manifest lists that file's blocks: not those that came as a difference. */
  #media(): LibraryMedia[] {
    const library = new MediaLibrary(libraryFolder(this.#paths, loadSettings(this.#paths)));
    return library.list().filter((media) => {
      try {
        return (
          media.path !== null &&
          media.problem === null &&
          library.manifestOf(media).manifest.difference === undefined
        );
      } catch {
        return false;
      }
    });
  }

  #ofMedia(sha256: string, what: string, more: string): HeldPart | null {
    const media = this.#openMedia(sha256);
    if (media === null) return null;
    const { manifest, bytes } = media;
    if (what === 'manifest') return { content: bytes };
    if (what === 'signature') {
      const ending = [minisignEnding, cmsEnding].find((one) =>
        existsSync(`${manifestFileIn(media.folder)}${one}`),
      );
      if (ending === undefined) return null;
      const content = readFileSync(`${manifestFileIn(media.folder)}${ending}`).toString('base64');
      return json({ ending, content });
    }
    const [part = -1, block = -1] = more.split('/').map(Number);
    const found = manifest.parts[part];
    if (what !== 'blocks' || found?.blocks[block] === undefined) return null;
    const before = manifest.parts.slice(0, part).reduce((sum, one) => sum + one.bytes, 0);
    const { offset, length } = blockRange(found, manifest.blockBytes, block);
    return { path: media.path, offset: before + offset, length };
  }

  /** Opened once for all its blocks: to read all manifests of the library for each of them would hold up the whole rack. */
  #openMedia(sha256: string): OpenedMedia | null {
    const known = this.#openedMedia.get(sha256);
    if (known !== undefined && marksOf(known.files) === known.marks) return known;
    this.#openedMedia.delete(sha256);
    const media = this.#media().find(({ entry }) => entry.sha256 === sha256);
    if (media === undefined || media.path === null) return null;
    const { folder, path } = media;
    const files = [this.#paths.settingsFile, folder, manifestFileIn(folder), path];
    // Before it is read: what is changed from now on is seen.
    const marks = marksOf(files);
    const library = new MediaLibrary(libraryFolder(this.#paths, loadSettings(this.#paths)));
    const { manifest, bytes } = library.manifestOf(media);
    const opened = { folder, path, files, marks, manifest, bytes };
    this.#openedMedia.set(sha256, opened);
    return opened;
  }

  async #ofImage(key: string, what: string, sha256: string): Promise<HeldPart | null> {
    const opened = await (this.#opened.get(key) ?? this.#open(key));
    if (opened === null) return null;
    opened.timer.refresh();
    if (what === 'map') return opened.image.map;
    return what === 'chunks' ? opened.image.chunk(sha256) : null;
  }

  /** Opened once for all its chunks, and held in the cache meanwhile. */
  async #open(key: string): Promise<Opened | null> {
    const opening = (async (): Promise<Opened | null> => {
      const entry = (await this.#cache.entries()).find((one) => one.key === key);
      if (entry === undefined) return null;
      const holder = await this.#cache.hold(entry.directory);
      try {
        const image = await this.#images.open(entry.directory);
        const timer = setTimeout(() => {
          this.#opened.delete(key);
          void this.#cache.release(holder);
        }, timeouts.rackHeld);
        timer.unref();
        return { image, timer };
      } catch (error) {
        await this.#cache.release(holder);
        throw error;
      }
    })();
    this.#opened.set(key, opening);
    const opened = await opening.catch((error: unknown) => {
      this.#opened.delete(key);
      throw error;
    });
    if (opened === null) this.#opened.delete(key);
    return opened;
  }
}

/** What is another text once one of these files is gone, or another one, or changed. */
function marksOf(files: readonly string[]): string {
  return files
    .map((file) => {
      try {
        const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
        return [dev, ino, size, mtimeMs, ctimeMs].join(' ');
      } catch {
        return '';
      }
    })
    .join('\n');
}

function json(document: unknown): HeldPart {
  return { content: Buffer.from(JSON.stringify(document)) };
}
