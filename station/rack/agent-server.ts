import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { constants } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import {
  maximumStrangersBody,
  rackAskSchema,
  rackHelloSchema,
  rackProtocolVersion,
  rackRevealSchema,
  rackVersionsSchema,
  swarmAskSchema,
  swarmJoinSchema,
  swarmPeerSchema,
  linkProtocol,
  receivedHeader,
} from '../../core/contract/rack';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { fingerprintOf, type RackIdentity } from '../rack-link/certificate';
import { Door } from '../rack-link/door';
import { answer, answerError, bodyOf, parsed } from './body';
import { ChunkRequests } from './chunk-requests';
import type { Holdings, HeldPart } from './holdings';
import type { Machines } from './machines';
import type { Sessions } from './sessions';

/** Connections of agents that are not admitted, or have not said who they are. Such a one has two; a bench of virtual machines a few hundred. */
const mostStrangers = { most: 1024, mostOfAddress: 256 } as const;

/** Connections of one admitted machine. An agent has about ten. */
const mostOfMachine = 256;

export interface AgentServerOptions {
  readonly identity: RackIdentity;
  readonly machines: Machines;
  readonly sessions: Sessions;
  /** What other stations may have of this one; missing: nothing. */
  readonly holdings?: Holdings;
  /** Of Prestage. */
  readonly version: string;
  readonly stationName: string;
  readonly listen: { readonly host: string; readonly port: number };
}

/**
 * The station's end of the wire to its agents: HTTPS, in which each agent is known by its certificate. Who is not admitted can say
 * what it is, ask whether it is, and nothing else.
 */
export class AgentServer {
  readonly #options: AgentServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  readonly #chunkRequests: ChunkRequests;
  readonly #door = new Door(mostStrangers);
  /** By their certificates. */
  readonly #ofMachine = new Map<string, Set<Duplex>>();

  constructor(options: AgentServerOptions) {
    this.#options = options;
    this.#chunkRequests = new ChunkRequests(options.sessions.swarm, options.machines);
    const { key, certificate } = options.identity;
    this.#server = createServer({
      ...{ key, cert: certificate, minVersion: 'TLSv1.3', handshakeTimeout: timeouts.rackConnect },
      // Every connection proves the agent's key anew.
      secureOptions: constants.SSL_OP_NO_TICKET,
      ...{ requestCert: true, rejectUnauthorized: false, requestTimeout: timeouts.rackSilent },
      // What all ends have. Without it the TLS of Electron (BoringSSL) asks for no certificate with such a key, and gets none.
      sigalgs: 'ed25519',
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#door.enter(socket);
    });
    this.#server.on('secureConnection', (socket: Duplex) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('request', (request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        answerError(response, error);
      });
    });
    this.#server.on('upgrade', (request, socket, head) => {
      this.#upgrade(request, socket, head);
    });
    this.#server.on('tlsClientError', () => undefined);
  }

  /** @returns ADDRESS:PORT. @throws PrestageError rack-address */
  async start(): Promise<string> {
    const { host, port } = this.#options.listen;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => {
        reject(
          new PrestageError({
            code: 'rack-address',
            message: `The rack cannot be served at ${sanitizeForDisplay(host, 60)}:${port}.`,
            cause: error.message,
          }),
        );
      });
      this.#server.listen(port, host, resolve);
    });
    const bound = this.#server.address() as AddressInfo;
    return bound.family === 'IPv6' ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /**
   * Who asks is a stranger until it is admitted. One computer is not to take all descriptors that this process may have.
   * @returns false when it was turned out
   */
  #meet(certificate: string, { socket }: IncomingMessage): boolean {
    this.#door.asks(socket);
    if (!this.#options.machines.isAdmitted(certificate)) return true;
    this.#door.know(socket);
    const own = this.#ofMachine.get(certificate) ?? new Set<Duplex>();
    if (own.has(socket)) return true;
    if (own.size >= mostOfMachine) {
      socket.destroy();
      return false;
    }
    this.#ofMachine.set(certificate, own.add(socket));
    socket.once('close', () => {
      own.delete(socket);
      if (own.size === 0) this.#ofMachine.delete(certificate);
    });
    return true;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { machines } = this.#options;
    const certificate = certificateOf(request);
    if (certificate === null) {
      answer(response, 401, {});
      return;
    }
    if (!this.#meet(certificate, request)) return;
    const route = `${request.method ?? ''} ${request.url ?? ''}`;
    if (route === 'POST /agents/hello') {
      const body = await bodyOf(request, maximumStrangersBody);
      answer(response, 200, this.#greet(certificate, body, addressOf(request)));
    } else if (route === 'POST /agents/reveal') {
      const { nonce } = parsed(rackRevealSchema, await bodyOf(request, maximumStrangersBody));
      // The station was started again in between: the agent begins anew.
      if (!machines.hasGreeted(certificate)) answer(response, 404, {});
      else {
        machines.reveal(certificate, nonce);
        answer(response, 200, {});
      }
    } else if (route === 'POST /agents/next') {
      const { revision } = parsed(rackAskSchema, await bodyOf(request, maximumStrangersBody));
      await this.#next(certificate, revision, response);
    } else if (!machines.isAdmitted(certificate)) {
      answer(response, 403, {});
    } else {
      await this.#serveAdmitted(certificate, route, request, response);
    }
  }

  async #serveAdmitted(
    certificate: string,
    route: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { machines, sessions, holdings } = this.#options;
    if (holdings !== undefined && route.startsWith('GET /stations/')) {
      const part = machines.isStation(certificate)
        ? await holdings.part(route.slice('GET /stations/'.length))
        : null;
      if (part === null) answer(response, 404, {});
      else this.#sendPart(part, response);
      return;
    }
    const [, fingerprint = '', step] =
      /^POST \/agents\/swarm\/([0-9a-f]{64})\/(join|next)$/.exec(route) ?? [];
    if (route === 'POST /agents/swarm/peer') {
      const { certificate: other } = parsed(swarmPeerSchema, await bodyOf(request));
      answer(response, 200, { admitted: machines.isAdmitted(other) });
    } else if (step !== undefined) {
      const image = sessions.imageFor(certificate, fingerprint);
      if (image === null) answer(response, 404, {});
      else if (step === 'join') {
        this.#chunkRequests.join(
          certificate,
          fingerprint,
          image,
          parsed(swarmJoinSchema, await bodyOf(request)).wanted,
        );
        answer(response, 200, {});
      } else {
        const asked = parsed(swarmAskSchema, await bodyOf(request));
        answer(response, 200, {
          next: await this.#chunkRequests.next(certificate, fingerprint, image, asked),
        });
      }
    } else {
      const [, kind, name = ''] = /^GET \/agents\/(images|chunks)\/([0-9a-f]{64})$/.exec(route) ?? [];
      const map = kind === 'images' ? (sessions.imageFor(certificate, name)?.map ?? null) : null;
      if (map !== null) this.#sendPart(map, response);
      else if (kind === 'chunks') this.#sendChunk(certificate, name, response);
      else answer(response, 404, {});
    }
  }

  /** @throws PrestageError rack-outdated, rack-protocol, rack-full */
  #greet(
    certificate: string,
    body: unknown,
    address: string,
  ): { readonly version: string; readonly station: string; readonly nonce: string } {
    const { machines, version, stationName } = this.#options;
    const found = parsed(rackVersionsSchema, body);
    if (found.protocolVersion !== rackProtocolVersion || found.version !== version) {
      throw new PrestageError({
        code: 'rack-outdated',
        message: `The machine at ${address} has Prestage ${sanitizeForDisplay(found.version, 40)}, the station has ${version}.`,
      });
    }
    const nonce = machines.greet(certificate, parsed(rackHelloSchema, body), address);
    return { version, station: stationName, nonce };
  }

  /** Answers when there is something new, or after a while. */
  async #next(certificate: string, revision: number, response: ServerResponse): Promise<void> {
    const { machines } = this.#options;
    const first = machines.next(certificate);
    if (first === null) {
      answer(response, 404, {});
      return;
    }
    try {
      if (first.mayWait && first.next.revision === revision) await this.#change(certificate, response);
    } finally {
      first.answered();
    }
    const next = machines.nextOf(certificate);
    if (!response.destroyed) answer(response, next === null ? 404 : 200, next ?? {});
  }

  async #change(certificate: string, response: ServerResponse): Promise<void> {
    const { machines } = this.#options;
    await new Promise<void>((resolve) => {
      const onChange = (whose: string): void => {
        if (whose === certificate) done();
      };
      const done = (): void => {
        machines.off('changed', onChange);
        response.off('close', done);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(done, timeouts.rackPoll);
      machines.on('changed', onChange);
      response.once('close', done);
    });
  }

  #sendChunk(certificate: string, sha256: string, response: ServerResponse): void {
    const chunk = this.#options.sessions.chunkFor(certificate, sha256);
    if (chunk === null) {
      answer(response, 404, {});
      return;
    }
    response.on('close', () => {
      if (!response.writableFinished) this.#options.sessions.swarm.broke(certificate, sha256);
    });
    this.#sendPart(chunk, response);
  }

  #sendPart(part: HeldPart, response: ServerResponse): void {
    if ('content' in part) {
      response.writeHead(200, { 'content-length': part.content.length });
      response.end(part.content);
      return;
    }
    const { path, offset, length } = part;
    const file = createReadStream(path, {
      start: offset,
      end: offset + length - 1,
      highWaterMark: 512 * 1024,
    });
    file.on('error', () => response.destroy());
    response.on('close', () => file.destroy());
    response.writeHead(200, { 'content-length': length });
    file.pipe(response);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { machines, sessions } = this.#options;
    socket.on('error', () => socket.destroy());
    const certificate = certificateOf(request);
    if (certificate !== null && !this.#meet(certificate, request)) return;
    const [, id = ''] = /^\/agents\/sessions\/([0-9a-f-]{36})$/.exec(request.url ?? '') ?? [];
    const received = Number(request.headers[receivedHeader]);
    if (certificate !== null && !sessions.has(id, certificate)) {
      socket.end('HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    if (
      certificate === null ||
      !machines.isAdmitted(certificate) ||
      request.headers.upgrade !== linkProtocol ||
      !Number.isSafeInteger(received)
    ) {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    const arrived = sessions.renew(id, certificate);
    if (arrived === null) {
      socket.end('HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: ${linkProtocol}\r\n${receivedHeader}: ${arrived}\r\n\r\n`,
    );
    if (socket instanceof TLSSocket) socket.setTimeout(0).setNoDelay(true);
    sessions.attach(id, socket, received, head);
  }
}

/** SHA-256 of the certificate whose key the other end has proved to have; null: it showed none. */
function certificateOf({ socket }: IncomingMessage): string | null {
  const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  return shown === undefined ? null : fingerprintOf(shown.raw);
}

function addressOf({ socket }: IncomingMessage): string {
  return sanitizeForDisplay((socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, ''), 60);
}
