import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { timeouts } from '../../core/base/timeouts';
import { ResumableLink } from '../rack-link/link';
import type { Machines } from './machines';
import { Swarm } from './swarm';
import { takerOf } from './chunk-requests';
import { ServedImages, type ServedChunk, type ServedImage } from './served-image';

/** A program of the station that speaks with the helper of a machine, by way of the machine's agent. */
interface Session {
  readonly id: string;
  readonly certificate: string;
  readonly link: ResumableLink;
  /** By their fingerprints; `jobs`: how many of the session's jobs have it. */
  readonly images: Map<string, { readonly image: ServedImage; jobs: number }>;
  /** A job of it had a disk image. */
  fetched: boolean;
  end: string | null;
}

/** So many ends are remembered for who asks why. */
const keptEnds = 1000;

export class Sessions {
  readonly swarm = new Swarm();
  readonly #machines: Machines;
  readonly #grace: number;
  readonly #images = new ServedImages();
  readonly #open = new Map<string, Session>();
  readonly #ends = new Map<string, string>();

  constructor(machines: Machines, grace: number) {
    this.#machines = machines;
    this.#grace = grace;
    // Who was turned away, or whose place another has taken, works for nobody any more.
    machines.on('changed', (certificate) => {
      if (!machines.isAdmitted(certificate)) this.#drop(certificate, 'the machine is no longer admitted');
    });
    machines.on('over', (certificate, why) => {
      this.#drop(certificate, why);
    });
  }

  #drop(certificate: string, why: string): void {
    for (const session of this.#open.values()) {
      if (session.certificate === certificate) session.link.drop(why);
    }
  }

  /** Opens a session: the machine is asked for a connection. @returns its id */
  open(certificate: string): string {
    const id = randomUUID();
    const link = new ResumableLink({ grace: this.#grace });
    const session: Session = { id, certificate, link, images: new Map(), fetched: false, end: null };
    this.#open.set(id, session);
    // A machine that is there comes at once: nobody waits for the time of grace.
    const timer = setTimeout(() => {
      if (!link.connected && link.received === 0) link.drop('the machine did not answer');
    }, timeouts.rackOpen);
    void link.ended.then(({ why, how }) => {
      clearTimeout(timer);
      session.end = why === '' ? how : why;
      this.#machines.ended(certificate, id);
      this.#fetchesNoMore(session);
      this.#ends.set(id, session.end);
      for (const oldest of this.#ends.keys()) {
        if (this.#ends.size <= keptEnds) break;
        this.#ends.delete(oldest);
      }
    });
    this.#machines.want(certificate, id);
    return id;
  }

  /** A session is over. What its machine has it goes on giving to others, as long as another of its sessions has a disk image. */
  #fetchesNoMore(session: Session): void {
    for (const fingerprint of [...session.images.keys()]) this.#forgetImage(session, fingerprint);
    const { certificate, fetched } = session;
    const others = [...this.#open.values()].filter(
      (one) => one.certificate === certificate && one.end === null,
    );
    if (fetched && others.every((other) => !other.fetched)) this.swarm.gone(certificate);
  }

  #forgetImage({ certificate, images }: Session, fingerprint: string): void {
    images.delete(fingerprint);
    if (this.imageFor(certificate, fingerprint) === null) {
      this.swarm.leave(takerOf(certificate, fingerprint));
    }
  }

  /** Joins a session to the program that asked for it. */
  join(id: string, local: Duplex): void {
    const session = this.#open.get(id);
    if (session === undefined) {
      local.destroy();
      return;
    }
    const { stream, ended } = session.link;
    local.on('error', () => local.destroy());
    local.pipe(stream);
    stream.pipe(local);
    local.on('close', () => {
      stream.end();
      this.#open.delete(id);
    });
    void ended.then(() => {
      // What arrived last is still to be read.
      if (stream.closed) local.end();
      else stream.once('close', () => local.end());
    });
  }

  /** Whether the machine has this session, and it goes on. */
  has(id: string, certificate: string): boolean {
    const session = this.#open.get(id);
    return session?.certificate === certificate && session.end === null;
  }

  /** How many bytes of a session have arrived; null: the machine has no such session. Ends the connection it had. */
  renew(id: string, certificate: string): number | null {
    const session = this.#open.get(id);
    if (session?.certificate !== certificate || session.end !== null) return null;
    return session.link.renew();
  }

  /** Goes on over a new connection of the machine. */
  attach(id: string, socket: Duplex, received: number, head: Buffer): void {
    const session = this.#open.get(id);
    if (session === undefined) {
      socket.destroy();
      return;
    }
    this.#machines.unwant(session.certificate, id);
    session.link.attach(socket, received, head);
  }

  /** How a session ended; null: it goes on, or nobody knows it. */
  endOf(id: string): string | null {
    return this.#ends.get(id) ?? null;
  }

  /**
   * The machine of the session may have the chunks of this disk image, for one job.
   * @returns false: there is no such session
   * @throws PrestageError render-damaged
   */
  async serve(id: string, directory: string, fingerprint: string): Promise<boolean> {
    if (!this.#open.has(id)) return false;
    const image = await this.#images.open(directory);
    const session = this.#open.get(id);
    // It may have ended meanwhile.
    if (session === undefined || session.end !== null) return false;
    const jobs = (session.images.get(fingerprint)?.jobs ?? 0) + 1;
    session.images.set(fingerprint, { image, jobs });
    session.fetched = true;
    return true;
  }

  /** The job is over that had this disk image. @returns false: there is no such session */
  jobEnded(id: string, fingerprint: string): boolean {
    const session = this.#open.get(id);
    const served = session?.images.get(fingerprint);
    if (session === undefined || served === undefined) return false;
    served.jobs -= 1;
    if (served.jobs === 0) this.#forgetImage(session, fingerprint);
    return true;
  }

  /** A disk image that a machine may have. */
  imageFor(certificate: string, fingerprint: string): ServedImage | null {
    for (const session of this.#open.values()) {
      const served = session.certificate === certificate ? session.images.get(fingerprint) : undefined;
      if (served !== undefined) return served.image;
    }
    return null;
  }

  /** Where a chunk lies that a machine may have. */
  chunkFor(certificate: string, sha256: string): ServedChunk | null {
    for (const session of this.#open.values()) {
      if (session.certificate !== certificate) continue;
      for (const { image } of session.images.values()) {
        const chunk = image.chunk(sha256);
        if (chunk !== null) return chunk;
      }
    }
    return null;
  }

  /** Ends everything. */
  stop(): void {
    for (const { link } of this.#open.values()) link.drop('the station stopped');
  }
}
