/**
 * Keeps what the drives of a disk image share of their boot stores, in the folder of the disk image: the programs that made it need
 * not run again.
 */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { MiB } from '../../core/base/units';
import { chunkSchema, sha256Schema, type Chunk } from '../../core/media/chunk-map';
import { readPlainFile, writePlainFile } from './chunk-map-file';

const place = z.number().int().nonnegative();

/** Where a part of one of a drive's GUIDs lies; bytes from the start of the partition. */
const markSchema = z.strictObject({
  offset: place,
  length: place.max(16),
  guid: z.enum(['diskGuid', 'efiPartitionGuid', 'windowsPartitionGuid']),
  /** Of the GUID's 16 bytes, the first that lies here. */
  from: place.max(15),
});

export type Mark = Readonly<z.infer<typeof markSchema>>;

/** Bytes that each drive has of its own, from this place of the partition on, with the marks in them. */
export interface OwnPiece {
  readonly offset: number;
  readonly bytes: Buffer;
  readonly marks: readonly Mark[];
}

/** All that is written to the EFI partition, in bytes from its start. */
export interface StoreTemplate {
  /** In the shared partition's file. */
  readonly shared: readonly Chunk[];
  readonly own: readonly OwnPiece[];
}

/** Bytes that are a drive's own, in base64, are some hundred KiB; no store is larger than the 16 MiB that may be read of one. */
const largest = 64 * MiB;

const ownSchema = z.strictObject({ offset: place, bytes: z.base64(), marks: z.array(markSchema) });

const keptSchema = z.strictObject({
  /** SHA-256 of its key. */
  of: sha256Schema,
  template: z.strictObject({ shared: z.array(chunkSchema), own: z.array(ownSchema) }),
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * @param key what it was made of, and by what
 * @returns undefined: nothing is kept, or nothing that is whole and of this partition
 */
export async function keptStore(file: string, key: string): Promise<StoreTemplate | undefined> {
  try {
    const text = await readPlainFile(file, largest);
    const at = text.indexOf('\n');
    const body = text.slice(at + 1);
    if (text.slice(0, at) !== sha256(body)) return undefined;
    const { of, template } = keptSchema.parse(JSON.parse(body));
    if (of !== sha256(key)) return undefined;
    const own = template.own.map(({ bytes, ...rest }) => ({ ...rest, bytes: Buffer.from(bytes, 'base64') }));
    return { shared: template.shared, own };
  } catch {
    // What cannot be read is made again, and says then what is wrong.
    return undefined;
  }
}

/** Keeps it with its SHA-256. A folder that cannot be written to keeps nothing: it only costs time. */
export async function keepStore(file: string, key: string, template: StoreTemplate): Promise<void> {
  const own = template.own.map(({ bytes, ...rest }) => ({ ...rest, bytes: bytes.toString('base64') }));
  const body = JSON.stringify({ of: sha256(key), template: { shared: template.shared, own } });
  try {
    // One that is damaged, or of another version.
    await rm(`${file}.tmp`, { force: true });
    await writePlainFile(file, `${sha256(body)}\n${body}`);
  } catch {
    await rm(`${file}.tmp`, { force: true }).catch(() => undefined);
  }
}
