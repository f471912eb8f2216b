import { dirname, join } from 'node:path';
import { sanitizeForDisplay } from '../../core/base/display';
import type { BatchState, AppPatch, AppRequest, Notice, StationSettings } from '../../core/contract/app';
import { defaultLayoutName } from '../../core/drive/layout';
import { assertNever, toErrorData, type ErrorData } from '../../core/base/errors';
import type { BatchRequest } from '../jobs/plan-batch';
import { chooseElevation, elevationFacts } from '../helper-client/elevation';
import { Engines } from '../helper-client/helpers';
import { FleetService } from '../fleet/fleet-service';
import type { AppendContext } from '../ledger/ledger';
import { LogService } from '../log/log-service';
import { defaultOperator, openStation, recordLeftOpen, type OpenStation } from '../jobs/open-station';
import { openRenderCache, type RenderCache } from '../image-cache/image-cache';
import { readPicture } from '../jobs/run-boot-test';
import { changeSettings, type Settings } from '../state/settings';
import { assignmentsOnThisMachine, readThisMachine } from '../machine/confirm-machine';
import type { OpenOrder } from '../orders/order-reader';
import { SessionStore } from './session-store';
import { ShipService } from '../shipment/ship-service';
import { DriveList } from './drive-list';
import { withPulledDrives } from './drives-view';
import { JobService } from './job-service';
import { MediaVerifier } from './media-verifier';
import { OrderService } from './order-service';
import { PairingService } from './pairing-service';
import { StatePublisher } from './state-publisher';
import { BootTests } from './boot-tests';
import {
  benchInUse,
  interrupted,
  mediaNotProved,
  nothingToRehearse,
  nothingToRetry,
  pulledDrives,
} from './app-refusals';
import { hasNoRealDrive, openTrainingBench } from './training-bench';

export interface AppServiceOptions {
  /** Null for the XDG places. */
  readonly stateDirectory: string | null;
  /** Folder of virtual drives; null for the machine's own drives. */
  readonly benchDirectory: string | null;
  /** Opens the training bench when nothing that is attached could ever be written. */
  readonly trainingIfEmpty: boolean;
  /** Folder that holds `dist/` with the worker programs. */
  readonly engineDirectory: string;
  /** The argv that starts the helper. Absolute paths. */
  readonly helper: readonly [string, ...string[]];
  readonly version: string;
  /** Of the runtime: electron, chrome, node. Shown, not recorded. */
  readonly runtimeVersions: Readonly<Record<string, string>>;
  readonly onPatch: (patch: AppPatch) => void;
}

/** One service with a screen: its state, and everything that an operator can do to it. */
export class AppService {
  readonly #options: AppServiceOptions;
  readonly #station: OpenStation;
  readonly #engines: Engines;
  readonly log: LogService;
  readonly fleet: FleetService;
  readonly patches: StatePublisher;
  readonly drives: DriveList;
  readonly media: MediaVerifier;
  readonly jobs: JobService;
  readonly pairing: PairingService;
  readonly rehearsals: BootTests;
  readonly orders: OrderService;
  readonly #memory: SessionStore;
  /** What an earlier run left is recorded, and the bench is the one that is meant. */
  #begun = false;
  #closed = false;
  readonly shipments: ShipService;
  /** Resolves when what an earlier run left open is recorded; nothing is started before. */
  readonly #ready: Promise<void>;
  #settings: Settings;
  #versions: Readonly<Record<string, string>>;
  #benchDirectory: string | null;
  #batch: BatchState = {
    operator: '',
    workOrder: '',
    imageIndex: 1,
    layout: defaultLayoutName,
    againReason: '',
  };
  #notices: Notice[] = [];
  #lastNotice = 0;

  private constructor(options: AppServiceOptions, station: OpenStation) {
    this.#options = options;
    this.#station = station;
    this.#settings = station.settings;
    this.#benchDirectory = options.benchDirectory;
    this.#versions = options.runtimeVersions;
    const { places, ledger } = station;
    this.#engines = new Engines({
      helper: options.helper,
      client: `prestage desk ${options.version}`,
      // A window has no terminal, even when the program was started from one.
      elevation: () => chooseElevation({ ...elevationFacts(), terminal: false }),
    });
    this.log = new LogService({
      places,
      workerFile: join(options.engineDirectory, 'dist', 'log-worker.cjs'),
    });
    this.fleet = new FleetService({
      places,
      settings: station.settings.fleet,
      workerFile: join(options.engineDirectory, 'dist', 'fleet-worker.cjs'),
      onChange: () => {
        this.patches.changed('fleet');
      },
    });
    this.shipments = new ShipService({
      places,
      workerFile: join(options.engineDirectory, 'dist', 'ship-worker.cjs'),
      append: () => this.#contextWhenReady(),
    });
    this.patches = new StatePublisher(
      {
        station: () => ({
          benchDirectory: this.#benchDirectory,
          version: options.version,
          versions: { ...this.#versions },
          stateDirectory: dirname(places.ledgerFile),
        }),
        settings: () => stationSettings(this.#settings),
        drives: () => withPulledDrives(this.drives.state, this.jobs.jobs),
        media: () => this.media.state,
        batch: () => this.#batch,
        order: () => this.orders.state,
        pairing: () => this.pairing.state,
        jobs: () => this.jobs.jobs,
        rehearsals: () => this.rehearsals.states,
        notices: () => this.#notices,
        fleet: () => this.fleet.state,
      },
      options.onPatch,
    );
    this.media = new MediaVerifier(
      this.#engines,
      () => this.orders.current,
      () => {
        this.pairing.reconsider();
        this.patches.changed('media', 'pairing');
        this.#memory.keep();
      },
    );
    this.drives = new DriveList(
      this.#engines,
      () => ({
        benchDirectory: this.#benchDirectory,
        protectedPaths: this.#protectedPaths(),
        bays: this.#settings.desk.bays,
      }),
      () => {
        this.#onDrives();
      },
    );
    this.jobs = new JobService({
      engines: this.#engines,
      ledger,
      places,
      settings: () => this.#settings,
      onChange: () => {
        this.patches.changed('jobs', 'drives', 'pairing');
        this.orders.reconsider();
        this.#memory.keep();
      },
      onBatchEnd: (reports) => {
        this.rehearsals.onBatchEnd(reports);
      },
    });
    this.rehearsals = new BootTests({
      ...{ engines: this.#engines, ledger, places },
      settings: () => this.#settings.rehearsal,
      context: () => this.#context(),
      benchDirectory: () => this.#benchDirectory,
      onChange: () => {
        this.patches.changed('rehearsals');
      },
      onFailed: (error) => {
        this.#notify('error', error);
      },
    });
    this.pairing = new PairingService({
      settings: () => this.#settings.desk,
      drives: () => this.drives.state,
      media: () => this.media.state,
      batch: () => this.#batch,
      jobs: () => this.jobs.jobs,
      ledger,
      inOrder: (serial) => this.orders.allows(serial),
      onChange: () => {
        this.patches.changed('pairing');
        this.orders.reconsider();
        this.#memory.keep();
      },
    });
    this.orders = new OrderService({
      ledger,
      places,
      context: () => this.#contextWhenReady(),
      pairs: () => this.pairing.pairs,
      jobs: () => this.jobs.jobs,
      onOrder: (order) => {
        this.#onOrder(order);
      },
      onChange: () => {
        this.patches.changed('order');
      },
    });
    this.#memory = new SessionStore({
      file: places.sessionFile,
      batch: () => {
        const { operator, workOrder, imageIndex, layout } = this.#batch;
        const { path, given } = this.media;
        return { operator, workOrder, imageIndex, layout, media: path === null ? null : { path, given } };
      },
      pairing: () => this.pairing,
      jobs: () => this.jobs,
      notify: (kind, error) => {
        this.#notify(kind, error);
      },
    });
    this.#recall();
    this.#ready = this.#recordLeftOpen();
    this.#ready.catch((error: unknown) => {
      this.#notify('error', toErrorData(error));
    });
    const listed = this.#firstListing();
    void Promise.allSettled([this.#ready, listed]).then(() => {
      this.#begun = true;
      this.#takeOver();
    });
  }

  /**
   * Opens the state of the station and begins to look at the bench.
   * @throws PrestageError state-unavailable, settings-invalid, ledger-…
   */
  static open(options: AppServiceOptions): Promise<AppService> {
    return Promise.resolve().then(() => new AppService(options, openStation(options.stateDirectory)));
  }

  get runningJobs(): number {
    return this.jobs.running.length;
  }

  get stationName(): string {
    return this.#settings.stationName;
  }

  /** Begins to prove a media. */
  selectMedia(path: string): void {
    this.media.select(path, this.#batch.imageIndex);
  }

  /** @throws PrestageError when the file cannot be written */
  async exportLog(format: 'json' | 'csv', path: string): Promise<void> {
    await this.log.export(format, path);
  }

  cancelAll(): void {
    this.jobs.cancelAll();
  }

  /** Resolves when no job runs any more and every end is recorded. */
  async settled(): Promise<void> {
    await this.jobs.settled();
  }

  /** Ends everything: jobs are cancelled and recorded, helpers end, the ledger is closed. */
  async close(): Promise<void> {
    this.#closed = true;
    this.drives.close();
    this.cancelAll();
    await this.settled();
    await this.rehearsals.close();
    await this.#ready.catch(() => undefined);
    this.patches.close();
    await this.#engines.dispose();
    await this.log.close();
    await this.fleet.close();
    await this.shipments.settled();
    this.#station.ledger.close();
  }

  /** A scan, wherever the focus was; what it asks for is done before it is answered. */
  async scan(text: string): Promise<void> {
    const action = this.pairing.scan(text);
    switch (action.type) {
      case 'none':
        return;
      case 'set-operator':
        await this.setBatch({ operator: action.name });
        return;
      case 'set-work-order':
        await this.setBatch({ workOrder: action.number });
        return;
      case 'give-hash':
        this.media.expect(action.sha256);
        return;
      case 'cancel-job':
        this.jobs.cancel(action.driveId);
        return;
      case 'retry-job':
        await this.pairing.report(() => this.retry(action.driveId));
        return;
      case 'start':
        await this.pairing.report(() => this.start(this.pairing.state.pairs.map(({ driveId }) => driveId)));
        return;
      default:
        assertNever(action);
    }
  }

  /** Changes what is known of the batch; what was confirmed before is not any more. */
  async setBatch(change: AppRequest<'setBatch'>): Promise<void> {
    const next: BatchState = { ...this.#batch, ...withoutUndefined(change) };
    this.#batch = {
      ...next,
      operator: sanitizeForDisplay(next.operator, 200),
      workOrder: sanitizeForDisplay(next.workOrder, 200),
      againReason: sanitizeForDisplay(next.againReason, 200),
    };
    this.pairing.reconsider();
    this.patches.changed('batch', 'pairing');
    this.#memory.keep();
    if (change.imageIndex !== undefined) await this.media.showImage(this.#batch.imageIndex);
  }

  /** Starts the pairs, which must be those that the operator saw. */
  async start(driveIds: readonly string[]): Promise<void> {
    const assignments = this.pairing.confirm(driveIds);
    try {
      await this.#ready;
      await this.jobs.start(await this.#onMachine(this.#request(assignments)));
    } catch (error) {
      this.pairing.refuse(toErrorData(error));
      throw error;
    }
    this.pairing.started(driveIds);
    for (const driveId of driveIds) this.rehearsals.forget(driveId);
  }

  /** Writes a drive again, with what it was started with, or what is chosen now when that is not known any more. */
  async retry(driveId: string): Promise<void> {
    const job = this.jobs.find(driveId);
    if (job?.canRetry !== true) throw nothingToRetry();
    await this.#ready;
    const assignments = [{ driveId, machineSerial: job.machineSerial }];
    const before = this.jobs.requestOf(driveId);
    const request = before === null ? this.#request(assignments) : { ...before, assignments };
    await this.jobs.start(await this.#onMachine(request));
    this.rehearsals.forget(driveId);
  }

  /** Where the drives sit in the machine that the station runs on, what was scanned must fit its firmware. */
  async #onMachine(request: BatchRequest): Promise<BatchRequest> {
    if (!this.#settings.desk.onMachine) return request;
    const found = await readThisMachine(this.#engines);
    return { ...request, ...assignmentsOnThisMachine(request.assignments, request.machines, found) };
  }

  #request(assignments: BatchRequest['assignments']): BatchRequest {
    const proved = this.media.proved;
    if (proved === null) throw mediaNotProved();
    const { operator, workOrder, imageIndex, layout, againReason } = this.#batch;
    return {
      mediaPath: proved.path,
      imageIndex,
      layoutName: layout,
      expectSha256: proved.expectSha256,
      assignments,
      benchDirectory: this.#benchDirectory,
      operator,
      againReason: againReason === '' ? null : againReason,
      workOrder: workOrder === '' ? null : workOrder,
      machines: this.pairing.machines,
      bays: this.drives.state.bays.map(({ label, port }) => ({ label, port })),
      proof: proved.proof,
    };
  }

  /** Starts a finished drive in a virtual machine. @throws PrestageError drive-not-found, record-not-found, drive-busy */
  rehearse(driveId: string): void {
    const drive = this.drives.find(driveId);
    const job = this.jobs.find(driveId);
    if (drive === null || (job !== null && job.state.state !== 'done')) throw nothingToRehearse();
    this.rehearsals.start(drive);
  }

  /** The last picture of a rehearsal's display: a PNG. */
  picture(sha256: string): Buffer | null {
    return readPicture(sha256, this.#station.places);
  }

  /** Takes a notice off the screen. */
  dismissNotice(id: number): void {
    this.#notices = this.#notices.filter((notice) => notice.id !== id);
    this.patches.changed('notices');
  }

  /** @throws PrestageError settings-invalid (nothing is changed), state-unavailable */
  changeSettings(change: AppRequest<'changeSettings'>): void {
    this.#settings = changeSettings(this.#station.places, withoutUndefined(change));
    this.drives.rearrange();
    this.patches.changed('settings', 'drives');
  }

  /** The renders that are kept. */
  async cache(): Promise<RenderCache> {
    return await openRenderCache(this.#station.places.renderCache, this.#settings.cacheLimitBytes);
  }

  /** Goes to the bench of virtual drives, made when it is missing, or back to the machine's own drives. */
  async useTrainingBench(training: boolean): Promise<void> {
    if (this.runningJobs > 0) throw benchInUse();
    this.#benchDirectory = training ? await openTrainingBench(this.#station.places) : null;
    this.patches.changed('station');
    await this.drives.refresh();
  }

  async #firstListing(): Promise<void> {
    await this.drives.refresh();
    const { listed, drives } = this.drives.state;
    if (!this.#options.trainingIfEmpty || this.#benchDirectory !== null) return;
    if (listed && hasNoRealDrive(drives)) await this.useTrainingBench(true);
  }

  /** The pairs of an earlier run, once it is known which drives are there and which jobs were interrupted. */
  #takeOver(): void {
    if (this.#begun && !this.#closed && this.drives.state.listed) this.#memory.takeOver();
  }

  #onDrives(): void {
    this.#takeOver();
    const gone = this.pairing.dropMissing();
    if (gone.length > 0) this.#notify('error', pulledDrives(gone));
    for (const { driveId, state } of this.jobs.jobs) {
      // A finished drive that was taken out needs no card; what failed is seen before it goes.
      if (state.state === 'done' && this.drives.find(driveId) === null) this.jobs.dismiss(driveId);
    }
    for (const { driveId } of this.rehearsals.states) {
      if (this.drives.find(driveId) === null) this.rehearsals.forget(driveId);
    }
    this.patches.changed('drives', 'pairing');
  }

  /** A change of the order is a change of what is confirmed. */
  #onOrder(order: OpenOrder['order'] | null): void {
    void this.setBatch(order === null ? { workOrder: '' } : askedBy(order)).catch((error: unknown) => {
      this.#notify('error', toErrorData(error));
    });
    this.media.judgeAgain();
  }

  /** Operator, order's number, media: what an earlier run had. The media is proved anew. */
  #recall(): void {
    const kept = this.#memory.recall();
    if (kept !== null) {
      const { operator, workOrder, imageIndex, layout } = kept;
      this.#batch = { ...this.#batch, operator, workOrder, imageIndex, layout };
    }
    const order = this.orders.current?.order ?? null;
    // It may have been opened on the command line meanwhile.
    if (order !== null) this.#batch = { ...this.#batch, ...askedBy(order) };
    const media = kept?.media ?? null;
    if (media === null) return;
    const { path, given } = media;
    this.selectMedia(path);
    if (given !== null) this.media.expect(given);
  }

  async #context(): Promise<AppendContext> {
    const { versions } = await this.#engines.greeting();
    const operator = this.#batch.operator || defaultOperator();
    return { operator, stationName: this.#settings.stationName, versions };
  }

  /** For what may be recorded only after what an earlier run left open. */
  async #contextWhenReady(): Promise<AppendContext> {
    await this.#ready;
    return await this.#context();
  }

  async #recordLeftOpen(): Promise<void> {
    const context = await this.#context();
    this.#versions = { ...context.versions, ...this.#options.runtimeVersions };
    this.patches.changed('station');
    const left = await recordLeftOpen(this.#station, context);
    if (left.interrupted.length + left.doubtful.length > 0) this.patches.changed('order');
    this.jobs.showLeftOpen(left.interrupted, { state: 'interrupted' });
    for (const message of left.messages) this.#notify('error', interrupted(message));
  }

  #notify(kind: Notice['kind'], error: ErrorData): void {
    this.#lastNotice += 1;
    this.#notices = [...this.#notices, { id: this.#lastNotice, kind, error }];
    this.patches.changed('notices');
  }

  #protectedPaths(): string[] {
    const { ledgerFile, renderCache } = this.#station.places;
    const media = this.media.path;
    return [...(media === null ? [] : [media]), dirname(ledgerFile), renderCache];
  }
}

/** What an order says of the whole batch. */
function askedBy({ number, imageIndex, layout }: OpenOrder['order']): Partial<BatchState> {
  return {
    workOrder: number,
    ...(imageIndex === undefined ? {} : { imageIndex }),
    ...(layout === undefined ? {} : { layout }),
  };
}

/** The settings that the screen shows. */
function stationSettings({ stationName, cacheLimitBytes, rehearsal, desk }: Settings): StationSettings {
  return { stationName, cacheLimitBytes, rehearsal, desk };
}

/** A change without the members that are there but not set. */
function withoutUndefined<T extends object>(change: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
