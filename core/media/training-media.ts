import { driveLabel, type Drive } from '../drive/drive';
import { PrestageError } from '../base/errors';
import { sanitizeForDisplay } from '../base/display';
import type { MediaImage } from './media';

/** What the station's own media for practice is, and where it may go. */

/** Name of its image. A copy under another file name is known by it, too. */
export const trainingMediaName = 'Training media';

/**
 * Refuses to write the training media to anything but a training drive: it looks like Windows and starts nothing.
 * @throws PrestageError media-for-training
 */
export function requireTrainingDrive(drive: Drive, image: Pick<MediaImage, 'name'>): void {
  if (image.name !== trainingMediaName || drive.kind === 'virtual') return;
  throw new PrestageError({
    code: 'media-for-training',
    message: `The training media was not written to the ${driveLabel(drive)}, which is no training drive.`,
  });
}

/**
 * Refuses to make a media file of the training media: under another name it would go to real drives.
 * @param file the one that it was to be made of
 * @throws PrestageError media-for-training
 */
export function requireNoTraining(image: Pick<MediaImage, 'name'>, file: string): void {
  if (image.name !== trainingMediaName) return;
  throw new PrestageError({
    code: 'media-for-training',
    message: `No media was made: ${sanitizeForDisplay(file, 300)} is the training media, which starts no machine.`,
    remedy: 'Nothing was made. Name the image of the operating system in the recipe.',
  });
}
