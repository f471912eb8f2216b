import { resolve } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { formatBytes, shownPath } from '../../core/base/display';
import { counted } from '../../core/base/plurals';
import { sha256Schema } from '../../core/media/chunk-map';
import { makeBackup } from '../backup/make-backup';
import { requireBackupFile, restoreBackup } from '../backup/restore-backup';
import { requireStateDirectory, statePaths } from '../state/state-paths';
import { newPasswordFrom, passwordFrom } from './ask-password';
import { commandAction, jsonOption, stateOption } from './command-context';
import { requireNew } from './new-file';
import { details } from './output';

/** What `state backup --json` prints. */
export const backupForm = z.strictObject({
  /** Absolute. */
  file: z.string(),
  bytes: z.int().nonnegative(),
  /** Entries of the ledger in it. */
  entries: z.int().nonnegative(),
  /** Fingerprint of the station's key; null: the station has recorded nothing yet. */
  key: sha256Schema.nullable(),
});

/** What `state restore --json` prints. */
export const restoreForm = z.strictObject({
  /** The state folder, absolute. */
  state: z.string(),
  entries: z.int().nonnegative(),
  key: sha256Schema.nullable(),
  /** Folder in which the state of before lies now; null: there was none. */
  before: z.string().nullable(),
});

interface BackupOptions {
  readonly passwordFile?: string;
}
interface RestoreOptions extends BackupOptions {
  readonly replace?: true;
}

const passwordOption = [
  '--password-file <file>',
  'file with the password of the backup, which only you can read',
] as const;

/** `prestage state backup | restore`. */
export function stateCommand(): Command {
  const command = new Command('state').description(
    'back up what the station must not forget, and restore it',
  );
  command
    .command('backup')
    .description(
      'write ledger, keys, settings, orders and pictures into one encrypted file; the station may keep working',
    )
    .argument('<file>', 'file to make; it must not exist yet')
    .option(...passwordOption)
    .addOption(stateOption())
    .addOption(jsonOption(backupForm))
    .action(
      commandAction<BackupOptions>(
        async ({ output, signal, stateDirectory }, { passwordFile }, [given = '']) => {
          requireStateDirectory(stateDirectory);
          const file = resolve(given);
          requireNew(file);
          const password = await newPassword(passwordFile, signal);
          const report = await makeBackup(statePaths(stateDirectory, { make: false }), file, password);
          output.result<typeof backupForm>(report, () =>
            [
              details([
                ['backup', `${shownPath(report.file)} (${formatBytes(report.bytes)})`],
                ['entries', String(report.entries)],
                ['station key', report.key ?? 'none yet'],
              ]),
              '',
              'It holds the private key of the station. Keep it and its password apart, and on another disk.',
              'Media and disk images are not in it: they are received and made again.',
            ].join('\n'),
          );
          return undefined;
        },
      ),
    );
  command
    .command('restore')
    .description('put a backup in the place of the state; what was there is kept in a folder beside it')
    .argument('<file>', 'file that state backup made')
    .option(...passwordOption)
    .option('--replace', 'also where the state folder has records')
    .addOption(stateOption())
    .addOption(jsonOption(restoreForm))
    .action(
      commandAction<RestoreOptions>(
        async ({ output, signal, stateDirectory }, { passwordFile, replace }, [given = '']) => {
          const file = resolve(given);
          requireBackupFile(file);
          const password = await passwordFrom(passwordFile, 'Password of the backup: ', signal);
          const report = await restoreBackup(stateDirectory, file, password, replace === true);
          output.result<typeof restoreForm>(report, () =>
            [
              `${counted(report.entries, 'entry is', 'entries are')} back in ${shownPath(report.state)}.`,
              ...(report.before === null ? [] : [`What was there before is in ${shownPath(report.before)}.`]),
            ].join('\n'),
          );
          return undefined;
        },
      ),
    );
  return command;
}

async function newPassword(file: string | undefined, signal: AbortSignal): Promise<string> {
  const refusal = {
    code: 'backup-refused',
    remedy: 'Nothing was written. Start again.',
  } as const;
  return await newPasswordFrom(file, 'Password for the backup: ', refusal, signal);
}
