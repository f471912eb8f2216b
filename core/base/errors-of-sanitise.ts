import { either, failed, type ErrorMeaning } from './error-meaning';

/** Errors of erasing a drive securely. Part of {@link errorReference}. */
export const sanitiseErrors = {
  'drive-locked': either(
    'The drive is locked by a password or by its own encryption. It is not failing.',
    'Nothing was touched. Unlock or reset the drive, then list the drives again.',
  ),
  'drive-frozen': either(
    'The firmware of this computer keeps the drive from erasing itself. The drive is not failing.',
    'Nothing was touched. Suspend this computer and wake it, or pull the drive out and put it in again while the computer runs.',
  ),
  'sanitise-unavailable': either(
    'The drive does not support the erase method that was asked for.',
    'Nothing was touched. Leave the method out to use the strongest one that the drive supports.',
  ),
  'sanitise-too-weak': either(
    'The strongest method that the drive supports is weaker than what is demanded (clear instead of purge).',
    'Nothing was touched. Set the drive aside, or demand less: Settings, Station, or --level clear.',
  ),
  'sanitise-changed': either(
    'The drive no longer supports the erase method that was shown and confirmed, or hides something else.',
    'Nothing was touched. List the drives again, and confirm what they offer then.',
  ),
  'drive-not-erased': failed(
    'The drive could not be erased.',
    'Nothing else was written to it. Erase it again. If it happens again, set the drive aside and have it destroyed.',
  ),
  'drive-erase-unknown': failed(
    'Whether the drive was erased could not be confirmed.',
    'Nothing else was written to it. Erase it again: Prestage waits for an erase that still runs. Do not ship the drive before its erase is confirmed.',
  ),
} as const satisfies Readonly<Record<string, ErrorMeaning>>;
