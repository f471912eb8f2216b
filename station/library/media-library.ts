import { createHash } from 'node:crypto';
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
import { readManifest, type MediaManifest } from '../../core/delivery/manifest';
import { claimFolder, releaseFolder } from '../state/busy-mark';
import { onDisk, statePlace } from '../state/disk';
import { syncFolder, writeFileAtomically, type StatePaths } from '../state/state-paths';
import type { Settings } from '../state/settings';

/**
 * The station's media library: a folder for each media that was received and proved. `entry.json` in it is written last, and
 * what has none is the rest of a delivery that was not finished.
 */

/** A media as the library shows it. */
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

/** The manifest of a media, as bytes and as it was read. */
export interface KeptManifest {
  readonly manifest: MediaManifest;
  readonly bytes: Buffer;
  readonly sha256: string;
}

const entryName = 'entry.json';
const unfinishedMark = '.receiving-';
const removingMark = '.removing-';

/** Name of the manifest in the media's folder, and of its signature. */
export function manifestFileIn(folder: string): string {
  return join(folder, 'media.json');
}

/** The receipt that was given for a media. */
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

  constructor(folder: string) {
    this.folder = folder;
  }

  /** All media, by name, the newest revision first. A folder without an entry is none. */
  list(): LibraryMedia[] {
    return this.#folders()
      .filter((name) => /^[0-9a-f]{64}$/.test(name))
      .flatMap((name) => this.#read(join(this.folder, name)) ?? [])
      .sort(
        (left, right) =>
          left.entry.name.localeCompare(right.entry.name, 'en') || right.entry.revision - left.entry.revision,
      );
  }

  /** What was begun and can be gone on with: `media receive` of the same delivery takes it up. */
  unfinished(): UnfinishedMedia[] {
    return this.#folders()
      .filter((name) => name.startsWith(unfinishedMark))
      .map((name) => {
        const folder = join(this.folder, name);
        const kept = this.#manifestIn(folder);
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
      message: `The library has several media named ${sanitizeForDisplay(text, 80)}: ${named.join(', ')}.`,
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
      if (dirname(folder) !== realpathSync(this.folder) || !/^[0-9a-f]{64}$/.test(basename(folder))) {
        return null;
      }
      const media = this.#read(folder);
      return media?.path !== null && media?.entry.fileName === basename(path) ? media : null;
    } catch {
      return null;
    }
  }

  /** The manifest that a media was received with. @throws PrestageError library-damaged when it is another */
  manifestOf({ entry, folder }: LibraryMedia): KeptManifest {
    const kept = this.#manifestIn(folder);
    if (kept?.sha256 === entry.manifestSha256) return kept;
    throw damaged(entry, 'its manifest was changed or is missing');
  }

  /** The receipt that was given for a media; null when it is not there. */
  receiptOf({ folder }: LibraryMedia): Receipt | null {
    try {
      return receiptSchema.parse(JSON.parse(readFileSync(receiptFileIn(folder), 'utf8')));
    } catch {
      return null;
    }
  }

  /**
   * Takes a media, or what an unfinished delivery left, off the disk.
   * @returns its folder, which is gone
   * @throws PrestageError library-not-found
   */
  remove(text: string): string {
    const found = this.find(text);
    const rest = this.unfinished().find(({ name, sha256 }) => sha256 === text || name === text);
    const folder = found?.folder ?? rest?.folder;
    if (folder === undefined) return this.require(text).folder;
    this.#removeFolder(folder);
    return folder;
  }

  /**
   * The folder in which a delivery is put together; made when it is missing. What lies in it is taken up.
   * @throws PrestageError delivery-busy, state-unavailable
   */
  begin(sha256: string): string {
    const folder = join(this.folder, `${unfinishedMark}${sha256}`);
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
   * Files a media whose bytes lie proved in the folder of {@link begin}: entry and receipt, then the folder gets its name.
   * One that is there by this name is replaced.
   */
  commit(folder: string, entry: LibraryEntry, receipt: string): LibraryMedia {
    const place = statePlace(this.folder, 'The media is proved; it is filed when it is received again.');
    const target = join(this.folder, entry.sha256);
    writeFileAtomically(receiptFileIn(folder), receipt, 0o600, place.holds);
    writeFileAtomically(join(folder, entryName), `${JSON.stringify(entry, null, 2)}\n`, 0o600, place.holds);
    onDisk(place, () => {
      releaseFolder(folder);
      if (existsSync(target)) this.#removeFolder(target);
      renameSync(folder, target);
      syncFolder(this.folder);
    });
    const media = this.#read(target);
    if (media === null) throw new Error('the media that was filed is not there');
    return media;
  }

  /**
   * Keeps dates that somebody found beside the manifest's, such as with the media's password: the station's own word, which nobody
   * signed. They can only make a media end earlier.
   */
  giveDates({ entry, folder }: LibraryMedia, dates: MediaDates): LibraryMedia {
    const merged = mergeMediaDates([entry.dates ?? null, dates]);
    const place = statePlace(this.folder, 'The media is in the library; its dates are not kept.');
    const text = `${JSON.stringify({ ...entry, dates: merged }, null, 2)}\n`;
    writeFileAtomically(join(folder, entryName), text, 0o600, place.holds);
    const media = this.#read(folder);
    if (media === null) throw new Error('the media whose dates were kept is not there');
    return media;
  }

  #folders(): string[] {
    try {
      return readdirSync(this.folder);
    } catch (error) {
      if (errorCodeOf(error) === 'ENOENT') return [];
      throw new PrestageError({
        code: 'state-unavailable',
        message: `The media library ${shownPath(this.folder)} cannot be read.`,
        cause: error instanceof Error ? error.message : null,
      });
    }
  }

  #read(folder: string): LibraryMedia | null {
    let entry: LibraryEntry;
    try {
      entry = libraryEntrySchema.parse(JSON.parse(readFileSync(join(folder, entryName), 'utf8')));
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

  #manifestIn(folder: string): KeptManifest | null {
    try {
      const bytes = readFileSync(manifestFileIn(folder));
      const { manifest } = readManifest(JSON.parse(bytes.toString('utf8')));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return manifest === null ? null : { manifest, bytes, sha256 };
    } catch {
      return null;
    }
  }

  /** What was being removed when the power went. */
  #removeLeftovers(): void {
    for (const name of this.#folders().filter((one) => one.startsWith(removingMark))) {
      try {
        rmSync(join(this.folder, name), { recursive: true, force: true });
      } catch {
        // Another Prestage removes it at this moment; else the next time.
      }
    }
  }

  /** First out of sight, so that half of it is never taken for a media. */
  #removeFolder(folder: string): void {
    const gone = join(this.folder, `${removingMark}${basename(folder).slice(-64)}`);
    this.#removeLeftovers();
    renameSync(folder, gone);
    syncFolder(this.folder);
    rmSync(gone, { recursive: true, force: true });
  }

  #place(): ReturnType<typeof statePlace> {
    return { ...statePlace(this.folder), what: 'the media library' };
  }
}

/** The error for a media of the library that is not as it was received. */
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
