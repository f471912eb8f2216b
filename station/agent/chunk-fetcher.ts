import { createHash } from 'node:crypto';
import { swarmAnswerSchema, type SwarmNext } from '../../core/contract/rack';
import type { Chunk, ChunkMap } from '../../core/media/chunk-map';
import { timeouts } from '../../core/base/timeouts';
import type { RackIdentity } from '../rack-link/certificate';
import { collect, PinnedStation } from '../rack-link/pinned';

/** A chunk that has arrived and is what its SHA-256 says. */
export interface FetchedChunk {
  /** Where the chunk stands in the chunk map: several times, when several have the same bytes. */
  readonly indexes: readonly number[];
  readonly bytes: Buffer;
  readonly fromMachine: boolean;
}

export interface FetchOptions {
  readonly station: PinnedStation;
  readonly identity: RackIdentity;
  readonly map: ChunkMap;
  readonly fingerprint: string;
  /** Indexes in the chunk map. */
  readonly wanted: readonly number[];
  /** Milliseconds in which every chunk failed, or every question to the station, after which it is given up. */
  readonly grace: number;
  readonly signal: AbortSignal;
  /** Milliseconds for one chunk; for tests. */
  readonly patience?: number;
  /** Takes a chunk; the next one is fetched when it has been taken. */
  readonly take: (chunk: FetchedChunk) => Promise<void>;
}

/** So many chunks are on their way at a time: enough to keep a link full while others are hashed and written. */
const atOnce = 4;
/** Others have the same chunks: nobody waits for long for a machine that may have been switched off. */
const peerPatience = { connect: timeouts.rackPeerSilent, silent: timeouts.rackPeerSilent };

/**
 * Fetches chunks, each from where the station says: itself, or a machine that has it. What cannot be fetched is told and tried
 * again until nothing else has happened for the time of grace; what is not what its SHA-256 says is told apart, and fetched again, too. Where nothing at all
 * arrives in the time for one chunk, this machine or its cable is too slow for several at once, and fewer are asked for.
 * @throws Error when it was given up
 */
export async function fetchChunks(options: FetchOptions): Promise<void> {
  await new ChunkFetcher(options).run();
}

/** A chunk did not come in the time for one. */
class TooSlow extends Error {}

/** A chunk came, and is not what its SHA-256 says. */
class WrongBytes extends Error {}

class ChunkFetcher {
  readonly #options: FetchOptions;
  readonly #wanted: ReadonlyMap<string, { readonly chunk: Chunk; readonly indexes: readonly number[] }>;
  readonly #peers = new Map<string, PinnedStation>();
  readonly #here = new Set<string>();
  #got: string[] = [];
  #failed: string[] = [];
  #wrong: string[] = [];
  #last = performance.now();
  /** Since when nothing that was fetched has come; null: the last has. */
  #failing: number | null = null;
  /** Since when the station has answered no question; null: it has the last. */
  #unanswered: number | null = null;
  /** Chunks that may be on their way at a time. */
  #width = atOnce;
  /** When they became fewer. */
  #narrowed = -Infinity;
  #joined: Promise<void> | null = null;

  constructor(options: FetchOptions) {
    this.#options = options;
    this.#wanted = byContent(options.map, options.wanted);
  }

  async run(): Promise<void> {
    try {
      await Promise.all(Array.from({ length: atOnce }, (_, turn) => this.#work(turn)));
    } finally {
      for (const peer of this.#peers.values()) peer.close();
    }
  }

  get #isWhole(): boolean {
    return this.#here.size === this.#wanted.size;
  }

  async #work(turn: number): Promise<void> {
    // Until the station says so: it must know what has arrived, or it would count on sending it.
    while (turn < this.#width) {
      const next = await this.#ask();
      if (next === 'wait') continue;
      const wanted = next === 'done' ? undefined : this.#wanted.get(next.sha256);
      if (next === 'done' || wanted === undefined) {
        // All is here, or a station that was started again knows nothing of it.
        if (this.#isWhole) return;
        this.#joined = null;
        continue;
      }
      const begun = performance.now();
      let bytes: Buffer;
      try {
        bytes = await this.#fetch(next, wanted.chunk);
      } catch (error) {
        this.#options.signal.throwIfAborted();
        this.#takeFailure(next, begun, error);
        continue;
      }
      this.#last = performance.now();
      this.#failing = null;
      this.#got.push(next.sha256);
      if (this.#here.has(next.sha256)) continue;
      this.#here.add(next.sha256);
      await this.#options.take({ indexes: wanted.indexes, bytes, fromMachine: next.from !== null });
      this.#last = performance.now();
    }
  }

  /** @throws Error when nothing has come for the time of grace */
  #takeFailure({ sha256, from }: Exclude<SwarmNext, string>, begun: number, error: unknown): void {
    this.#failing ??= begun;
    if (performance.now() - this.#failing > this.#options.grace) throw error;
    const isSlow = error instanceof TooSlow && this.#last < begun;
    // Those that began with it end now, too, and count as one.
    if (isSlow && begun >= this.#narrowed) {
      this.#width = Math.max(1, Math.floor(this.#width / 2));
      this.#narrowed = performance.now();
    }
    if (error instanceof WrongBytes) this.#wrong.push(sha256);
    // Another machine is not at fault for that: the station sees by itself that it has been too long.
    else if (!isSlow || from === null) this.#failed.push(sha256);
  }

  /** Says what has become of chunks, and asks for the next; tries until the time of grace is over. */
  async #ask(): Promise<SwarmNext> {
    const { station, fingerprint, signal, grace } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      const [got, failed] = [this.#got.splice(0, 1000), this.#failed.splice(0, 1000)];
      const wrong = this.#wrong.splice(0, 1000);
      const begun = performance.now();
      try {
        await (this.#joined ??= this.#join());
        const path = `/agents/swarm/${fingerprint}/next`;
        const answer = await station.ask(path, { got, failed, wrong }, timeouts.rackSilent, signal);
        if (answer.status !== 200) throw new Error(`the station answered ${answer.status}`);
        const { next } = swarmAnswerSchema.parse(JSON.parse(answer.body.toString('utf8')));
        this.#unanswered = null;
        return next;
      } catch (error) {
        this.#got.unshift(...got);
        this.#failed.unshift(...failed);
        this.#wrong.unshift(...wrong);
        // It may have been started again, and know nothing of it.
        this.#joined = null;
        if (this.#isWhole) return 'done';
        this.#unanswered ??= begun;
        if (performance.now() - this.#unanswered > grace) throw error;
        await new Promise((resolve) => setTimeout(resolve, timeouts.rackRetry));
      }
    }
  }

  async #join(): Promise<void> {
    const { station, fingerprint, signal } = this.#options;
    const missing = [...this.#wanted].filter(([sha256]) => !this.#here.has(sha256));
    const wanted = shuffled(missing.map(([, { indexes }]) => indexes[0] ?? 0));
    const path = `/agents/swarm/${fingerprint}/join`;
    const { status } = await station.ask(path, { wanted }, timeouts.rackSilent, signal);
    if (status !== 200) throw new Error(`the station answered ${status}`);
  }

  /** @throws Error also when the bytes are not the chunk's */
  async #fetch({ sha256, from }: Exclude<SwarmNext, string>, { length }: Chunk): Promise<Buffer> {
    const { station, signal, patience = timeouts.rackChunk } = this.#options;
    const limit = AbortSignal.timeout(patience);
    const source = from === null ? station : this.#peer(from);
    let bytes: Buffer;
    try {
      const answer = await source.read(`/agents/chunks/${sha256}`, AbortSignal.any([signal, limit]));
      if (answer.statusCode !== 200) {
        answer.resume();
        throw new Error(`the other end answered ${answer.statusCode ?? 0}`);
      }
      bytes = await collect(answer, length);
    } catch (error) {
      if (limit.aborted) throw new TooSlow(`${length} bytes did not come in ${patience} ms`);
      throw error;
    }
    if (bytes.length === length && createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
    throw new WrongBytes('the bytes are not those of the chunk');
  }

  #peer({ host, port, certificate }: { host: string; port: number; certificate: string }): PinnedStation {
    const name = `${certificate} ${host} ${port}`;
    const known = this.#peers.get(name);
    if (known !== undefined) return known;
    const peer = new PinnedStation({ host, port }, certificate, this.#options.identity, peerPatience);
    this.#peers.set(name, peer);
    return peer;
  }
}

/** Chunks with the same bytes are fetched once. */
function byContent(
  map: ChunkMap,
  wanted: readonly number[],
): Map<string, { readonly chunk: Chunk; readonly indexes: number[] }> {
  const found = new Map<string, { readonly chunk: Chunk; readonly indexes: number[] }>();
  for (const index of wanted) {
    const chunk = map.chunks[index];
    if (chunk === undefined) continue;
    const known = found.get(chunk.sha256);
    if (known === undefined) found.set(chunk.sha256, { chunk, indexes: [index] });
    else known.indexes.push(index);
  }
  return found;
}

/** Machines that start together then ask for different chunks. */
function shuffled<T>(list: T[]): T[] {
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1));
    const [one, two] = [list[at], list[other]];
    if (one === undefined || two === undefined) continue;
    list[at] = two;
    list[other] = one;
  }
  return list;
}
