import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { shownPath } from '../../core/base/display';
import type { DiskPlace } from '../../core/base/disk-refusal';
import { PrestageError } from '../../core/base/errors';
import { asDiskRefusal, onDisk, statePlace } from './disk';

/** Where the station keeps what it must not forget. Absolute paths. */
export interface StatePaths {
  /** SQLite database; SQLite keeps `-wal` and `-shm` files beside it. */
  readonly ledgerFile: string;
  /** Signed statement of the newest entry, by which a shortened ledger is found. */
  readonly headFile: string;
  /** Private Ed25519 key, PKCS#8 PEM, mode 0600. */
  readonly keyFile: string;
  /** Its public half, SPKI PEM. */
  readonly publicKeyFile: string;
  readonly settingsFile: string;
  /** Folder. May be deleted: disk images are made again. */
  readonly imageCache: string;
  /** What looks into media found. May be deleted: they are looked into again. */
  readonly looksFile: string;
  /** Folder. Chunk maps of finished drives, by fingerprint; needed to verify a drive again. */
  readonly chunkMaps: string;
  /** Folder. Pictures of rehearsals, by their SHA-256. */
  readonly pictures: string;
  /** Folder. What runs right now. */
  readonly runs: string;
  /** Folder. Drives that are being erased, or were when the power went; made with the first. */
  readonly erasures: string;
  /** How far the plant's database was when it last answered. May be deleted. */
  readonly fleetFile: string;
  /** Folder. Work orders, by the SHA-256 of their canonical JSON; made with the first. */
  readonly orders: string;
  /** What the app had before it when it was changed last: pairs, media, operator. */
  readonly sessionFile: string;
  /** Where media lie that were proved here. May be deleted. */
  readonly knownMediaFile: string;
  /** Drives that line mode has taken out and that are in no shipment. */
  readonly takenOutFile: string;
  /** Keys of enterprises that are trusted here, by name. */
  readonly trustedKeysFile: string;
  /** Newest revision of each media file that was ever received here; missing until one is. */
  readonly acceptedMediaFile: string;
  /** Folder. Media that were received, each in a folder by its SHA-256; the settings can name another. */
  readonly library: string;
  /** Folder. Key and certificate by which agents know this station; made with the first. */
  readonly rack: string;
  /** Socket of the program that serves the rack. There while it runs. */
  readonly rackSocket: string;
  /** Machines of the rack that were admitted. */
  readonly rackMachines: string;
  /** Folder. What the station did and met, for support; made with the first line. May be deleted. */
  readonly logs: string;
  /** Folder. What Electron left of a process of the app that crashed. May be deleted. */
  readonly crashDumps: string;
}

export interface StateOptions {
  /** False leaves the disk alone: for commands that only look. The default makes missing folders. */
  readonly make?: boolean;
}

/**
 * An XDG base folder. The XDG Base Directory Specification (0.8) says that a relative path is invalid and
 * must be ignored, and that an empty variable counts as unset.
 */
function xdgFolder(variable: string, fallback: string): string {
  const value = process.env[variable];
  const base = value !== undefined && isAbsolute(value) ? value : join(homedir(), fallback);
  return join(base, 'prestage');
}

/** Where the state lies: no drive that holds one of these may be written. */
export function statePlaces({
  ledgerFile,
  imageCache,
}: Pick<StatePaths, 'ledgerFile' | 'imageCache'>): string[] {
  return [dirname(ledgerFile), imageCache];
}

/**
 * Finds the paths: the XDG ones, or all below one folder that was given.
 * @throws PrestageError state-unavailable when a folder cannot be created or written
 */
export function statePaths(stateDirectory: string | null, options: StateOptions = {}): StatePaths {
  const given = stateDirectory === null ? null : resolve(stateDirectory);
  const state = given ?? xdgFolder('XDG_STATE_HOME', '.local/state');
  const settings = given ?? xdgFolder('XDG_CONFIG_HOME', '.config');
  const cache = given ?? xdgFolder('XDG_CACHE_HOME', '.cache');
  const paths: StatePaths = {
    ledgerFile: join(state, 'ledger.db'),
    headFile: join(state, 'ledger-head.json'),
    keyFile: join(state, 'station-key.pem'),
    publicKeyFile: join(state, 'station-key.pub.pem'),
    settingsFile: join(settings, 'settings.json'),
    imageCache: join(cache, 'renders'),
    looksFile: join(state, 'media-looks.json'),
    chunkMaps: join(state, 'chunk-maps'),
    pictures: join(state, 'pictures'),
    runs: join(state, 'runs'),
    erasures: join(state, 'erasures'),
    fleetFile: join(state, 'fleet.json'),
    orders: join(state, 'orders'),
    sessionFile: join(state, 'desk.json'),
    knownMediaFile: join(state, 'known-media.json'),
    takenOutFile: join(state, 'taken-out.json'),
    trustedKeysFile: join(state, 'trusted-keys.json'),
    acceptedMediaFile: join(state, 'accepted-media.json'),
    library: join(state, 'library'),
    rack: join(state, 'rack'),
    rackSocket: join(state, 'rack', 'rack.sock'),
    rackMachines: join(state, 'rack', 'machines.json'),
    logs: join(state, 'log'),
    crashDumps: join(state, 'crash-dumps'),
  };
  if (options.make !== false) {
    for (const folder of [state, settings, paths.imageCache, paths.chunkMaps, paths.pictures, paths.runs]) {
      makeFolder(folder);
    }
  }
  return paths;
}

/** Makes a folder, and what is missing above it, for this user alone. One that is there keeps its mode. */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const disk = asDiskRefusal(error, statePlace(folder));
    throw disk instanceof PrestageError
      ? disk
      : stateUnavailable(folder, 'cannot be created or written', error);
  }
}

/**
 * For commands that only look: a folder that was named must be there. A typing error would otherwise look
 * like an empty, and therefore faultless, ledger.
 * @throws PrestageError state-unavailable
 */
export function requireStateDirectory(stateDirectory: string | null): void {
  if (stateDirectory === null) return;
  try {
    if (statSync(stateDirectory).isDirectory()) return;
  } catch (error) {
    throw stateUnavailable(stateDirectory, 'cannot be read', error);
  }
  throw stateUnavailable(stateDirectory, 'is not a folder', null);
}

function stateUnavailable(path: string, what: string, cause: unknown): PrestageError {
  return new PrestageError({
    code: 'state-unavailable',
    message: `The state folder ${shownPath(path)} ${what}.`,
    cause: cause instanceof Error ? cause.message : null,
  });
}

/**
 * Replaces a file so that a reader, or the next start after a power cut, sees the old or the new text and
 * nothing between: temporary file, fsync, rename, fsync of the folder.
 * @param mode of the new file, before the umask
 * @param holds what still holds when the disk takes no more, in whole sentences
 * @throws PrestageError state-unavailable when the disk takes no more; the file system's other errors
 */
export function writeFileAtomically(
  file: string,
  text: string | Uint8Array,
  mode: number,
  holds?: string,
): void {
  const temporary = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  writeNewFile(temporary, text, mode, statePlace(dirname(file), holds));
  onDisk(statePlace(dirname(file), holds), () => {
    try {
      renameSync(temporary, file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    syncFolder(dirname(file));
  });
}

/**
 * Writes a file that must not exist yet, and waits until the disk has it. What was begun and failed is gone again.
 * @param place what is said when its disk takes no more
 * @throws PrestageError as the place says, when its disk takes no more; the file system's other errors
 */
export function writeNewFile(
  file: string,
  text: string | Uint8Array,
  mode: number,
  place: DiskPlace = statePlace(dirname(file)),
): void {
  onDisk({ ...place, needed: Buffer.byteLength(text) }, () => {
    const descriptor = openSync(file, 'wx', mode);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } catch (error) {
      rmSync(file, { force: true });
      throw error;
    } finally {
      closeSync(descriptor);
    }
  });
}

/** Waits until the disk has the folder's own entries. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
