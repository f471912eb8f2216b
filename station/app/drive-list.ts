import { Emitter } from 'vscode-jsonrpc/node';
import { arrangeBays, foldLabel, withBayLabels, type Bay, type BayPlace } from '../../core/drive/bays';
import type { DrivesState } from '../../core/contract/app-bench';
import type { Drive } from '../../core/drive/drive';
import type { DriveHealth } from '../../core/health/health';
import type { HealthRule } from '../../core/health/health-rules';
import { withFalseSize, withHealth } from '../../core/health/health-words';
import type { DrivePast } from '../../core/ledger/drive-past';
import { withHidden } from '../../core/sanitise/choose';
import type { Abilities } from '../../core/sanitise/methods';
import { isCancellation, toErrorData } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import type { Helpers } from '../helper-client/helpers';
import { LastShown } from './last-shown';

/** What a listing is made with. Asked again each time. */
export interface ListingContext {
  readonly benchDirectory: string | null;
  /** Files and folders whose drive must not be written. */
  readonly protectedPaths: readonly string[];
  readonly bays: readonly Bay[];
  /** What a drive said of its health; null: it was not asked. */
  readonly healthOf: (drive: Drive) => DriveHealth | null;
  readonly healthRules: readonly HealthRule[];
  /** How a drive can be erased, and what it hides; null: it was not asked. */
  /** What the ledger tells of a check that found it smaller than it says. */
  readonly falseSizeOf: (drive: Drive) => DrivePast['falseSize'];
  readonly abilitiesOf: (drive: Drive) => Abilities | null;
  /** The disks of the rack's machines, with their bays, and the places of all machines. */
  readonly inRack: { readonly drives: readonly Drive[]; readonly places: readonly BayPlace[] };
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
  readonly #state = new LastShown<DrivesState>({
    error: null,
    listed: false,
    drives: [],
    bays: [],
    controllers: [],
  });
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
    return this.#state.value;
  }

  find(driveId: string): Drive | null {
    return this.#state.value.drives.find(({ id }) => id === driveId) ?? null;
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
    this.#show(this.#listed, this.#state.value.error, this.#state.value.listed);
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
      this.#show(this.#listed, toErrorData(error), this.#state.value.listed);
    }
  }

  #show(listed: readonly Drive[], error: DrivesState['error'], isListed: boolean): void {
    this.#listed = listed;
    const { bays: setUp, healthOf, healthRules, abilitiesOf, falseSizeOf, inRack } = this.#details();
    const onBench = arrangeBays(setUp, listed);
    const bays = [...onBench, ...placesBeside(onBench, inRack.places)];
    const drives = [...withBayLabels(listed, onBench), ...inRack.drives].map((drive) =>
      withFalseSize(
        withHealth(withHidden(drive, abilitiesOf(drive)), healthOf(drive), healthRules),
        falseSizeOf(drive),
        healthRules,
      ),
    );
    const state = { error, listed: isListed, drives, bays, controllers: this.#controllers };
    // Most listings find what the last one found; only a change is worth a repaint.
    if (!this.#state.become(state)) return;
    this.#changed.fire();
  }
}

/** The places of machines, where no bay is called so already: each label is one place's. */
function placesBeside(bays: readonly BayPlace[], machines: readonly BayPlace[]): BayPlace[] {
  const taken = new Set(bays.map(({ label }) => foldLabel(label)));
  return machines.map((place) =>
    taken.has(foldLabel(place.label)) ? { ...place, label: `${place.label} (machine)` } : place,
  );
}
