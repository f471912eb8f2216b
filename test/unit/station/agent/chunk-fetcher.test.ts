import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { SwarmNext } from '../../../../core/contract/rack';
import type { ChunkMap } from '../../../../core/media/chunk-map';
import { fetchChunks } from '../../../../station/agent/chunk-fetcher';
import { makeIdentity } from '../../../../station/rack-link/certificate';
import type { PinnedAnswer, PinnedStation } from '../../../../station/rack-link/pinned';

const bytes = Buffer.from('the bytes of the only chunk');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const map = {
  chunks: [{ offset: 0, length: bytes.length, partition: 1, sha256 }],
} as unknown as ChunkMap;

interface Asked {
  readonly got: string[];
  readonly failed: string[];
  readonly wrong: string[];
}

/** A station that answers questions as it is told to, and its chunk with what it is told to. */
class ToldStation {
  readonly asked: Asked[] = [];

  constructor(
    private readonly next: (asked: Asked) => SwarmNext | Promise<SwarmNext>,
    private readonly gives: () => { readonly status: number; readonly bytes: Buffer } = () => ({
      status: 200,
      bytes,
    }),
  ) {}

  async ask(path: string, body: unknown): Promise<PinnedAnswer> {
    if (path.endsWith('/join')) return { status: 200, body: Buffer.from('{}') };
    const asked = body as Asked;
    this.asked.push(asked);
    return { status: 200, body: Buffer.from(JSON.stringify({ next: await this.next(asked) })) };
  }

  read(): Promise<unknown> {
    const { status, bytes: given } = this.gives();
    return Promise.resolve(Object.assign(Readable.from([given]), { statusCode: status }));
  }
}

async function fetchFrom(station: ToldStation, grace: number): Promise<number> {
  let came = 0;
  await fetchChunks({
    station: station as unknown as PinnedStation,
    ...{ identity: makeIdentity(), map, fingerprint: 'f'.repeat(64), wanted: [0], grace },
    signal: new AbortController().signal,
    take: () => {
      came += 1;
      return Promise.resolve();
    },
  });
  return came;
}

const chunk: SwarmNext = { sha256, from: null };

describe('a machine that fetches its chunks', () => {
  it('outlives an error after it has waited longer than the time of grace for somebody who can send', async () => {
    const begun = performance.now();
    let errors = 0;
    const station = new ToldStation(async ({ got }) => {
      if (got.length > 0) return 'done';
      await sleep(20);
      if (performance.now() - begun < 500) return 'wait';
      // One for each of those that ask.
      if ((errors += 1) <= 4) throw new Error('the connection was lost');
      return errors > 5 ? 'done' : chunk;
    });
    expect(await fetchFrom(station, 300)).toBe(1);
  });

  it('gives up when its station has answered nothing for the time of grace', async () => {
    const station = new ToldStation(() => {
      throw new Error('the connection was lost');
    });
    const begun = performance.now();
    await expect(fetchFrom(station, 300)).rejects.toThrow('the connection was lost');
    expect(performance.now() - begun).toBeLessThan(3000);
  });

  it('tells what was wrong apart from what did not arrive', async () => {
    const given = [
      { status: 200, bytes: Buffer.alloc(bytes.length) },
      { status: 404, bytes: Buffer.from('{}') },
      { status: 200, bytes },
    ];
    let busy = false;
    const station = new ToldStation(
      async ({ got, failed, wrong }) => {
        if (got.length > 0) return 'done';
        if (failed.length + wrong.length > 0) busy = false;
        await sleep(10);
        if (busy) return station.asked.some((asked) => asked.got.length > 0) ? 'done' : 'wait';
        busy = true;
        return chunk;
      },
      () => given.shift() ?? { status: 500, bytes: Buffer.alloc(0) },
    );
    expect(await fetchFrom(station, 5000)).toBe(1);
    const told = station.asked.filter(
      ({ got, failed, wrong }) => got.length + failed.length + wrong.length > 0,
    );
    expect(told).toEqual([
      { got: [], failed: [], wrong: [sha256] },
      { got: [], failed: [sha256], wrong: [] },
      { got: [sha256], failed: [], wrong: [] },
    ]);
  });
});
