import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchChunkMap } from '../../../../helper/pipeline/remote-chunks';

/** The chunk map that a helper asks its agent for, which may have to wait for its station. */

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
