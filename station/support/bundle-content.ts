import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { arch, release, totalmem, type } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import { toErrorData, type ErrorData } from '../../core/base/errors';
import { MiB } from '../../core/base/units';
import { roomAt } from '../state/disk';
import { logFileName, oldLogFileName, oldLogFiles } from '../state/log-file';
import { redactKeys, redactText, redactValue } from '../state/redact';
import { loadSettings, type Settings } from '../state/settings';
import type { StatePaths } from '../state/state-paths';

/** What is collected for a support bundle. Everything here only reads, and nothing that goes wrong stops the rest. */

/** A log file of this size is whole; what is longer was not written by us. */
const longestLog = 4 * MiB;
const largestDump = 64 * MiB;

/** A log file as it is kept, with its lines. */
export interface KeptLog {
  readonly name: string;
  readonly text: string;
}

/** The newest first. */
export function keptLogs(paths: Pick<StatePaths, 'logs'>): {
  readonly logs: KeptLog[];
  /** Names of those that are there and were not read. */
  readonly left: string[];
} {
  const names = [logFileName];
  for (let age = 1; age <= oldLogFiles; age += 1) names.push(oldLogFileName(age));
  const logs: KeptLog[] = [];
  const left: string[] = [];
  for (const name of names) {
    const path = join(paths.logs, name);
    const bytes = readPlainFile(path, longestLog);
    if (bytes !== null) logs.push({ name, text: bytes.toString('utf8') });
    else if (attempt(() => lstatSync(path)) !== null) left.push(name);
  }
  return { logs, left };
}

/** The last bytes of a file; null where it is a link, a pipe or a device, or cannot be read. Never waits. */
function readPlainFile(path: string, most: number): Buffer | null {
  return attempt(() => {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const details = fstatSync(descriptor);
      if (!details.isFile()) return null;
      const bytes = Buffer.alloc(Math.min(details.size, most));
      const from = details.size - bytes.length;
      let at = 0;
      while (at < bytes.length) {
        const read = readSync(descriptor, bytes, at, bytes.length - at, from + at);
        if (read === 0) break;
        at += read;
      }
      return bytes.subarray(0, at);
    } finally {
      closeSync(descriptor);
    }
  });
}

/** The newest line of the log that tells of an error; null when there is none. */
export function lastError(logs: readonly KeptLog[]): unknown {
  for (const { text } of logs) {
    for (const line of text.split('\n').reverse()) {
      const entry: unknown = line === '' ? null : attempt(() => JSON.parse(line) as unknown);
      if (typeof entry === 'object' && entry !== null && 'level' in entry && entry.level === 'error') {
        return entry;
      }
    }
  }
  return null;
}

/** The settings, or why they cannot be read. A file that is not valid may hold anything, and stays out. */
export function settingsOf(paths: StatePaths): Settings | { readonly error: ErrorData } {
  try {
    return loadSettings(paths);
  } catch (error) {
    return { error: toErrorData(error) };
  }
}

/** The system that Prestage runs on. */
export function systemOf(): Record<string, unknown> {
  const osRelease = attempt(() => readFileSync('/etc/os-release', 'utf8')) ?? '';
  const name = /^PRETTY_NAME="?(.*?)"?$/m.exec(osRelease)?.[1] ?? null;
  return {
    system: name === null ? null : sanitizeForDisplay(name),
    kernel: `${type()} ${release()}`,
    architecture: arch(),
    memoryBytes: totalmem(),
  };
}

/** A file of the state folder: that it is there, not what is in it. */
interface ListedFile {
  readonly name: string;
  readonly bytes: number;
  /** As `0600`. */
  readonly mode: string;
  readonly modified: string;
}

/** Names and sizes, at most so many: a state folder has a chunk map for each image and a picture for each boot test. */
const mostFiles = 2000;

/** The files of the state folder, but for the app's browser data and the disk images. */
export function stateFilesOf(paths: StatePaths): {
  folder: string;
  freeBytes: number | null;
  files: ListedFile[];
} {
  const folder = dirname(paths.ledgerFile);
  const left = new Set([join(folder, 'desktop'), paths.imageCache]);
  const files: ListedFile[] = [];
  const walk = (directory: string): void => {
    for (const entry of attempt(() => readdirSync(directory, { withFileTypes: true })) ?? []) {
      const path = join(directory, entry.name);
      if (files.length >= mostFiles || left.has(path)) continue;
      if (entry.isDirectory()) walk(path);
      else files.push(...listed(path, relative(folder, path)));
    }
  };
  walk(folder);
  return { folder, freeBytes: roomAt(folder)?.bytes ?? null, files };
}

function listed(path: string, name: string): ListedFile[] {
  const details = attempt(() => statSync(path));
  if (details === null) return [];
  const mode = (details.mode & 0o7777).toString(8).padStart(4, '0');
  return [{ name, bytes: details.size, mode, modified: details.mtime.toISOString() }];
}

/** A dump of a crashed process. It holds parts of that process's memory. */
export interface CrashDump {
  readonly name: string;
  readonly bytes: number;
  readonly modified: string;
  readonly path: string;
}

/** The dumps that Electron left, the newest first. */
export function crashDumpsIn(paths: Pick<StatePaths, 'crashDumps'>): CrashDump[] {
  const names = attempt(() => readdirSync(paths.crashDumps, { recursive: true, encoding: 'utf8' })) ?? [];
  return names
    .filter((name) => name.endsWith('.dmp'))
    .flatMap((name) => {
      const path = join(paths.crashDumps, name);
      return listed(path, basename(name)).map(({ bytes, modified }) => ({
        name: basename(name),
        bytes,
        modified,
        path,
      }));
    })
    .sort((left, right) => right.modified.localeCompare(left.modified));
}

/** @returns null when it is gone, no plain file, or larger than any dump that Electron makes */
export function readDump({ path, bytes }: CrashDump): Uint8Array | null {
  return bytes > largestDump ? null : readPlainFile(path, largestDump);
}

/** A log's text without the secrets that are known now, which it may hold in a form that nobody foresaw. */
export function redactedLog(text: string, known: readonly string[]): string {
  return redactKeys(text)
    .split('\n')
    .map((line) => {
      // As values: in the text of a JSON line a secret can be written in another way.
      const entry: unknown = line === '' ? null : attempt(() => JSON.parse(line) as unknown);
      return entry === null ? redactText(line, known) : JSON.stringify(redactValue(entry, known));
    })
    .join('\n');
}

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
