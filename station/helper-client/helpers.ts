import type { HelperResponse } from '../../core/contract/helper-api';
import type { Drive } from '../../core/drive/drive';
import { PrestageError } from '../../core/base/errors';
import { chooseElevation, elevationContext, elevationUnavailable, type Elevation } from './elevation';
import type { HelperClient } from './helper-client';
import { launchHelper, type LaunchOptions } from './launch-helper';

export interface HelpersOptions extends Pick<
  LaunchOptions,
  'helper' | 'client' | 'signal' | 'onStderr' | 'onEvent'
> {
  /** How to get privilege; asked once, when a real drive is first to be opened. Tests replace it. */
  readonly elevation?: () => Elevation | null;
  /** Tried when nobody can be asked for a password that way: on a server, say, where no polkit agent runs. */
  readonly fallback?: () => Elevation | null;
}

/**
 * The helpers of one station: one as the same user for everything that needs no privilege (listing, media,
 * disk images, virtual drives), and a privileged one, started only when a real drive is to be opened. Root has
 * one for both. A helper that died is started again at the next call for it.
 */
export class Helpers {
  readonly #options: HelpersOptions;
  readonly #all: Promise<HelperClient>[] = [];
  readonly #current = new Map<'plain' | 'privileged', Promise<HelperClient>>();
  readonly #ending = new AbortController();
  #elevation: Elevation | null = null;

  constructor(options: HelpersOptions) {
    this.#options = options;
  }

  /** The helper without privilege. */
  async plain(): Promise<HelperClient> {
    return await this.#get('plain', { kind: 'direct' });
  }

  /**
   * The helper that may open real drives. May ask for a password.
   * @throws PrestageError privilege-unavailable, privilege-denied, and what a start can throw
   */
  async privileged(): Promise<HelperClient> {
    this.#elevation ??= (this.#options.elevation ?? (() => chooseElevation(elevationContext())))();
    if (this.#elevation === null) throw elevationUnavailable();
    // Whoever needs no elevation is root already, and so is the helper without privilege.
    if (this.#elevation.kind === 'direct') return await this.plain();
    try {
      return await this.#get('privileged', this.#elevation);
    } catch (error) {
      const nobodyToAsk = error instanceof PrestageError && error.code === 'privilege-unavailable';
      const fallback = nobodyToAsk ? (this.#options.fallback?.() ?? null) : null;
      if (fallback === null || fallback.kind === this.#elevation.kind) throw error;
      this.#elevation = fallback;
      return await this.#get('privileged', fallback);
    }
  }

  /** The helper that may open real drives, where nobody has to be asked for it; null: somebody would be. */
  async privilegedIfAllowed(): Promise<HelperClient | null> {
    const running = this.#current.get('privileged');
    if (running !== undefined) return await running;
    const plain = await this.plain();
    return plain.greeting?.uid === 0 ? plain : null;
  }

  /** The helper that has what it takes to open this drive, and no more. */
  async forDrive(drive: Pick<Drive, 'kind'>): Promise<HelperClient> {
    return drive.kind === 'virtual' ? await this.plain() : await this.privileged();
  }

  /** What the helper without privilege said of itself: its version and those of its tools. */
  async greeting(): Promise<HelperResponse<'hello'>> {
    const { greeting } = await this.plain();
    if (greeting === null) throw new Error('a helper was given out before it was greeted');
    return greeting;
  }

  /** Ends every helper there is. Never throws. */
  async dispose(): Promise<void> {
    this.#ending.abort();
    const started = await Promise.allSettled(this.#all);
    await Promise.all(
      started.map(async (start) => {
        if (start.status === 'fulfilled') await start.value.dispose();
      }),
    );
  }

  #get(which: 'plain' | 'privileged', elevation: Elevation): Promise<HelperClient> {
    const current = this.#current.get(which);
    if (current !== undefined) return current;
    const start = this.#launch(elevation);
    this.#current.set(which, start);
    this.#all.push(start);
    const forget = (): void => {
      if (this.#current.get(which) === start) this.#current.delete(which);
    };
    start.then((client) => client.exited.then(forget), forget);
    return start;
  }

  async #launch(elevation: Elevation): Promise<HelperClient> {
    const signals = [this.#ending.signal, this.#options.signal].filter((signal) => signal !== undefined);
    return await launchHelper({ ...this.#options, elevation, signal: AbortSignal.any(signals) });
  }
}
