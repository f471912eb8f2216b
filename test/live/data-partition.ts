import { createCipheriv, createDecipheriv } from 'node:crypto';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { run } from './tools';

/**
 * The encrypted partition of a stick that is a file, read and written without the kernel's dm-crypt, which a test machine may
 * not have: cryptsetup gives the key for the passphrase, and each sector is AES-XTS with its number for a tweak
 * ("plain64"; LUKS2 On-Disk Format Specification 1.1.0, section 3.3).
 */

const mebibyte = 1024 * 1024;

const metadataSchema = z.object({
  segments: z.object({
    '0': z.object({
      type: z.literal('crypt'),
      offset: z.coerce.number(),
      iv_tweak: z.literal('0'),
      encryption: z.literal('aes-xts-plain64'),
      sector_size: z.number(),
    }),
  }),
});

const tableSchema = z.object({
  partitiontable: z.object({
    partitions: z.array(
      z.object({ start: z.number(), size: z.number(), type: z.string(), name: z.string().optional() }),
    ),
  }),
});

/** A partition in a file with GPT, in bytes. */
export interface Partition {
  readonly name: string;
  readonly type: string;
  readonly from: number;
  readonly bytes: number;
}

export function partitions(disk: string): Partition[] {
  const table = tableSchema.parse(JSON.parse(run('sfdisk', ['--json', disk])));
  return table.partitiontable.partitions.map(({ start, size, type, name = '' }) => ({
    ...{ name, type, from: start * 512, bytes: size * 512 },
  }));
}

/** The partition of this name; null: there is none. */
export function partitionOf(disk: string, name: string): Partition | null {
  return partitions(disk).find((one) => one.name === name) ?? null;
}

export class DataPartition {
  readonly #stick: string;
  readonly #key: Buffer;
  readonly #sector: number;
  readonly #from: number;
  /** What fits in, in bytes. */
  readonly bytes: number;

  /** @throws Error when the passphrase does not open it */
  constructor(stick: string, passphrase: string, area: string) {
    const place = partitionOf(stick, 'PRESTAGE-DATA');
    if (place === null) throw new Error('the stick has no data partition');
    // All that cryptsetup reads lies in the first 16 MiB, but for the data itself, whose end it compares.
    const head = join(area, 'luks-head');
    const [secret, keyFile] = [join(area, 'luks-secret'), join(area, 'luks-key')];
    run('dd', [
      `if=${stick}`,
      `of=${head}`,
      'bs=1M',
      `skip=${place.from / mebibyte}`,
      'count=32',
      'status=none',
    ]);
    writeFileSync(secret, passphrase, { mode: 0o600 });
    rmSync(keyFile, { force: true });
    const dump = ['luksDump', '--batch-mode', head];
    run('cryptsetup', [...dump, '--dump-volume-key', '--volume-key-file', keyFile, '--key-file', secret]);
    const { segments } = metadataSchema.parse(
      JSON.parse(run('cryptsetup', [...dump, '--dump-json-metadata'])),
    );
    const segment = segments['0'];
    this.#stick = stick;
    this.#key = readFileSync(keyFile);
    this.#sector = segment.sector_size;
    this.#from = place.from + segment.offset;
    this.bytes = place.bytes - segment.offset;
    for (const file of [head, secret, keyFile]) rmSync(file);
  }

  /** Writes what is in it, decrypted, to a file. What was never written stays a hole. */
  read(target: string): void {
    const [source, out] = [openSync(this.#stick, 'r'), openSync(target, 'w')];
    try {
      const piece = Buffer.alloc(mebibyte);
      const nothing = Buffer.alloc(mebibyte);
      for (let at = 0; at < this.bytes; at += piece.length) {
        const length = readSync(source, piece, 0, Math.min(piece.length, this.bytes - at), this.#from + at);
        const part = piece.subarray(0, length);
        if (part.equals(nothing.subarray(0, length))) continue;
        writeSync(out, this.#each(part, at, 'open'), 0, length, at);
      }
      ftruncateSync(out, this.bytes);
    } finally {
      closeSync(source);
      closeSync(out);
    }
  }

  /** Puts a file back that {@link read} made, changed: only what differs from before is written. */
  write(before: string, changed: string): void {
    const files = [openSync(before, 'r'), openSync(changed, 'r'), openSync(this.#stick, 'r+')] as const;
    const [old, now, stick] = files;
    try {
      const [was, is] = [Buffer.alloc(mebibyte), Buffer.alloc(mebibyte)];
      for (let at = 0; at < this.bytes; at += mebibyte) {
        const length = Math.min(mebibyte, this.bytes - at);
        readSync(old, was, 0, length, at);
        readSync(now, is, 0, length, at);
        const part = is.subarray(0, length);
        if (!part.equals(was.subarray(0, length))) {
          writeSync(stick, this.#each(part, at, 'seal'), 0, length, this.#from + at);
        }
      }
    } finally {
      for (const file of files) closeSync(file);
    }
  }

  /** @param at where the piece lies in the partition, in bytes */
  #each(piece: Buffer, at: number, way: 'open' | 'seal'): Buffer {
    const result = Buffer.alloc(piece.length);
    const tweak = Buffer.alloc(16);
    for (let place = 0; place < piece.length; place += this.#sector) {
      // Counted in 512 bytes, whatever the sectors are.
      tweak.writeBigUInt64LE(BigInt((at + place) / 512));
      const sector = piece.subarray(place, place + this.#sector);
      // An untouched sector stays one.
      const make = way === 'open' ? createDecipheriv : createCipheriv;
      const cipher = make('aes-256-xts', this.#key, tweak);
      cipher.update(sector).copy(result, place);
    }
    return result;
  }
}

/**
 * The files of a data partition as the next start would find them, in a folder.
 * @throws Error when its file system is damaged beyond what its journal mends
 */
export function filesIn(data: DataPartition, area: string): string {
  const [image, folder] = [join(area, 'data.ext4'), join(area, 'data')];
  data.read(image);
  // Takes over the journal and counts what is free, as mounting does after a power cut; at anything else it ends with more than 1.
  run('e2fsck', ['-f', '-p', image], { status: [0, 1] });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  run('debugfs', ['-R', `rdump / ${folder}`, image]);
  rmSync(image);
  return folder;
}
