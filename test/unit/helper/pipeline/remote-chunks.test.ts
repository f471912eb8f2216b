import { createHash, randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordHeaderBytes } from '../../../../core/contract/agent-bytes';
import { DriveIo } from '../../../../helper/pipeline/drive-io';
import { fetchChunkMap, RemoteChunks } from '../../../../helper/pipeline/remote-chunks';
import { SharedProgress } from '../../../../helper/pipeline/shared-progress';

/** The chunk map that a helper asks its agent for, which may have to wait for its station; and the chunks. */

let folder: string;
let server: Server;
let socket: string;
const fingerprint = 'a'.repeat(64);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-test-remote-'));
  socket = join(folder, 'bytes.sock');
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

describe('the chunk map of the station', () => {
  it('is waited for no longer when the job is cancelled, before the answer and within it', async () => {
    for (const begun of [false, true]) {
      const gone = new Promise<void>((resolve) => {
        server = createServer((_request, response) => {
          response.once('close', resolve);
          if (begun) response.writeHead(200).write('{"vers');
        });
      });
      server.listen(socket);
      await once(server, 'listening');
      const stop = new AbortController();
      const fetching = fetchChunkMap(socket, fingerprint, stop.signal);
      setTimeout(() => {
        stop.abort();
      }, 100);
      await expect(fetching).rejects.toMatchObject({ code: 'cancelled' });
      // The agent hears of it, and does not go on asking.
      await gone;
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('is not asked for where the job was cancelled before', async () => {
    let asked = 0;
    server = createServer(() => (asked += 1));
    server.listen(socket);
    await once(server, 'listening');
    await expect(fetchChunkMap(socket, fingerprint, AbortSignal.abort())).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(asked).toBe(0);
  });

  it('says what is wrong where the agent does not get it', async () => {
    server = createServer((_request, response) => response.writeHead(404).end());
    server.listen(socket);
    await once(server, 'listening');
    await expect(fetchChunkMap(socket, fingerprint, new AbortController().signal)).rejects.toMatchObject({
      code: 'rack-no-bytes',
      data: { cause: 'the agent answered 404' },
    });
  });
});

describe('what an earlier job has left', () => {
  const chunkBytes = 4096;
  const count = 320;
  /** Every second is zeros; of those that are looked at first, each tenth, one is not. */
  const content = Array.from({ length: count }, (_, index) =>
    index % 2 === 0 && index !== 150 ? Buffer.alloc(chunkBytes) : randomBytes(chunkBytes),
  );
  const chunks = content.map((bytes, index) => ({
    ...{ offset: index * chunkBytes, length: chunkBytes, sourceFd: -1, sourceOffset: 0 },
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }));

  /** Writes the chunks on a drive that holds these already. @returns how many were read of it, and what came from where */
  async function writeOn(
    held: readonly number[],
  ): Promise<{ readonly reads: number; readonly received: object }> {
    server = createServer((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        const { chunks: wanted } = JSON.parse(Buffer.concat(pieces).toString()) as { chunks: number[] };
        for (const index of wanted) {
          const head = Buffer.alloc(recordHeaderBytes);
          head.writeUInt32BE(index, 0);
          head.writeUInt32BE(chunkBytes, 4);
          response.write(Buffer.concat([head, content[index] ?? Buffer.alloc(0)]));
        }
        response.end();
      });
    });
    server.listen(socket);
    await once(server, 'listening');
    const fd = openSync(join(folder, 'drive'), 'w+');
    try {
      ftruncateSync(fd, count * chunkBytes);
      for (const index of held) {
        writeSync(fd, content[index] ?? Buffer.alloc(0), 0, chunkBytes, index * chunkBytes);
      }
      const progress = new SharedProgress();
      const io = new DriveIo({ fd, size: count * chunkBytes }, progress, () => undefined, chunkBytes);
      let reads = 0;
      const read = io.read.bind(io);
      io.read = async (...args) => {
        reads += 1;
        await read(...args);
      };
      const received = await new RemoteChunks(io, chunks, progress).write({
        socket,
        fingerprint,
        drive: '/none',
      });
      const whole = Buffer.alloc(count * chunkBytes);
      readSync(fd, whole, 0, whole.length, 0);
      expect(whole.equals(Buffer.concat(content))).toBe(true);
      return { reads, received };
    } finally {
      closeSync(fd);
    }
  }

  it('is nothing on a drive that reads zeros: it is not read whole, and right chunks of zeros are kept', async () => {
    const { reads, received } = await writeOn([]);
    expect(reads).toBe(32);
    expect(received).toMatchObject({ kept: 31 * chunkBytes, station: (count - 31) * chunkBytes });
  });

  it('is kept where some of it has bytes', async () => {
    const { reads, received } = await writeOn([150, 151]);
    expect(reads).toBe(count);
    expect(received).toMatchObject({ kept: (2 + 159) * chunkBytes });
  });
});
