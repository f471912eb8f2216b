import type { HelperResponse } from '../../core/contract/helper-api';
import type { Drive } from '../../core/drive/drive';
import type { Admission } from '../../core/machine/admission';
import type { ThisMachine } from '../../core/machine/this-machine';
import { sanitizeForDisplay } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { chooseElevation, elevationContext, elevationUnavailable, type Elevation } from './elevation';
import type { HelperClient } from './helper-client';
import type { HelperProcess } from './helper-process';
import { launchHelper, type LaunchOptions } from './launch-helper';

export interface HelpersOptions extends Pick<
  LaunchOptions,
  'helper' | 'client' | 'signal' | 'onStderr' | 'onEvent'
> {
  /** A helper as the same user that runs already: the first one that is needed. It is ended with the others. */
  readonly started?: HelperProcess | null | undefined;
  /** How to get privilege; asked once, when a real drive is first to be opened. Tests replace it. */
  readonly elevation?: () => Elevation | null;
  /** Tried when nobody can be asked for a password that way: on a server, say, where no polkit agent runs. */
  readonly fallback?: () => Elevation | null;
}

/** Drives of a rack's machines. */
export interface MachineDrives {
  readonly drives: readonly Drive[];
  /** Machines whose drives are not in the list, and why, in a sentence. Null: all of them. */
  readonly problems: readonly { readonly machine: string | null; readonly message: string }[];
}

/** A machine of a rack, as its agent and its admission tell it. */
export interface MachineFacts {
  readonly id: string;
  readonly machine: ThisMachine;
  readonly certificate: string;
  readonly admission: Admission;
  /** It asked for work a short while ago. */
  readonly connected: boolean;
}

/** The machines of a rack, each with a helper of its own. */
export interface MachineHelpers {
  /** @param only machines whose drives are wanted; null: all that are there */
  listDrives(only: ReadonlySet<string> | null, signal?: AbortSignal): Promise<MachineDrives>;
  /** The machines that are admitted, by their ids, read at once. @throws PrestageError rack-… */
  facts(): Promise<ReadonlyMap<string, MachineFacts>>;
  /** @throws PrestageError rack-…, helper-… */
  clientOf(machine: string): Promise<HelperClient>;
  /** Asks the machines nothing more, and waits for none: calls end as cancelled. Never throws. */
  leave(): Promise<void>;
  /** Never throws. */
  dispose(): Promise<void>;
}

/** The refusal of drives that machines do not tell. @param problems why, in a sentence each */
export function notListed(
  problems: readonly Pick<MachineDrives['problems'][number], 'message'>[],
): PrestageError {
  return new PrestageError({
    code: 'drive-listing-failed',
    message: problems.map(({ message }) => message).join(' '),
  });
}

/** The refusal of a machine that is not there. @param machine its serial, where that is known; else its ID */
export function unknownMachine(machine: string): PrestageError {
  return new PrestageError({
    code: 'rack-machine-unknown',
    message: `Machine ${sanitizeForDisplay(machine, 80)} is not in the rack that is being served, or is not connected.`,
    remedy: "See 'prestage rack show'. Switch the machine on, or admit it.",
  });
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
  #machines: MachineHelpers | null = null;
  #started: HelperProcess | null;

  constructor(options: HelpersOptions) {
    this.#options = options;
    this.#started = options.started ?? null;
  }

  /** What starts a helper. */
  get command(): HelpersOptions['helper'] {
    return this.#options.helper;
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

  /** Machines of a rack belong to the station from here on. */
  join(machines: MachineHelpers): void {
    this.#machines = machines;
  }

  /** The drives of the rack's machines, and of which machines they could not be listed. */
  async machineDrives(only: ReadonlySet<string> | null, signal?: AbortSignal): Promise<MachineDrives> {
    return (await this.#machines?.listDrives(only, signal)) ?? { drives: [], problems: [] };
  }

  /** The machines of the rack that are admitted, by their ids. @throws PrestageError rack-… */
  async machinesOfRack(): Promise<ReadonlyMap<string, MachineFacts>> {
    return await this.#rack().facts();
  }

  /** The helper that has what it takes to open this drive, and no more. */
  async forDrive(drive: Pick<Drive, 'kind' | 'rack'>): Promise<HelperClient> {
    if (drive.rack !== undefined) return await this.ofMachine(drive.rack.machine);
    return drive.kind === 'virtual' ? await this.plain() : await this.privileged();
  }

  /** The helper on a machine of the rack. */
  async ofMachine(machine: string): Promise<HelperClient> {
    return await this.#rack().clientOf(machine);
  }

  /** Machines of a rack are left to themselves: what they have not answered by now is cancelled. Never throws. */
  async leaveMachines(): Promise<void> {
    await this.#machines?.leave();
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
    await this.#machines?.dispose();
    // It holds nothing, so there is nothing to wait for.
    await this.#started?.end(0);
    const started = await Promise.allSettled(this.#all);
    await Promise.all(
      started.map(async (start) => {
        if (start.status === 'fulfilled') await start.value.dispose();
      }),
    );
  }

  #rack(): MachineHelpers {
    if (this.#machines !== null) return this.#machines;
    throw new PrestageError({
      code: 'rack-not-served',
      message: 'The drive is in a machine of a rack, and this station serves none.',
    });
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
    const signal = AbortSignal.any(signals);
    const started = elevation.kind === 'direct' && !signal.aborted ? this.#started : null;
    if (started !== null) this.#started = null;
    return await launchHelper({ ...this.#options, started: started ?? undefined, elevation, signal });
  }
}
