import { spawn } from 'node:child_process';
import { connect as connectPlain, createServer, type Socket } from 'node:net';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { helperProtocolVersion } from '../../core/contract/helper-api';
import {
  linkProtocol,
  rackHelloAnswerSchema,
  rackNextSchema,
  rackProtocolVersion,
  receivedHeader,
  type RackMachine,
  type RackNext,
} from '../../core/contract/rack';
import { timeouts } from '../../core/base/timeouts';
import { chunkMapName, ownChunksName } from '../../core/media/chunk-map';
import { makeIdentity, type RackIdentity } from '../../station/rack-link/certificate';
import { commitmentOf, newNonce } from '../../station/rack-link/code';
import { ResumableLink } from '../../station/rack-link/link';
import { PinnedStation, type PinnedAnswer } from '../../station/rack-link/pinned';
import { RackClient } from '../../station/rack/rack-client';
import { RackHelpers } from '../../station/rack/rack-helpers';
import { serveRack, type ServedRack } from '../../station/rack/serve-rack';
import { statePaths } from '../../station/state/state-paths';
import { present } from '../support/present';

/** A station that really listens, and somebody on its network who speaks the wire by hand. */

const area = mkdtempSync(join(tmpdir(), 'prestage-rack-strangers-'));
const closing: (() => unknown)[] = [];
let states = 0;
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => {
  rmSync(area, { recursive: true, force: true });
});

interface Station extends ServedRack {
  readonly state: string;
  readonly socket: string;
  readonly news: RackMachine[];
}

async function serve(
  closedNetwork: string | null = null,
  state = join(area, `state-${String((states += 1))}`),
): Promise<Station> {
  mkdirSync(state, { recursive: true });
  const socket = join(state, 'rack.sock');
  const news: RackMachine[] = [];
  const served = await serveRack({
    paths: {
      ...statePaths(state, { make: false }),
      ...{ rack: state, rackSocket: socket, rackMachines: join(state, 'machines.json') },
    },
    ...{ listen: { host: '127.0.0.1', port: 0 }, version: '1', stationName: 'one', closedNetwork },
    ...{ grace: 60_000, onMachine: (machine) => news.push(machine) },
  });
  closing.push(() => served.stop());
  return { ...served, state, socket, news };
}

/** Somebody with a key of its own. */
class Stranger {
  readonly identity: RackIdentity;
  readonly #wire: PinnedStation;
  readonly #port: number;
  readonly #signal = new AbortController();

  constructor({ rack }: Station, identity = makeIdentity()) {
    const { listens, certificate } = rack();
    this.identity = identity;
    this.#port = Number(listens.split(':')[1]);
    this.#wire = new PinnedStation({ host: '127.0.0.1', port: this.#port }, certificate, identity);
    closing.push(() => {
      this.#signal.abort();
      this.#wire.close();
    });
  }

  async ask(path: string, body: unknown): Promise<PinnedAnswer> {
    return await this.#wire.ask(path, body, 20_000, this.#signal.signal);
  }

  /** Says what it is, whatever that is, and lets the station have its number. */
  async greet(serial: string | null, more: object = {}): Promise<PinnedAnswer> {
    const nonce = newNonce();
    const machine = { serial, facts: {}, refused: [], source: 'sysfs', needsPrivilege: false };
    const hello = { protocolVersion: rackProtocolVersion, version: '1', machine: { ...machine, ...more } };
    const greeting = await this.ask('/agents/hello', {
      ...hello,
      ...{
        bench: null,
        peerPort: null,
        instance: '7b0a6a52-8d0f-4a39-9b5e-00000000000a',
        commitment: commitmentOf(nonce),
      },
    });
    if (greeting.status !== 200) return greeting;
    rackHelloAnswerSchema.parse(JSON.parse(greeting.body.toString()));
    return await this.ask('/agents/reveal', { nonce });
  }

  /** @returns the status */
  async read(path: string): Promise<number> {
    const answer = await this.#wire.read(path, this.#signal.signal);
    answer.resume();
    return answer.statusCode ?? 0;
  }

  async next(revision = -1): Promise<RackNext> {
    const { body } = await this.ask('/agents/next', { revision });
    return rackNextSchema.parse(JSON.parse(body.toString()));
  }

  /** Takes the connection that the station asked for. */
  async join(session: string, link: ResumableLink): Promise<void> {
    const headers = { [receivedHeader]: String(link.renew()) };
    const path = `/agents/sessions/${session}`;
    const upgraded = present(await this.#wire.upgrade(path, linkProtocol, headers, this.#signal.signal));
    link.attach(upgraded.socket, Number(upgraded.answer.headers[receivedHeader]), upgraded.head);
    closing.push(() => {
      link.drop('over');
    });
  }

  /** A bare TLS connection with its key. */
  async connect(): Promise<TLSSocket> {
    const { key, certificate: cert } = this.identity;
    const socket = connect({ host: '127.0.0.1', port: this.#port, key, cert, rejectUnauthorized: false });
    socket.on('error', () => undefined);
    closing.push(() => socket.destroy());
    await once(socket, 'secureConnect');
    return socket;
  }
}

function only({ rack }: Station): RackMachine {
  const { machines } = rack();
  expect(machines).toHaveLength(1);
  return present(machines[0]);
}

function codeOf({ rack }: Station, { identity }: Stranger): string {
  return present(rack().machines.find(({ certificate }) => certificate === identity.fingerprint)).code;
}

describe('a closed network', () => {
  it.each([
    ['a placeholder', 'To Be Filled By O.E.M.'],
    ['terminal control', 'ABC\u001b[2J\u001b[31m1'],
    ['a path', '../../ledger.db'],
    ['a line break', 'ABC1\nABC2'],
    ['half a page', 'A'.repeat(3000)],
  ])('does not admit an agent that says %s is its serial', async (_what, serial) => {
    const station = await serve('lead');
    const stranger = new Stranger(station);
    expect((await stranger.greet(serial)).status).toBe(200);
    const known = only(station);
    expect(known.state).toBe('waiting');
    expect(known.machine.serial).toBeNull();
    expect(JSON.stringify(station.rack())).not.toMatch(/\\u001b|\\n/);
    expect((await stranger.ask('/agents/next', { revision: -1 })).status).toBe(200);
  });

  it('takes a serial in small letters for the same machine', async () => {
    const station = await serve('lead');
    await new Stranger(station).greet('5CD1234XY1');
    await new Stranger(station).greet('5cd1234xy1');
    expect(station.rack().machines.filter(({ state }) => state === 'admitted')).toHaveLength(1);
  });

  it('leaves nobody behind who is admitted when the network is closed no more', async () => {
    const closed = await serve('lead');
    const laptop = new Stranger(closed);
    await laptop.greet('5CD1234XY1');
    expect((await laptop.next()).state).toBe('admitted');
    await closed.stop();
    const open = await serve(null, closed.state);
    const again = new Stranger(open, laptop.identity);
    await again.greet('5CD1234XY1');
    expect((await again.next()).state).toBe('waiting');
  });

  it('does not admit again who was turned away, with the same key or with another', async () => {
    const station = await serve('lead');
    const machine = new Stranger(station);
    await machine.greet('5CD1234XY1');
    await new RackClient(station.socket).refuse(only(station).code);
    await machine.greet('5CD1234XY1');
    expect((await machine.next()).state).not.toBe('admitted');
    const restarted = new Stranger(station);
    await restarted.greet('5CD1234XY1');
    expect(await restarted.next()).toMatchObject({ state: 'waiting' });
    await new RackClient(station.socket).admit(codeOf(station, restarted), 'ana', null);
    expect((await restarted.next()).state).toBe('admitted');
  });
});

describe('a machine that is turned away', () => {
  it('loses the connection to its helper, not only the next one', async () => {
    const station = await serve();
    const machine = new Stranger(station);
    await machine.greet('5CD1234XY1');
    const rack = new RackClient(station.socket);
    await rack.admit(only(station).code, 'ana', null);
    const { stream } = await rack.connect(only(station).id);
    const closed = once(stream.resume(), 'close');
    closing.push(() => stream.destroy());
    const link = new ResumableLink({ grace: 60_000 });
    const [session = ''] = (await machine.next()).sessions;
    await machine.join(session, link);
    await rack.refuse(only(station).code);
    await closed;
    // And is told so at once, instead of trying until the time of grace is over.
    await expect(machine.join(session, link)).rejects.toThrow();
  });
});

describe('an admitted machine', () => {
  it('gets neither the disk image of another, nor its chunks, nor its connection', async () => {
    const station = await serve('lead');
    const [first, second] = [new Stranger(station), new Stranger(station)];
    await first.greet('5CD1234XY1');
    await second.greet('5CD1234XY2');
    const image = join(area, 'image');
    mkdirSync(image);
    const sha256 = createHash('sha256').update(Buffer.alloc(4096, 7)).digest('hex');
    const map = {
      ...{ version: 1, layout: 'test', driveSize: 8192, sectorSize: 512, partitions: [] },
      chunks: [{ offset: 0, length: 4096, partition: 1, sha256, own: 0 }],
    };
    writeFileSync(join(image, chunkMapName), JSON.stringify(map));
    writeFileSync(join(image, ownChunksName), Buffer.alloc(4096, 7));
    const rack = new RackClient(station.socket);
    const { session, stream } = await rack.connect(first.identity.fingerprint.slice(0, 12));
    closing.push(() => stream.destroy());
    const fingerprint = 'c'.repeat(64);
    await rack.serveImage(session, image, fingerprint);
    const paths = [`/agents/images/${fingerprint}`, `/agents/chunks/${sha256}`];
    expect(await Promise.all(paths.map((path) => first.read(path)))).toEqual([200, 200]);
    expect(await Promise.all(paths.map((path) => second.read(path)))).toEqual([404, 404]);
    const link = new ResumableLink({ grace: 60_000 });
    await expect(second.join(session, link)).rejects.toThrow();
    await first.join(session, link);
    await rack.refuse(codeOf(station, first));
    expect(await Promise.all(paths.map((path) => first.read(path)))).toEqual([403, 403]);
  });
});

describe('somebody who was not admitted', () => {
  it('has at most a few questions waiting, however many it asks', async () => {
    const station = await serve();
    const stranger = new Stranger(station);
    await stranger.greet('5CD1234XY1');
    const { revision } = await stranger.next();
    const socket = await stranger.connect();
    const body = JSON.stringify({ revision });
    const one = `POST /agents/next HTTP/1.1\r\nhost: x\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`;
    let answers = 0;
    socket.on('data', (piece: Buffer) => {
      answers += piece.toString().split('HTTP/1.1 200').length - 1;
    });
    // The first ones may wait; then the station answers at once, and all come when the first does.
    socket.write(one.repeat(300));
    const asked = performance.now();
    const others = await Promise.all(Array.from({ length: 20 }, () => stranger.connect()));
    for (const other of others) other.write(one);
    const atOnce = await Promise.all(
      others.map((other) => Promise.race([once(other, 'data').then(() => 1), sleep(3000).then(() => 0)])),
    );
    expect(atOnce.reduce<number>((sum, got) => sum + got, 0)).toBeGreaterThanOrEqual(16);
    expect(performance.now() - asked).toBeLessThan(10_000);
    expect(answers).toBeLessThanOrEqual(300);
  });

  it('begins anew when the station was started again between its two halves of the greeting', async () => {
    const station = await serve();
    expect((await new Stranger(station).ask('/agents/reveal', { nonce: newNonce() })).status).toBe(404);
  });

  it('does not fill screen and log by greeting again and again', async () => {
    const station = await serve();
    const stranger = new Stranger(station);
    for (let round = 0; round < 700; round += 1) await stranger.greet('5CD1234XY1');
    expect(station.news.length).toBeGreaterThanOrEqual(500);
    expect(station.news.length).toBeLessThan(600);
    await new RackClient(station.socket).admit(only(station).code, 'ana', null);
    expect(station.news.at(-1)?.state).toBe('admitted');
  });

  it('cannot have all connections, nor keep out a machine at its own address', async () => {
    const station = await serve();
    const [machine, port] = [new Stranger(station), Number(station.rack().listens.split(':')[1])];
    await machine.greet('5CD1234XY1');
    await new RackClient(station.socket).admit(only(station).code, 'ana', null);
    let closed = 0;
    const sockets: Socket[] = [];
    for (let count = 0; count < 1100; count += 1) {
      const socket = connectPlain({ host: '127.0.0.1', port, localAddress: '127.0.0.1' });
      sockets.push(socket.on('error', () => undefined).on('close', () => (closed += 1)));
      await once(socket, 'connect');
    }
    expect((await machine.next()).state).toBe('admitted');
    expect((await new Stranger(station).greet('5CD1234XY2')).status).toBe(200);
    await expect.poll(() => closed, { timeout: 10_000 }).toBeGreaterThanOrEqual(1100 - 256);
    // Who says nothing is turned out.
    await expect.poll(() => closed, { timeout: timeouts.rackMute * 2 }).toBe(1100);
    const again = connectPlain({ host: '127.0.0.1', port, localAddress: '127.0.0.1' });
    closing.push(() => again.destroy());
    await once(again, 'connect');
    await sleep(100);
    expect(again.destroyed || again.readableEnded).toBe(false);
  });

  it('cannot make the station keep much of what it says', async () => {
    const station = await serve();
    const refused = Array.from({ length: 400 }, () => ({
      ...{ what: 'serial', text: 'A'.repeat(100), why: 'placeholder' },
    }));
    const answer = await new Stranger(station).greet('5CD1234XY1', { refused });
    expect(answer.status).toBe(409);
    expect(answer.body.toString()).toContain('rack-protocol');
    expect(station.rack().machines).toEqual([]);
  });
});

describe('two stations with one state folder', () => {
  it.each(['of nobody', 'of a station that was killed'])(
    'do not take the socket from each other when both begin in one instant, and there is one %s',
    async (whose) => {
      for (let round = 0; round < 5; round += 1) {
        const state = join(area, `twice-${whose.length}-${String(round)}`);
        mkdirSync(state);
        if (whose !== 'of nobody') {
          const listen = `require('node:net').createServer().listen(${JSON.stringify(join(state, 'rack.sock'))}, () => process.kill(process.pid, 'SIGKILL'))`;
          await once(spawn(process.execPath, ['-e', listen]), 'close');
          expect(existsSync(join(state, 'rack.sock'))).toBe(true);
        }
        const both = await Promise.allSettled([serve(null, state), serve(null, state)]);
        const served = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
        expect(served).toHaveLength(1);
        const refused = both.find((one) => one.status === 'rejected');
        expect(refused?.reason).toMatchObject({ code: 'rack-running' });
        const rack = await new RackClient(join(state, 'rack.sock')).read();
        expect(rack?.listens).toBe(present(served[0]).rack().listens);
      }
    },
  );

  it('serve one after the other', async () => {
    const first = await serve();
    await first.stop();
    expect((await serve(null, first.state)).rack().certificate).toBe(first.rack().certificate);
  });

  it('leave the mode of new files alone while they begin, and their socket to their user', async () => {
    const state = join(area, 'mode');
    mkdirSync(state, { mode: 0o755 });
    const umask = vi.spyOn(process, 'umask');
    await serve(null, state);
    // It is the process's: other files that it makes meanwhile would get it, too.
    expect(umask).not.toHaveBeenCalled();
    umask.mockRestore();
    expect(statSync(join(state, 'rack.sock')).mode & 0o777).toBe(0o600);
    expect(statSync(state).mode & 0o777).toBe(0o700);
  });
});

describe('a station with much to do', () => {
  it('keeps its socket from a second one also while it does not answer', async () => {
    const state = join(area, 'busy');
    mkdirSync(state);
    const socket = join(state, 'rack.sock');
    // It listens, and takes nobody's connection.
    const program = `const s = require('node:net').createServer(); s.listen({ path: ${JSON.stringify(socket)}, backlog: 1 }, () => { console.log('ready'); require('node:fs').readSync(0, Buffer.alloc(1)); })`;
    const busy = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
    closing.push(() => busy.kill('SIGKILL'));
    await once(busy.stdout, 'data');
    const waiting = Array.from({ length: 4 }, () => connectPlain(socket).on('error', () => undefined));
    closing.push(() => {
      for (const one of waiting) one.destroy();
    });
    await expect(serve(null, state)).rejects.toThrow(expect.objectContaining({ code: 'rack-running' }));
    expect(existsSync(socket)).toBe(true);
  });

  it('does not hold up the programs that ask it, when it does not answer', async () => {
    const socket = join(area, 'silent.sock');
    const silent = createServer().listen(socket);
    closing.push(() => silent.close());
    await once(silent, 'listening');
    const helpers = new RackHelpers({ rackSocket: socket }, 'test', 500);
    expect(JSON.stringify((await helpers.listDrives(null)).problems)).toContain('has not answered');
    await expect(helpers.clientOf('a'.repeat(12))).rejects.toThrow(
      expect.objectContaining({ code: 'rack-not-served' }),
    );
  });

  it('names a machine that was turned away by its serial, not by an ID that nobody has seen', async () => {
    const station = await serve();
    const machine = new Stranger(station);
    await machine.greet('5CD1234XY1');
    const rack = new RackClient(station.socket);
    await rack.admit(only(station).code, 'ana', null);
    const helpers = new RackHelpers({ rackSocket: station.socket }, 'test', 500);
    expect((await helpers.facts()).size).toBe(1);
    await rack.refuse(only(station).code);
    const { id } = only(station);
    await expect(helpers.clientOf(id)).rejects.toThrow(/^Machine 5CD1234XY1 is not in the rack/);
    expect((await helpers.listDrives(new Set([id]))).problems).toEqual([
      { machine: id, message: expect.stringMatching(/^Machine 5CD1234XY1 is not in the rack/) as string },
    ]);
  });

  it('lists the other drives when the helper of a machine says nothing', async () => {
    const station = await serve();
    const machine = new Stranger(station);
    await machine.greet('5CD1234XY1');
    await new RackClient(station.socket).admit(only(station).code, 'ana', null);
    const { revision } = await machine.next();
    const helpers = new RackHelpers({ rackSocket: station.socket }, 'test', 500);
    const listing = helpers.listDrives(null);
    const [session = ''] = (await machine.next(revision)).sessions;
    await machine.join(session, new ResumableLink({ grace: 60_000 }));
    const { drives, problems } = await listing;
    expect(drives).toEqual([]);
    expect(problems).toEqual([
      { machine: only(station).id, message: expect.stringContaining('5CD1234XY1') as string },
    ]);
  });

  it('leaves a machine to whoever works with it when its drives are not listed in time', async () => {
    const station = await serve();
    const machine = new Stranger(station);
    await machine.greet('5CD1234XY1');
    await new RackClient(station.socket).admit(only(station).code, 'ana', null);
    const { revision } = await machine.next();
    const helpers = new RackHelpers({ rackSocket: station.socket }, 'test', 2_000);
    const listing = helpers.listDrives(null);
    const [session = ''] = (await machine.next(revision)).sessions;
    const link = new ResumableLink({ grace: 60_000 });
    const helper = createMessageConnection(
      new StreamMessageReader(link.stream),
      new StreamMessageWriter(link.stream),
    );
    closing.push(() => {
      helper.dispose();
    });
    helper.onRequest('hello', () => ({
      ...{ protocolVersion: helperProtocolVersion, version: '1', pid: 1, uid: 0, versions: {} },
    }));
    helper.onRequest('listDrives', () => new Promise(() => undefined));
    helper.onRequest('releaseDrive', () => ({}));
    helper.listen();
    await machine.join(session, link);
    const client = await helpers.clientOf(only(station).id);
    expect((await listing).problems).toHaveLength(1);
    expect(await client.call('releaseDrive', { reservation: 'held' })).toEqual({});
    await helpers.leave();
  });
});
