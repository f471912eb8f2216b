import { errorData, type ErrorData } from '../base/errors';
import { readUuid } from '../machine/identifiers';
import { normalizeSerial } from '../machine/serial';
import { formatBytes } from '../base/display';
import type { ImageDisk, LiveState } from './live-state';

/** Why a live station keeps no job of real drives; null: it does. Training drives are not asked about. */
export function recordsProblem(live: LiveState | null): ErrorData | null {
  if (live === null || live.data === 'open') return null;
  const what =
    live.data === 'locked'
      ? 'the data partition of this stick is locked'
      : 'this stick has no data partition yet';
  return errorData({
    code: 'live-no-data',
    message: `Real drives are not written: ${what}, and what is not on it is lost when this PC is turned off.`,
  });
}

/** How the disk for images and media is called in a sentence. */
export function imageDiskName({ model, serial, size }: ImageDisk): string {
  const known = [model, serial, size === 0 ? null : formatBytes(size)].filter((part) => part !== null);
  return known.length === 0 ? 'that was chosen' : known.join(', ');
}

/** Why no drive is written while the disk for images and media is gone; null: it is there, or none was chosen. */
export function imageDiskProblem(disk: ImageDisk | null): ErrorData | null {
  if (disk === null || disk.open) return null;
  return errorData({
    code: 'live-image-disk-missing',
    message: `The disk for images and media (${imageDiskName(disk)}) is not there. Nothing is put anywhere else instead.`,
  });
}

/** What the firmware of a PC tells of itself. */
export interface NamedMachine {
  readonly serial: string | null;
  readonly uuid: string | null;
  readonly model: string | null;
}

/**
 * Whether a text names this PC: its serial or its UUID, else, where its firmware has neither, its model as it is shown.
 */
export function namesThisMachine(text: string, { serial, uuid, model }: NamedMachine): boolean {
  const said = text.trim();
  if (said === '') return false;
  if (serial !== null && normalizeSerial(said) === normalizeSerial(serial)) return true;
  const read = readUuid(said);
  if (uuid !== null && read !== null) return read === readUuid(uuid);
  if (serial !== null || uuid !== null) return false;
  return model !== null && said.toLowerCase() === model.trim().toLowerCase();
}
