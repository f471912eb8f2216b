import { failed, refused, type ErrorMeaning } from './error-meaning';

/** Errors of Prestage Live, and of backups of a station's state. Part of {@link errorReference}. */
export const liveErrors = {
  'live-only': refused(
    'The request is for a station that runs from a Prestage Live stick, and this one does not.',
    'Nothing was done. Start this PC from the stick to use it.',
  ),
  'live-medium-unclear': refused(
    'The stick that this station runs from is gone, or cannot be told from others.',
    'Nothing was done. Remove other Prestage Live sticks. If the stick was pulled, restart this PC from it.',
  ),
  'live-no-data': refused(
    'This station runs from a stick without an open data partition, so that nothing could be recorded.',
    'Nothing was touched. Set up or unlock the data partition first. Training drives can be used without it.',
  ),
  'live-data-exists': refused(
    'The stick already has a data partition.',
    'Nothing was changed. Unlock it. To begin again, write the image to the stick again: that erases its records.',
  ),
  'live-no-room': refused(
    'The stick has too little free space for a data partition.',
    'Nothing was changed. Use a larger stick.',
  ),
  'live-key-wrong': refused(
    'The passphrase or key file does not open the data partition.',
    'Nothing was changed. Try again; check the keyboard, or scan the passphrase.',
  ),
  'live-key-missing': refused(
    'No stick with a key file is plugged in, or more than one.',
    'Nothing was changed. Plug in the one stick with the key file, formatted as FAT32, and try again.',
  ),
  'live-data-damaged': refused(
    'The data partition opens, but what is in it cannot be used.',
    'Nothing was changed. Do not set it up again. Restore the last backup on another stick, and keep this one.',
  ),
  'live-data-changed': refused(
    'The header of the data partition names another encryption than the one that the stick was set up with, or none.',
    'Nothing was opened. Keep this stick apart: somebody may have changed it. Restore the last backup on another stick, with a new passphrase.',
  ),
  'live-machine-unnamed': refused(
    'The text does not name this PC, so that its disk stays locked.',
    'Nothing was changed. Scan or type the serial on the label of this PC.',
  ),
  'live-disk-refused': refused(
    'The disk cannot be opened for files, or not closed.',
    'Nothing was changed. Use a USB disk with exFAT, FAT32 or NTFS that holds nothing but files.',
  ),
  'live-image-disk-refused': refused(
    'The disk cannot be used for disk images and media.',
    'Nothing was changed. Plug in a disk of its own for that: what is on it is erased.',
  ),
  'live-image-disk-missing': refused(
    'The disk that was chosen for disk images and media is not there, or was pulled.',
    'Nothing was touched. Plug it in and press Open it in Settings, under Disk for images and media. Or stop using it there: disk images and media then go onto the stick.',
  ),
  'clock-wrong': refused(
    'The clock of this station is wrong: something that already happened would be in its future.',
    'Nothing was touched. Set date and time, then start again.',
  ),
  'live-update-refused': refused(
    'The file is not an image of Prestage Live that can be put on this stick.',
    'Nothing was changed. The station keeps its current version. Get the file again.',
  ),
  'live-update-failed': failed(
    'The new version was not written to the stick as it is in the file.',
    'The station keeps its current version. Try again; if it fails again, replace the stick.',
  ),
  'backup-refused': refused(
    'The file is not a backup of a station, is damaged, or does not open with this password.',
    'Nothing was changed. Check the password, or use another backup.',
  ),
  'state-not-empty': refused(
    'The state folder already has records, which a restore would replace.',
    'Nothing was changed. Restore into another folder (--state DIR), or add --replace: the old state is then kept beside it.',
  ),
} as const satisfies Readonly<Record<string, ErrorMeaning>>;
