import { sanitizeForDisplay } from '../base/display';
import { endsBadly, isMtoolsDevice } from '../base/windows-names';

/** Names of problems that are told; what comes after them is counted. */
const shownLimit = 5;

/**
 * Judges, from the listing of an image, whether the names of its boot files can stand on an EFI partition. It has FAT32
 * (UEFI 2.10, 13.3), where upper and lower case are one, and no name ends with a space or a dot. NTFS holds all of
 * that. What NTFS refuses too (forbidden characters, more than 255 characters) is refused for the whole image.
 */
export class EfiNames {
  /** Path as FAT takes it → as it is written. Of what goes to the EFI partition as it is, and of Windows' boot files. */
  readonly #media = new Map<string, string>();
  readonly #windows = new Map<string, string>();
  readonly #found: { readonly ofMedia: boolean; readonly what: string }[] = [];

  /** Takes the next path: `/` between names. */
  push(path: string): void {
    const fold = path.toLowerCase();
    const ofMedia = fold === '/efi' || fold.startsWith('/efi/');
    const ofWindows = fold.startsWith('/windows/boot/efi/') || fold.startsWith('/windows/boot/fonts/');
    if (!ofMedia && !ofWindows) return;
    const seen = ofMedia ? this.#media : this.#windows;
    const twin = seen.get(fold);
    // What is in two folders that differ in case is not told again.
    if (twin === undefined) seen.set(fold, path);
    else if (twin !== path) {
      const parents = (one: string): string => one.slice(0, one.lastIndexOf('/'));
      if (parents(twin) === parents(path)) {
        this.#found.push({
          ofMedia,
          what: `${shown(twin)} and ${shown(path)} differ only in upper and lower case: on the EFI partition (FAT32) they are one`,
        });
      }
    }
    if (isMtoolsDevice(path.slice(path.lastIndexOf('/') + 1))) {
      this.#found.push({
        ofMedia,
        what: `${shown(path)} has a name that stands for a device, which mtools does not write to the EFI partition (FAT32)`,
      });
    }
    if (endsBadly(path)) {
      this.#found.push({
        ofMedia,
        what: `${shown(path)} ends with a space or a dot, which no name on the EFI partition (FAT32) can have`,
      });
    }
  }

  /** What cannot go to an EFI partition. Safe to show. */
  problems(): string[] {
    const usesWindows = !this.#media.has('/efi/microsoft/boot/bootmgfw.efi');
    const counted = this.#found.filter(({ ofMedia }) => ofMedia || usesWindows).map(({ what }) => what);
    if (counted.length <= shownLimit) return counted;
    return [...counted.slice(0, shownLimit), `${counted.length - shownLimit} more such names`];
  }
}

function shown(path: string): string {
  return sanitizeForDisplay(path.replaceAll('/', '\\'), 200);
}

/** Largest file on FAT32: its directory entry has 32 bits for the size. Bytes. */
export const largestFatFile = 2 ** 32 - 1;
