import { Emitter } from 'vscode-jsonrpc/node';
import { arrangeBays, withBayLabels, type Bay } from '../../core/drive/bays';
import type { DrivesState } from '../../core/contract/app-bench';
import type { Drive } from '../../core/drive/drive';
import type { DriveHealth } from '../../core/health/health';
import type { HealthRule } from '../../core/health/health-rules';
import { withHealth } from '../../core/health/health-words';
import { isCancellation, toErrorData } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import type { Helpers } from '../helper-client/helpers';

/** What a listing is made with. Asked again each time. */
export interface ListingContext {
  readonly benchDirectory: string | null;
  /** Files and folders whose drive must not be written. */
  readonly protectedPaths: readonly string[];
  readonly bays: readonly Bay[];
  /** What a drive said of its health; null: it was not asked. */
  readonly healthOf: (drive: Drive) => DriveHealth | null;
  readonly healthRules: readonly HealthRule[];
}

/** Keeps the list of drives: looks again every few seconds, and at once when asked. */
export class DriveList {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #looked = new Emitter<void>();
  /** A listing has ended, also one that found what the last one found. */
  readonly onListed = this.#looked.event;
  readonly #helpers: Helpers;
  readonly #details: () => ListingContext;
  #state: DrivesState = { error: null, listed: false, drives: [], bays: [], controllers: [] };
  /** As the helper listed them, without the labels of the bays that were set up. */
  #listed: readonly Drive[] = [];
  #controllers: DrivesState['controllers'] = [];
  #running: Promise<void> | null = null;
  #again = false;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(helpers: Helpers, details: () => ListingContext) {
    this.#helpers = helpers;
    this.#details = details;
  }

  get state(): DrivesState {
    return this.#state;
  }

  find(driveId: string): Drive | null {
    return this.#state.drives.find(({ id }) => id === driveId) ?? null;
  }

  /** Looks now; resolves when a listing that began after the call has ended. */
  async refresh(): Promise<void> {
    if (this.#running !== null) {
      this.#again = true;
      await this.#running;
    }
    // Whoever waited beside us has begun the next one by now, or nobody has.
    await this.#current();
  }

  /** The bays were set up again, or a drive told its health: no need to look at the machine for that. */
  rearrange(): void {
    this.#show(this.#listed, this.#state.error, this.#state.listed);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #current(): Promise<void> {
    return this.#running ?? this.#begin();
  }

  #begin(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#again = false;
    this.#running = this.#list().finally(() => {
      this.#running = null;
      if (this.#closed) return;
      this.#timer = setTimeout(() => void this.#begin(), this.#again ? 0 : timeouts.driveListing);
    });
    return this.#running;
  }

  async #list(): Promise<void> {
    const { benchDirectory, protectedPaths } = this.#details();
    try {
      const client = await this.#helpers.plain();
      const { drives, controllers } = await client.call('listDrives', {
        benchDirectory,
        protectedPaths: [...protectedPaths],
      });
      if (this.#closed || this.#details().benchDirectory !== benchDirectory) return;
      // Who works on a bench of virtual drives is not to look at those of the computer beside it.
      const shown = drives.filter(({ reasons }) => !reasons.some(({ code }) => code === 'not-on-bench'));
      this.#controllers = controllers;
      this.#show(shown, null, true);
      this.#looked.fire();
    } catch (error) {
      if (this.#closed || isCancellation(error)) return;
      this.#show(this.#listed, toErrorData(error), this.#state.listed);
    }
  }

  #show(listed: readonly Drive[], error: DrivesState['error'], isListed: boolean): void {
    this.#listed = listed;
    const { bays: setUp, healthOf, healthRules } = this.#details();
    const bays = arrangeBays(setUp, listed);
    const drives = withBayLabels(listed, bays).map((drive) =>
      withHealth(drive, healthOf(drive), healthRules),
    );
    const state = { error, listed: isListed, drives, bays, controllers: this.#controllers };
    // Most listings find what the last one found; only a change is worth a repaint.
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
    this.#state = state;
    this.#changed.fire();
  }
}
