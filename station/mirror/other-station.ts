import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { rackNextSchema } from '../../core/contract/rack';
import { sanitizeForDisplay } from '../../core/base/display';
import { cancelled, PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { shownCode } from '../../core/machine/admission-code';
import type { RackIdentity } from '../rack-link/certificate';
import { Forgotten, greet, readAnswer } from '../rack-link/greet';
import { collect, PinnedStation, WrongStation, wrongStation, type StationAddress } from '../rack-link/pinned';
import { heldSchema, type Held } from '../rack/holdings-form';

export interface OtherStationOptions {
  readonly address: StationAddress;
  /** SHA-256 that its certificate must have. */
  readonly fingerprint: string;
  /** Of this station: the key of its own rack. */
  readonly identity: RackIdentity;
  /** What this station calls itself. */
  readonly name: string;
  /** Of Prestage. */
  readonly version: string;
  /** Milliseconds without an answer after which it counts as gone. */
  readonly grace: number;
  readonly signal: AbortSignal;
  /** It has not admitted this station yet: the code is to be compared there. */
  readonly onWaiting: (code: string, station: string) => void;
  /** It answered before, and does not now (true), or does again: what is wanted of it is asked for meanwhile. */
  readonly onSilent: (silent: boolean, station: string) => void;
}

/** Longest list of what a station holds, bytes: thousands of media. */
const longestList = 16 * 1024 * 1024;

/** Answers that break off are asked for again so often beyond the time of grace. */
const brokenAtMost = 20;

/** Another station, from which this one gets what it holds. What it says is believed of nothing but its own name. */
export class OtherStation {
  readonly #options: OtherStationOptions;
  readonly #station: PinnedStation;
  readonly #instance = randomUUID();
  #entering: Promise<void> | null = null;
  #name = '';
  /** When it was there last, by performance.now(). */
  #heard = 0;
  #silent = false;

  /**
   * Waits until the other station has admitted this one.
   * @throws PrestageError rack-wrong-station, rack-outdated, rack-protocol, mirror-gone, mirror-turned-away, cancelled
   */
  static async reach(options: OtherStationOptions): Promise<OtherStation> {
    const other = new OtherStation(options);
    try {
      await other.#trying(() => other.#enter(), 0);
      return other;
    } catch (error) {
      other.close();
      throw error;
    }
  }

  private constructor(options: OtherStationOptions) {
    this.#options = options;
    this.#station = new PinnedStation(options.address, options.fingerprint, options.identity);
  }

  /** What it calls itself, safe to show. */
  get name(): string {
    return this.#name;
  }

  get fingerprint(): string {
    return this.#options.fingerprint;
  }

  /** @throws PrestageError mirror-gone, rack-protocol, … */
  async held(): Promise<Held> {
    const text = await this.get('held', longestList);
    try {
      return heldSchema.parse(JSON.parse(text.toString('utf8')));
    } catch (error) {
      throw new PrestageError({
        code: 'rack-protocol',
        message: `The list of what station ${this.#name} holds cannot be read.`,
        cause: error instanceof Error ? sanitizeForDisplay(error.message, 300) : null,
      });
    }
  }

  /**
   * A part of what it holds. Asked again until the time of grace is over; one that was started again is greeted again.
   * @param most bytes
   * @throws PrestageError mirror-not-held, mirror-gone, mirror-turned-away, rack-wrong-station, cancelled
   */
  async get(path: string, most: number): Promise<Buffer> {
    let broken = 0;
    return await this.#trying(async () => {
      // However slow the cable: what says nothing for a while is given up by the connection itself.
      const answer = await this.#station.read(`/stations/${path}`, this.#options.signal);
      if (answer.statusCode === 200) {
        try {
          const content = await collect(answer, most);
          this.#setSilent(false);
          return content;
        } finally {
          // It was there until now. What breaks off again and again is no better than one that is gone.
          if ((broken += 1) < brokenAtMost) this.#heard = performance.now();
        }
      }
      answer.resume();
      if (answer.statusCode === 404) {
        throw new PrestageError({
          code: 'mirror-not-held',
          message: `Station ${this.#name} does not have it any more.`,
          cause: path,
        });
      }
      // It was started again, and knows this one once it has greeted.
      if (answer.statusCode === 403) await this.#enterOnce();
      throw new Error(`the station answered ${answer.statusCode ?? 0}`);
    }, this.#options.grace);
  }

  close(): void {
    this.#station.close();
  }

  /** Several parts are fetched at a time: one of them greets for all. */
  async #enterOnce(): Promise<void> {
    this.#entering ??= this.#enter().finally(() => {
      this.#entering = null;
    });
    await this.#entering;
  }

  async #enter(): Promise<void> {
    const { fingerprint, identity, name, version, signal, onWaiting } = this.#options;
    const hello = {
      ...{ version, bench: null, peerPort: null, instance: this.#instance, station: name },
      // What a machine says of itself; of a station nobody reads it.
      machine: { serial: null, facts: {}, refused: [], source: 'none' as const, needsPrivilege: false },
    };
    const { name: found, code } = await greet(this.#station, { hello, fingerprint, identity, signal });
    this.#name = found;
    let told = false;
    for (let revision = -1; ;) {
      const patience = timeouts.rackPoll + timeouts.rackSilent;
      const answer = await this.#station.ask('/agents/next', { revision }, patience, signal);
      const next = readAnswer(rackNextSchema, answer);
      ({ revision } = next);
      if (next.state === 'admitted') return;
      if (next.state === 'refused') {
        throw new PrestageError({
          code: 'mirror-turned-away',
          message: `Station ${found} turned this station away.`,
        });
      }
      if (!told) onWaiting(shownCode(code), found);
      told = true;
    }
  }

  #setSilent(silent: boolean): void {
    if (silent === this.#silent) return;
    this.#silent = silent;
    this.#options.onSilent(silent, this.#name);
  }

  /** @param grace milliseconds for which what cannot be reached is tried again. @throws PrestageError */
  async #trying<T>(work: () => Promise<T>, grace: number): Promise<T> {
    const { signal, address, fingerprint } = this.#options;
    const since = performance.now();
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (signal.aborted) throw cancelled('Getting from another station');
        if (error instanceof WrongStation) {
          throw new PrestageError({
            ...wrongStation(error, fingerprint).data,
            remedy: "Nothing was fetched. Compare the fingerprint with 'prestage rack show' at that station.",
          });
        }
        if (error instanceof PrestageError) throw error;
        const isForgotten = error instanceof Forgotten;
        const silent = performance.now() - Math.max(since, this.#heard);
        if (!isForgotten && silent >= grace) throw gone(this.#name, address, error);
        if (silent >= timeouts.rackRetry) this.#setSilent(true);
        await sleep(timeouts.rackRetry, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}

function gone(name: string, { host, port }: StationAddress, error: unknown): PrestageError {
  const place = `${sanitizeForDisplay(host, 60)}:${port}`;
  return new PrestageError({
    code: 'mirror-gone',
    message:
      name === ''
        ? `No station can be reached at ${place}.`
        : `Station ${name} (${place}) does not answer any more.`,
    cause: error instanceof Error ? sanitizeForDisplay(error.message, 200) : null,
  });
}
