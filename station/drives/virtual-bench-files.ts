import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, readFile, realpath, rmdir, unlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { benchFileName, benchSchema, maxBenchDrives, type Bench } from '../../core/drive/virtual-bench';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { asDiskRefusal } from '../state/disk';
import type { SectorSize } from '../../core/drive/sector-size';

export interface BenchOptions {
  readonly drives: number;
  /** Bytes a drive; a multiple of the sector size. */
  readonly sizeBytes: number;
  readonly sectorSize: SectorSize;
}

/**
 * Makes a bench: a folder of sparse files that stand for blank drives. bench.json comes last, so that a
 * folder that was only begun is no bench.
 * @param directory is made when it does not exist; must be empty when it does
 * @throws PrestageError bench-exists, bench-invalid (cannot be made there), usage (figures that make no drives)
 */
export async function createBench(directory: string, options: BenchOptions): Promise<Bench> {
  checkFigures(options);
  await makeFolder(directory);

  // Random, because two benches at one station must not have drives that look the same.
  const series = randomBytes(4).toString('hex').toUpperCase();
  const bench: Bench = { prestageBench: 1, drives: [] };
  const made: string[] = [];
  try {
    for (let index = 1; index <= options.drives; index += 1) {
      const number = String(index).padStart(2, '0');
      const file = `drive-${number}.img`;
      const handle = await open(join(directory, file), 'wx', 0o600);
      made.push(join(directory, file));
      try {
        await handle.truncate(options.sizeBytes);
      } finally {
        await handle.close();
      }
      bench.drives.push({
        file,
        bay: `bay ${index}`,
        model: 'Prestage virtual drive',
        serial: `VD-${series}-${number}`,
        wwn: null,
        size: options.sizeBytes,
        sectorSize: options.sectorSize,
      });
    }
    await writeFile(join(directory, benchFileName), `${JSON.stringify(bench, null, 2)}\n`, { flag: 'wx' });
  } catch (error) {
    // A size the file system cannot hold, or no space for the folder's entries: leave it as it was found.
    await Promise.allSettled(made.map((file) => unlink(file)));
    throw notMade(directory, error);
  }
  return bench;
}

async function makeFolder(directory: string): Promise<void> {
  try {
    if (sanitizeForDisplay(resolve(directory), 4096) !== resolve(directory)) {
      throw new Error('the path has characters that cannot be displayed');
    }
    await mkdir(directory, { recursive: true });
    if ((await readdir(directory)).length > 0) throw benchExists(directory);
  } catch (error) {
    if (error instanceof PrestageError) throw error;
    throw errorCodeOf(error) === 'EEXIST' ? benchExists(directory) : notMade(directory, error);
  }
}

/** Errors of a folder that cannot go, because something else is in it. */
const folderStays: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST', 'EBUSY']);

/**
 * Removes a bench: bench.json, the files it names, and the folder when nothing else is in it.
 * @throws PrestageError bench-invalid, bench-in-use (a loop device is attached to one of its files)
 */
export async function removeBench(directory: string): Promise<void> {
  const folder = await realpath(directory).catch((error: unknown) => {
    throw benchInvalid(directory, error);
  });
  const bench = await readBenchFile(folder, directory);
  const files = bench.drives.map((drive) => join(folder, drive.file));
  for (const { device, file } of await attachedLoops()) {
    if (!files.includes(file)) continue;
    throw new PrestageError({
      code: 'bench-in-use',
      message: `The loop device /dev/${device} is attached to ${sanitizeForDisplay(file, 300)}.`,
      remedy: `Detach it (sudo losetup --detach /dev/${device}), then remove the virtual bench again.`,
    });
  }
  for (const file of [...files, join(folder, benchFileName)]) {
    await unlink(file).catch((error: unknown) => {
      if (errorCodeOf(error) !== 'ENOENT') throw error;
    });
  }
  await rmdir(folder).catch((error: unknown) => {
    if (!folderStays.has(errorCodeOf(error) ?? '')) throw error;
  });
}

function checkFigures({ drives, sizeBytes, sectorSize }: BenchOptions): void {
  const wrong =
    !Number.isInteger(drives) || drives < 1 || drives > maxBenchDrives
      ? `A virtual bench has 1 to ${maxBenchDrives} drives.`
      : !Number.isSafeInteger(sizeBytes) || sizeBytes <= 0 || sizeBytes % sectorSize !== 0
        ? `The size of a drive must be a multiple of its sector size (${sectorSize} bytes).`
        : null;
  if (wrong !== null) {
    throw new PrestageError({
      code: 'usage',
      message: wrong,
      remedy: 'For example: prestage bench create DIR --drives 4 --size 8G',
    });
  }
}

async function readBenchFile(folder: string, directory: string): Promise<Bench> {
  try {
    const file = join(folder, benchFileName);
    if (!(await lstat(file)).isFile()) throw new Error(`${benchFileName} is not a plain file`);
    return benchSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw benchInvalid(directory, error);
  }
}

/** Loop devices and the files they are attached to, as the kernel names them. */
async function attachedLoops(): Promise<{ device: string; file: string }[]> {
  const attached: { device: string; file: string }[] = [];
  for (const device of (await readdir('/sys/block')).filter((name) => name.startsWith('loop'))) {
    const text = await readFile(`/sys/block/${device}/loop/backing_file`, 'utf8').catch(() => null);
    if (text !== null) attached.push({ device, file: text.replace(/\n$/, '') });
  }
  return attached;
}

function benchExists(directory: string): PrestageError {
  return new PrestageError({
    code: 'bench-exists',
    message: `${sanitizeForDisplay(directory, 300)} already exists and is not an empty folder.`,
  });
}

function notMade(directory: string, cause: unknown): PrestageError {
  const place = { what: 'the virtual bench', path: directory, code: 'bench-invalid' as const };
  const disk = asDiskRefusal(cause, { ...place, elsewhere: 'choose a folder on another disk' });
  if (disk instanceof PrestageError) return disk;
  return new PrestageError({
    code: 'bench-invalid',
    message: `The virtual bench could not be created in ${sanitizeForDisplay(directory, 300)}.`,
    cause: sanitizeForDisplay(cause instanceof Error ? cause.message : String(cause), 2000),
    remedy: 'Choose a folder that you can write to, on a file system that supports files of this size.',
  });
}

function benchInvalid(directory: string, cause: unknown): PrestageError {
  return new PrestageError({
    code: 'bench-invalid',
    message: `${sanitizeForDisplay(directory, 300)} is not a virtual bench. Nothing was removed.`,
    cause: sanitizeForDisplay(cause instanceof Error ? cause.message : String(cause), 2000),
    remedy: 'Check the folder name.',
  });
}
