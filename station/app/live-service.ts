import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Emitter } from 'vscode-jsonrpc/node';
import { sanitizeForDisplay } from '../../core/base/display';
import { isCancellation, PrestageError } from '../../core/base/errors';
import type { AppRequest } from '../../core/contract/app';
import type { AppLive } from '../../core/contract/app-live';
import { confirmationOf, type Drive } from '../../core/drive/drive';
import { livePaths } from '../../core/live/live-system';
import type { LiveForPairing } from '../../core/pairing/own-step';
import type { Helpers } from '../helper-client/helpers';
import type { AppendContext, Ledger } from '../ledger/ledger';
import { MediaLibrary } from '../library/media-library';
import { forgetImageDisk, makeImageDisk } from '../image-disk/image-disk';
import { liveProblems, readLive } from '../live/require-ready';
import { logError } from '../state/log-file';
import type { StatePaths } from '../state/state-paths';
import { noOperator } from './app-refusals';
import type { LibraryService } from './library-service';
import { OwnMachine, type OwnNeighbours } from './own-machine';
import { StickUpdate } from './stick-update';

/** The services of the app that it reads, each when it is needed. */
export interface LiveNeighbours extends Omit<OwnNeighbours, 'drives' | 'jobs'> {
  readonly batch: { readonly state: { readonly operator: string } };
  readonly drives: OwnNeighbours['drives'] & {
    find: (driveId: string) => Drive | null;
    refresh: () => Promise<void>;
  };
  readonly recovery: OwnNeighbours['recovery'] & { contextWhenRecorded: () => Promise<AppendContext> };
  readonly erasures: { readonly running: readonly unknown[] };
  readonly jobs: OwnNeighbours['jobs'] & { readonly running: readonly unknown[] };
  readonly library: OwnNeighbours['library'] & Pick<LibraryService, 'folder' | 'refresh'>;
  readonly sizeChecks: { readonly running: readonly unknown[] };
}

export interface LiveServiceGiven {
  readonly helpers: Helpers;
  readonly ledger: Ledger;
  readonly paths: StatePaths;
}

/** The stick that the station runs from: what is shown of it, and what the operator does with it. */
export class LiveService {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #restart = new Emitter<void>();
  /** The app has to begin again: its records lie elsewhere now, or its time zone and keyboard are others. */
  readonly onRestart = this.#restart.event;
  readonly #app: LiveNeighbours;
  readonly #given: LiveServiceGiven;
  /** Who this machine is, where it images itself. */
  readonly own: OwnMachine;
  /** Another version for the stick. */
  readonly update: StickUpdate;
  #state: Omit<AppLive, 'update'> = { live: null, problems: [], own: null };
  #running: Promise<void> | null = null;
  #isNone = false;
  #closed = false;

  constructor(app: LiveNeighbours, given: LiveServiceGiven) {
    this.#app = app;
    this.#given = given;
    this.own = new OwnMachine(app, given.helpers);
    this.update = new StickUpdate(given);
    this.update.onChange(() => {
      this.#changed.fire();
    });
  }

  get state(): AppLive {
    return { ...this.#state, update: this.update.state };
  }

  /** What the pairing has to know of the stick; null: the station runs from none. */
  get forPairing(): Pick<LiveForPairing, 'own'> | null {
    const { live } = this.#state;
    return live === null ? null : { own: this.isMachine ? { serial: this.own.serial } : null };
  }

  /** Whether the machine that runs is the one that is imaged. */
  get isMachine(): boolean {
    return this.#state.live?.role === 'machine';
  }

  /** Looks again, but for a station that runs from no stick, which stays so. Never rejects. */
  async look(): Promise<void> {
    // What began before the call may not know what was done since.
    if (this.#running !== null) await this.#running;
    if (this.#isNone) return;
    this.#running ??= this.#read().finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.update.close();
  }

  /** @throws PrestageError live-…, privilege-…, drive-busy while drives are written */
  async open({ act, key }: AppRequest<'openStick'>): Promise<void> {
    const { helpers, paths } = this.#given;
    this.requireIdle();
    // What is mounted over an open ledger would get the files that its end removes.
    if (dirname(paths.ledgerFile) === livePaths.state && this.#state.live?.data !== 'open') {
      throw new PrestageError({
        code: 'usage',
        message: `This app keeps its own files in ${livePaths.state}, where the stick's records belong.`,
        remedy: 'Nothing was changed. Start this PC from the stick again.',
      });
    }
    const client = await helpers.privileged();
    await client.call(act === 'make' ? 'makeLiveData' : 'openLiveData', { key });
    await this.look();
    this.#restart.fire();
  }

  /** @throws PrestageError live-…, privilege-…, usage, drive-busy while drives are written */
  async set(request: AppRequest<'setStick'>): Promise<void> {
    this.requireIdle();
    const client = await this.#given.helpers.privileged();
    await client.call('setLiveStation', request);
    await this.look();
    if (request.timeZone !== undefined || request.keyboard !== undefined) this.#restart.fire();
  }

  /** Where files are looked for on a stick: on the disk that was opened for that, else on one that brings media; null: no such disk. */
  get filesFolder(): string | null {
    return (
      this.diskFolder ?? (this.#state.live !== null && holdsFiles(livePaths.media) ? livePaths.media : null)
    );
  }

  /**
   * Begins to put another version on the stick.
   * @param path absolute
   * @throws PrestageError live-only, drive-busy while drives are written, usage while another one is
   */
  beginUpdate(path: string): void {
    if (this.#state.live === null) {
      throw new PrestageError({ code: 'live-only', message: 'This station does not run from a stick.' });
    }
    this.requireIdle();
    this.update.begin(path);
  }

  /** Folder of the disk that is open for files; null: none is. */
  get diskFolder(): string | null {
    return (this.#state.live?.disk ?? null) === null ? null : livePaths.disk;
  }

  /** @throws PrestageError live-…, drive-…, privilege-… */
  async openDisk({ driveId, write }: AppRequest<'openDisk'>): Promise<void> {
    const confirmed = confirmationOf(this.#attached(driveId));
    const client = await this.#given.helpers.privileged();
    await client.call('openOtherDisk', { driveId, confirmed, write });
    await this.#app.drives.refresh();
    await this.look();
  }

  /** @throws PrestageError live-…, privilege-… */
  async closeDisk(): Promise<void> {
    const client = await this.#given.helpers.privileged();
    await client.call('closeOtherDisk', {});
    await this.#app.drives.refresh();
    await this.look();
  }

  /** @throws PrestageError live-…, drive-…, ledger-…, privilege-…, not-confirmed without an operator, drive-busy while drives are written */
  async makeImageDisk({ driveId, reason }: AppRequest<'makeImageDisk'>): Promise<void> {
    this.requireIdle();
    const drive = this.#attached(driveId);
    const { batch, recovery } = this.#app;
    if (batch.state.operator === '') throw noOperator();
    const why = reason === null ? '' : sanitizeForDisplay(reason, 200);
    const { helpers, ledger } = this.#given;
    const append = await recovery.contextWhenRecorded();
    await makeImageDisk(drive, why === '' ? null : why, { helpers, ledger, append });
    await this.#diskChanged();
  }

  /** @throws PrestageError live-…, privilege-…, drive-busy while drives are written */
  async openImageDisk(): Promise<void> {
    this.requireIdle();
    const client = await this.#given.helpers.privileged();
    try {
      await client.call('openImageDisk', {});
    } finally {
      await this.#diskChanged();
    }
  }

  /** @throws PrestageError live-…, privilege-…, drive-busy while drives are written */
  async forgetImageDisk({ media }: AppRequest<'forgetImageDisk'>): Promise<void> {
    this.requireIdle();
    await forgetImageDisk(media, new MediaLibrary(this.#app.library.folder), this.#given.helpers);
    await this.#diskChanged();
  }

  /** Drives, media and the stick are others than before. */
  async #diskChanged(): Promise<void> {
    await Promise.all([this.#app.drives.refresh(), this.#app.library.refresh()]);
    await this.look();
  }

  /** @throws PrestageError live-…, drive-…, privilege-…, usage without an operator */
  async unlock({ driveId, machine }: AppRequest<'unlockDisk'>): Promise<void> {
    const { batch, drives } = this.#app;
    const drive = this.#attached(driveId);
    const { operator } = batch.state;
    if (operator === '') throw noOperator();
    const client = await this.#given.helpers.privileged();
    const confirmed = confirmationOf(drive);
    await client.call('unlockOwnDisk', { driveId, confirmed, machine, operator });
    await drives.refresh();
  }

  /** The page stands: of a stick, what chooses the version that starts is told. @throws PrestageError privilege-… */
  async pageStands(): Promise<void> {
    if (this.#state.live === null) return;
    const client = await this.#given.helpers.privileged();
    await client.call('noteLivePage', {});
  }

  /** @throws PrestageError live-only, privilege-…, drive-busy while drives are written */
  async powerOff(): Promise<void> {
    this.requireIdle();
    const client = await this.#given.helpers.privileged();
    await client.call('powerOffLive', {});
  }

  /** Starts the PC again. @throws PrestageError live-only, privilege-…, drive-busy while drives are written */
  async restart(): Promise<void> {
    this.requireIdle();
    const client = await this.#given.helpers.privileged();
    await client.call('restartLive', {});
  }

  /** @throws PrestageError drive-not-found */
  #attached(driveId: string): Drive {
    const drive = this.#app.drives.find(driveId);
    if (drive !== null) return drive;
    throw new PrestageError({ code: 'drive-not-found', message: 'The disk is not attached any more.' });
  }

  /** For what ends the app, or takes the stick for itself. @throws PrestageError drive-busy, usage while the stick is updated */
  requireIdle(): void {
    const { erasures, jobs, sizeChecks } = this.#app;
    if (this.update.isRunning) {
      throw new PrestageError({
        code: 'usage',
        message: 'Another version is being put on the stick.',
        remedy: 'Nothing was changed. Wait until that is done, or stop it in Settings, under This stick.',
      });
    }
    if (jobs.running.length + erasures.running.length + sizeChecks.running.length === 0) return;
    throw new PrestageError({
      code: 'drive-busy',
      message: 'Drives are being written.',
      remedy: 'Nothing was changed. Wait until they are finished, then try again.',
    });
  }

  async #read(): Promise<void> {
    const { helpers, ledger, paths } = this.#given;
    try {
      const live = await readLive(helpers);
      if (live?.role === 'machine') await this.own.read();
      if (this.#closed) return;
      this.#isNone = live === null;
      const own = live?.role === 'machine' ? this.own.state : null;
      const state = { live, problems: liveProblems(live, ledger, paths, new Date()), own };
      if (JSON.stringify(state) !== JSON.stringify(this.#state)) {
        this.#state = state;
        this.#changed.fire();
      }
      if (own !== null) this.own.look();
    } catch (error) {
      // Without it no real drive is written: jobs ask for themselves.
      if (!this.#closed && !isCancellation(error)) logError('unexpected', error);
    }
  }
}

function holdsFiles(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return false;
  }
}
