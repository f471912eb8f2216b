import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { ChunkStore } from '../../../../station/agent/chunk-store';
import { PeerServer } from '../../../../station/agent/peer-server';
import { makeIdentity, type RackIdentity } from '../../../../station/rack-link/certificate';
import type { PinnedAnswer, PinnedStation } from '../../../../station/rack-link/pinned';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A station that admitted these, and counts who asks. */
class CountingStation {
  readonly admitted = new Set<string>();
  asked: string[] = [];

  async ask(_path: string, body: unknown): Promise<PinnedAnswer> {
    const { certificate } = body as { certificate: string };
    this.asked.push(certificate);
    await sleep(5);
    return { status: 200, body: Buffer.from(JSON.stringify({ admitted: this.admitted.has(certificate) })) };
  }
}

async function serving(): Promise<{ readonly station: CountingStation; readonly port: number }> {
  const station = new CountingStation();
  const server = new PeerServer(makeIdentity(), station as unknown as PinnedStation, new ChunkStore());
  closing.push(() => {
    server.stop();
  });
  return { station, port: await server.start() };
}

/** @returns the status */
async function wants(
  port: number,
  { key, certificate: cert }: RackIdentity,
  from: string,
  agent: Agent | false = false,
): Promise<number> {
  return await new Promise((resolve, reject) => {
    const asked = request({
      ...{ host: '127.0.0.1', port, localAddress: from, path: `/agents/chunks/${'0'.repeat(64)}` },
      ...{ key, cert, rejectUnauthorized: false, agent },
    });
    asked.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
}

describe('a machine that gives chunks to others', () => {
  it('does not ask its station about each key that a stranger makes, also when all come at once', async () => {
    const { station, port } = await serving();
    const strangers = Array.from({ length: 40 }, () => makeIdentity());
    const answers = await Promise.all(strangers.map((one) => wants(port, one, '127.0.0.9')));
    expect(new Set(answers)).toEqual(new Set([403]));
    expect(station.asked.length).toBeLessThanOrEqual(8);
    const more = Array.from({ length: 10 }, () => makeIdentity());
    for (const one of more) expect(await wants(port, one, '127.0.0.9')).toBe(403);
    expect(station.asked.length).toBeLessThanOrEqual(8);
  });

  it('goes on to serve admitted machines meanwhile, however many there are', async () => {
    const { station, port } = await serving();
    await Promise.all(Array.from({ length: 20 }, () => wants(port, makeIdentity(), '127.0.0.9')));
    const machines = Array.from({ length: 30 }, () => makeIdentity());
    for (const { fingerprint } of machines) station.admitted.add(fingerprint);
    for (const machine of machines) expect(await wants(port, machine, '127.0.0.10')).toBe(404);
    const before = station.asked.length;
    for (const machine of machines) expect(await wants(port, machine, '127.0.0.10')).toBe(404);
    expect(station.asked.length).toBe(before);
  });

  it('has room for machines while a stranger keeps all connections that it gets, and says nothing', async () => {
    const { station, port } = await serving();
    const stranger = makeIdentity();
    const sockets: TLSSocket[] = [];
    closing.push(() => {
      for (const socket of sockets) socket.destroy();
    });
    for (let count = 0; count < 300; count += 1) {
      const socket = connect({
        ...{ host: '127.0.0.1', port, localAddress: '127.0.0.9', rejectUnauthorized: false },
        ...{ key: stranger.key, cert: stranger.certificate },
      });
      socket.on('error', () => undefined);
      sockets.push(socket);
      if (count % 20 === 0) await once(socket, 'secureConnect');
    }
    const machine = makeIdentity();
    station.admitted.add(machine.fingerprint);
    expect(await wants(port, machine, '127.0.0.10')).toBe(404);
    await expect.poll(() => sockets.filter(({ destroyed }) => !destroyed).length).toBeLessThanOrEqual(128);
    expect(await wants(port, machine, '127.0.0.10')).toBe(404);
  });

  it('gives one machine no more connections than a machine needs', async () => {
    const { station, port } = await serving();
    const machine = makeIdentity();
    station.admitted.add(machine.fingerprint);
    const agents = Array.from({ length: 20 }, () => new Agent({ keepAlive: true }));
    closing.push(() => {
      for (const agent of agents) agent.destroy();
    });
    const answers = await Promise.all(
      agents.map(async (agent) => await wants(port, machine, '127.0.0.10', agent).catch(() => null)),
    );
    expect(answers.filter((status) => status === 404)).toHaveLength(16);
    expect(answers.filter((status) => status === null)).toHaveLength(4);
  });

  it('asks once about a machine that opens many connections at once', async () => {
    const { station, port } = await serving();
    const machine = makeIdentity();
    station.admitted.add(machine.fingerprint);
    const answers = await Promise.all(Array.from({ length: 12 }, () => wants(port, machine, '127.0.0.1')));
    expect(new Set(answers)).toEqual(new Set([404]));
    expect(station.asked).toEqual([machine.fingerprint]);
  });
});
