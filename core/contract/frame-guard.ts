/** Limits on what may stand on the wire between station and helper. */
import { MiB } from '../base/units';

/** Longest message either side takes from the other, in bytes. The longest is a manifest of the largest size, in base64. */
export const maximumMessageBytes = 48 * MiB;

/** What stands on the wire that cannot be a message. */
export interface FrameProblem {
  readonly message: string;
  /** What came in place of a header, with a little of what follows; empty when only the length is wrong. */
  readonly found: Uint8Array;
}

/** Bytes that are kept of what follows a wrong header. */
const foundRest = 200;

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

  constructor(maximumBytes: number = maximumMessageBytes) {
    this.#maximumBytes = maximumBytes;
  }

  /** Whole messages seen so far. */
  get messages(): number {
    return this.#messages;
  }

  /** @returns what is wrong, or null while all is well. */
  check(bytes: Uint8Array): FrameProblem | null {
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
        const header = Array.from(this.#header, (character) => character.charCodeAt(0));
        const found = Uint8Array.from([...header, ...bytes.subarray(at, at + foundRest)]);
        return { message: 'not a message', found };
      }
      if (length === 'incomplete') continue;
      if (length > this.#maximumBytes) {
        return { message: `a message of ${length} bytes`, found: new Uint8Array() };
      }
      this.#header = '';
      this.#bodyLeft = length;
    }
    return null;
  }
}

/** @returns the body's length, or how far the header has come */
function readHeader(text: string): number | 'incomplete' | 'wrong' {
  const start = 'Content-Length: ';
  if (text.length <= start.length) return start.startsWith(text) ? 'incomplete' : 'wrong';
  const match = /^Content-Length: ([1-9]\d{0,9})(?:(\r\n\r\n)|\r(?:\n\r?)?)?$/.exec(text);
  if (match === null) return 'wrong';
  return match[2] === undefined ? 'incomplete' : Number(match[1]);
}

/**
 * The `transform` of a Node stream that passes messages through, and fails at the first byte that cannot belong to one.
 * Both ends of the wire read through such a stream.
 * @param messageOf what the error says
 */
export function passFrames(
  guard: FrameGuard,
  messageOf: (problem: FrameProblem) => string,
): (bytes: Uint8Array, encoding: unknown, done: (error: Error | null, passed?: Uint8Array) => void) => void {
  return (bytes, _encoding, done) => {
    const problem = guard.check(bytes);
    if (problem === null) done(null, bytes);
    else done(new Error(messageOf(problem)));
  };
}
