import { Transform } from 'node:stream';
import { MiB } from '../../core/units';

/** Longest message the station takes from the helper, in bytes. */
export const maximumAnswerBytes = 16 * MiB;

/**
 * Follows a stream of JSON-RPC messages and tells the first byte that cannot belong to one. The JSON-RPC
 * reader itself would collect a header without end, or a body of any length. Only the one header that both
 * sides write is known; anything else on the wire is something that printed where it must not.
 */
export class FrameGuard {
  readonly #maximumBytes: number;
  #header = '';
  #bodyLeft = 0;
  #messages = 0;

  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes;
  }

  /** Whole messages seen so far. */
  get messages(): number {
    return this.#messages;
  }

  /** @returns what is wrong, or null while all is well. */
  check(bytes: Uint8Array): string | null {
    for (let at = 0; at < bytes.length;) {
      if (this.#bodyLeft > 0) {
        const taken = Math.min(this.#bodyLeft, bytes.length - at);
        this.#bodyLeft -= taken;
        at += taken;
        if (this.#bodyLeft === 0) this.#messages += 1;
        continue;
      }
      this.#header += String.fromCharCode(bytes[at] ?? 0);
      at += 1;
      const length = readHeader(this.#header);
      if (length === 'wrong') {
        const rest = Buffer.from(bytes.subarray(at, at + 200)).toString('utf8');
        return `not a message: ${this.#header}${rest}`;
      }
      if (length === 'incomplete') continue;
      if (length > this.#maximumBytes) return `a message of ${length} bytes`;
      this.#header = '';
      this.#bodyLeft = length;
    }
    return null;
  }
}

/** A stream that passes messages through and fails as {@link FrameGuard} says. */
export function guardFrames(guard: FrameGuard): Transform {
  return new Transform({
    transform: (bytes: Buffer, _encoding, done) => {
      const problem = guard.check(bytes);
      if (problem === null) done(null, bytes);
      else done(new Error(problem));
    },
  });
}

/** @returns the body's length, or how far the header has come */
function readHeader(text: string): number | 'incomplete' | 'wrong' {
  const start = 'Content-Length: ';
  if (text.length <= start.length) return start.startsWith(text) ? 'incomplete' : 'wrong';
  const match = /^Content-Length: ([1-9]\d{0,9})(?:(\r\n\r\n)|\r(?:\n\r?)?)?$/.exec(text);
  if (match === null) return 'wrong';
  return match[2] === undefined ? 'incomplete' : Number(match[1]);
}
