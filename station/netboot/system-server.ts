import { createReadStream } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import type { Fetches } from '../../core/netboot/boot-state';
import { systemPath } from '../../core/netboot/boot-words';
import { Door } from '../rack-link/door';

/** Where the system lies that machines fetch. */
export interface ServedSystem {
  readonly path: string;
  /** Bytes. */
  readonly offset: number;
  readonly bytes: number;
}

/** A rack that is switched on at once, and some more. A machine has one; one that starts again has its old one for a while, too. */
const mostFetching = { most: 1024, mostOfAddress: 4 } as const;

/** Connections that do not fetch it, or not yet. */
const mostStrangers = { most: 1024, mostOfAddress: 16 } as const;

/** As many as there are addresses to be given (mostMachines). */
const mostFetched = 4096;

/**
 * Gives machines their system, and nothing else. Over plain HTTP: what starts them can no more, and compares the SHA-256 of what it got
 * (build/live).
 */
export class SystemServer {
  #server: Server | null = null;
  readonly #sockets = new Set<Socket>();
  /** Addresses of machines that got all of it, and of those that fetch it now, with how often. */
  readonly #fetched = new Set<string>();
  readonly #fetching = new Map<string, number>();
  readonly #most: { readonly most: number; readonly mostOfAddress: number };

  /** @param most so many fetch it at a time; for tests */
  constructor(most: { readonly most: number; readonly mostOfAddress: number } = mostFetching) {
    this.#most = most;
  }

  get fetches(): Fetches {
    return { fetching: this.#fetching.size, fetched: this.#fetched.size };
  }

  /** @returns its TCP port. @throws PrestageError boot-port, boot-interface */
  async start(system: ServedSystem, host: string, port: number): Promise<number> {
    const server = this.#make(system);
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => {
        reject(
          new PrestageError({
            code: 'boot-port',
            message: `Machines cannot be given their system at ${host}:${port}.`,
            cause: error.message,
          }),
        );
      });
      server.listen(port, host, resolve);
    });
    this.#server = server;
    return (server.address() as AddressInfo).port;
  }

  /** Never throws. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    this.#fetched.clear();
  }

  #make(system: ServedSystem): Server {
    const door = new Door(mostStrangers);
    const server = createServer({ requestTimeout: timeouts.rackSilent }, (request, response) => {
      door.asks(request.socket);
      const asks = request.method === 'GET' || request.method === 'HEAD';
      if (!asks || request.url !== systemPath) response.writeHead(404).end();
      else if (request.method === 'HEAD') response.writeHead(200, headOf(system)).end();
      else if (this.#hasRoomFor(request.socket)) {
        // Whoever has begun is not pushed out by others that come.
        door.know(request.socket);
        this.#send(system, request.socket.remoteAddress ?? '', response);
      } else {
        response.writeHead(503, { 'content-length': '0', 'retry-after': '30', connection: 'close' }).end();
      }
    });
    server.on('connection', (socket) => {
      door.enter(socket);
      this.#sockets.add(socket);
      socket.setTimeout(timeouts.rackSilent, () => socket.destroy());
      socket.on('close', () => this.#sockets.delete(socket));
    });
    return server;
  }

  #hasRoomFor({ remoteAddress }: Socket): boolean {
    const { most, mostOfAddress } = this.#most;
    if ((this.#fetching.get(remoteAddress ?? '') ?? 0) >= mostOfAddress) return false;
    return [...this.#fetching.values()].reduce((sum, count) => sum + count, 0) < most;
  }

  #send(system: ServedSystem, address: string, response: ServerResponse): void {
    const { path, offset, bytes } = system;
    const file = createReadStream(path, {
      start: offset,
      end: offset + bytes - 1,
      highWaterMark: 512 * 1024,
    });
    this.#fetching.set(address, (this.#fetching.get(address) ?? 0) + 1);
    file.on('error', () => response.destroy());
    response.on('close', () => {
      file.destroy();
      const left = (this.#fetching.get(address) ?? 1) - 1;
      if (left > 0) this.#fetching.set(address, left);
      else this.#fetching.delete(address);
      if (response.writableFinished && this.#fetched.size < mostFetched) this.#fetched.add(address);
    });
    // Who has it all has no more to ask: a connection of one that is known does not stay for nothing.
    response.writeHead(200, { ...headOf(system), connection: 'close' });
    file.pipe(response);
  }
}

function headOf({ bytes }: ServedSystem): Record<string, string | number> {
  return { 'content-length': bytes, 'content-type': 'application/octet-stream' };
}
