import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sanitizeForDisplay, shownPath } from '../../core/base/display';
import { PrestageError, toErrorData, type ErrorData } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { MiB } from '../../core/base/units';
import { asDiskRefusal } from './disk';
import { redactValue } from './redact';
import type { StatePaths } from './state-paths';

/**
 * The station's log: JSON lines in the state folder, for support. Command line and app append to one file at the same
 * time; each line is one write(2) at the file's end (O_APPEND), so lines of two processes do not mix. Nothing that goes
 * wrong here stops the work.
 */

/** The newest file; older ones have `.1`, `.2`, … before the extension. */
export const logFileName = 'prestage.jsonl';
export const oldLogFileName = (age: number): string => `prestage.${age}.jsonl`;
/** Bytes of a file, before the next line begins another. */
const largestFile = 2 * MiB;
/** Files that are kept beside the newest. */
export const oldLogFiles = 3;
/** Characters of one text in a line; a stack is shorter. */
const longestText = 4000;
/** Lines that wait for a state folder that is not there yet. */
const mostWaiting = 200;

export type LogLevel = 'info' | 'error';
/** What a line says beside its time: plain values, safe to send to whoever supports the station. */
export type LogMembers = Readonly<Record<string, unknown>>;

export interface LogOptions {
  readonly paths: Pick<StatePaths, 'logs'>;
  /** Which of the station's programs writes. */
  readonly program: 'cli' | 'app';
  /** Of Prestage. */
  readonly version: string;
  /** Told once, when the log cannot be written. */
  readonly onProblem: (problem: ErrorData) => void;
}

export class LogFile {
  readonly #options: LogOptions;
  #waiting: string[] = [];
  #failed = false;

  constructor(options: LogOptions) {
    this.#options = options;
  }

  /** Appends a line. Never throws. */
  write(level: LogLevel, event: string, members: LogMembers = {}): void {
    const { program, version } = this.#options;
    const time = new Date().toISOString();
    const line = { time, level, program, pid: process.pid, version, event, ...clean(members) };
    this.#waiting = [...this.#waiting, `${JSON.stringify(line)}\n`].slice(-mostWaiting);
    try {
      this.#append(this.#waiting.join(''));
      this.#waiting = [];
    } catch (error) {
      // A command that only looks makes no state folder, and neither does its log.
      if (errorCodeOf(error) === 'ENOENT') return;
      this.#waiting = [];
      if (this.#failed) return;
      // First: whoever is told of it may log that, too.
      this.#failed = true;
      this.#options.onProblem(logProblem(this.#options.paths.logs, error));
    }
  }

  #append(text: string): void {
    const { logs } = this.#options.paths;
    const file = join(logs, logFileName);
    let descriptor: number;
    // A link could lead to a file of somebody else.
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
    try {
      descriptor = openSync(file, flags, 0o600);
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOENT') throw error;
      statSync(dirname(logs));
      mkdirSync(logs, { recursive: true, mode: 0o700 });
      descriptor = openSync(file, flags, 0o600);
    }
    let bytes: number;
    try {
      const entry = Buffer.from(`${endsWithLine(descriptor) ? '' : '\n'}${text}`);
      for (let at = 0; at < entry.length;) at += writeSync(descriptor, entry, at);
      bytes = fstatSync(descriptor).size;
    } finally {
      closeSync(descriptor);
    }
    if (bytes >= largestFile) rotate(logs);
  }
}

/** False where a process was killed, or the disk was full, in the middle of a line. */
function endsWithLine(descriptor: number): boolean {
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  return size === 0 || readSync(descriptor, last, 0, 1, size - 1) === 0 || last[0] === 0x0a;
}

/** Moves each file to the next age; the oldest goes. Where another process was faster, there is nothing to move. */
function rotate(logs: string): void {
  const newest = join(logs, logFileName);
  if (statSync(newest).size < largestFile) return;
  for (let age = oldLogFiles; age >= 1; age -= 1) {
    try {
      renameSync(
        join(logs, age === 1 ? logFileName : oldLogFileName(age - 1)),
        join(logs, oldLogFileName(age)),
      );
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOENT') throw error;
    }
  }
}

/** What is written: no secrets, and texts that are safe to show. */
function clean(members: LogMembers): LogMembers {
  return safeTexts(redactValue(members)) as LogMembers;
}

function safeTexts(value: unknown): unknown {
  // Line ends stay: JSON writes them as \n, and a stack is not readable without them.
  if (typeof value === 'string') {
    const lines = value.slice(0, longestText).split('\n');
    return lines.map((line) => sanitizeForDisplay(line, 1000)).join('\n');
  }
  if (Array.isArray(value)) return value.map(safeTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, safeTexts(member)]));
}

function logProblem(logs: string, thrown: unknown): ErrorData {
  const holds = 'The work goes on without the log.';
  const place = { what: 'the log', path: logs, holds, code: 'state-unavailable' as const };
  const disk = asDiskRefusal(thrown, place);
  if (disk instanceof PrestageError) return disk.data;
  return {
    code: 'state-unavailable',
    message: `The log in ${shownPath(logs)} cannot be written.`,
    cause: thrown instanceof Error ? thrown.message : String(thrown),
    remedy: `${holds} Check that the folder belongs to you and that you can write to it.`,
  };
}

let current: LogFile | null = null;

/** Begins the log of this process. Until then nothing is logged: libraries and tests need none. */
export function beginLog(options: LogOptions): void {
  current = new LogFile(options);
}

/** Writes a line to the log of this process, when it has one. Never throws. */
export function logEvent(level: LogLevel, event: string, members?: LogMembers): void {
  current?.write(level, event, members);
}

/** Writes an error to the log of this process: an unexpected one with its stack. Never throws. */
export function logError(event: string, thrown: unknown, members: LogMembers = {}): void {
  logEvent('error', event, { ...members, error: toErrorData(thrown) });
}
