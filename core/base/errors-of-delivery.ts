import { refused, type ErrorMeaning } from './error-meaning';

const nothingTaken = 'Nothing was added to the library.';

/** Errors of sending and receiving media, and of the keys for it. Part of {@link errorReference}. */
export const deliveryErrors = {
  'delivery-exists': refused(
    'There is already something in the folder that would be overwritten.',
    'Nothing was written. Choose an empty folder with --to.',
  ),
  'delivery-busy': refused(
    'Another Prestage sends to this folder, or receives this media, at this moment.',
    'Nothing was changed. Wait until it has ended, then try again.',
  ),
  'delivery-invalid': refused(
    'The folder has no manifest that can be used: it is missing, damaged, not canonical, contradicts itself, or names files that cannot be used.',
    `${nothingTaken} Ask the sender to send the manifest again.`,
  ),
  'delivery-unsigned': refused(
    'The manifest is not signed, or its signature does not match it.',
    `${nothingTaken} Ask the sender for the manifest and its signature again. Do not use the media.`,
  ),
  'delivery-key-unknown': refused(
    'The manifest is signed with a key that this station does not trust.',
    `${nothingTaken} Ask the sender, by telephone or in person, which key it is. To trust it: prestage key trust NAME --public-key FILE`,
  ),
  'delivery-contradicts': refused(
    'All parts are as the manifest says, but together they are not the media that it names.',
    `${nothingTaken} Ask the sender to send the media again: the manifest is wrong, not your copy.`,
  ),
  'delivery-older': refused(
    'The library already has a newer revision of this media, or another file with the same revision.',
    `${nothingTaken} Ask the sender which one is meant. To receive it on purpose, give a reason (--older REASON).`,
  ),
  'delivery-other-media': refused(
    'The library already has this file, as a media file of another name or of another signer.',
    `${nothingTaken} Ask the sender which name is meant. If it is the new one, remove the old media first: prestage media library remove NAME`,
  ),
  'delivery-base-missing': refused(
    'The delivery is a difference, and the media that it needs is not here or is another file.',
    `${nothingTaken} Receive the named media first, give it with --base FILE, or ask the sender to send the media whole.`,
  ),
  'difference-useless': refused(
    'A difference between the two media files would save nothing.',
    'Nothing was written. Send the media whole: leave out --since.',
  ),
  'difference-too-long': refused(
    'A difference is made of more pieces than this version of Prestage holds in memory.',
    'Nothing was written or added to the library. The media must be sent whole: leave out --since.',
  ),
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
  'library-ambiguous': refused(
    'Several media in the library have this name.',
    'Nothing was touched. Give the SHA-256 of the one that is meant: prestage media library list',
  ),
  'library-damaged': refused(
    'A media file in the library is not as it was received.',
    'Nothing was touched. Remove it (prestage media library remove NAME), then receive it again.',
  ),
  'library-in-use': refused(
    'The media is chosen for the next drives, drives are in progress, or a media file is being received.',
    'Nothing was removed. Wait until that has ended, or choose another media file; then remove it.',
  ),
} as const satisfies Readonly<Record<string, ErrorMeaning>>;
