import { basename } from 'node:path';
import { Emitter } from 'vscode-jsonrpc/node';
import { isCancellation, toErrorData } from '../../core/base/errors';
import type { AppUpdate } from '../../core/contract/app-live';
import { sanitizeForDisplay } from '../../core/base/display';
import type { Helpers } from '../helper-client/helpers';
import { updateLive } from '../live/update-live';
import { logEvent } from '../state/log-file';
import type { TrustedKeysPaths } from '../signing/trusted-keys';

/** Another version is put on the stick while the station runs: how far it is, and what came of it. */
export class StickUpdate {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #given: { readonly helpers: Helpers; readonly paths: TrustedKeysPaths };
  #state: AppUpdate = { status: 'none' };
  #running: { readonly stop: AbortController; readonly ended: Promise<void> } | null = null;

  constructor(given: { readonly helpers: Helpers; readonly paths: TrustedKeysPaths }) {
    this.#given = given;
  }

  get state(): AppUpdate {
    return this.#state;
  }

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /**
   * Begins, unless one runs; what comes of it is in the state.
   * @param path absolute
   */
  begin(path: string): void {
    if (this.#running !== null) return;
    const stop = new AbortController();
    const file = sanitizeForDisplay(basename(path), 200);
    this.#set({ status: 'running', file, task: null });
    const ended = this.#run(path, file, stop.signal).finally(() => {
      this.#running = null;
      this.#changed.fire();
    });
    this.#running = { stop, ended };
  }

  /** Stops it. The version that runs stays the one that starts. */
  cancel(): void {
    this.#running?.stop.abort();
  }

  /** What came of the last one need not be shown any more. */
  dismiss(): void {
    if (this.#state.status === 'refused') this.#set({ status: 'none' });
  }

  async close(): Promise<void> {
    this.cancel();
    await this.#running?.ended;
  }

  async #run(path: string, file: string, signal: AbortSignal): Promise<void> {
    try {
      const { slot, signer } = await updateLive(path, {
        ...{ ...this.#given, signal },
        onTask: (task) => {
          this.#set({ status: 'running', file, task });
        },
      });
      logEvent('info', 'stick-updated', { slot });
      this.#set({ status: 'done', file, slot, signer: sanitizeForDisplay(signer, 60) });
    } catch (error) {
      this.#set(
        isCancellation(error) ? { status: 'none' } : { status: 'refused', file, error: toErrorData(error) },
      );
    }
  }

  #set(state: AppUpdate): void {
    this.#state = state;
    this.#changed.fire();
  }
}
