import { sanitizeForDisplay } from '../../core/base/display';
import { errorReference } from '../../core/base/error-reference';
import { PrestageError, type ErrorCode } from '../../core/base/errors';
import { toolFailed } from './runner';

/** What wimlib-imagex says: its exit statuses as errors, and its progress. */

const freeSpace = 'Free some space on the disk with the image cache, then try again.';

interface Meaning {
  readonly code: ErrorCode;
  /** Follows the file's name. */
  readonly what: string;
  /** Where the general one of the code is not enough. */
  readonly remedy?: string;
}

const corrupt = (what: string): Meaning => ({ code: 'media-corrupt', what });
const diskImageFailed = (what: string): Meaning => ({
  code: 'render-failed',
  what,
  remedy: 'Try again. If it happens again, ask the enterprise how the media was created.',
});

/**
 * Exit statuses of wimlib-imagex that callers ask for: numbers of `enum wimlib_error_code` in wimlib.h (1.13),
 * which the library promises to keep.
 */
export const wimlibStatus = {
  /** WIMLIB_ERR_NOT_A_REGULAR_FILE */
  notRegularFile: 42,
  /** WIMLIB_ERR_NTFS_3G */
  ntfsFailed: 46,
  /** WIMLIB_ERR_PATH_DOES_NOT_EXIST */
  pathNotFound: 49,
  /** WIMLIB_ERR_WRITE */
  writeFailed: 72,
} as const;

/** Environment in which wimlib-imagex finds paths in an image without regard to case, as Windows and FAT do. */
export const anyCase = { WIMLIB_IMAGEX_IGNORE_CASE: '1' } as const;

/** What the numbers of the same enum mean to a user. */
const meanings: Readonly<Record<number, Meaning>> = {
  2: corrupt('has compressed data that cannot be decompressed'),
  8: {
    code: 'media-part-missing',
    what: 'is one part of several, and another part is missing',
  },
  10: corrupt('is damaged: its number of images is contradictory'),
  13: corrupt('does not match its own integrity table'),
  15: corrupt('has a damaged header (chunk size)'),
  16: corrupt('has a damaged header (compression)'),
  17: corrupt('has a damaged header'),
  18: {
    code: 'media-image-missing',
    what: 'does not have the requested image',
  },
  19: corrupt('has a damaged integrity table'),
  20: corrupt('has a damaged table of contents'),
  21: corrupt('has a damaged list of files'),
  25: corrupt('has a damaged header (part number)'),
  26: corrupt('is damaged'),
  27: diskImageFailed('has a reparse point that is not valid'),
  28: corrupt('is damaged: some of its data does not match its SHA-1'),
  30: corrupt('contains a name or text that is not valid UTF-16'),
  36: corrupt('has no list of files'),
  39: {
    code: 'tool-failed',
    what: 'needs more memory than this computer has: it is damaged or malicious',
    remedy: errorReference['media-corrupt'].remedy,
  },
  [wimlibStatus.notRegularFile]: {
    code: 'media-unreadable',
    what: 'is not a regular file',
    remedy: 'Choose the WIM file.',
  },
  43: {
    code: 'media-not-a-wim',
    what: 'is not a WIM file',
  },
  [wimlibStatus.ntfsFailed]: diskImageFailed('could not be applied: the NTFS volume refused an operation'),
  47: {
    code: 'media-unreadable',
    what: 'cannot be opened',
  },
  50: {
    code: 'media-unreadable',
    what: 'cannot be read',
  },
  55: {
    code: 'media-corrupt',
    what: 'lists files whose data is not in it: it is a delta WIM, which needs the WIM that it was made from, or it is incomplete',
    remedy:
      'No drive was touched. Ask the enterprise for a complete WIM (wimlib-imagex export, or DISM /Export-Image, makes one from both files).',
  },
  58: diskImageFailed('could not be applied: a reparse point could not be made'),
  59: diskImageFailed('could not be applied: permissions of a file could not be set'),
  60: diskImageFailed('could not be applied: a short name could not be set'),
  61: diskImageFailed('could not be applied: the times of a file could not be set'),
  62: {
    code: 'media-part-missing',
    what: 'is one part of several, and the parts do not belong together',
  },
  65: { code: 'media-truncated', what: 'is incomplete: it ends too early' },
  67: corrupt('has a damaged header, or has a version that wimlib does not support'),
  [wimlibStatus.writeFailed]: diskImageFailed('could not be applied: writing failed'),
  73: corrupt('has damaged XML data'),
  74: {
    code: 'media-encrypted',
    what: 'is an encrypted ESD, which can only be read with a key that it does not contain',
  },
  90: corrupt('is damaged: it has extended attributes that are not valid'),
};

/**
 * What a failed wimlib-imagex means.
 * @param status exit status, not 0
 * @param file the media it worked on, for the message
 */
export function wimlibFailure(status: number, stderr: string, file: string): PrestageError {
  const cause = sanitizeForDisplay(stderr, 4000) || null;
  const name = sanitizeForDisplay(file, 300);
  if (/No space left on device|Disk quota exceeded/i.test(stderr)) {
    return new PrestageError({
      code: 'render-no-space',
      message: `There is not enough space to apply ${name}.`,
      cause,
      remedy: freeSpace,
    });
  }
  if (status === 21 && stderr.includes('too deep')) {
    return new PrestageError({
      code: 'media-unsafe-names',
      message: `${name} has a folder that contains itself, or endlessly nested folders.`,
      cause,
    });
  }
  const meaning = meanings[status];
  if (meaning === undefined) {
    return toolFailed('wimlib-imagex', `failed on ${name} (status ${status})`, stderr);
  }
  return new PrestageError({
    code: meaning.code,
    message: `${name} ${meaning.what}.`,
    cause,
    ...(meaning.remedy === undefined ? {} : { remedy: meaning.remedy }),
  });
}

export type WimlibPhase =
  /** Files and folders are made, without content. */
  | 'creating'
  /** Data is decompressed and written. */
  | 'extracting'
  /** Times, permissions, attributes. */
  | 'attributes'
  /** The integrity table is compared with the file. */
  | 'integrity'
  /** Lists of files are read. */
  | 'metadata'
  /** Data is decompressed and its SHA-1 compared. */
  | 'verifying'
  /** Data is packed into a WIM. */
  | 'archiving'
  /** The integrity table is made. */
  | 'summing';

export interface WimlibUpdate {
  readonly phase: WimlibPhase;
  readonly unit: 'bytes' | 'items';
  /** In `unit`. wimlib rounds bytes down to whole KiB, MiB and so on. */
  readonly done: number;
  readonly total: number;
}

const phases: readonly (readonly [RegExp, WimlibPhase])[] = [
  [/^creating files/i, 'creating'],
  [/^extracting file data/i, 'extracting'],
  [/^applying metadata/i, 'attributes'],
  [/^verifying integrity/i, 'integrity'],
  [/^verifying metadata/i, 'metadata'],
  [/^verifying file data/i, 'verifying'],
  [/^archiving file data/i, 'archiving'],
  [/^calculating integrity/i, 'summing'],
];

const units: Readonly<Record<string, number>> = {
  byte: 1,
  bytes: 1,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
  pib: 1024 ** 5,
};

// The name before the numbers may hold anything: the first .* takes as much as it can, so that the numbers
// are the last ones in the line. The percentage and the words behind are not needed.
const updateForm =
  /^(.*[^\d.])(\d+(?:\.\d+)?)(?: ([A-Za-z]+))? of (\d+(?:\.\d+)?)(?: ([A-Za-z]+))?(?: ?\(|$)/;

/**
 * Reads one update of wimlib-imagex's progress, such as
 * `Extracting file data: 30 MiB of 512 MiB (5%) done` or `Creating files: 12 of 61000 (0%) done`.
 * @returns null for anything else
 */
export function parseWimlibProgress(line: string): WimlibUpdate | null {
  const text = line.trim();
  const phase = phases.find(([pattern]) => pattern.test(text))?.[1];
  const match = updateForm.exec(text);
  if (phase === undefined || match === null) return null;
  const scale = units[(match[3] ?? '').toLowerCase()];
  const totalScale = units[(match[5] ?? '').toLowerCase()];
  const unit = scale === undefined ? 'items' : 'bytes';
  if ((unit === 'items') !== (totalScale === undefined)) return null;
  const done = Math.round(Number(match[2]) * (scale ?? 1));
  const total = Math.round(Number(match[4]) * (totalScale ?? 1));
  if (!Number.isSafeInteger(done) || !Number.isSafeInteger(total)) return null;
  return { phase, unit, done: Math.min(done, total), total };
}

/** An update is printed in one line; what is longer is not one. Bytes. */
const longestLine = 8192;

/**
 * Cuts wimlib-imagex's output, as it comes in pieces, into updates. An update ends with a carriage return, a
 * line feed, or the word "done": the last one stands without an end until the next comes.
 */
export class WimlibProgress {
  readonly #onProgress: (update: WimlibUpdate) => void;
  #rest = '';

  constructor(onProgress: (update: WimlibUpdate) => void) {
    this.#onProgress = onProgress;
  }

  /** Takes the next piece of standard output. */
  push(text: string): void {
    const lines = (this.#rest + text).split(/[\r\n]+/);
    this.#rest = lines.pop() ?? '';
    if (/\) done$/.test(this.#rest)) {
      lines.push(this.#rest);
      this.#rest = '';
    }
    if (this.#rest.length > longestLine) this.#rest = '';
    for (const line of lines) {
      const update = parseWimlibProgress(line);
      if (update !== null) this.#onProgress(update);
    }
  }
}
