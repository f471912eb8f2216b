import {
  createCipheriv,
  createDecipheriv,
  createHash,
  randomBytes,
  scrypt,
  type DecipherGCM,
} from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';

/**
 * The form of a backup (docs/adr/0054): one line of JSON that says how it is encrypted, then the encrypted bytes, then the 16 bytes
 * that prove them and that line. Encrypted is a gzip of the files, each behind a line of JSON with its name, length and SHA-256.
 * AES-256-GCM; the key is made of the passphrase by scrypt.
 */

/** Why a file is no backup, or does not open. Its message follows the file's name in a sentence. */
export class NotABackup extends Error {}

/** 128 MiB and about half a second for each passphrase that is tried (RFC 7914, r = 8). */
const cost = { N: 2 ** 17, r: 8, p: 1 } as const;
const tagBytes = 16;
/** More is no header of ours. Bytes. */
const longestLine = 4096;

const headerSchema = z.strictObject({
  format: z.literal('prestage-state'),
  version: z.literal(1),
  kdf: z.strictObject({
    name: z.literal('scrypt'),
    N: z.literal(cost.N),
    r: z.literal(cost.r),
    p: z.literal(cost.p),
    salt: z.base64().length(44),
  }),
  cipher: z.literal('aes-256-gcm'),
  iv: z.base64().length(16),
});
type Header = z.infer<typeof headerSchema>;

/** Below `state/` or `settings/`, at most one folder deep: what a station has. */
export const backupNameSchema = z
  .string()
  .max(200)
  .regex(/^(?:state|settings)\/(?:[a-z][a-z-]*\/)?[A-Za-z0-9_-][A-Za-z0-9._-]*$/);
const entrySchema = z.strictObject({
  name: backupNameSchema,
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** A file that goes into a backup. It does not change while it is read. */
export interface BackupSource {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
}

const deriveKey = promisify<
  string,
  Buffer,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(scrypt);

async function keyOf(passphrase: string, { N, r, p, salt }: Header['kdf']): Promise<Buffer> {
  return await deriveKey(passphrase.normalize('NFC'), Buffer.from(salt, 'base64'), 32, {
    ...{ N, r, p },
    maxmem: 256 * N * r,
  });
}

/** The bytes of a backup, piece by piece. */
export async function* backupPieces(
  sources: readonly BackupSource[],
  passphrase: string,
): AsyncGenerator<Buffer, void, undefined> {
  const header: Header = {
    ...({ format: 'prestage-state', version: 1 } as const),
    kdf: { name: 'scrypt', ...cost, salt: randomBytes(32).toString('base64') },
    ...({ cipher: 'aes-256-gcm', iv: randomBytes(12).toString('base64') } as const),
  };
  const line = Buffer.from(`${JSON.stringify(header)}\n`, 'utf8');
  const cipher = createCipheriv(
    'aes-256-gcm',
    await keyOf(passphrase, header.kdf),
    Buffer.from(header.iv, 'base64'),
  );
  cipher.setAAD(line);
  yield line;
  const packed = Readable.from(filePieces(sources)).pipe(createGzip());
  for await (const piece of packed) yield cipher.update(piece as Buffer);
  yield cipher.final();
  yield cipher.getAuthTag();
}

async function* filePieces(sources: readonly BackupSource[]): AsyncGenerator<Buffer, void, undefined> {
  for (const { name, path, bytes } of sources) {
    const hash = createHash('sha256');
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
    const entry = entrySchema.parse({ name, bytes, sha256: hash.digest('hex') });
    yield Buffer.from(`${JSON.stringify(entry)}\n`, 'utf8');
    let read = 0;
    for await (const piece of createReadStream(path)) {
      read += (piece as Buffer).length;
      yield piece as Buffer;
    }
    if (read !== bytes) throw new Error(`${name} changed while it was read`);
  }
}

/** Takes the files of a backup, one after the other. */
export interface BackupTarget {
  readonly begin: (name: string, bytes: number) => Promise<void>;
  readonly write: (piece: Buffer) => Promise<void>;
  readonly end: () => Promise<void>;
}

/**
 * Reads a backup. What the target took counts only when this returns: the proof of the bytes stands at their end.
 * @throws NotABackup
 */
export async function readBackup(file: string, passphrase: string, target: BackupTarget): Promise<void> {
  const { line, header, size } = await readHeader(file);
  const tag = Buffer.alloc(tagBytes);
  const handle = await open(file, 'r');
  try {
    await handle.read(tag, 0, tagBytes, size - tagBytes);
  } finally {
    await handle.close();
  }
  const key = await keyOf(passphrase, header.kdf);
  const decipher: DecipherGCM = createDecipheriv('aes-256-gcm', key, Buffer.from(header.iv, 'base64'));
  decipher.setAAD(line);
  decipher.setAuthTag(tag);
  const encrypted = createReadStream(file, { start: line.length, end: size - tagBytes - 1 });
  const files = new FileReader(target);
  try {
    await pipeline(encrypted, decipher, createGunzip(), files);
  } catch (error) {
    if (error instanceof NotABackup) throw error;
    if (error instanceof TargetFailed) throw error.why;
    // A wrong passphrase gives other bytes from the first one on: gunzip stumbles before the proof is looked at.
    throw new NotABackup('does not open with this password, or is damaged');
  }
  files.requireEnd();
}

async function readHeader(file: string): Promise<{ line: Buffer; header: Header; size: number }> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const start = Buffer.alloc(longestLine);
    const { bytesRead } = await handle.read(start, 0, longestLine, 0);
    const end = start.subarray(0, bytesRead).indexOf(0x0a);
    const line = Buffer.from(start.subarray(0, end + 1));
    const header = end < 0 ? null : headerOf(line.toString('utf8'));
    if (header === null) throw new NotABackup('is not a backup of a station');
    if (size <= line.length + tagBytes) throw new NotABackup('is cut off');
    return { line, header, size };
  } finally {
    await handle.close();
  }
}

function headerOf(text: string): Header | null {
  try {
    return headerSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** What the target threw, told from what the stream made of bytes that are none. */
class TargetFailed extends Error {
  constructor(readonly why: unknown) {
    super('the target failed');
  }
}

/** Parts the unpacked bytes into files. Every length and hash is looked at. */
class FileReader extends Transform {
  readonly #target: BackupTarget;
  #rest: Buffer = Buffer.alloc(0);
  #current: { left: number; sha256: string; hash: ReturnType<typeof createHash> } | null = null;

  constructor(target: BackupTarget) {
    super();
    this.#target = target;
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#take(piece).then(() => {
      done();
    }, done);
  }

  override _flush(done: TransformCallback): void {
    done();
  }

  /** @throws NotABackup when it ended within a file */
  requireEnd(): void {
    if (this.#current !== null || this.#rest.length > 0) throw new NotABackup('is damaged');
  }

  async #take(piece: Buffer): Promise<void> {
    this.#rest = Buffer.concat([this.#rest, piece]);
    for (;;) {
      if (this.#current === null) {
        const end = this.#rest.indexOf(0x0a);
        if (end < 0 && this.#rest.length > longestLine) throw new NotABackup('is damaged');
        if (end < 0) return;
        const entry = entryOf(this.#rest.subarray(0, end).toString('utf8'));
        this.#rest = this.#rest.subarray(end + 1);
        this.#current = { left: entry.bytes, sha256: entry.sha256, hash: createHash('sha256') };
        await this.#guard(() => this.#target.begin(entry.name, entry.bytes));
      }
      const { left, hash, sha256 } = this.#current;
      const part = this.#rest.subarray(0, left);
      if (part.length > 0) {
        hash.update(part);
        await this.#guard(() => this.#target.write(part));
      }
      this.#rest = this.#rest.subarray(part.length);
      this.#current.left -= part.length;
      if (this.#current.left > 0) return;
      if (hash.digest('hex') !== sha256) throw new NotABackup('is damaged');
      this.#current = null;
      await this.#guard(() => this.#target.end());
    }
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw error instanceof NotABackup ? error : new TargetFailed(error);
    }
  }
}

function entryOf(text: string): z.infer<typeof entrySchema> {
  try {
    return entrySchema.parse(JSON.parse(text));
  } catch {
    throw new NotABackup('holds a file that does not belong in a backup');
  }
}
