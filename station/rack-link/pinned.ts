import { Agent, request, type RequestOptions } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { fingerprintOf, type RackIdentity } from './certificate';

/** HTTPS to a station of which only the SHA-256 of its certificate is known. */

/**
 * What the other end may prove its key with: that of a station, and those of other servers, which are told by their certificate. Without
 * it the TLS of Electron (BoringSSL) does not offer the first, and no station has another.
 */
const proofs = 'ed25519:ecdsa_secp256r1_sha256:rsa_pss_rsae_sha256:rsa_pkcs1_sha256';

export interface StationAddress {
  readonly host: string;
  readonly port: number;
}

/** Another than the pinned certificate was shown. Nothing was sent. */
export class WrongStation extends Error {
  constructor(readonly found: string) {
    super(`the station has the certificate ${found}`);
  }
}

/** What is told of a station with another certificate. */
export function wrongStation({ found }: WrongStation, wanted: string): PrestageError {
  return new PrestageError({
    code: 'rack-wrong-station',
    message: `The station shows the certificate ${found}, not ${wanted}.`,
  });
}

function stopped(): PrestageError {
  return new PrestageError({ code: 'cancelled', message: 'The agent was stopped.' });
}

export interface PinnedAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** Milliseconds that the other end has. */
export interface PinnedPatience {
  /** Until both ends have shown who they are. */
  readonly connect: number;
  /** Until an answer begins, and for each pause in it. */
  readonly silent: number;
}

const stationPatience: PinnedPatience = { connect: timeouts.rackConnect, silent: timeouts.rackSilent };

export class PinnedStation {
  readonly #agent: Agent;
  readonly #address: StationAddress;
  readonly #silent: number;

  /** @param fingerprint SHA-256 that the station's certificate must have */
  constructor(
    address: StationAddress,
    fingerprint: string,
    identity: RackIdentity,
    { connect: within, silent } = stationPatience,
  ) {
    this.#address = address;
    this.#silent = silent;
    this.#agent = new PinnedAgent(fingerprint, identity, within);
  }

  /**
   * One request with a JSON body, and its whole answer.
   * @throws WrongStation, the system's errors, PrestageError cancelled
   */
  async ask(path: string, body: unknown, patience: number, signal: AbortSignal): Promise<PinnedAnswer> {
    const text = Buffer.from(JSON.stringify(body));
    const headers = { 'content-type': 'application/json', 'content-length': String(text.length) };
    return await new Promise((resolve, reject) => {
      const asked = this.#begin(this.#options(path, 'POST', headers), patience, signal, reject);
      asked?.on('response', (answer) => {
        collect(answer, largestAnswer).then((whole) => {
          resolve({ status: answer.statusCode ?? 0, body: whole });
        }, reject);
      });
      asked?.end(text);
    });
  }

  /**
   * Begins to read an answer that may be long. The caller reads or destroys it.
   * @throws WrongStation, the system's errors, PrestageError cancelled
   */
  async read(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    return await new Promise((resolve, reject) => {
      const asked = this.#begin(this.#options(path, 'GET', {}), this.#silent, signal, reject);
      asked?.on('response', resolve);
      asked?.end();
    });
  }

  /**
   * Upgrades a connection of its own. @returns null when the station knows no such session
   * @throws WrongStation, the system's errors, PrestageError cancelled
   */
  async upgrade(
    path: string,
    protocol: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<{ readonly answer: IncomingMessage; readonly socket: Duplex; readonly head: Buffer } | null> {
    return await new Promise((resolve, reject) => {
      const options = this.#options(path, 'GET', { ...headers, connection: 'upgrade', upgrade: protocol });
      const asked = this.#begin(options, this.#silent, signal, reject);
      asked?.on('upgrade', (answer, socket, head) => {
        // The limit was for the answer; from here on the link looks for itself.
        (socket as TLSSocket).setTimeout(0);
        resolve({ answer, socket, head });
      });
      asked?.on('response', (answer) => {
        answer.resume();
        if (answer.statusCode === 410) resolve(null);
        else reject(new Error(`the station answered ${answer.statusCode ?? 0}`));
      });
      asked?.end();
    });
  }

  /** @returns null: it is not wanted any more, and rejected */
  #begin(
    options: RequestOptions,
    patience: number,
    signal: AbortSignal,
    reject: (error: unknown) => void,
  ): ClientRequest | null {
    // A signal that is aborted already tells nobody.
    if (signal.aborted) {
      reject(stopped());
      return null;
    }
    const asked = request(options);
    asked.setTimeout(patience, () => asked.destroy(new Error('the station does not answer')));
    const stop = (): void => {
      // Without a connection it ends only when there is one, or none came in time: nobody waits for that.
      reject(stopped());
      asked.destroy(stopped());
    };
    signal.addEventListener('abort', stop, { once: true });
    asked.on('close', () => {
      signal.removeEventListener('abort', stop);
    });
    asked.on('error', reject);
    return asked;
  }

  close(): void {
    this.#agent.destroy();
  }

  #options(path: string, method: string, headers: Readonly<Record<string, string>>): RequestOptions {
    return { ...this.#address, path, method, headers: { ...headers, host: 'station' }, agent: this.#agent };
  }
}

/** Longest answer that is taken whole, bytes. */
const largestAnswer = 1024 * 1024;

/** A whole answer. @throws Error when it is longer */
export async function collect(answer: IncomingMessage, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > most) throw new Error('the answer is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Gives out a connection only after the other end has shown the pinned certificate: before that nothing is sent over it. */
class PinnedAgent extends Agent {
  readonly #fingerprint: string;
  readonly #identity: RackIdentity;

  /** @param patience milliseconds until both ends have shown who they are */
  constructor(
    fingerprint: string,
    identity: RackIdentity,
    private readonly patience: number,
  ) {
    super({ keepAlive: true });
    this.#fingerprint = fingerprint;
    this.#identity = identity;
  }

  override createConnection(
    options: RequestOptions,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const socket = connect({
      host: options.host ?? '',
      port: Number(options.port),
      key: this.#identity.key,
      cert: this.#identity.certificate,
      minVersion: 'TLSv1.3',
      sigalgs: proofs,
      // Its name and dates say nothing: the fingerprint is compared below.
      rejectUnauthorized: false,
    });
    let settled = false;
    const settle = (error: Error | null): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      if (error !== null) socket.destroy();
      done?.(error, socket);
    };
    const timer = setTimeout(() => {
      settle(new Error('the station does not answer'));
    }, this.patience);
    socket.once('error', settle);
    socket.once('secureConnect', () => {
      const shown = socket.getPeerX509Certificate();
      const found = shown === undefined ? 'none' : fingerprintOf(shown.raw);
      settle(found === this.#fingerprint ? null : new WrongStation(found));
    });
    return undefined;
  }
}
