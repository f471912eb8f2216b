/** Reads a virtual bench and looks at each of its files. */
import { constants, type BigIntStats } from 'node:fs';
import { access, lstat, open, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { findTable, type FoundTable } from '../../core/drive/gpt';
import { benchFileName, benchSchema, type Bench } from '../../core/drive/virtual-bench';
import { formatBytes, sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { attachmentOfFile } from './drives-sysfs';

/** A bench.json is a few kilobytes; what is larger is none. */
const benchFileLimit = 1024 * 1024;

/** One drive of a bench, and what its file is like. */
export interface VirtualDrive {
  readonly entry: Bench['drives'][number];
  /** Absolute, no symbolic link in it. */
  readonly path: string;
  /** `device:inode`, or null when there is no such file. */
  readonly fileKey: string | null;
  /** As `drives-sysfs.ts` words it, or null when there is no such file. */
  readonly attachment: string | null;
  /** What is wrong with the file, as one sentence, or null. */
  readonly damage: string | null;
  readonly readOnly: boolean;
  /** Also one that was written with sectors of another size. */
  readonly table: FoundTable;
}

/**
 * Reads a bench and looks at each of its files. A file that is not as bench.json says is reported as
 * damaged, not left out.
 * @throws PrestageError bench-invalid
 */
export async function readBench(directory: string): Promise<VirtualDrive[]> {
  const { folder, bench } = await readBenchFile(directory);
  return await Promise.all(bench.drives.map((entry) => look(folder, entry)));
}

async function readBenchFile(directory: string): Promise<{ folder: string; bench: Bench }> {
  try {
    const folder = await realpath(directory);
    if (sanitizeForDisplay(folder, 4096) !== folder) {
      throw new Error('its path has characters that cannot be displayed');
    }
    const file = join(folder, benchFileName);
    const details = await lstat(file);
    if (!details.isFile() || details.size > benchFileLimit) {
      throw new Error(`${benchFileName} is not a plain file`);
    }
    const bench = benchSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const names = bench.drives.map((drive) => drive.file);
    if (new Set(names).size !== names.length || names.includes(benchFileName)) {
      throw new Error('a file is used for two drives, or for the virtual bench itself');
    }
    return { folder, bench };
  } catch (error) {
    throw new PrestageError({
      code: 'bench-invalid',
      message: `${sanitizeForDisplay(directory, 300)} is not a virtual bench.`,
      cause: causeOf(error),
    });
  }
}

/**
 * Why a bench cannot be read. Never a parser's own words: they quote the file, and a privileged helper can be
 * made to open one that its caller may not read.
 */
function causeOf(error: unknown): string {
  const errno = errorCodeOf(error);
  if (errno !== null) return errno;
  if (error instanceof SyntaxError || error instanceof z.ZodError) {
    return `${benchFileName} does not describe a virtual bench`;
  }
  return sanitizeForDisplay(error instanceof Error ? error.message : String(error), 2000);
}

async function look(folder: string, entry: Bench['drives'][number]): Promise<VirtualDrive> {
  const path = join(folder, entry.file);
  try {
    const details = await lstat(path, { bigint: true });
    const damage = damageOf(entry, details);
    return {
      entry,
      path,
      fileKey: `${details.dev}:${details.ino}`,
      attachment: attachmentOfFile(details),
      damage,
      readOnly: !(await isWritable(path)),
      // A file that is not what it should be is not opened: it may be a pipe, or lead elsewhere.
      table: damage === null ? await readTable(path, entry) : noTable,
    };
  } catch (error) {
    const why = errorCodeOf(error) === 'ENOENT' ? 'is missing' : 'cannot be read';
    const damage = `The drive file ${entry.file} ${why}.`;
    return { entry, path, fileKey: null, attachment: null, damage, readOnly: false, table: noTable };
  }
}

/** Compares a drive file with its entry; null when they agree. */
export function damageOf(
  entry: Bench['drives'][number],
  details: Pick<BigIntStats, 'isSymbolicLink' | 'isFile' | 'nlink' | 'size'>,
): string | null {
  const file = `The drive file ${entry.file}`;
  if (details.isSymbolicLink()) return `${file} is a symbolic link.`;
  if (!details.isFile()) return `${file} is not an ordinary file.`;
  // A second name means that writing the drive would overwrite some other file too.
  if (details.nlink !== 1n) return `${file} has a second name (hard link).`;
  if (details.size !== BigInt(entry.size)) {
    return `${file} has ${details.size} bytes, but the virtual bench has ${entry.size} (${formatBytes(entry.size)}).`;
  }
  return null;
}

async function isWritable(path: string): Promise<boolean> {
  return await access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

const noTable: FoundTable = { hasTable: false, diskGuid: null };

async function readTable(path: string, { sectorSize, size }: Bench['drives'][number]): Promise<FoundTable> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await findTable(size, sectorSize, async (offset, length) => {
      const bytes = Buffer.alloc(length);
      await file.read(bytes, 0, length, offset);
      return bytes;
    });
  } finally {
    await file.close();
  }
}
