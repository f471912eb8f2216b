import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { sanitizeForDisplay, shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import {
  libraryEntrySchema,
  receiptSchema,
  type LibraryEntry,
  type Receipt,
} from '../../core/delivery/library';
import { mergeMediaDates, type MediaDates } from '../../core/media/media-dates';
import { claimFolder, releaseFolder } from '../state/busy-mark';
import { onDisk, statePlace } from '../state/disk';
import { syncFolder, writeFileAtomically, type StatePaths } from '../state/state-paths';
import type { Settings } from '../state/settings';
import { manifestIn, type KeptManifest } from './kept-manifest';
import { LibraryDisk } from './library-disk';

/**
 * The station's media library: a folder for each media file that was received and proved. `entry.json` in it is written last, and
 * what has none is the rest of a delivery that was not finished. Which folders it has: library-disk.ts.
 */

/** A media file as the library shows it. */
export interface LibraryMedia {
  readonly entry: LibraryEntry;
  /** Absolute. */
  readonly folder: string;
  /** The media's file, absolute; null while it is kept in parts. */
  readonly path: string | null;
  /** What is wrong with it now, as a sentence; null when its files are there and have their sizes. Nothing is hashed for it. */
  readonly problem: string | null;
}

/** A delivery that was begun and not finished. */
export interface UnfinishedMedia {
  readonly name: string;
  readonly version: string;
  readonly revision: number;
  /** Of the whole media. */
  readonly sha256: string;
  /** Absolute. */
  readonly folder: string;
}

const entryName = 'entry.json';
const unfinishedMark = '.receiving-';
const removingMark = '.removing-';

/** The receipt that was given for a media file. */
export function receiptFileIn(folder: string): string {
  return join(folder, 'receipt.json');
}

/** Where the library lies: the settings' folder, or the state folder. */
export function libraryFolder(
  paths: Pick<StatePaths, 'library'>,
  settings: Pick<Settings, 'libraryFolder'>,
): string {
  return settings.libraryFolder ?? paths.library;
}

export class MediaLibrary {
  /** Absolute. May not exist yet. */
  readonly folder: string;

  readonly #disk: LibraryDisk;

  constructor(folder: string) {
    this.folder = folder;
    this.#disk = new LibraryDisk(folder);
  }

  /** All media, by name, the newest revision first. A folder without an entry is none. */
  list(): LibraryMedia[] {
    const found = this.#disk.places.flatMap((place) =>
      this.#folders(place)
        .filter((name) => /^[0-9a-f]{64}$/.test(name))
        .flatMap((name) => this.#read(join(place, name)) ?? []),
    );
    const here = new Set(found.map(({ entry }) => entry.sha256));
    return [...found, ...this.#missed().filter(({ entry }) => !here.has(entry.sha256))].sort(
      (left, right) =>
        left.entry.name.localeCompare(right.entry.name, 'en') || right.entry.revision - left.entry.revision,
    );
  }

  /** Media that lie on the disk beside a station's stick, whether it is there or not. */
  onDisk(): LibraryMedia[] {
    return this.list().filter(({ folder }) => dirname(folder) !== this.folder);
  }

  /** That disk is not used any more: its media are in no library. */
  forgetDisk(): void {
    this.#disk.forgetCopies();
  }

  /** What was begun and can be gone on with: `media receive` of the same delivery takes it up. */
  unfinished(): UnfinishedMedia[] {
    return this.#disk.places
      .flatMap((place) => this.#folders(place).map((name) => ({ place, name })))
      .filter(({ name }) => name.startsWith(unfinishedMark))
      .map(({ place, name }) => {
        const folder = join(place, name);
        const kept = manifestIn(folder);
        const { name: mediaName, version, revision, media } = kept?.manifest ?? {};
        return {
          name: mediaName ?? 'unknown',
          version: version ?? 'unknown',
          revision: revision ?? 0,
          sha256: media?.sha256 ?? name.slice(unfinishedMark.length),
          folder,
        };
      });
  }

  /**
   * The media of this SHA-256 (8 digits of it are enough), or the newest of this name.
   * @returns null when there is none
   * @throws PrestageError library-ambiguous when media of several signers have it
   */
  find(text: string): LibraryMedia | null {
    const media = this.list();
    const wanted = text.trim().toLowerCase();
    const byHash = /^[0-9a-f]{8,64}$/.test(wanted)
      ? media.filter(({ entry }) => entry.sha256.startsWith(wanted))
      : [];
    if (byHash.length === 1) return byHash[0] ?? null;
    const [newest, ...others] = media.filter(({ entry }) => entry.name.toLowerCase() === wanted);
    if (newest === undefined) return null;
    const other = others.find(
      ({ entry }) => entry.signer.name !== newest.entry.signer.name || entry.name !== newest.entry.name,
    );
    if (other === undefined) return newest;
    const named = [newest, other].map(
      ({ entry }) =>
        `${sanitizeForDisplay(entry.name)} of ${sanitizeForDisplay(entry.signer.name)} (SHA-256 ${entry.sha256.slice(0, 12)}…)`,
    );
    throw new PrestageError({
      code: 'library-ambiguous',
      message: `The library has several media files named ${sanitizeForDisplay(text, 80)}: ${named.join(', ')}.`,
    });
  }

  /** @throws PrestageError library-not-found */
  require(text: string): LibraryMedia {
    const found = this.find(text);
    if (found !== null) return found;
    throw new PrestageError({
      code: 'library-not-found',
      message: `The media library has no media ${sanitizeForDisplay(text, 80)}.`,
    });
  }

  /** The media that a file is, when it lies in the library; null when it lies elsewhere. */
  at(path: string): LibraryMedia | null {
    try {
      const folder = dirname(realpathSync(path));
      const places = this.#disk.places.map((place) => realpathSync(place));
      if (!places.includes(dirname(folder)) || !/^[0-9a-f]{64}$/.test(basename(folder))) {
        return null;
      }
      const media = this.#read(folder);
      return media?.path !== null && media?.entry.fileName === basename(path) ? media : null;
    } catch {
      return null;
    }
  }

  /** The manifest that a media file was received with. @throws PrestageError library-damaged when it is another */
  manifestOf({ entry, folder }: LibraryMedia): KeptManifest {
    const kept = manifestIn(folder);
    if (kept?.sha256 === entry.manifestSha256) return kept;
    throw damaged(entry, 'its manifest was changed or is missing');
  }

  /** The receipt that was given for a media file; null when it is not there. */
  receiptOf({ folder }: LibraryMedia): Receipt | null {
    try {
      return receiptSchema.parse(JSON.parse(readFileSync(receiptFileIn(folder), 'utf8')));
    } catch {
      return null;
    }
  }

  /**
   * Takes a media file, or what an unfinished delivery left, off the disk.
   * @returns its folder, which is gone
   * @throws PrestageError library-not-found; live-image-disk-missing where it lies on a disk that is not there
   */
  remove(text: string): string {
    const found = this.find(text);
    const rest = this.unfinished().find(({ name, sha256 }) => sha256 === text || name === text);
    const folder = found?.folder ?? rest?.folder;
    if (folder === undefined) return this.require(text).folder;
    this.#disk.requireThere(folder);
    if (existsSync(folder)) this.#removeFolder(folder);
    if (found !== null) this.#disk.forgetCopy(found.entry.sha256);
    return folder;
  }

  /**
   * The folder in which a delivery is put together; made when it is missing. What lies in it is taken up.
   * @throws PrestageError delivery-busy, state-unavailable, live-image-disk-missing
   */
  begin(sha256: string): string {
    this.#disk.requireThere(null);
    const folder = join(this.#disk.target, `${unfinishedMark}${sha256}`);
    const claimed = onDisk(this.#place(), () => {
      this.#removeLeftovers();
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return claimFolder(folder);
    });
    if (claimed) return folder;
    throw new PrestageError({
      code: 'delivery-busy',
      message: 'This media is being received by another Prestage on this computer.',
    });
  }

  /** Whoever began has ended, well or not. */
  end(folder: string): void {
    releaseFolder(folder);
  }

  /**
   * Files a media file whose bytes lie proved in the folder of {@link begin}: entry and receipt, then the folder gets its name.
   * One that is there by this name is replaced.
   */
  commit(folder: string, entry: LibraryEntry, receipt: string): LibraryMedia {
    const place = statePlace(this.folder, 'The media is proved; it is filed when it is received again.');
    const target = join(dirname(folder), entry.sha256);
    writeFileAtomically(receiptFileIn(folder), receipt, 0o600, place.holds);
    writeFileAtomically(join(folder, entryName), `${JSON.stringify(entry, null, 2)}\n`, 0o600, place.holds);
    onDisk(place, () => {
      releaseFolder(folder);
      if (existsSync(target)) this.#removeFolder(target);
      renameSync(folder, target);
      syncFolder(dirname(target));
      this.#disk.keepCopy(target, entry);
      // One that lay on the other of the two disks is replaced as well.
      for (const place of this.#disk.places) {
        const other = join(place, entry.sha256);
        if (other !== target && existsSync(other)) this.#removeFolder(other);
      }
    });
    const media = this.#read(target);
    if (media === null) throw new Error('the media that was filed is not there');
    return media;
  }

  /**
   * Keeps dates that somebody found beside the manifest's, such as with the media's password: the station's own word, which nobody
   * signed. They can only make a media file end earlier.
   */
  giveDates({ entry, folder }: LibraryMedia, dates: MediaDates): LibraryMedia {
    const merged = mergeMediaDates([entry.dates ?? null, dates]);
    const place = statePlace(this.folder, 'The media is in the library; its dates are not kept.');
    const dated = { ...entry, ...(merged === null ? {} : { dates: merged }) };
    const text = `${JSON.stringify(dated, null, 2)}\n`;
    this.#disk.requireThere(folder);
    writeFileAtomically(join(folder, entryName), text, 0o600, place.holds);
    this.#disk.keepCopy(folder, dated);
    const media = this.#read(folder);
    if (media === null) throw new Error('the media whose dates were kept is not there');
    return media;
  }

  /** Media of the other disk that are not found on it, by the copies of their entries. */
  #missed(): LibraryMedia[] {
    const { isGone } = this.#disk;
    return this.#disk.copies().flatMap(({ file, folder }) => {
      const media = this.#read(folder, file);
      if (media === null) return [];
      const { name, version } = media.entry;
      const called = `${sanitizeForDisplay(name)} ${sanitizeForDisplay(version)}`;
      const where = `The media ${called} is on the disk for images and media, which is not there.`;
      return [{ ...media, problem: isGone ? where : damaged(media.entry, 'its folder is missing').message }];
    });
  }

  #folders(place: string): string[] {
    try {
      return readdirSync(place);
    } catch (error) {
      if (errorCodeOf(error) === 'ENOENT') return [];
      throw new PrestageError({
        code: 'state-unavailable',
        message: `The media library ${shownPath(place)} cannot be read.`,
        cause: error instanceof Error ? error.message : null,
      });
    }
  }

  /** @param file with its entry */
  #read(folder: string, file = join(folder, entryName)): LibraryMedia | null {
    let entry: LibraryEntry;
    try {
      entry = libraryEntrySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      return null;
    }
    const path = entry.held === 'joined' ? join(folder, entry.fileName) : null;
    const bytes = path === null ? entry.bytes : sizeOf(path);
    const what =
      bytes === null
        ? 'its file is missing'
        : bytes === entry.bytes
          ? null
          : `its file has ${bytes} bytes, and had ${entry.bytes}`;
    return { entry, folder, path, problem: what === null ? null : damaged(entry, what).message };
  }

  /** What was being removed when the power went. */
  #removeLeftovers(): void {
    for (const place of this.#disk.places) {
      for (const name of this.#folders(place).filter((one) => one.startsWith(removingMark))) {
        try {
          rmSync(join(place, name), { recursive: true, force: true });
        } catch {
          // Another Prestage removes it at this moment; else the next time.
        }
      }
    }
  }

  /** First out of sight, so that half of it is never taken for a media file. */
  #removeFolder(folder: string): void {
    const gone = join(dirname(folder), `${removingMark}${basename(folder).slice(-64)}`);
    this.#removeLeftovers();
    renameSync(folder, gone);
    syncFolder(dirname(folder));
    rmSync(gone, { recursive: true, force: true });
  }

  #place(): ReturnType<typeof statePlace> {
    return { ...statePlace(this.#disk.target), what: 'the media library' };
  }
}

/** The error for a media file of the library that is not as it was received. */
export function damaged({ name, version }: LibraryEntry, what: string): PrestageError {
  return new PrestageError({
    code: 'library-damaged',
    message: `The media ${sanitizeForDisplay(name)} ${sanitizeForDisplay(version)} in the library is not as it was received: ${what}.`,
  });
}

function sizeOf(path: string): number | null {
  try {
    return statSync(path).size;
  } catch {
    return null;
  }
}
