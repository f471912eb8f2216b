import { pipeline } from 'node:stream';
import { linkProtocol, receivedHeader } from '../../core/contract/rack';
import { timeouts } from '../../core/base/timeouts';
import { describeExit, type HelperProcess } from '../helper-client/helper-process';
import { ResumableLink } from '../rack-link/link';
import type { PinnedStation } from '../rack-link/pinned';

/** Starts a helper of this machine. @param byteSocket where it gets the chunks of disk images */
export type HelperStart = (byteSocket: string) => HelperProcess;

/**
 * One connection of the station to a helper of this machine. The helper lives as long as the session: it survives the loss of the
 * connection for the time of grace, and then its input ends, which means what it always means: cancel, flush, close, exit.
 */
export class AgentSession {
  /** Resolves when the helper has ended. Never rejects. */
  readonly ended: Promise<void>;
  readonly #link: ResumableLink;
  readonly #helper: HelperProcess;
  readonly #stop = new AbortController();

  constructor(
    private readonly id: string,
    private readonly station: PinnedStation,
    options: { readonly grace: number; readonly startHelper: HelperStart },
    byteSocket: string,
  ) {
    this.#link = new ResumableLink({ grace: options.grace });
    this.#helper = options.startHelper(byteSocket);
    // Each way ends by itself: the helper still answers when its input has ended.
    pipeline(this.#link.stream, this.#helper.stdin, () => {
      this.#helper.stdin.end();
    });
    this.#helper.stdout.on('data', (bytes: Buffer) => {
      if (!this.#link.stream.write(bytes)) {
        this.#helper.stdout.pause();
        this.#link.stream.once('drain', () => this.#helper.stdout.resume());
      }
    });
    void this.#link.ended.then(({ how }) => {
      // Without the other end there is nobody to wait for.
      if (how === 'lost') this.#stop.abort();
    });
    this.ended = this.#run();
  }

  /** Ends the helper as the end of its input does, and waits for it. */
  async end(): Promise<void> {
    await this.#helper.end();
    await this.ended;
  }

  async #run(): Promise<void> {
    void this.#connect();
    const lost = this.#link.ended.then(async ({ how }) => {
      if (how === 'lost') await this.#helper.end();
    });
    const exit = await this.#helper.exited;
    this.#link.end(describeExit(exit));
    // The end is told over a connection that may have to be made first.
    await this.#link.ended;
    await lost;
    this.#stop.abort();
  }

  /** Keeps a connection as long as the session lasts. */
  async #connect(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const headers = { [receivedHeader]: String(this.#link.renew()) };
        const upgraded = await this.station.upgrade(
          `/agents/sessions/${this.id}`,
          linkProtocol,
          headers,
          signal,
        );
        if (upgraded === null) {
          this.#link.drop('the station knows the session no more');
          return;
        }
        const { answer, socket, head } = upgraded;
        const received = Number(answer.headers[receivedHeader]);
        if (!this.#link.attach(socket, received, head)) return;
        await new Promise((resolve) => socket.once('close', resolve));
      } catch {
        // Tried again until the link gives up.
      }
      await new Promise((resolve) => setTimeout(resolve, timeouts.rackRetry));
    }
  }
}
