import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** How the network is: whole, silent (packets vanish and connections stay), or cut. */
export type Network = 'whole' | 'silent' | 'cut';

/** A network between stations and a server that can be cut: a TCP proxy on the loopback address. */
export class CutNetwork {
  readonly #server: Server;
  readonly #target: number;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #network: Network = 'whole';
  /** Connections are killed once so many bytes have come from the stations; null: never. */
  #killAfter: number | null = null;
  /** Answers of the server are lost: the station is cut off when one comes. */
  #loseAnswers = false;
  /** Connections made so far. */
  connections = 0;
  kills = 0;
  /** Bytes that vanished or wait while the network is silent. */
  swallowed = 0;

  private constructor(target: number, server: Server) {
    this.#target = target;
    this.#server = server;
    server.on('connection', (near) => {
      this.#connect(near);
    });
  }

  static async to(port: number): Promise<CutNetwork> {
    const server = createServer();
    const network = new CutNetwork(port, server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return network;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    return address.port;
  }

  get open(): number {
    return this.#pairs.size;
  }

  set(network: Network): void {
    this.#network = network;
    for (const pair of this.#pairs) {
      if (network === 'cut') kill(pair);
      // What went into a silence does not come out of it: those connections never come back.
    }
  }

  killAfter(bytes: number | null): void {
    this.#killAfter = bytes;
  }

  loseAnswers(lose: boolean): void {
    this.#loseAnswers = lose;
  }

  async close(): Promise<void> {
    for (const pair of this.#pairs) kill(pair);
    this.#server.close();
    await once(this.#server, 'close');
  }

  #connect(near: Socket): void {
    near.on('error', () => undefined);
    if (this.#network === 'cut') {
      near.destroy();
      return;
    }
    this.connections += 1;
    const far = connect(this.#target, '127.0.0.1');
    far.on('error', () => undefined);
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const socket of pair) {
      socket.on('close', () => {
        kill(pair);
        this.#pairs.delete(pair);
      });
    }
    let bootFailed = false;
    let sent = 0;
    const pass = (to: Socket, piece: Buffer): void => {
      bootFailed ||= this.#network === 'silent';
      if (bootFailed) this.swallowed += piece.length;
      else to.write(piece);
    };
    near.on('data', (piece) => {
      sent += piece.length;
      if (this.#killAfter !== null && sent > this.#killAfter) {
        // The first part of what was sent arrives, the rest does not.
        far.write(piece.subarray(0, Math.floor(piece.length / 2)));
        this.kills += 1;
        kill(pair);
        return;
      }
      pass(far, piece);
    });
    far.on('data', (piece) => {
      // Only answers to a batch: what is sent before one is small.
      if (this.#loseAnswers && sent > 20_000) {
        this.kills += 1;
        kill(pair);
        return;
      }
      pass(near, piece);
    });
  }
}

function kill([near, far]: readonly [Socket, Socket]): void {
  near.destroy();
  far.destroy();
}
