import { constants } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { swarmPeerAnswerSchema } from '../../core/contract/rack';
import { timeouts } from '../../core/base/timeouts';
import { fingerprintOf, type RackIdentity } from '../rack-link/certificate';
import { Door } from '../rack-link/door';
import type { PinnedStation } from '../rack-link/pinned';
import { Room } from '../rack-link/room';
import type { ChunkStore } from './chunk-store';

/** Connections of which it is not known that a machine of the rack has them; one address may be a bench of virtual machines. */
const mostStrangers = { most: 256, mostOfAddress: 128 } as const;
/** Connections of one machine of the rack, which takes a few chunks at a time. */
const mostOfMachine = 16;
/** Certificates that are remembered: more than a rack has machines. */
const mostAsked = 4096;
/**
 * Certificates of one address that turned out to be none of the rack: so many are asked about at once, then one from time to time.
 * A key costs a stranger nothing, and without a limit each one made the station answer each machine.
 */
const mostStrange = 8;
/** The same of all addresses together, of which a stranger can take many: then a machine waits for its turn, and is not refused. */
const mostStrangeOfAll = 64;
/** So many wait for their turn at a time. */
const mostWaiting = 64;
/** Addresses that are remembered for that. */
const mostAddresses = 1024;

/**
 * Gives chunks to other machines of the rack: only such as every machine may have, and only to machines that the station has
 * admitted. The one port on which anything of Prestage listens on a machine.
 */
export class PeerServer {
  readonly #server: Server;
  /** Certificates that the station was asked about, and until when its answer counts. */
  readonly #asked = new Map<string, { readonly admitted: boolean; readonly until: number }>();
  readonly #stop = new AbortController();
  readonly #strange = new Map<string, Room>();
  readonly #allStrange = new Room(mostStrangeOfAll, timeouts.rackStrangers);
  #waiting = 0;
  /** Questions that the station has not answered yet. */
  readonly #asking = new Map<string, Promise<boolean>>();
  readonly #door = new Door(mostStrangers);
  /** Of machines of the rack, by their certificates. */
  readonly #ofMachine = new Map<string, Set<Socket>>();

  constructor(
    { key, certificate }: RackIdentity,
    private readonly station: PinnedStation,
    private readonly store: ChunkStore,
  ) {
    this.#server = createServer(
      {
        ...{ key, cert: certificate, minVersion: 'TLSv1.3', handshakeTimeout: timeouts.rackConnect },
        ...{ requestCert: true, rejectUnauthorized: false, secureOptions: constants.SSL_OP_NO_TICKET },
      },
      (request, response) => {
        this.#serve(request, response).catch(() => {
          response.destroy();
        });
      },
    );
    this.#server.on('connection', (socket: Socket) => {
      this.#door.enter(socket);
    });
    this.#server.on('tlsClientError', () => undefined);
  }

  /** @returns the port */
  async start(): Promise<number> {
    this.#server.listen(0);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#stop.abort();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    this.#door.asks(socket);
    const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    const certificate = shown === undefined ? null : fingerprintOf(shown.raw);
    if (certificate === null || !(await this.#isAdmitted(certificate, socket.remoteAddress ?? ''))) {
      response.writeHead(403, { 'content-length': 0 }).end();
      return;
    }
    if (!this.#know(certificate, socket)) {
      socket.destroy();
      return;
    }
    const [, sha256 = ''] = /^\/agents\/chunks\/([0-9a-f]{64})$/.exec(request.url ?? '') ?? [];
    const bytes = await this.store.read(sha256);
    if (bytes === null) response.writeHead(404, { 'content-length': 0 }).end();
    else response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  }

  /** A machine of the rack has this connection. @returns false where it has too many */
  #know(certificate: string, socket: Socket): boolean {
    const own = this.#ofMachine.get(certificate) ?? new Set<Socket>();
    if (own.has(socket)) return true;
    // One that was closed while the station was asked would stay for ever.
    if (own.size >= mostOfMachine || socket.destroyed) return false;
    this.#door.know(socket);
    this.#ofMachine.set(certificate, own.add(socket));
    socket.once('close', () => {
      own.delete(socket);
      if (own.size === 0 && this.#ofMachine.get(certificate) === own) this.#ofMachine.delete(certificate);
    });
    return true;
  }

  async #isAdmitted(certificate: string, address: string): Promise<boolean> {
    const known = this.#asked.get(certificate);
    if (known !== undefined && known.until > performance.now()) return known.admitted;
    const asking = this.#asking.get(certificate);
    if (asking !== undefined) return await asking;
    const asked = this.#askInTurn(certificate, address).finally(() => this.#asking.delete(certificate));
    this.#asking.set(certificate, asked);
    return await asked;
  }

  async #askInTurn(certificate: string, address: string): Promise<boolean> {
    // One that was admitted before is none of those of whom only so many are let through.
    if (this.#asked.get(certificate)?.admitted === true) return await this.#ask(certificate);
    const ofAddress = this.#strangeOf(address);
    if (!ofAddress.take() || !(await this.#turn())) return false;
    const admitted = await this.#ask(certificate);
    if (admitted) for (const room of [ofAddress, this.#allStrange]) room.giveBack();
    return admitted;
  }

  /** @returns false where too many wait already */
  async #turn(): Promise<boolean> {
    if (this.#waiting >= mostWaiting) return false;
    this.#waiting += 1;
    try {
      while (!this.#allStrange.take()) {
        await sleep(timeouts.rackStrangers, null, { signal: this.#stop.signal });
      }
      return true;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #ask(certificate: string): Promise<boolean> {
    const { status, body } = await this.station.ask(
      '/agents/swarm/peer',
      { certificate },
      timeouts.rackSilent,
      this.#stop.signal,
    );
    if (status !== 200) return false;
    const { admitted } = swarmPeerAnswerSchema.parse(JSON.parse(body.toString('utf8')));
    if (this.#asked.size >= mostAsked) this.#asked.clear();
    this.#asked.set(certificate, { admitted, until: performance.now() + timeouts.rackPeer });
    return admitted;
  }

  #strangeOf(address: string): Room {
    const known = this.#strange.get(address);
    if (known !== undefined) return known;
    if (this.#strange.size >= mostAddresses) this.#strange.clear();
    const made = new Room(mostStrange, timeouts.rackStranger);
    this.#strange.set(address, made);
    return made;
  }
}
