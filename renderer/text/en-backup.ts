import { counted } from '../../core/base/plurals';

/** Words of the station's backup: one file, and back from it. */
export const backupText = {
  title: 'Back up and restore',
  intro:
    'Log, keys, settings, orders and pictures in one encrypted file. Media and disk images are not in it: they are received and made again.',
  save: 'Back up to a file …',
  restore: 'Restore from a file …',

  saveIntro:
    'Choose a password, and keep it apart from the file: the file holds the private key of this station, and without the password nobody can read it.',
  password: 'Password of the backup',
  again: 'Type it again',
  differs: 'The two passwords differ.',
  where: 'Choose where …',
  saving: 'The backup is being written.',
  saved: (path: string, size: string, entries: number): string =>
    `Saved: ${path} (${size}), with ${counted(entries, 'log entry', 'log entries')}.`,

  restoreIntro: (file: string): string =>
    `${file} takes the place of what this station has. The app then starts again.`,
  restoreNow: 'Restore it',
  looking: 'The backup is being checked. The app then starts again.',
  replaceHint:
    'Nothing has been changed yet. If you replace what is here, it is kept in a folder beside the new state.',
  replace: 'Replace what is here',
  leave: 'Cancel',
};
