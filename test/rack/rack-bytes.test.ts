import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer as createLocalServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import { connect, createServer as createWire, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { rackHelloAnswerSchema, rackProtocolVersion, swarmAnswerSchema } from '../../core/contract/rack';
import { recordHeaderBytes } from '../../core/contract/agent-bytes';
import { GiB, MiB } from '../../core/base/units';
import { defaultLayoutName, findLayout, planPartitions } from '../../core/drive/layout';
import {
  chunkMapName,
  chunkMapSchema,
  ownChunksName,
  partitionFileName,
  type ChunkMap,
} from '../../core/media/chunk-map';
import { DriveIo } from '../../helper/pipeline/drive-io';
import { RemoteChunks } from '../../helper/pipeline/remote-chunks';
import { SharedProgress } from '../../helper/pipeline/shared-progress';
import { ChunkStore } from '../../station/agent/chunk-store';
import { fetchChunks } from '../../station/agent/chunk-fetcher';
import { PeerServer } from '../../station/agent/peer-server';
import { AdmissionBook } from '../../station/rack/admissions';
import { AgentServer } from '../../station/rack/agent-server';
import { Machines } from '../../station/rack/machines';
import { Sessions } from '../../station/rack/sessions';
import { makeIdentity, type RackIdentity } from '../../station/rack-link/certificate';
import { commitmentOf, newNonce } from '../../station/rack-link/code';
import { collect, PinnedStation } from '../../station/rack-link/pinned';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';

/** How chunks go from a station to machines, and among machines; who gets none; and that none is believed. */

const version = '1.2.3';
const chunkBytes = MiB;
let area: string;
let image: string;
let map: ChunkMap;
const fingerprint = 'e'.repeat(64);
const ends: (() => unknown)[] = [];
const never = new AbortController().signal;

/** A disk image of 12 chunks, the last of which is one machine's own. */
beforeAll(() => {
  area = temporaryArea('rack-bytes');
  image = join(area, 'image');
  mkdirSync(image);
  const partitions = present(planPartitions(present(findLayout(defaultLayoutName)), 64 * GiB));
  const windows = present(partitions.find(({ fileSystem }) => fileSystem === 'ntfs'));
  const bytes = randomBytes(12 * chunkBytes);
  writeFileSync(join(image, partitionFileName(windows.number)), bytes);
  writeFileSync(join(image, ownChunksName), bytes.subarray(11 * chunkBytes));
  map = chunkMapSchema.parse({
    ...{ version: 1, layout: defaultLayoutName, driveSize: 64 * GiB, sectorSize: 512, partitions },
    chunks: Array.from({ length: 12 }, (_, index) => ({
      ...{ offset: windows.offset + index * chunkBytes, length: chunkBytes, partition: windows.number },
      sha256: sha256(bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes)),
      ...(index === 11 ? { own: 0 } : {}),
    })),
  });
  writeFileSync(join(image, chunkMapName), JSON.stringify(map));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(() => {
  removeArea(area);
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

interface Served {
  readonly identity: RackIdentity;
  readonly address: { readonly host: string; readonly port: number };
  readonly machines: Machines;
  readonly sessions: Sessions;
}

async function serve(closed = true): Promise<Served> {
  const identity = makeIdentity();
  const machines = new Machines({
    station: identity.fingerprint,
    closedNetwork: closed ? { by: 'test' } : null,
    book: new AdmissionBook(join(area, `${newNonce()}.json`)),
    now: () => new Date(),
  });
  const sessions = new Sessions(machines, 60_000);
  const listen = { host: '127.0.0.1', port: 0 };
  const server = new AgentServer({ identity, machines, sessions, version, stationName: 'bench', listen });
  const [, port = ''] = (await server.start()).split(':');
  ends.push(() => server.stop());
  ends.push(() => {
    sessions.stop();
  });
  return { identity, machines, sessions, address: { host: '127.0.0.1', port: Number(port) } };
}

interface Machine {
  readonly identity: RackIdentity;
  readonly station: PinnedStation;
  readonly store: ChunkStore;
}

/** A machine that has greeted its station, with a session that may have the disk image. */
async function enter(
  { identity: { fingerprint: station }, address, sessions }: Served,
  serial: string,
  peerPort: (machine: Machine) => Promise<number | null>,
): Promise<Machine> {
  const identity = makeIdentity();
  const machine = {
    identity,
    station: new PinnedStation(address, station, identity),
    store: new ChunkStore(),
  };
  ends.push(() => {
    machine.station.close();
  });
  const nonce = newNonce();
  const hello = {
    ...{
      protocolVersion: rackProtocolVersion,
      version,
      bench: null,
      instance: '7b0a6a52-8d0f-4a39-9b5e-00000000000a',
      commitment: commitmentOf(nonce),
    },
    peerPort: await peerPort(machine),
    machine: { serial, facts: {}, refused: [], source: 'none', needsPrivilege: false },
  };
  const answer = await machine.station.ask('/agents/hello', hello, 5000, never);
  rackHelloAnswerSchema.parse(JSON.parse(answer.body.toString()));
  await machine.station.ask('/agents/reveal', { nonce }, 5000, never);
  await sessions.serve(sessions.open(identity.fingerprint), image, fingerprint);
  return machine;
}

/** Its port for other machines. */
async function honest({ identity, station, store }: Machine): Promise<number> {
  const server = new PeerServer(identity, station, store);
  ends.push(() => {
    server.stop();
  });
  return await server.start();
}

/** Fetches all chunks. @returns how many came from the station, and from machines */
async function fetchAll(
  machine: Machine,
  options: { readonly grace?: number; readonly patience?: number } = {},
): Promise<{ readonly station: number; readonly machines: number }> {
  const came = { station: 0, machines: 0 };
  const seen = new Set<number>();
  await fetchChunks({
    ...{ station: machine.station, identity: machine.identity, map, fingerprint, grace: 5000, signal: never },
    ...options,
    wanted: [...map.chunks.keys()],
    take: ({ indexes, bytes, fromMachine }) => {
      for (const index of indexes) {
        const chunk = present(map.chunks[index]);
        expect(sha256(bytes)).toBe(chunk.sha256);
        seen.add(index);
        if (chunk.own === undefined) machine.store.add(chunk.sha256, { ...chunk, path: '/nowhere' }, bytes);
      }
      came[fromMachine ? 'machines' : 'station'] += 1;
      return Promise.resolve();
    },
  });
  expect(seen.size).toBe(map.chunks.length);
  return came;
}

/** A machine that says it has everything, and gives something else. */
async function liar({ identity }: Machine): Promise<number> {
  const server: Server = createServer(
    { key: identity.key, cert: identity.certificate, requestCert: true, rejectUnauthorized: false },
    (_request, response) => {
      response.writeHead(200, { 'content-length': chunkBytes }).end(Buffer.alloc(chunkBytes, 0x55));
    },
  );
  server.listen(0);
  await once(server, 'listening');
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/**
 * A cable to the station through which only so much comes, of all connections together.
 * @returns the address at its other end
 */
async function slowCable(to: Served['address'], bytesEachSecond: number): Promise<Served['address']> {
  let free = performance.now();
  const bring = async (far: Socket, near: Socket): Promise<void> => {
    for await (const piece of far as AsyncIterable<Buffer>) {
      free = Math.max(free, performance.now()) + (piece.length / bytesEachSecond) * 1000;
      await sleep(free - performance.now());
      near.write(piece);
    }
  };
  const server = createWire((near) => {
    const far = connect(to);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => one.destroy());
      one.on('close', () => other.destroy());
    }
    near.pipe(far);
    bring(far, near).catch(() => near.destroy());
  });
  server.listen(0, to.host);
  await once(server, 'listening');
  ends.push(() => server.close());
  return { ...to, port: (server.address() as AddressInfo).port };
}

const shared = 11;

describe('chunks of a rack', () => {
  it('come from a machine that has them, but for those that are one machine’s own', async () => {
    const served = await serve();
    const first = await enter(served, 'RACKBYTES1', honest);
    expect(await fetchAll(first)).toEqual({ station: 12, machines: 0 });
    const second = await enter(served, 'RACKBYTES2', honest);
    const came = await fetchAll(second);
    // While the first one sends as much as it may, the station helps out.
    expect(came.machines).toBeGreaterThan(shared / 2);
    expect(came.station + came.machines).toBe(shared + 1);
    expect(await first.store.read(present(map.chunks[11]).sha256)).toBeNull();
  });

  it('are right, and come from elsewhere, when a machine gives wrong ones', async () => {
    const served = await serve();
    const wrong = await enter(served, 'RACKBYTES3', liar);
    const { status } = await wrong.station.ask(
      `/agents/swarm/${fingerprint}/join`,
      { wanted: [] },
      5000,
      never,
    );
    expect(status).toBe(200);
    const victim = await enter(served, 'RACKBYTES4', honest);
    expect(await fetchAll(victim)).toEqual({ station: 12, machines: 0 });
  });

  it('come from machines to all others, when at one everything is wrong', async () => {
    const served = await serve();
    const first = await enter(served, 'RACKBYTES10', honest);
    await fetchAll(first);
    const bad = await enter(served, 'RACKBYTES11', honest);
    const ask = async (step: string, body: unknown): Promise<unknown> => {
      const answer = await bad.station.ask(`/agents/swarm/${fingerprint}/${step}`, body, 5000, never);
      return JSON.parse(answer.body.toString());
    };
    await ask('join', { wanted: [...map.chunks.keys()] });
    let wrong: string[] = [];
    let senders = 0;
    for (let turn = 0; turn < 20; turn += 1) {
      const { next } = swarmAnswerSchema.parse(await ask('next', { got: [], failed: [], wrong }));
      if (typeof next === 'string') break;
      wrong = [next.sha256];
      if (next.from !== null) senders += 1;
    }
    expect(senders).toBeGreaterThan(0);
    expect(senders).toBeLessThanOrEqual(3);
    const came = await fetchAll(await enter(served, 'RACKBYTES12', honest));
    expect(came.machines).toBeGreaterThan(shared / 2);
  });

  it('are given to no machine that is not admitted, by station and machines', async () => {
    const served = await serve(false);
    const ports: number[] = [];
    const first = await enter(served, 'RACKBYTES5', async (machine) => {
      ports.push(await honest(machine));
      return present(ports[0]);
    });
    const { sha256: name } = present(map.chunks[0]);
    const before = await first.station.read(`/agents/chunks/${name}`, never);
    before.resume();
    expect(before.statusCode).toBe(403);

    served.machines.admit(present(served.machines.list()[0]).code, 'test', null);
    // What was opened for it before has ended: it was not admitted.
    await served.sessions.serve(served.sessions.open(first.identity.fingerprint), image, fingerprint);
    await fetchAll(first);
    const stranger = makeIdentity();
    const at = { host: '127.0.0.1', port: present(ports[0]) };
    const peer = new PinnedStation(at, first.identity.fingerprint, stranger);
    ends.push(() => {
      peer.close();
    });
    const refused = await peer.read(`/agents/chunks/${name}`, never);
    refused.resume();
    expect(refused.statusCode).toBe(403);
    expect(await first.store.read(name)).not.toBeNull();
  });

  it('of another machine’s disk image are not given', async () => {
    const served = await serve();
    const first = await enter(served, 'RACKBYTES6', () => Promise.resolve(null));
    const other = await enter(
      { ...served, sessions: new Sessions(served.machines, 60_000) },
      'RACKBYTES7',
      () => Promise.resolve(null),
    );
    const own = present(map.chunks[11]).sha256;
    const given = await first.station.read(`/agents/chunks/${own}`, never);
    expect(sha256(await collect(given, chunkBytes))).toBe(own);
    const refused = await other.station.read(`/agents/chunks/${own}`, never);
    refused.resume();
    expect(refused.statusCode).toBe(404);
  });

  it('come one after the other where a machine is too slow for several in the time for one', async () => {
    const served = await serve();
    // One takes 0.25 s, four at once take 1 s each.
    const address = await slowCable(served.address, 4 * chunkBytes);
    const machine = await enter({ ...served, address }, 'RACKBYTES8', honest);
    const came = await fetchAll(machine, { patience: 500, grace: 20_000 });
    expect(came).toEqual({ station: 12, machines: 0 });
  });

  it('are given up where none comes in time, however often the station is asked', async () => {
    const served = await serve();
    const address = await slowCable(served.address, chunkBytes);
    const machine = await enter({ ...served, address }, 'RACKBYTES9', honest);
    await expect(fetchAll(machine, { patience: 300, grace: 1000 })).rejects.toThrow('did not come in 300 ms');
  });

  it('are told from what an older or newer agent says', async () => {
    const served = await serve();
    const identity = makeIdentity();
    const station = new PinnedStation(served.address, served.identity.fingerprint, identity);
    ends.push(() => {
      station.close();
    });
    const hello = { protocolVersion: rackProtocolVersion, version: '1.2.2', anything: 'else' };
    const { status, body } = await station.ask('/agents/hello', hello, 5000, never);
    expect(status).toBe(409);
    expect(body.toString()).toContain('rack-outdated');
    expect(served.machines.list()).toEqual([]);
  });
});

describe('what is written to a drive', () => {
  const drive = (): { readonly file: string; readonly fd: number } => {
    const file = join(area, `drive-${newNonce()}.img`);
    writeFileSync(file, '');
    truncateSync(file, 16 * MiB);
    const fd = openSync(file, 'r+');
    ends.push(() => {
      closeSync(fd);
    });
    return { file, fd };
  };

  /** An agent that sends these records. */
  async function agent(records: readonly Buffer[]): Promise<string> {
    const path = join(area, `${newNonce().slice(0, 12)}.sock`);
    const server = createLocalServer((_request, response) => {
      response.writeHead(200);
      for (const record of records) response.write(record);
      response.end();
    });
    server.listen(path);
    await once(server, 'listening');
    ends.push(() => server.close());
    return path;
  }

  function record(index: number, bytes: Buffer): Buffer {
    const head = Buffer.alloc(recordHeaderBytes);
    head.writeUInt32BE(index, 0);
    head.writeUInt32BE(bytes.length, 4);
    return Buffer.concat([head, bytes]);
  }

  const content = [randomBytes(MiB), randomBytes(MiB), randomBytes(MiB)];
  const chunks = content.map((bytes, index) => ({
    ...{ offset: (2 + index) * MiB, length: MiB, sha256: sha256(bytes), sourceFd: -1, sourceOffset: 0 },
  }));

  function write(fd: number, socket: string): Promise<unknown> {
    const progress = new SharedProgress();
    const io = new DriveIo({ fd, size: 16 * MiB }, progress, () => undefined, MiB);
    return new RemoteChunks(io, chunks, progress).write({ socket, fingerprint, drive: '/nowhere' });
  }

  it('is what the chunk map says, in whatever order it comes', async () => {
    const { file, fd } = drive();
    const order = [2, 0, 1];
    const socket = await agent(order.map((index) => record(index, present(content[index]))));
    expect(await write(fd, socket)).toEqual({ station: 3 * MiB, machines: 0, kept: 0 });
    expect(
      readFileSync(file)
        .subarray(2 * MiB, 5 * MiB)
        .equals(Buffer.concat(content)),
    ).toBe(true);
  });

  it('is nothing of a chunk with wrong bytes', async () => {
    const { file, fd } = drive();
    const wrong = Buffer.from(present(content[1]));
    wrong[12_345] = (wrong[12_345] ?? 0) ^ 1;
    const socket = await agent([record(0, present(content[0])), record(1, wrong)]);
    await expect(write(fd, socket)).rejects.toMatchObject({ kind: 'link', chunk: 1 });
    const written = readFileSync(file);
    expect(written.subarray(2 * MiB, 3 * MiB).equals(present(content[0]))).toBe(true);
    expect(written.subarray(3 * MiB).every((byte) => byte === 0)).toBe(true);
  });

  it.each([
    ['a chunk that does not exist', [7, MiB]],
    ['a chunk of another length', [0, 4096]],
  ] as const)('is nothing of %s', async (_what, [index, length]) => {
    const { file, fd } = drive();
    const socket = await agent([record(index, Buffer.alloc(length, 1))]);
    await expect(write(fd, socket)).rejects.toMatchObject({ kind: 'link' });
    expect(readFileSync(file).every((byte) => byte === 0)).toBe(true);
  });

  it('is kept where a broken-off job has left the right bytes, and not where it has left wrong ones', async () => {
    const { file, fd } = drive();
    const before = Buffer.alloc(16 * MiB);
    present(content[0]).copy(before, 2 * MiB);
    present(content[1]).copy(before, 3 * MiB);
    before[3 * MiB + 5] = (before[3 * MiB + 5] ?? 0) ^ 1;
    writeFileSync(file, before, { flag: 'r+' });
    const socket = await agent([1, 2].map((index) => record(index, present(content[index]))));
    expect(await write(fd, socket)).toEqual({ station: 2 * MiB, machines: 0, kept: MiB });
    expect(
      readFileSync(file)
        .subarray(2 * MiB, 5 * MiB)
        .equals(Buffer.concat(content)),
    ).toBe(true);
  });

  it('ends as failed when the agent ends the transfer', async () => {
    const { fd } = drive();
    const socket = await agent([record(0, present(content[0]))]);
    await expect(write(fd, socket)).rejects.toMatchObject({ kind: 'link' });
  });
});
