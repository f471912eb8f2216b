import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { chmodSync, rmSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import {
  linkProtocol,
  rackAdmitSchema,
  rackImageSchema,
  rackRefuseSchema,
  sessionHeader,
  type Rack,
} from '../../core/contract/rack';
import { shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { answer, answerError, bodyOf, parsed } from './body';
import { listenAt, rackRunning } from './claim-rack';
import type { Machines } from './machines';
import type { Sessions } from './sessions';

export interface ControlServerOptions {
  /** Path of the socket. */
  readonly path: string;
  readonly machines: Machines;
  readonly sessions: Sessions;
  readonly rack: () => Rack;
}

/**
 * The serving station's door for the other programs of the same user: a socket in the state folder that nobody else can open. Through
 * it they see and admit machines, and speak with their helpers.
 */
export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();

  constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        answerError(response, error);
      });
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('upgrade', (request, socket) => {
      this.#upgrade(request, socket);
    });
  }

  /** The caller has claimed the rack. @throws PrestageError rack-running, state-unavailable */
  async start(): Promise<void> {
    const { path } = this.#options;
    if (await isServed(path)) throw rackRunning();
    // One that was left by a program that was killed: nobody makes another one while the rack is claimed.
    rmSync(path, { force: true });
    try {
      // The folder is this user's alone, so nobody else opens the socket before it has its own mode.
      await listenAt(this.#server, path);
      chmodSync(path, 0o600);
    } catch (error) {
      throw new PrestageError({
        code: 'state-unavailable',
        message: `The socket ${shownPath(path)} cannot be made.`,
        cause: error instanceof Error ? error.message : null,
        remedy: 'Choose another state folder, with a shorter path.',
      });
    }
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { machines, sessions, rack } = this.#options;
    const route = `${request.method ?? ''} ${request.url ?? ''}`;
    if (route === 'GET /rack') answer(response, 200, rack());
    else if (route === 'POST /admit') {
      const { code, operator, serial } = parsed(rackAdmitSchema, await bodyOf(request));
      answer(response, 200, machines.admit(code, operator, serial));
    } else if (route === 'POST /refuse') {
      const { code } = parsed(rackRefuseSchema, await bodyOf(request));
      answer(response, 200, machines.refuse(code));
    } else {
      const [, id = '', what, ended] =
        /^\w+ \/sessions\/([0-9a-f-]{36})\/(end|images)(?:\/([0-9a-f]{64}))?$/.exec(route) ?? [];
      if (ended !== undefined) {
        const isKnown = request.method === 'DELETE' && sessions.jobEnded(id, ended);
        answer(response, isKnown ? 200 : 404, {});
      } else if (what === 'end') answer(response, 200, { end: sessions.endOf(id) });
      else if (what === 'images') {
        const { directory, fingerprint } = parsed(rackImageSchema, await bodyOf(request));
        answer(response, (await sessions.serve(id, directory, fingerprint)) ? 200 : 404, {});
      } else answer(response, 404, {});
    }
  }

  #upgrade(request: IncomingMessage, socket: Duplex): void {
    const { machines, sessions } = this.#options;
    socket.on('error', () => socket.destroy());
    const [, id = ''] = /^\/machines\/([0-9a-f]{12})\/helper$/.exec(request.url ?? '') ?? [];
    const machine = machines
      .list()
      .find((one) => one.id === id && one.state === 'admitted' && one.station === undefined);
    if (machine === undefined) {
      socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      return;
    }
    const session = sessions.open(machine.certificate);
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: ${linkProtocol}\r\n${sessionHeader}: ${session}\r\n\r\n`,
    );
    sessions.join(session, socket);
  }
}

/** Whether somebody answers at a socket. */
async function isServed(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Any other error is no proof that nobody is there: too many may ask at once.
    socket.once('error', (error) => {
      resolve(!['ECONNREFUSED', 'ENOENT'].includes(errorCodeOf(error) ?? ''));
    });
  });
}
