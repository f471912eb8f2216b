import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StatePaths } from '../state/state-paths';
import { backupNameSchema } from './backup-file';

/** Which files a backup holds: what a station must not forget. Not what it can make or receive again: disk images, media, logs. */

const files = [
  ...['ledger-head.json', 'station-key.pem', 'station-key.pub.pem', 'desk.json', 'taken-out.json'],
  ...['trusted-keys.json', 'accepted-media.json', 'live-station.json'],
] as const;
const folders = ['chunk-maps', 'pictures', 'orders', 'erasures', 'rack'] as const;
export const ledgerName = 'state/ledger.db';
export const settingsName = 'settings/settings.json';

type Paths = Pick<StatePaths, 'ledgerFile' | 'settingsFile'>;

/** Where a file of a backup lies in a station. The name was checked. */
export function placeOf(name: string, { ledgerFile, settingsFile }: Paths): string {
  return name === settingsName ? settingsFile : join(dirname(ledgerFile), name.replace(/^state\//, ''));
}

/** The names of what is there, but for the ledger itself, which is copied while it is in use. */
export function namesOfState(paths: Paths): string[] {
  const state = dirname(paths.ledgerFile);
  const single = files.map((file) => `state/${file}`);
  const inFolders = folders.flatMap((folder) =>
    existsSync(join(state, folder))
      ? readdirSync(join(state, folder)).map((file) => `state/${folder}/${file}`)
      : [],
  );
  return [...single, ...inFolders, settingsName].filter((name) => {
    const place = placeOf(name, paths);
    return backupNameSchema.safeParse(name).success && existsSync(place) && statSync(place).isFile();
  });
}

/** Whether a file of this name belongs to a station. */
export function isOfState(name: string): boolean {
  const bare = name.replace(/^state\//, '');
  return (
    name === settingsName ||
    name === ledgerName ||
    (files as readonly string[]).includes(bare) ||
    folders.some((folder) => bare.startsWith(`${folder}/`))
  );
}
