import { sdiPaths } from '../../core/boot/demands';
import { recoveryInImage } from '../../core/media/recovery';

/** Paths of an image that are looked at by themselves, each by a program that reads the whole list of files again. */
export const lookedAt = {
  efi: '/EFI',
  bootFiles: '/Windows/Boot/EFI',
  bootFonts: '/Windows/Boot/Fonts',
  /** Windows' own boot managers, by the certificates that they are meant for. Source: Microsoft, KB5025885. */
  bootManagers: {
    '2011': '/Windows/Boot/EFI/bootmgfw.efi',
    '2023': '/Windows/Boot/EFI_EX/bootmgfw_EX.efi',
  },
  bootImage: '/sources/boot.wim',
  recovery: recoveryInImage,
} as const;

const all: readonly string[] = [
  ...[lookedAt.efi, lookedAt.bootFiles, lookedAt.bootFonts, lookedAt.bootImage, lookedAt.recovery],
  ...Object.values(lookedAt.bootManagers),
  ...sdiPaths.map((path) => path.replaceAll('\\', '/')),
];

/**
 * Knows from the list of an image's names which of {@link lookedAt} are not in it, and need not be looked for. It errs on one
 * side: wimlib compares names by a table of single capital letters; what this takes for one name, that table may not.
 */
export class ListedPaths {
  readonly #found = new Map(all.map((path) => [fold(path), false]));

  /** @param path as the image has it, `/` between names; hostile */
  push(path: string): void {
    // Most names end here.
    if (path.length > longest) return;
    const folded = fold(path);
    if (this.#found.has(folded)) this.#found.set(folded, true);
  }

  /** False where an image has nothing at a path; true also for a path that is none of those. */
  mayHave(path: string): boolean {
    return this.#found.get(fold(path)) ?? true;
  }
}

/** One letter is one letter in wimlib's table, so that a longer path is none of these. */
const longest = Math.max(...all.map((path) => path.length));

const fold = (path: string): string => path.toUpperCase().toLowerCase();
