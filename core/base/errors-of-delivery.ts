import { refused, type ErrorMeaning } from './error-meaning';

/** Errors of sending and receiving media, and of the keys for it. Part of {@link errorReference}. */
export const deliveryErrors = {
  'key-invalid': refused(
    'The file is not a key that can be used, its password is wrong, or others can read it.',
    'Nothing was signed or trusted. Check the file, its permissions and its password.',
  ),
  'key-known': refused(
    'Another key is trusted by this name, or the name is already in use.',
    'Nothing was changed. Ask the sender whether the key was replaced. If so, forget the old one first: prestage key forget NAME',
  ),
  'key-not-found': refused(
    'No key is trusted by this name.',
    'To see which keys are trusted, run: prestage key list',
  ),
  'library-not-found': refused(
    'The media library has no media with this name or SHA-256.',
    'To see what is in it, run: prestage media library list',
  ),
  'library-damaged': refused(
    'A media in the library is not as it was received.',
    'Nothing was touched. Remove it (prestage media library remove NAME), then receive it again.',
  ),
} as const satisfies Readonly<Record<string, ErrorMeaning>>;
