import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { PrestageError } from '../../core/base/errors';
import type { OtherStation } from './other-station';

/** A chunk or block that came wrong is asked for so often in all. */
const triesAtMost = 3;

export interface Piece {
  /** Bytes. */
  readonly length: number;
  readonly sha256: string;
  /** What it is, for the sentence of a refusal. */
  readonly what: string;
}

/**
 * A piece of what another station holds. It is only given when it is what its SHA-256 says.
 * @param path of it at that station
 * @throws PrestageError mirror-wrong-bytes; what OtherStation.get throws
 */
export async function fetchPiece(
  station: OtherStation,
  path: string,
  { length, sha256, what }: Piece,
): Promise<Buffer> {
  let found = '';
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const bytes = await station.get(path, length);
    found = createHash('sha256').update(bytes).digest('hex');
    if (bytes.length === length && found === sha256) return bytes;
  }
  throw wrongBytes(station.name, what, sha256, found);
}

/** Whether a file has a piece already, by its bytes: an earlier try may have left it. What reads as zeros, as a hole does, costs no hash. */
export async function hasPiece(
  file: FileHandle,
  offset: number,
  { length, sha256 }: Pick<Piece, 'length' | 'sha256'>,
): Promise<boolean> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, offset);
  if (bytesRead !== length || (bytes[0] === 0 && bytes.equals(Buffer.alloc(length)))) return false;
  return createHash('sha256').update(bytes).digest('hex') === sha256;
}

/** What is wrong with what came, and where. */
export function wrongBytes(station: string, what: string, wanted: string, found: string): PrestageError {
  return new PrestageError({
    code: 'mirror-wrong-bytes',
    message: `Station ${station} gave wrong bytes for ${what}, ${triesAtMost} times.`,
    cause: `wanted ${wanted}\nfound  ${found}`,
  });
}
