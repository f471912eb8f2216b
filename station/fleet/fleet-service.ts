import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Emitter } from 'vscode-jsonrpc/node';
import { fleetOff, type FleetSettings, type FleetState } from '../../core/settings/fleet';
import { timeouts } from '../../core/base/timeouts';
import { logError } from '../state/log-file';
import { fleetUnavailable } from './fleet-errors';
import type { FleetWorkerData } from './fleet-worker';
import type { PusherOptions } from './pusher';

export interface FleetServiceOptions {
  readonly paths: PusherOptions['paths'];
  /** Undefined: nothing is pushed. */
  readonly settings: FleetSettings | undefined;
  /** Absolute path of the bundled fleet-worker. */
  readonly workerFile: string;
}

/**
 * Pushes in a thread of its own while the app is open. Nothing that happens in it reaches the bench: whatever goes
 * wrong becomes the state, which the screen shows.
 */
export class FleetService {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #options: FleetServiceOptions;
  #state: FleetState;
  #worker: Worker | null = null;
  #restart: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: FleetServiceOptions) {
    this.#options = options;
    this.#state = options.settings === undefined ? fleetOff : { ...fleetOff, status: 'connecting' };
    this.#start();
  }

  get state(): FleetState {
    return this.#state;
  }

  /** Ends the thread; what was not pushed is pushed another time. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#restart !== null) clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker === null) return;
    const ended = once(worker, 'exit').catch(() => undefined);
    worker.postMessage('stop');
    await Promise.race([ended, sleep(timeouts.fleetGoodbye, undefined, { ref: false })]);
    await worker.terminate();
  }

  #start(): void {
    const { settings, workerFile, paths } = this.#options;
    if (settings === undefined) return;
    // Only what is needed: StatePaths may have more than can be cloned one day.
    const { ledgerFile, headFile, keyFile, publicKeyFile, fleetFile } = paths;
    const { imageCache, library, settingsFile, rackSocket } = paths;
    const data: FleetWorkerData = {
      paths: {
        ...{ ledgerFile, headFile, keyFile, publicKeyFile, fleetFile },
        ...{ imageCache, library, settingsFile, rackSocket },
      },
      settings,
    };
    let worker: Worker;
    try {
      worker = new Worker(workerFile, { workerData: data });
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#worker = worker;
    worker.on('message', (state: FleetState) => {
      this.#send(state);
    });
    worker.on('error', (error) => {
      logError('worker-failed', error, { worker: 'fleet-worker' });
      this.#failed(error);
    });
    worker.on('exit', () => {
      this.#worker = null;
    });
  }

  #failed(error: unknown): void {
    const cause = error instanceof Error ? error.message : String(error);
    const { data } = fleetUnavailable('The thread that pushes to the plant database stopped.', cause);
    this.#send({ ...this.#state, status: 'unavailable', lastError: data });
    if (this.#closed) return;
    this.#restart = setTimeout(() => {
      this.#start();
    }, timeouts.fleetRetryLongest);
    this.#restart.unref();
  }

  #send(state: FleetState): void {
    if (this.#closed) return;
    this.#state = state;
    this.#changed.fire();
  }
}
