import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  beatIndex,
  fromMachineBit,
  machineWorkSchema,
  recordHeaderBytes,
  wantedChunksSchema,
  workPath,
  type MachineWork,
} from '../../core/contract/agent-bytes';
import type { z } from 'zod';
import { timeouts } from '../../core/base/timeouts';
import { MiB } from '../../core/base/units';
import { chunkMapSchema, type ChunkMap } from '../../core/media/chunk-map';
import { collect, type PinnedStation } from '../rack-link/pinned';
import type { RackIdentity } from '../rack-link/certificate';
import { agentFolder } from './agent-folder';
import { fetchChunks, type FetchedChunk } from './chunk-fetcher';
import type { ChunkStore } from './chunk-store';

/** What a helper says of its job at most, bytes. */
const longestWork = 4096;

/** As long as the longest chunk map that a helper takes, bytes. */
const longestMap = 64 * MiB;

/** Gives the helpers of this machine the chunks that come from the station, over a socket in a folder of its own. */
export class ByteServer {
  readonly #folder = agentFolder();
  readonly #server: Server;
  readonly #maps = new Map<string, ChunkMap>();
  readonly #stop = new AbortController();

  /**
   * @param grace milliseconds without a chunk after which a transfer is given up
   * @param onWork what a helper says of its job
   */
  constructor(
    private readonly station: PinnedStation,
    private readonly identity: RackIdentity,
    private readonly store: ChunkStore,
    private readonly grace: number,
    private readonly onWork: (work: MachineWork) => void,
  ) {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => {
        response.destroy();
      });
    });
  }

  /** Path of the socket. */
  get path(): string {
    return join(this.#folder, 'bytes.sock');
  }

  async start(): Promise<void> {
    this.#server.listen(this.path);
    await once(this.#server, 'listening');
  }

  stop(): void {
    this.#stop.abort();
    this.#server.close();
    this.#server.closeAllConnections();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'POST' && request.url === workPath) {
      const told = await collect(request, longestWork);
      this.onWork(machineWorkSchema.parse(JSON.parse(told.toString('utf8'))));
      response.writeHead(200).end();
      return;
    }
    const [, fingerprint = ''] = /^\/images\/([0-9a-f]{64})$/.exec(request.url ?? '') ?? [];
    if (fingerprint === '') {
      response.writeHead(404).end();
    } else if (request.method === 'GET') {
      const text = await this.#readMap(fingerprint, AbortSignal.any([goneOf(response), this.#stop.signal]));
      if (text === null) response.writeHead(404).end();
      else response.writeHead(200, { 'content-length': text.length }).end(text);
    } else {
      const map = this.#maps.get(fingerprint);
      const body = await collect(request, longestMap);
      if (map === undefined) {
        response.writeHead(404).end();
        return;
      }
      const asked = wantedChunksSchema.parse(JSON.parse(body.toString('utf8')));
      await this.#send(map, fingerprint, asked, response);
    }
  }

  /**
   * The helper checks it: here it only says which bytes belong to which chunk. Tried until the time of grace is over.
   * @returns null: the station has none for this machine
   */
  async #readMap(fingerprint: string, signal: AbortSignal): Promise<Buffer | null> {
    const begun = performance.now();
    for (;;) {
      try {
        const answer = await this.station.read(`/agents/images/${fingerprint}`, signal);
        const text = await collect(answer, longestMap);
        // Also from a station that was started again: then what the helper works for is over.
        if (answer.statusCode === 404) return null;
        if (answer.statusCode !== 200) throw new Error(`the station answered ${answer.statusCode ?? 0}`);
        this.#maps.set(fingerprint, chunkMapSchema.parse(JSON.parse(text.toString('utf8'))));
        return text;
      } catch (error) {
        if (signal.aborted || performance.now() - begun > this.grace) throw error;
        await sleep(timeouts.rackRetry, null, { signal });
      }
    }
  }

  async #send(
    map: ChunkMap,
    fingerprint: string,
    { chunks: wanted, drive }: z.infer<typeof wantedChunksSchema>,
    response: ServerResponse,
  ): Promise<void> {
    const offer = (index: number, bytes: Buffer | null): void => {
      const chunk = map.chunks[index];
      // Some chunks hold what only this machine may have.
      if (chunk === undefined || chunk.own !== undefined) return;
      this.store.add(chunk.sha256, { path: drive, offset: chunk.offset, length: chunk.length }, bytes);
    };
    const lacks = new Set(wanted);
    for (const index of map.chunks.keys()) if (!lacks.has(index)) offer(index, null);
    response.writeHead(200);
    const gone = goneOf(response);
    // The drive's thread is not to take the silence of the network for a drive that hangs.
    const beats = setInterval(() => {
      if (!response.writableNeedDrain) response.write(headOf(beatIndex, 0));
    }, timeouts.progressLook);
    let taking: Promise<void> = Promise.resolve();
    try {
      await fetchChunks({
        ...{ station: this.station, identity: this.identity, grace: this.grace },
        ...{ map, fingerprint, wanted },
        signal: AbortSignal.any([gone, this.#stop.signal]),
        take: (chunk) => {
          offer(chunk.indexes[0] ?? 0, chunk.bytes);
          // One at a time: records do not mix.
          taking = taking.then(() => sendChunk(chunk, response, gone));
          return taking;
        },
      });
      response.end();
    } finally {
      clearInterval(beats);
    }
  }
}

/** Aborted when whoever asked is gone, or has everything. */
function goneOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  return gone.signal;
}

/** Sends a chunk as its records. Resolves when there is room for more. @throws AbortError when the other end is gone */
export async function sendChunk(
  { indexes, bytes, fromMachine }: FetchedChunk,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  for (const index of indexes) {
    // Not corked: Node 24 says `drain` while it uncorks, before anybody waits for it, and then never again.
    response.write(headOf(index, bytes.length, fromMachine));
    const room = response.write(bytes);
    if (!room) await once(response, 'drain', { signal });
  }
}

function headOf(index: number, length: number, fromMachine = false): Buffer {
  const head = Buffer.alloc(recordHeaderBytes);
  head.writeUInt32BE(index, 0);
  head.writeUInt32BE((fromMachine ? (length | fromMachineBit) >>> 0 : length) >>> 0, 4);
  return head;
}
