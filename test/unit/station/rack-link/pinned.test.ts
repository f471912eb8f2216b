import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { makeIdentity } from '../../../../station/rack-link/certificate';
import { collect, PinnedStation } from '../../../../station/rack-link/pinned';

const own = makeIdentity();
const other = makeIdentity();
const quick = { connect: 300, silent: 300 };

async function at(server: Server, work: (port: number) => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    sockets.add(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await work((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

/** Takes every connection, and says nothing. */
const mute = (): Server => createServer(() => undefined);

const answering = (answer: (response: ServerResponse) => void): Server =>
  createHttpsServer(
    {
      key: other.key,
      cert: other.certificate,
      minVersion: 'TLSv1.3',
      requestCert: true,
      rejectUnauthorized: false,
    },
    (_request, response) => {
      answer(response);
    },
  );

async function seconds(work: Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await expect(work).rejects.toThrow();
  return (performance.now() - begun) / 1000;
}

describe('a question to a computer that takes the connection and says nothing', () => {
  const asks = {
    'read a long answer': (to: PinnedStation, signal: AbortSignal) => to.read('/', signal),
    'have a connection of its own': (to: PinnedStation, signal: AbortSignal) =>
      to.upgrade('/', 'x', {}, signal),
    'get an answer': (to: PinnedStation, signal: AbortSignal) => to.ask('/', {}, 60_000, signal),
  };
  for (const [name, ask] of Object.entries(asks)) {
    it(`is given up at once by who wanted to ${name} and does not any more`, async () => {
      await at(mute(), async (port) => {
        const to = new PinnedStation({ host: '127.0.0.1', port }, other.fingerprint, own);
        const stop = new AbortController();
        setTimeout(() => {
          stop.abort();
        }, 200);
        expect(await seconds(ask(to, stop.signal))).toBeLessThan(2);
        // Also one that is not wanted from the start.
        expect(await seconds(ask(to, stop.signal))).toBeLessThan(2);
        to.close();
      });
    });
  }

  it('ends after the time that it is given', async () => {
    await at(mute(), async (port) => {
      const to = new PinnedStation({ host: '127.0.0.1', port }, other.fingerprint, own, quick);
      expect(await seconds(to.read('/', new AbortController().signal))).toBeLessThan(3);
      to.close();
    });
  });
});

it('an answer that stops in the middle ends after the time that it is given', async () => {
  const stops = answering((response) => {
    response.writeHead(200, { 'content-length': 100 }).write('not all');
  });
  await at(stops, async (port) => {
    const to = new PinnedStation({ host: '127.0.0.1', port }, other.fingerprint, own, {
      connect: 15_000,
      silent: 1000,
    });
    const answer = await to.read('/', new AbortController().signal);
    expect(await seconds(collect(answer, 100))).toBeLessThan(10);
    to.close();
  });
});

it('an answer that is no longer wanted ends at once', async () => {
  const stops = answering((response) => {
    response.writeHead(200, { 'content-length': 100 }).write('not all');
  });
  await at(stops, async (port) => {
    const to = new PinnedStation({ host: '127.0.0.1', port }, other.fingerprint, own);
    const stop = new AbortController();
    const answer = await to.read('/', stop.signal);
    setTimeout(() => {
      stop.abort();
    }, 100);
    expect(await seconds(collect(answer, 100))).toBeLessThan(2);
    to.close();
  });
});
