import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PrestageError } from '../../core/base/errors';
import type { LibraryEntry } from '../../core/delivery/library';
import { libraryDisk } from '../../core/live/live-system';
import { writeFileAtomically } from '../state/state-paths';

/** Folder with the copies of the entries whose media lie on the other disk. */
const copies = 'on-disk';

/**
 * Where the media of a library lie: in its folder, and on a stick also in one of another disk (docs/adr/0069). Then what is received
 * goes there, and a copy of its entry stays on the stick: a media file is missed by its name while the disk is not there.
 */
export class LibraryDisk {
  readonly #folder: string;
  /** Null: no other disk was chosen. */
  readonly #disk: string | null;

  /** @param folder of the library, absolute */
  constructor(folder: string) {
    const disk = join(folder, libraryDisk.folder);
    this.#folder = folder;
    this.#disk = existsSync(disk) ? disk : null;
  }

  /** Whether the other disk is not there, or was pulled. */
  get isGone(): boolean {
    if (this.#disk === null) return false;
    try {
      return readdirSync(this.#disk).includes(libraryDisk.gone);
    } catch {
      return true;
    }
  }

  /** Folders that media lie in now. */
  get places(): string[] {
    return this.#disk === null || this.isGone ? [this.#folder] : [this.#folder, this.#disk];
  }

  /** Where what is received goes. */
  get target(): string {
    return this.#disk ?? this.#folder;
  }

  /** @param folder of a media file, or null: of one that comes. @throws PrestageError live-image-disk-missing */
  requireThere(folder: string | null): void {
    if ((folder !== null && dirname(folder) !== this.#disk) || !this.isGone) return;
    throw new PrestageError({
      code: 'live-image-disk-missing',
      message:
        folder === null
          ? 'Media are received onto the disk for images and media, which is not there.'
          : 'The media is on the disk for images and media, which is not there.',
    });
  }

  /** Media whose entries were copied: the copy, and the folder where the media belongs. */
  copies(): { readonly file: string; readonly folder: string }[] {
    const disk = this.#disk;
    if (disk === null) return [];
    const at = join(this.#folder, copies);
    return existsSync(at)
      ? readdirSync(at).map((name) => ({
          file: join(at, name),
          folder: join(disk, basename(name, '.json')),
        }))
      : [];
  }

  /** @param folder where the media lies: only one on the other disk has a copy */
  keepCopy(folder: string, entry: LibraryEntry): void {
    if (dirname(folder) !== this.#disk) {
      this.forgetCopy(entry.sha256);
      return;
    }
    const at = join(this.#folder, copies);
    mkdirSync(at, { recursive: true, mode: 0o700 });
    writeFileAtomically(join(at, `${entry.sha256}.json`), `${JSON.stringify(entry, null, 2)}\n`, 0o600);
  }

  forgetCopies(): void {
    rmSync(join(this.#folder, copies), { recursive: true, force: true });
  }

  forgetCopy(sha256: string): void {
    rmSync(join(this.#folder, copies, `${sha256}.json`), { force: true });
  }
}
