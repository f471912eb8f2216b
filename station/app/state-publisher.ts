import type { AppPatch, AppState } from '../../core/contract/app';
import { timeouts } from '../../core/base/timeouts';

/** A member of the state, which is sent whole when it changes. */
export type Slice = keyof AppState;

/**
 * Collects which slices of the state changed and sends them together: at once when nothing was sent for a while,
 * else at most ten times a second.
 */
export class StatePublisher {
  readonly #read: { readonly [S in Slice]: () => AppState[S] };
  readonly #send: (patch: AppPatch) => void;
  readonly #changed = new Set<Slice>();
  #timer: NodeJS.Timeout | null = null;
  #lastSent = -Infinity;
  #closed = false;

  constructor(read: { readonly [S in Slice]: () => AppState[S] }, send: (patch: AppPatch) => void) {
    this.#read = read;
    this.#send = send;
  }

  changed(...slices: readonly Slice[]): void {
    for (const slice of slices) this.#changed.add(slice);
    if (this.#timer !== null || this.#closed) return;
    const wait = Math.max(0, this.#lastSent + timeouts.progressInterval - performance.now());
    this.#timer = setTimeout(() => {
      this.flush();
    }, wait);
  }

  /** Sends what changed now. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#changed.size === 0 || this.#closed) return;
    const patch = Object.fromEntries([...this.#changed].map((slice) => [slice, this.#read[slice]()]));
    this.#changed.clear();
    this.#lastSent = performance.now();
    this.#send(patch);
  }

  /** The whole state. */
  all(): AppState {
    const slices = Object.keys(this.#read) as Slice[];
    return Object.fromEntries(slices.map((slice) => [slice, this.#read[slice]()])) as AppState;
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
