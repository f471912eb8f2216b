import { once } from 'node:events';
import { createServer, OutgoingMessage, request, type IncomingMessage } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { recordHeaderBytes } from '../../../../core/contract/agent-bytes';
import { ByteServer, sendChunk } from '../../../../station/agent/byte-server';
import { ChunkStore } from '../../../../station/agent/chunk-store';
import { makeIdentity } from '../../../../station/rack-link/certificate';
import { collect, type PinnedStation } from '../../../../station/rack-link/pinned';

// eslint-disable-next-line @typescript-eslint/unbound-method -- called with its object below
const { uncork } = OutgoingMessage.prototype;

/** Says `drain` while it uncorks, and not again, as the Node of the package does (24.21). */
function asNode24(): void {
  OutgoingMessage.prototype.uncork = function (this: OutgoingMessage) {
    uncork.call(this);
    if (!this.writableNeedDrain || this.writableLength > 0) return;
    const needDrain = Object.getOwnPropertySymbols(this).find(
      (symbol) => symbol.description === 'kNeedDrain',
    );
    Object.assign(this, { [needDrain ?? '']: false });
    this.emit('drain');
  };
}

describe('chunks for a helper', () => {
  afterEach(() => {
    OutgoingMessage.prototype.uncork = uncork;
  });

  it('go on after one that the socket takes at once, also on a newer Node', { timeout: 10_000 }, async () => {
    asNode24();
    const folder = mkdtempSync(join(tmpdir(), 'prestage-bytes-'));
    const bytes = Buffer.alloc(96 * 1024, 1);
    const server = createServer((_request, response) => {
      response.writeHead(200).flushHeaders();
      const { signal } = new AbortController();
      void (async () => {
        for (const index of [0, 1, 2, 3]) {
          await sendChunk({ indexes: [index], bytes, fromMachine: false }, response, signal);
        }
        response.end();
      })();
    });
    try {
      server.listen(join(folder, 'bytes.sock'));
      await once(server, 'listening');
      const asked = request({ socketPath: join(folder, 'bytes.sock') }).end();
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      const all = await collect(answer, 1024 * 1024);
      expect(all.length).toBe(4 * (recordHeaderBytes + bytes.length));
    } finally {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true });
    }
  });
});

describe('the chunk map for a helper', () => {
  let server: ByteServer | null = null;
  afterEach(() => {
    server?.stop();
  });

  /** An agent whose station answers so; null: not at all. @returns the signals of the questions that it was asked */
  async function agent(
    status: number | null,
  ): Promise<{ readonly path: string; readonly asked: AbortSignal[] }> {
    const asked: AbortSignal[] = [];
    const station = {
      read: async (_path: string, signal: AbortSignal) => {
        asked.push(signal);
        if (status !== null) return Object.assign(new PassThrough(), { statusCode: status }).end();
        return await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('aborted'));
          });
        });
      },
    };
    const nothing = (): void => undefined;
    server = new ByteServer(
      station as unknown as PinnedStation,
      makeIdentity(),
      new ChunkStore(),
      60_000,
      nothing,
    );
    await server.start();
    return { path: server.path, asked };
  }

  const path = `/images/${'a'.repeat(64)}`;

  it('is asked for once where the station does not have it for this machine', async () => {
    const { path: socketPath, asked } = await agent(404);
    const [answer] = (await once(request({ socketPath, path }).end(), 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(404);
    answer.resume();
    expect(asked).toHaveLength(1);
  });

  it('is asked for again where the station cannot say it now', async () => {
    const { path: socketPath, asked } = await agent(503);
    const waiting = request({ socketPath, path }).on('error', () => undefined);
    waiting.end();
    await expect.poll(() => asked.length, { timeout: 5000 }).toBeGreaterThan(1);
    waiting.destroy();
    await sleep(50);
    const before = asked.length;
    await sleep(1500);
    expect(asked.length).toBe(before);
  });

  it('is waited for no longer when the helper does not want it any more', async () => {
    const { path: socketPath, asked } = await agent(null);
    const waiting = request({ socketPath, path }).on('error', () => undefined);
    waiting.end();
    await expect.poll(() => asked.length).toBe(1);
    waiting.destroy();
    await expect.poll(() => asked[0]?.aborted).toBe(true);
  });
});
