import { createHash } from 'node:crypto';
import { request, type IncomingMessage } from 'node:http';
import { beatIndex, fromMachineBit, recordHeaderBytes } from '../../core/contract/agent-bytes';
import { cancelled, PrestageError } from '../../core/base/errors';
import type { ReceivedBytes } from '../../core/job/job';
import type { ChunkMap } from '../../core/media/chunk-map';
import { largestChunkMap, parseChunkMap } from '../disk-image/chunk-map-file';
import { alignedBuffer } from './aligned-io';
import { DriveFailure, type DriveIo, type SourcedChunk } from './drive-io';
import type { SharedProgress } from './shared-progress';

/** Chunks that come from the station, by way of this machine's agent (core/contract/agent-bytes.ts). */
export interface RemoteImage {
  /** Path of the agent's socket. */
  readonly socket: string;
  readonly fingerprint: string;
  /** Path of the drive. */
  readonly drive: string;
}

/** @throws PrestageError rack-no-bytes, render-damaged, cancelled */
export async function fetchChunkMap(
  socket: string,
  fingerprint: string,
  signal: AbortSignal,
): Promise<{ map: ChunkMap; fingerprint: string }> {
  try {
    const answer = await ask({ socketPath: socket, path: `/images/${fingerprint}`, signal }, null);
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of answer as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > largestChunkMap) throw new Error('the chunk map is too long');
      pieces.push(piece);
    }
    return parseChunkMap(Buffer.concat(pieces).toString('utf8'));
  } catch (error) {
    if (signal.aborted) throw cancelled('Getting the list of what goes on the drive');
    if (error instanceof PrestageError) throw error;
    throw new PrestageError({
      code: 'rack-no-bytes',
      message: 'The machine did not get the list of what goes on its drive from the station.',
      cause: error instanceof Error ? error.message : String(error),
    });
  }
}

/** So many chunks are looked at to learn whether an earlier job has left anything. */
const samples = 32;

/**
 * Writes chunks in the order in which they come. Each is hashed before it is written: whoever sent it, what goes on the drive is
 * what the chunk map says.
 */
export class RemoteChunks {
  readonly #missing = new Set<number>();
  readonly #buffers: readonly [Buffer, Buffer];
  readonly #received = { station: 0, machines: 0, kept: 0 };

  constructor(
    private readonly drive: DriveIo,
    private readonly chunks: readonly SourcedChunk[],
    private readonly progress: SharedProgress,
  ) {
    const longest = chunks.reduce((most, { length }) => Math.max(most, length), 0);
    this.#buffers = [alignedBuffer(longest), alignedBuffer(longest)];
    for (const index of chunks.keys()) this.#missing.add(index);
  }

  /** @throws DriveFailure, Stopped */
  async write(image: RemoteImage): Promise<ReceivedBytes> {
    this.progress.startPhase();
    await this.#keepWhatIsThere();
    if (this.#missing.size > 0) await this.#receive(image);
    await this.drive.flush();
    return this.#received;
  }

  /** What a job that did not end has left, and is right, is not fetched again. It is read back with the rest at the end. */
  async #keepWhatIsThere(): Promise<void> {
    this.drive.forget();
    const step = Math.max(1, Math.floor(this.chunks.length / samples));
    const sampled = [...this.chunks.keys()].filter((index) => index % step === 0);
    let isLeft = false;
    for (const index of sampled) if ((await this.#keepIfThere(index)) === 'bytes') isLeft = true;
    if (!isLeft) return;
    for (const index of [...this.#missing]) if (index % step !== 0) await this.#keepIfThere(index);
  }

  /** @returns what is there, if it is right. Zeros say nothing of an earlier job: a drive that was never written may read so. */
  async #keepIfThere(index: number): Promise<'bytes' | 'zeros' | null> {
    this.drive.throwIfStopped();
    const chunk = this.#chunk(index);
    const found = this.#buffers[0].subarray(0, chunk.length);
    this.progress.beat();
    await this.drive.read(found, chunk.length, chunk.offset, index);
    if (sha256(found) !== chunk.sha256) return null;
    this.#missing.delete(index);
    this.#received.kept += chunk.length;
    this.progress.addDone(chunk.length);
    return isZeros(found) ? 'zeros' : 'bytes';
  }

  async #receive({ socket, fingerprint, drive }: RemoteImage): Promise<void> {
    let writing: Promise<void> = Promise.resolve();
    let turn: 0 | 1 = 0;
    const wanted = JSON.stringify({ chunks: [...this.#missing], drive });
    const answer = await ask(
      { socketPath: socket, path: `/images/${fingerprint}`, method: 'POST' },
      wanted,
    ).catch((error: unknown) => {
      throw this.#lost(error);
    });
    try {
      const reader = new RecordReader(answer);
      while (this.#missing.size > 0) {
        await this.drive.hold('writing');
        this.drive.throwIfStopped();
        const head = await reader.head().catch((error: unknown) => {
          throw this.#lost(error);
        });
        if (head.index === beatIndex) {
          this.progress.beat();
          continue;
        }
        const chunk = this.chunks[head.index];
        if (chunk === undefined || !this.#missing.delete(head.index) || head.length !== chunk.length) {
          throw this.#lost(new Error('a chunk that was not asked for'));
        }
        const buffer = this.#buffers[turn].subarray(0, chunk.length);
        turn = turn === 0 ? 1 : 0;
        await reader.content(buffer).catch((error: unknown) => {
          throw this.#lost(error);
        });
        // Before a byte of it touches the drive.
        if (sha256(buffer) !== chunk.sha256) {
          throw new DriveFailure('link', chunk.offset, head.index, 'the bytes are not those of the chunk');
        }
        this.#received[head.fromMachine ? 'machines' : 'station'] += chunk.length;
        await writing;
        writing = this.drive.write(buffer, chunk.length, chunk.offset, head.index);
        writing.catch(() => undefined);
      }
    } finally {
      answer.destroy();
      await writing.catch(() => undefined);
    }
    await writing;
  }

  #chunk(index: number): SourcedChunk {
    const chunk = this.chunks[index];
    if (chunk === undefined) throw new Error('a chunk that does not exist was asked for');
    return chunk;
  }

  #lost(error: unknown): DriveFailure {
    const [index = 0] = this.#missing;
    return new DriveFailure('link', this.#chunk(index).offset, index, error);
  }
}

/** Whether each byte is the one before it, and the first is zero. */
function isZeros(bytes: Buffer): boolean {
  return bytes.length === 0 || (bytes[0] === 0 && bytes.subarray(1).equals(bytes.subarray(0, -1)));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function ask(
  where: {
    readonly socketPath: string;
    readonly path: string;
    readonly method?: string;
    readonly signal?: AbortSignal;
  },
  body: string | null,
): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    const asked = request(where, (answer) => {
      if (answer.statusCode === 200) resolve(answer);
      else {
        answer.resume();
        reject(new Error(`the agent answered ${answer.statusCode ?? 0}`));
      }
    });
    asked.on('error', reject);
    asked.end(body ?? '');
  });
}

/** Takes records out of a stream, without keeping more of it than has arrived. */
class RecordReader {
  readonly #pieces: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: IncomingMessage) {
    this.#pieces = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  async head(): Promise<{ readonly index: number; readonly length: number; readonly fromMachine: boolean }> {
    const head = Buffer.alloc(recordHeaderBytes);
    await this.content(head);
    const length = head.readUInt32BE(4);
    return {
      index: head.readUInt32BE(0),
      length: (length & ~fromMachineBit) >>> 0,
      fromMachine: (length & fromMachineBit) !== 0,
    };
  }

  /** Fills a buffer. @throws Error when the stream ends before */
  async content(into: Buffer): Promise<void> {
    for (let at = 0; at < into.length;) {
      if (this.#rest.length === 0) {
        const next = await this.#pieces.next();
        if (next.done === true) throw new Error('the agent has ended the transfer');
        this.#rest = next.value;
        continue;
      }
      const taken = this.#rest.copy(into, at);
      this.#rest = this.#rest.subarray(taken);
      at += taken;
    }
  }
}
