import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { chunkMapSchema, fingerprintText, type ChunkMap } from '../../core/media/chunk-map';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { refuseForeignFile } from '../tools/caller';

// For helper/pipeline/job-runner.ts, until it imports it from core.

/** A 2 TiB drive filled to the brim has 262,144 chunks of about 110 characters. */
export const largestChunkMap = 64 * 1024 * 1024;

/** SHA-256 of {@link fingerprintText}. */
export function fingerprintOf(map: ChunkMap): string {
  return createHash('sha256').update(fingerprintText(map)).digest('hex');
}

/** Writes a chunk map so that the file is there whole or not at all. */
export async function writeChunkMap(file: string, map: ChunkMap): Promise<void> {
  await writePlainFile(file, JSON.stringify(map));
}

/** Writes a file that is there whole or not at all. */
export async function writePlainFile(file: string, text: string): Promise<void> {
  const temporary = `${file}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

/**
 * Reads a chunk map and computes its fingerprint.
 * @throws PrestageError render-damaged when it is missing, not a plain file, too large, or of another form
 */
export async function readChunkMap(file: string): Promise<{ map: ChunkMap; fingerprint: string }> {
  try {
    const map = chunkMapSchema.parse(JSON.parse(await readPlainFile(file, largestChunkMap)));
    return { map, fingerprint: fingerprintOf(map) };
  } catch (error) {
    // Only the errno: a parser's message would quote a file that a privileged helper was made to open.
    throw diskImageDamaged('its chunk map cannot be read', errorCodeOf(error) ?? 'not a chunk map');
  }
}

/**
 * Reads a file of a disk image's folder that is neither a link nor anything else than a file, and the caller's own.
 * @param largest bytes
 * @throws Error, PrestageError helper-protocol
 */
export async function readPlainFile(file: string, largest: number): Promise<string> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const details = await handle.stat();
    if (!details.isFile() || details.size > largest) throw new Error('not a plain file of a plausible size');
    refuseForeignFile(details.uid);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/** A chunk map that came as text, with its fingerprint. @throws PrestageError render-damaged */
export function parseChunkMap(text: string): { map: ChunkMap; fingerprint: string } {
  try {
    const map = chunkMapSchema.parse(JSON.parse(text));
    return { map, fingerprint: fingerprintOf(map) };
  } catch {
    throw diskImageDamaged('its chunk map cannot be read', 'not a chunk map');
  }
}

/** A disk image that cannot be used any more. Whoever asked for it makes it again. */
export function diskImageDamaged(what: string, cause: string | null = null): PrestageError {
  return new PrestageError({
    code: 'render-damaged',
    message: `The disk image is damaged: ${what}.`,
    cause,
  });
}
