import { driveLabel, type Drive } from '../drive/drive';
import { PrestageError } from '../base/errors';
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
