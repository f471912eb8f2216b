import { Duplex } from 'node:stream';
import { timeouts } from '../../core/base/timeouts';
import { sanitizeForDisplay } from '../../core/base/display';

/**
 * A stream of bytes both ways that outlives the connection it goes over: what the other end has not confirmed is kept, and sent
 * again over the next connection. What stands on its two ends (helper and station) sees one stream, or its end.
 *
 * On the connection stand frames: one byte that says what it is, four with the length, and the content.
 */

/** What a frame is. `ack`: bytes received so far (8). `end`: this end sends no more, and why. `beat`: still there. */
const frame = { data: 1, ack: 2, end: 3, beat: 4 } as const;

const headerBytes = 5;
/** Longest content of a frame, bytes. */
const longestFrame = 256 * 1024;
/** Confirmations wait when so many bytes were sent and not taken, bytes: the next one says all. */
const untakenLimit = 64 * 1024;
/** So many unconfirmed bytes are taken before the writer has to wait. Whatever one message has is taken whole. */
const unconfirmedLimit = 4 * 1024 * 1024;

export interface LinkOptions {
  /** Milliseconds without a connection after which the stream ends. */
  readonly grace: number;
}

/** How a link ended: `ended` by what the other end said; `lost` when it did not come back in time. */
export interface LinkEnd {
  readonly how: 'ended' | 'lost';
  /** In words, safe to show; empty when nothing was said. */
  readonly why: string;
}

export class ResumableLink {
  /** This end's stream. What is written to it arrives at the other end's. */
  readonly stream: Duplex;
  /** Resolves when nothing will arrive any more. Never rejects. */
  readonly ended: Promise<LinkEnd>;
  readonly #grace: number;
  #announce: (end: LinkEnd) => void = () => undefined;
  #socket: Duplex | null = null;
  /** Bytes written here so far, and bytes of them that the other end has. */
  #sent = 0;
  #confirmed = 0;
  #unconfirmed: Buffer[] = [];
  #received = 0;
  #parting = '';
  /** What was said when this end ended; null: it has not. */
  #why: string | null = null;
  #otherEnded = false;
  #over = false;
  #input: Buffer = Buffer.alloc(0);
  #writer: (() => void) | null = null;
  #graceTimer: NodeJS.Timeout | null = null;
  #beatTimer: NodeJS.Timeout | null = null;
  #heard = 0;

  constructor({ grace }: LinkOptions) {
    this.#grace = grace;
    this.ended = new Promise((resolve) => {
      this.#announce = resolve;
    });
    this.stream = new Duplex({
      allowHalfOpen: true,
      read: () => this.#socket?.resume(),
      write: (bytes: Buffer, _encoding, done) => {
        this.#take(bytes, done);
      },
      final: (done) => {
        this.#sayEnd();
        done();
      },
    });
    this.stream.on('error', () => undefined);
    this.#startGrace();
  }

  /** Bytes received of the other end: what the next connection begins with. */
  get received(): number {
    return this.#received;
  }

  get connected(): boolean {
    return this.#socket !== null;
  }

  /** This end sends no more, when what was written is sent. @param why in words, for the other end */
  end(why: string): void {
    this.#parting = sanitizeForDisplay(why, 300);
    this.stream.end();
  }

  #sayEnd(): void {
    if (this.#why !== null) return;
    this.#why = this.#parting;
    this.#send(frame.end, Buffer.from(this.#why));
    if (this.#otherEnded) this.#finish({ how: 'ended', why: '' });
  }

  /** Gives up the connection that there is, for one that is about to come. @returns bytes received of the other end */
  renew(): number {
    this.#detach();
    if (!this.#over) this.#startGrace();
    return this.#received;
  }

  /**
   * Goes on over a new connection.
   * @param received bytes that the other end has
   * @param head what was read of the connection already
   * @returns false when the other end speaks of another stream: the link is over then
   */
  attach(socket: Duplex, received: number, head: Buffer = Buffer.alloc(0)): boolean {
    if (this.#over || received < this.#confirmed || received > this.#sent) {
      socket.destroy();
      if (!this.#over) this.#finish({ how: 'lost', why: 'the other end has lost its place' });
      return false;
    }
    this.#detach();
    this.#stopGrace();
    this.#socket = socket;
    this.#input = Buffer.alloc(0);
    this.#heard = performance.now();
    this.#forget(received);
    const gone = (): void => {
      if (this.#socket !== socket) return;
      this.#detach();
      if (!this.#over) this.#startGrace();
    };
    socket.on('error', gone);
    socket.on('close', gone);
    socket.on('end', gone);
    socket.on('data', (bytes: Buffer) => {
      if (this.#socket === socket) this.#takeIn(bytes);
    });
    this.#beatTimer = setInterval(() => {
      if (performance.now() - this.#heard > timeouts.rackSilent) socket.destroy();
      else {
        this.#send(frame.beat, Buffer.alloc(0));
        this.#sayReceived();
      }
    }, timeouts.rackBeat);
    this.#beatTimer.unref();
    for (const bytes of this.#unconfirmed) this.#sendData(bytes);
    if (this.#why !== null) this.#send(frame.end, Buffer.from(this.#why));
    // Only now: what a writer that waited writes next must not go out before what it wrote, nor twice.
    this.#letWrite();
    if (head.length > 0) this.#takeIn(head);
    return true;
  }

  /** Ends at once, without the other end. */
  drop(why: string): void {
    this.#finish({ how: 'lost', why });
  }

  #take(bytes: Buffer, done: (error?: Error | null) => void): void {
    if (this.#over) {
      done(new Error('the link is over'));
      return;
    }
    this.#unconfirmed.push(bytes);
    this.#sent += bytes.length;
    this.#sendData(bytes);
    if (this.#sent - this.#confirmed < unconfirmedLimit) done();
    else this.#writer = done;
  }

  #sendData(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; at += longestFrame) {
      this.#send(frame.data, bytes.subarray(at, at + longestFrame));
    }
  }

  #send(type: number, content: Buffer): void {
    if (this.#socket === null || !this.#socket.writable) return;
    const header = Buffer.alloc(headerBytes);
    header.writeUInt8(type, 0);
    header.writeUInt32BE(content.length, 1);
    this.#socket.write(header);
    if (content.length > 0) this.#socket.write(content);
  }

  #takeIn(bytes: Buffer): void {
    this.#heard = performance.now();
    this.#input = this.#input.length === 0 ? bytes : Buffer.concat([this.#input, bytes]);
    const before = this.#received;
    while (this.#input.length >= headerBytes && !this.#over) {
      const length = this.#input.readUInt32BE(1);
      if (length > longestFrame) {
        // Not ours: the connection is given up, and with it whatever was in it.
        this.#socket?.destroy();
        return;
      }
      if (this.#input.length < headerBytes + length) break;
      const content = this.#input.subarray(headerBytes, headerBytes + length);
      const type = this.#input.readUInt8(0);
      this.#input = this.#input.subarray(headerBytes + length);
      if (!this.#handle(type, content)) return;
    }
    if (this.#received !== before && (this.#socket?.writableLength ?? 0) < untakenLimit) this.#sayReceived();
  }

  #sayReceived(): void {
    if (this.#over) return;
    const count = Buffer.alloc(8);
    count.writeBigUInt64BE(BigInt(this.#received));
    this.#send(frame.ack, count);
  }

  /** @returns false when the connection was given up */
  #handle(type: number, content: Buffer): boolean {
    switch (type) {
      case frame.data:
        if (this.#otherEnded) return true;
        this.#received += content.length;
        if (!this.stream.push(Buffer.from(content))) this.#socket?.pause();
        return true;
      case frame.ack: {
        const count = content.length === 8 ? Number(content.readBigUInt64BE()) : -1;
        if (count < this.#confirmed || count > this.#sent) {
          this.#socket?.destroy();
          return false;
        }
        this.#forget(count);
        this.#letWrite();
        return true;
      }
      case frame.end:
        if (this.#otherEnded) return true;
        this.#otherEnded = true;
        this.stream.push(null);
        // Who said nothing yet will, when its own side has ended.
        if (this.#why !== null) this.#finish({ how: 'ended', why: words(content) });
        else this.#announce({ how: 'ended', why: words(content) });
        return true;
      default:
        return true;
    }
  }

  /** What the other end has is not sent again. @param count bytes that it has received */
  #forget(count: number): void {
    let gone = count - this.#confirmed;
    this.#confirmed = count;
    while (gone > 0) {
      const [first] = this.#unconfirmed;
      if (first === undefined) break;
      if (first.length <= gone) {
        this.#unconfirmed.shift();
        gone -= first.length;
      } else {
        this.#unconfirmed[0] = first.subarray(gone);
        gone = 0;
      }
    }
  }

  /** A writer that had to wait goes on when enough is confirmed. It may write at once, before this returns. */
  #letWrite(): void {
    if (this.#writer !== null && this.#sent - this.#confirmed < unconfirmedLimit) {
      const done = this.#writer;
      this.#writer = null;
      done();
    }
  }

  #detach(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (this.#beatTimer !== null) clearInterval(this.#beatTimer);
    this.#beatTimer = null;
    socket?.destroy();
  }

  #startGrace(): void {
    this.#stopGrace();
    this.#graceTimer = setTimeout(() => {
      this.#finish({
        how: 'lost',
        why: `the connection was lost for more than ${Math.round(this.#grace / 1000)} s`,
      });
    }, this.#grace);
  }

  #stopGrace(): void {
    if (this.#graceTimer !== null) clearTimeout(this.#graceTimer);
    this.#graceTimer = null;
  }

  #finish(end: LinkEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#stopGrace();
    this.#announce(end);
    const socket = this.#socket;
    // What was sent last still goes out.
    if (end.how === 'ended') {
      socket?.end();
      this.#socket = null;
      if (this.#beatTimer !== null) clearInterval(this.#beatTimer);
    } else this.#detach();
    this.#writer?.();
    this.#writer = null;
    if (end.how === 'lost') {
      if (!this.#otherEnded) this.stream.push(null);
      this.stream.destroy();
    }
  }
}

function words(content: Buffer): string {
  return sanitizeForDisplay(content.toString('utf8'), 300);
}
