import { errorData, type ErrorCode, type ErrorData } from '../base/errors';

/** Why a job failed, in the few words that have room on a card and in a list, and whether the drive is to blame. */

const shortReasons: Readonly<Partial<Record<ErrorCode, string>>> = {
  'drive-not-found': 'Drive not found',
  'drive-blocked': 'Drive is in use',
  'drive-changed': 'Wrong drive',
  'adapter-differs': 'Other adapter',
  'drive-busy': 'Drive is in use',
  'drive-not-permitted': 'Not permitted',
  'drive-read-failed': 'Read error',
  'drive-write-failed': 'Write error',
  'drive-stalled': 'Drive not responding',
  'drive-gone': 'Drive removed',
  'verify-mismatch': 'Read-back failed',
  'table-mismatch': 'Read-back failed',
  'drive-too-small': 'Drive is too small',
  'drive-locked': 'Drive is locked',
  'drive-frozen': 'Drive is frozen',
  'sanitise-unavailable': 'Erase not offered',
  'sanitise-too-weak': 'Erase too weak',
  'sanitise-changed': 'Erase not as shown',
  'drive-not-erased': 'Not erased',
  'drive-erase-unknown': 'Erase not known',
  'drive-health-worse': 'Health got worse',
  'drive-size-false': 'Smaller than it says',
  'media-changed': 'Media has changed',
  'media-corrupt': 'Media is damaged',
  'render-no-space': 'Disk is full',
  'render-failed': 'Disk image failed',
  'render-damaged': 'Disk image damaged',
  'live-image-disk-missing': 'Disk for images gone',
  'helper-died': 'Helper stopped',
  'helper-protocol': 'Helper stopped',
  'ledger-unavailable': 'Not recorded',
  'ledger-broken': 'Not recorded',
  'state-unavailable': 'Not recorded',
  'serial-already-shipped': 'Machine has a drive',
  'drive-holds-finished': 'Drive holds an image',
  'drive-failed-before': 'Drive failed before',
  'serial-repeated': 'Machine is being written',
  'order-mismatch': 'Not as ordered',
  internal: 'Unexpected error',
};

/** A whole phrase, never a part of a message: that may end in the middle of a number. */
export function shortReason({ code }: Pick<ErrorData, 'code'>): string {
  return shortReasons[code] ?? 'Job failed';
}

/** Errors that show a bad drive, as far as their remedy is the general one: a more exact remedy knows of another cause. */
const badDrive: ReadonlySet<ErrorCode> = new Set([
  'drive-read-failed',
  'drive-write-failed',
  'drive-stalled',
  'verify-mismatch',
  'drive-health-worse',
  'drive-size-false',
]);

/** What to do with a drive that has less room than it says; the other reasons for `drive-gone` are a loose seat or cable. */
export const smallerThanItSays = 'Set the drive aside: it is failing or counterfeit.';

/** Whether a failed drive is to be set aside. Then it is not the thing to do to write it again at once. */
export function isSetAside({ code, remedy }: Pick<ErrorData, 'code' | 'remedy'>): boolean {
  if (remedy === smallerThanItSays) return true;
  return badDrive.has(code) && remedy === errorData({ code, message: '' }).remedy;
}
