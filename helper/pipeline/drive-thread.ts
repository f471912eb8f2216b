import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { timeouts } from '../../core/base/timeouts';
import type { DriveWorkerData, DriveWorkerMessage } from './drive-worker';
import { withProvedWindow } from './proved-window';
import { SharedProgress } from './shared-progress';

/**
 * A drive's thread as the helper sees it: started, followed ten times a second, and given up when it hangs. What runs in it is
 * drive-worker.ts.
 */

export type DrivePhase = Extract<DriveWorkerMessage, { type: 'phase' }>['phase'];
/** How a drive's thread ended. */
export type DriveEnd = Exclude<DriveWorkerMessage, { type: 'phase' }> | { readonly type: 'stalled' };

/** What a thread is given that writes no image. */
export const noContent = {
  checkSize: false,
  chunks: [],
  signatures: [],
  table: { primary: new Uint8Array(), backup: new Uint8Array(), backupOffset: 0 },
} as const satisfies Partial<DriveWorkerData>;

export interface DriveThreadOptions {
  readonly data: Omit<DriveWorkerData, 'progress' | 'window'>;
  /** Milliseconds without progress after which the thread is given up. */
  readonly stallMilliseconds: number;
  readonly signal: AbortSignal;
  readonly onPhase: (phase: DrivePhase) => void;
  /** Ten times a second: bytes moved in this phase. */
  readonly onProgress: (phaseBytes: number) => void;
}

export interface DriveThreadResult {
  readonly end: DriveEnd;
  /** Bytes written in all, old tables included. */
  readonly bytesWritten: number;
}

/** Threads that are started before their drives' jobs: a start takes as long as writing 20 MB. */
class DriveThreads {
  readonly #ready = new Set<Worker>();
  #wanted = 0;
  #starting = false;

  /** Starts threads, or ends some, until so many wait. Not all in one turn of the event loop: each takes milliseconds of it. */
  keepReady(count: number): void {
    this.#wanted = count;
    if (!this.#starting) this.#next();
  }

  #next(): void {
    this.#starting = this.#ready.size < this.#wanted;
    if (this.#starting) {
      this.#start();
      setImmediate(() => {
        this.#next();
      }).unref();
    }
    for (const worker of [...this.#ready].slice(this.#wanted)) {
      this.#ready.delete(worker);
      void worker.terminate();
    }
  }

  #start(): void {
    const worker = newThread();
    this.#ready.add(worker);
    // Whoever takes it hears of what it comes to from then on.
    const forget = (): void => {
      this.#ready.delete(worker);
    };
    worker.once('error', forget).once('exit', forget);
  }

  /** A thread that waits for its data. */
  take(): Worker {
    const [worker] = this.#ready;
    if (worker === undefined) return newThread();
    this.#ready.delete(worker);
    this.#wanted -= 1;
    worker.removeAllListeners('error').removeAllListeners('exit');
    return worker;
  }
}

function newThread(): Worker {
  const worker = new Worker(join(__dirname, 'drive-worker.cjs'));
  // A thread that hangs in the kernel must not keep the helper from ending.
  worker.unref();
  return worker;
}

export const driveThreads = new DriveThreads();

let hung = 0;

/** Whether a thread was given up that may hang in the kernel: a process that waits for it never exits. */
export function hasHungThread(): boolean {
  return hung > 0;
}

/**
 * Runs one drive's thread to its end. A thread that makes no progress is given up: it may hang in the kernel
 * for good, and nothing here waits for it. Never rejects.
 */
export async function runDriveThread(options: DriveThreadOptions): Promise<DriveThreadResult> {
  if (options.data.task !== 'apply') return await runThread(options);
  return await withProvedWindow((window) => runThread(options, window));
}

async function runThread(
  options: DriveThreadOptions,
  window?: SharedArrayBuffer,
): Promise<DriveThreadResult> {
  const progress = new SharedProgress();
  const end = await new Promise<DriveEnd>((resolve) => {
    const worker = driveThreads.take();
    const watch = new StallWatch(options.stallMilliseconds, performance.now());
    const onAbort = (): void => {
      progress.requestStop();
    };
    if (options.signal.aborted) onAbort();
    options.signal.addEventListener('abort', onAbort, { once: true });

    let settled = false;
    const settle = (how: DriveEnd): void => {
      if (settled) return;
      settled = true;
      clearInterval(timer);
      options.signal.removeEventListener('abort', onAbort);
      resolve(how);
    };
    let phase = 0;
    const timer = setInterval(() => {
      const bytes = progress.phaseBytes;
      options.onProgress(bytes);
      if (watch.isStalled(`${phase} ${bytes} ${progress.beats}`, performance.now())) {
        progress.requestStop();
        hung += 1;
        settle({ type: 'stalled' });
      }
    }, timeouts.progressInterval);
    worker.on('message', (message: DriveWorkerMessage) => {
      if (settled) return;
      if (message.type === 'phase') {
        phase += 1;
        options.onPhase(message.phase);
      } else settle(message);
    });
    worker.once('error', (error) => {
      settle({ type: 'crashed', detail: error.stack ?? error.message });
    });
    worker.once('exit', (code) => {
      settle({ type: 'crashed', detail: `the drive's thread ended with ${code}` });
    });
    worker.postMessage({
      ...{ ...options.data, progress: progress.buffer },
      ...(window === undefined ? {} : { window }),
    } satisfies DriveWorkerData);
  });
  return { end, bytesWritten: progress.bytesWritten };
}

/** Tells when something has not changed for too long. Times in milliseconds. */
export class StallWatch {
  private last = '';

  constructor(
    private readonly limit: number,
    private since: number,
  ) {}

  /** @param state anything that changes while there is progress */
  isStalled(state: string, now: number): boolean {
    if (state !== this.last) {
      this.last = state;
      this.since = now;
      return false;
    }
    return now - this.since >= this.limit;
  }
}
