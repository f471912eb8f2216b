import { GiB } from '../../core/base/units';

/** An image of a media file, as wimlib-imagex is told of it. */
export interface ImageSource {
  readonly wim: string;
  /** wimlib's `--ref=…` arguments for the other parts of a split set. */
  readonly refs: readonly string[];
  readonly imageIndex: number;
  /** What its names tell; missing where nobody has listed them. */
  readonly listed?: { readonly mayHave: (path: string) => boolean };
}

/**
 * Address space for reading a list of files. A real image of 150,000 files takes some hundred MiB; folders
 * that share subtrees, as no honest media has, would take everything.
 */
export const listingMemory = 4 * GiB;
