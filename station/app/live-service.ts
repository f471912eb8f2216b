import { dirname } from 'node:path';
import { Emitter } from 'vscode-jsonrpc/node';
import { isCancellation, PrestageError } from '../../core/base/errors';
import type { AppRequest } from '../../core/contract/app';
import type { AppLive } from '../../core/contract/app-live';
import { confirmationOf, type Drive } from '../../core/drive/drive';
import { livePaths } from '../../core/live/live-system';
import type { Helpers } from '../helper-client/helpers';
import type { LedgerReader } from '../ledger/ledger-reader';
import { liveProblems, readLive } from '../live/require-ready';
import { logError } from '../state/log-file';
import type { StatePaths } from '../state/state-paths';
import { noOperator } from './app-refusals';

/** The services of the app that it reads, each when it is needed. */
export interface LiveNeighbours {
  readonly batch: { readonly state: { readonly operator: string } };
  readonly drives: { find: (driveId: string) => Drive | null; refresh: () => Promise<void> };
  readonly erasures: { readonly running: readonly unknown[] };
  readonly jobs: { readonly running: readonly unknown[] };
  readonly sizeChecks: { readonly running: readonly unknown[] };
}

export interface LiveServiceGiven {
  readonly helpers: Helpers;
  readonly ledger: Pick<LedgerReader, 'lastEntries'>;
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
  #state: AppLive = { live: null, problems: [] };
  #running: Promise<void> | null = null;
  #isNone = false;
  #closed = false;

  constructor(app: LiveNeighbours, given: LiveServiceGiven) {
    this.#app = app;
    this.#given = given;
  }

  get state(): AppLive {
    return this.#state;
  }

  /** Looks again, but for a station that runs from no stick, which stays so. Never rejects. */
  async look(): Promise<void> {
    if (this.#isNone) return;
    this.#running ??= this.#read().finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  close(): void {
    this.#closed = true;
  }

  /** @throws PrestageError live-…, privilege-…, drive-busy while drives are written */
  async open({ act, key }: AppRequest<'openStick'>): Promise<void> {
    const { helpers, paths } = this.#given;
    this.#requireIdle();
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
    this.#requireIdle();
    const client = await this.#given.helpers.privileged();
    await client.call('setLiveStation', request);
    await this.look();
    if (request.timeZone !== undefined || request.keyboard !== undefined) this.#restart.fire();
  }

  /** @throws PrestageError live-…, drive-…, privilege-…, usage without an operator */
  async unlock({ driveId, machine }: AppRequest<'unlockDisk'>): Promise<void> {
    const { batch, drives } = this.#app;
    const drive = drives.find(driveId);
    if (drive === null) {
      throw new PrestageError({ code: 'drive-not-found', message: 'The disk is not attached any more.' });
    }
    const { operator } = batch.state;
    if (operator === '') throw noOperator();
    const client = await this.#given.helpers.privileged();
    const confirmed = confirmationOf(drive);
    await client.call('unlockOwnDisk', { driveId, confirmed, machine, operator });
    await drives.refresh();
  }

  /** @throws PrestageError live-only, privilege-…, drive-busy while drives are written */
  async powerOff(): Promise<void> {
    this.#requireIdle();
    const client = await this.#given.helpers.privileged();
    await client.call('powerOffLive', {});
  }

  #requireIdle(): void {
    const { erasures, jobs, sizeChecks } = this.#app;
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
      if (this.#closed) return;
      this.#isNone = live === null;
      const state = { live, problems: liveProblems(live, ledger, paths, new Date()) };
      if (JSON.stringify(state) === JSON.stringify(this.#state)) return;
      this.#state = state;
      this.#changed.fire();
    } catch (error) {
      // Without it no real drive is written: jobs ask for themselves.
      if (!this.#closed && !isCancellation(error)) logError('unexpected', error);
    }
  }
}
