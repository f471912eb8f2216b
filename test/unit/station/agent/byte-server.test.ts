import { once } from 'node:events';
import { createServer, OutgoingMessage, request, type IncomingMessage } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { recordHeaderBytes } from '../../../../core/contract/agent-bytes';
import { sendChunk } from '../../../../station/agent/byte-server';
import { collect } from '../../../../station/rack-link/pinned';

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
