import { refused, type ErrorMeaning } from './error-meaning';

const copyAgain =
  'Copy the media again from its source and compare its SHA-256. If it happens again, ask the enterprise to send it again.';

/** Errors of a media file: its file, its content, its SHA-256. Part of {@link errorReference}. */
export const mediaErrors = {
  'media-not-found': refused(
    'There is no media file at this path.',
    'Check the path, and that the disk or share with the media is connected.',
  ),
  'media-unreadable': refused(
    'The media is there but cannot be read: it is not a regular file, you do not have permission to read it, or its disk or share fails.',
    'Check that you can read the file, and check the disk or share it is on. If in doubt, copy it to another disk and try again.',
  ),
  'media-not-a-wim': refused(
    'The file is not a WIM, ESD or SWM file.',
    'Choose the .wim, .esd or .swm file that the enterprise sent. If it is that file, copy it again.',
  ),
  'media-truncated': refused('The media is incomplete: it is shorter than its own header says.', copyAgain),
  'media-corrupt': refused('The media is damaged.', copyAgain),
  'media-encrypted': refused(
    'The media is an encrypted ESD, which can only be read with a key that it does not contain.',
    'Ask the enterprise for an unencrypted WIM file.',
  ),
  'media-part-missing': refused(
    'The media is a split set, and one part is missing, appears twice, or belongs to another set.',
    'Put all parts of the set into one folder, each part once, then try again.',
  ),
  'media-image-missing': refused(
    'The media has no image with this index.',
    'Choose one of its images. To list them, run: prestage media inspect FILE',
  ),
  'media-unsafe-names': refused(
    'The media contains an unsafe file name or link.',
    'Do not use this media. Ask the enterprise to create it again.',
  ),
  'media-content-left-out': refused(
    'Content of files in the media cannot be written to a drive, or is not in the media: the drive would not hold what the media says.',
    'No drive was touched. Ask the enterprise to decrypt these files (cipher /d) or remove them, then create the media again.',
  ),
  'media-hash-mismatch': refused(
    'The media does not have the expected SHA-256.',
    'Nothing was touched. Copy the file and its manifest again from the source. If it happens again, ask the sender.',
  ),
  'media-manifest-invalid': refused(
    'The manifest next to the media cannot be read, contradicts itself, or does not list the file.',
    'Nothing was touched. Ask the sender for the manifest again, or for the SHA-256 to give with --expect-sha256. Do not compute it from your copy.',
  ),
  'package-unusable': refused(
    'A package cannot be added to a media file: its folder cannot be read, or holds what Windows cannot hold.',
    'Nothing was made. Correct the folder that the message names, then create the media again.',
  ),
  'package-repeated': refused(
    'Two packages of a recipe have the same ID, and would share one folder on the media.',
    'Nothing was made. Give each package an ID of its own.',
  ),
  'boot-image-unusable': refused(
    "Microsoft's boot manager would not start the boot image.",
    'Nothing was made. Choose a boot image (boot.wim) as the Windows ADK or Configuration Manager makes it.',
  ),
  'architecture-differs': refused(
    'The boot image and the operating system are for machines with different processors.',
    'Nothing was made. Choose the boot image for the processor of the operating system.',
  ),
  'boot-files-missing': refused(
    'What a machine needs to start from the media is neither in the operating system nor in the boot image.',
    'Nothing was made. Choose an operating system image with its folder \\Windows\\Boot, as Microsoft delivers it.',
  ),
  'media-source-changed': refused(
    'A file that the media is made of changed while it was read.',
    'Nothing was made. Wait until nobody changes the sources, then create the media again.',
  ),
  'contents-list-invalid': refused(
    'The list that the packages of a media file are compared with cannot be read, or contradicts itself.',
    "Give the enterprise's manifest, a CSV with the columns ID, Name, Version, Files, Bytes and SHA256, or a folder with a copy of the site's DataLib and PkgLib.",
  ),
  'media-changed': refused(
    'The media file changed while it was being read, or after it was checked.',
    'Wait until it is completely copied to this computer, then start again.',
  ),
  'media-for-training': refused(
    'The training media is for training drives: a machine does not start from it.',
    'Nothing was touched. Choose the media that the enterprise sent.',
  ),
} as const satisfies Readonly<Record<string, ErrorMeaning>>;
