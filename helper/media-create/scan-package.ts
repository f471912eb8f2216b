import { createHash, type Hash } from 'node:crypto';
import { accessSync, constants, lstatSync, readdirSync, type BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sanitizeForDisplay } from '../../core/base/display';
import { cancelled, PrestageError } from '../../core/base/errors';
import { counted } from '../../core/base/plurals';
import { errorCodeOf } from '../../core/base/system-error';
import { caseCollision, longestPath } from '../../core/contents/folder-names';
import { windowsNameProblem } from '../../core/base/windows-names';

export interface ScannedPackage {
  readonly files: number;
  /** Of their content. */
  readonly bytes: number;
  /** Changes when anything in the folder does: names, sizes, times, inodes. */
  readonly mark: string;
}

/** Problems that are told; what comes after them is counted. */
const shownLimit = 5;
/** Entries between two looks at what else is to be done: some milliseconds. */
const breath = 500;

/**
 * Looks at everything in a package's folder, and refuses what Windows cannot hold or what is no file: all problems at once.
 * @throws PrestageError package-unusable, cancelled
 */
export async function scanPackage(id: string, folder: string, signal: AbortSignal): Promise<ScannedPackage> {
  const scan = new Scan(id, folder);
  await scan.read(signal);
  return scan.finish();
}

class Scan {
  readonly #id: string;
  readonly #folder: string;
  readonly #problems: string[] = [];
  readonly #hash: Hash = createHash('sha256');
  #found = 0;
  #files = 0;
  #bytes = 0;

  constructor(id: string, folder: string) {
    this.#id = id;
    this.#folder = folder;
  }

  async read(signal: AbortSignal): Promise<void> {
    const details = this.#details(this.#folder);
    if (!details.isDirectory()) throw unusable(this.#id, [`${shown(this.#folder)} is not a folder`]);
    const waiting: { readonly place: string; readonly path: string }[] = [{ place: this.#folder, path: '' }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const names = this.#namesIn(next.place, next.path);
      for (const name of names) {
        this.#found += 1;
        if (this.#found % breath === 0) await nextTurn();
        if (signal.aborted) throw cancelled('Reading the packages');
        const path = `${next.path}${name}`;
        const place = join(next.place, name);
        const entry = this.#details(place);
        this.#note(path, entry);
        const what = windowsNameProblem(name);
        if (what !== null) this.#complain(path, what);
        // \SMS\PKG\, the ID, a backslash.
        else if (path.length + this.#id.length + 13 > longestPath) {
          this.#complain(path, 'has a path too long for Windows');
        }
        if (entry.isDirectory()) waiting.push({ place, path: `${path}/` });
        else if (entry.isFile()) this.#file(path, place, entry);
        else this.#complain(path, kindOf(entry));
      }
    }
  }

  finish(): ScannedPackage {
    const { length } = this.#problems;
    if (length > 0) {
      const more =
        length > shownLimit ? [`and ${counted(length - shownLimit, 'problem', 'problems')} more`] : [];
      throw unusable(this.#id, [...this.#problems.slice(0, shownLimit), ...more]);
    }
    return { files: this.#files, bytes: this.#bytes, mark: this.#hash.digest('hex') };
  }

  #namesIn(place: string, path: string): string[] {
    let raw: Buffer[];
    try {
      raw = readdirSync(place, { encoding: 'buffer' });
    } catch (error) {
      throw this.#unreadable(place, error);
    }
    const names: string[] = [];
    for (const bytes of raw.sort((one, other) => Buffer.compare(one, other))) {
      const name = bytes.toString('utf8');
      if (Buffer.from(name, 'utf8').equals(bytes)) names.push(name);
      else this.#complain(`${path}${name}`, 'has a name that is not UTF-8, which Windows cannot show');
    }
    const twins = caseCollision(names);
    if (twins !== null) {
      const [one, other] = twins;
      this.#complain(
        `${path}${other}`,
        `differs from ${shown(one)} only in upper and lower case: Windows takes them for one`,
      );
    }
    return names;
  }

  #file(path: string, place: string, entry: BigIntStats): void {
    this.#files += 1;
    this.#bytes += Number(entry.size);
    try {
      accessSync(place, constants.R_OK);
    } catch {
      this.#complain(path, 'cannot be read: you do not have permission');
    }
  }

  #details(place: string): BigIntStats {
    try {
      return lstatSync(place, { bigint: true });
    } catch (error) {
      throw this.#unreadable(place, error);
    }
  }

  #note(path: string, { mode, size, mtimeNs, ctimeNs, ino, dev }: BigIntStats): void {
    this.#hash.update(`${path}\0${mode} ${size} ${mtimeNs} ${ctimeNs} ${ino} ${dev}\n`);
  }

  #complain(path: string, what: string): void {
    this.#problems.push(`${shown(path)} ${what}`);
  }

  #unreadable(place: string, error: unknown): unknown {
    const code = errorCodeOf(error);
    if (code === null) return error;
    const what =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'EACCES' || code === 'EPERM'
          ? 'cannot be read: you do not have permission'
          : code === 'ENAMETOOLONG'
            ? 'has a path too long for this computer'
            : `cannot be read (${code})`;
    return unusable(this.#id, [`${shown(place)} ${what}`]);
  }
}

function kindOf(entry: BigIntStats): string {
  if (entry.isSymbolicLink()) return 'is a symbolic link: copy what it points to in its place';
  if (entry.isFIFO()) return 'is a named pipe, not a file';
  if (entry.isSocket()) return 'is a socket, not a file';
  return 'is a device, not a file';
}

function shown(path: string): string {
  return sanitizeForDisplay(path, 300);
}

function unusable(id: string, problems: readonly string[]): PrestageError {
  return new PrestageError({
    code: 'package-unusable',
    message: `The package ${sanitizeForDisplay(id)} cannot be added: ${problems.join('; ')}.`,
  });
}
