import { join } from 'node:path';
import type { AppPatch, AppResponse } from '../../core/contract/app';
import { toErrorData, type ErrorData } from '../../core/base/errors';
import { FleetService } from '../fleet/fleet-service';
import { chooseElevation, elevationContext } from '../helper-client/elevation';
import { Helpers } from '../helper-client/helpers';
import { openImageCache, type ImageCache } from '../image-cache/image-cache';
import { defaultOperator, openStation, type OpenStation } from '../jobs/open-station';
import { stationPace } from '../jobs/station-pace';
import { LogService } from '../log/log-service';
import { ShipService } from '../shipment/ship-service';
import { beginLog, logError, logEvent } from '../state/log-file';
import { makeSupportBundle } from '../support/support-bundle';
import { BackupService } from './backup-service';
import { BatchService } from './batch-service';
import { benchMark } from './bench-mark';
import { BootTests } from './boot-tests';
import { DriveList } from './drive-list';
import { endOfWork } from './end-of-work';
import { careServices } from './care-services';
import { DrivesBefore } from './drives-before';
import { HealthService } from './health-service';
import { JobService } from './job-service';
import { KnownMedia } from './known-media';
import { LabelService } from './label-service';
import { LiveService } from './live-service';
import type { ErasePlans } from './erase-plans';
import type { Erasures } from './erasures';
import { LibraryService } from './library-service';
import { protectedPlaces } from '../library/protected-places';
import { receivedMedia } from '../library/media-path';
import { orderDateNotices } from '../library/order-dates';
import { listContents } from './media-contents';
import { signedMediaAt } from '../library/signed-media';
import { MediaVerifier } from './media-verifier';
import type { MirrorService } from './mirror-service';
import { NoticeService } from './notices';
import { OrderProblems } from './order-problems';
import { OrderService } from './order-service';
import { pairingOf } from './pairing-of';
import type { PairingService } from './pairing-service';
import { PastService } from './past-service';
import { ProgressService } from './progress-service';
import type { RackReturns } from './rack-returns';
import type { RackService } from './rack-service';
import { rackServices } from './rack-services';
import type { RackDrives } from './rack-drives';
import type { RackPairs } from './rack-pairs';
import { Recovery } from './recovery';
import { ScanMemory } from './scan-memory';
import { ScanService } from './scan-service';
import { SessionStore } from './session-store';
import { SettingsService } from './settings-service';
import type { SizeChecks } from './size-checks';
import { StartPlanner } from './start-plan';
import { StartService } from './start-service';
import { StatePublisher } from './state-publisher';
import { stateSources } from './state-sources';
import { StationService } from './station-service';
import { TakenOut } from './taken-out';
import { TrainingMedia } from './training-media';
import { wire } from './wiring';

export interface AppServiceOptions {
  /** Null for the XDG places. */
  readonly stateDirectory: string | null;
  /** Folder of virtual drives; null for the machine's own drives. */
  readonly benchDirectory: string | null;
  /** Opens the training bench when nothing that is attached could ever be written. */
  readonly trainingIfEmpty: boolean;
  /** Folder that holds `dist/` with the worker programs. */
  readonly installDirectory: string;
  /** The argv that starts the helper. Absolute paths. */
  readonly helper: readonly [string, ...string[]];
  readonly version: string;
  /** Of the runtime: electron, chrome, node. Shown, not recorded. */
  readonly runtimeVersions: Readonly<Record<string, string>>;
  readonly onPatch: (patch: AppPatch) => void;
}

/**
 * The app without its window: opens and closes the services that hold its state and do what an operator asks for.
 * What a service reads of another it is given here; who listens to whom stands in wiring.ts.
 */
export class AppService {
  readonly backup: BackupService;
  readonly batch: BatchService;
  readonly before: DrivesBefore;
  readonly bootTests: BootTests;
  readonly drives: DriveList;
  readonly erasePlans: ErasePlans;
  readonly erasures: Erasures;
  readonly fleet: FleetService;
  readonly healths: HealthService;
  readonly jobs: JobService;
  readonly knownMedia: KnownMedia;
  readonly labels: LabelService;
  readonly library: LibraryService;
  readonly live: LiveService;
  readonly log: LogService;
  readonly media: MediaVerifier;
  readonly mirror: MirrorService;
  readonly memory = new ScanMemory((outcome) => benchMark(this, outcome));
  readonly notices = new NoticeService();
  readonly orderProblems: OrderProblems;
  readonly orders: OrderService;
  readonly pairing: PairingService;
  readonly pasts: PastService;
  readonly progress: ProgressService;
  readonly publisher: StatePublisher;
  readonly rack: RackService;
  readonly rackDrives: RackDrives;
  readonly rackPairs: RackPairs;
  readonly rackReturns: RackReturns;
  readonly recovery: Recovery;
  readonly scans: ScanService;
  readonly session: SessionStore;
  readonly settings: SettingsService;
  readonly shipments: ShipService;
  readonly sizeChecks: SizeChecks;
  readonly startPlan: StartPlanner;
  readonly starting: StartService;
  readonly station: StationService;
  readonly takenOut: TakenOut;
  readonly trainingMedia: TrainingMedia;
  readonly #helpers: Helpers;
  readonly #opened: OpenStation;
  readonly #options: AppServiceOptions;
  /** Files and folders whose drive must not be written. */
  readonly #protectedPaths = (): string[] =>
    protectedPlaces(this.#opened.paths, this.settings.current, this.media.path);

  private constructor(options: AppServiceOptions, opened: OpenStation) {
    const { paths, ledger } = opened;
    this.#opened = opened;
    this.#options = options;
    this.#helpers = new Helpers({
      helper: options.helper,
      client: `prestage app ${options.version}`,
      onEvent: logEvent,
      // A window has no terminal, even when the program was started from one.
      elevation: () => chooseElevation({ ...elevationContext(), terminal: false }),
    });
    const worker = (name: string): string => join(options.installDirectory, 'dist', name);
    const helpers = this.#helpers;

    this.settings = new SettingsService(opened.settings, paths);
    this.log = new LogService({ paths, workerFile: worker('log-worker.cjs') });
    this.fleet = new FleetService({
      paths,
      settings: opened.settings.fleet,
      workerFile: worker('fleet-worker.cjs'),
    });
    this.shipments = new ShipService({
      paths,
      workerFile: worker('ship-worker.cjs'),
      append: () => this.recovery.contextWhenRecorded(),
    });
    this.labels = new LabelService({
      settings: () => this.settings.current,
      shipments: this.shipments,
      notices: this.notices,
    });
    this.trainingMedia = new TrainingMedia({
      ...{ helpers, paths },
      training: () => this.station.benchDirectory !== null,
    });
    this.station = new StationService({
      ...{ paths, version: options.version, runtimeVersions: options.runtimeVersions },
      benchDirectory: options.benchDirectory,
      drives: () => this.drives,
      jobs: () => this.jobs,
      erased: () => this.erasures.running.length + this.sizeChecks.running.length,
      trainingMedia: () => this.trainingMedia.state,
    });
    this.batch = new BatchService((imageIndex) => this.media.showImage(imageIndex));
    this.library = new LibraryService({
      ...{ helpers, paths, settings: () => this.settings.current, cache: () => this.cache() },
      operator: () => this.batch.state.operator || defaultOperator(),
      chosenPath: () => this.media.path,
      shipBy: () => this.orders.current?.order.shipBy ?? null,
      running: () => this.jobs.running.length,
    });
    this.knownMedia = new KnownMedia(paths.knownMediaFile, (sha256) =>
      receivedMedia(sha256, this.library.folder),
    );
    this.takenOut = new TakenOut(paths.takenOutFile);
    this.media = new MediaVerifier({
      helpers,
      ordered: () => this.orders.current,
      imageIndex: () => this.batch.state.imageIndex,
      signed: (path) => signedMediaAt(path, paths),
    });
    const inRack = rackServices(this, { helpers, paths, ledger, worker, version: options.version });
    this.mirror = inRack.mirror;
    this.rack = inRack.rack;
    this.rackDrives = inRack.rackDrives;
    this.rackPairs = inRack.rackPairs;
    this.rackReturns = inRack.rackReturns;
    this.drives = new DriveList(helpers, () => ({
      benchDirectory: this.station.benchDirectory,
      protectedPaths: this.#protectedPaths(),
      bays: this.settings.current.desk.bays,
      healthOf: (drive) => this.healths.of(drive),
      healthRules: this.settings.current.health.rules,
      abilitiesOf: (drive) => this.erasePlans.of(drive),
      falseSizeOf: (drive) => this.pasts.shown(drive.id)?.falseSize,
      inRack: this.rackDrives,
    }));
    this.jobs = new JobService({ helpers, ledger, paths, settings: () => this.settings.current });
    this.bootTests = new BootTests({
      ...{ helpers, ledger, paths },
      settings: () => this.settings.current.rehearsal,
      context: () => this.recovery.context(),
      benchDirectory: () => this.station.benchDirectory,
    });
    this.progress = new ProgressService({
      jobs: () => this.jobs.jobs,
      bootTests: () => this.bootTests.states,
      settled: () => this.jobs.isSettled,
      pace: () => stationPace(ledger),
    });
    this.pasts = new PastService({
      ledger,
      drives: () => this.drives.state.drives,
      diskGuidOn: (attachment) => this.jobs.diskGuidOn(attachment),
      isRunning: (driveId) => this.jobs.running.some((job) => job.driveId === driveId),
    });
    this.healths = new HealthService({
      helpers,
      drives: () => this.drives.state.drives,
      benchDirectory: () => this.station.benchDirectory,
      rules: () => this.settings.current.health.rules,
    });
    const care = careServices(this, { helpers, ledger, paths, protectedPaths: this.#protectedPaths });
    this.sizeChecks = care.sizeChecks;
    this.erasePlans = care.erasePlans;
    this.erasures = care.erasures;
    this.before = new DrivesBefore({
      pastOf: (drive) => this.pasts.of(drive),
      drives: () => this.drives,
      jobs: () => this.jobs,
    });
    this.pairing = pairingOf(this, ledger);
    const { media: chosen, library, settings: set } = this;
    this.orderProblems = new OrderProblems({ paths, media: chosen, library, settings: set });
    this.orders = new OrderService({
      ...{ ledger, paths },
      context: () => this.recovery.contextWhenRecorded(),
      pairs: () => this.pairing.pairs,
      jobs: () => this.jobs.jobs,
      scanSettings: () => this.settings.current.desk,
      workOrder: () => this.batch.state.workOrder,
      problems: (open) => this.orderProblems.of(open),
      dateNotices: (order) => {
        const ofLibrary = orderDateNotices(order, this.library.folder, new Date());
        return ofLibrary.length > 0 ? ofLibrary : this.media.dateNotices(order);
      },
    });
    this.startPlan = new StartPlanner(this);
    this.live = new LiveService(this, { helpers, ledger, paths });
    this.backup = new BackupService(this.live, paths);
    this.session = new SessionStore({
      file: paths.sessionFile,
      batch: this.batch,
      media: this.media,
      pairing: this.pairing,
      jobs: this.jobs,
      bootTests: this.bootTests,
      drives: this.drives,
      station: this.station,
      line: () => this.settings.current.desk.benchView === 'line',
      ledger,
      notices: this.notices,
    });
    this.publisher = new StatePublisher(stateSources(this), options.onPatch);
    const { batch, bootTests, drives, jobs, live, media, notices } = this;
    const { orders, pairing, publisher, session, settings, station } = this;
    const notified = { opened, helpers, notices, publisher };
    this.recovery = new Recovery({
      ...{ ...notified, station, settings, batch, media, drives, jobs, orders, session, live },
    });
    this.starting = new StartService({
      ...{ helpers, settings, station, batch, media, drives, pairing, jobs, bootTests, live },
      pasts: this.pasts,
      erasePlans: this.erasePlans,
      driveBefore: (driveId) => this.before.of(driveId),
      recorded: () => this.recovery.recorded,
    });
    this.scans = new ScanService(this);
    wire(this);
    void this.library.refresh();
    this.rack.begin();
    this.recovery.begin(options.trainingIfEmpty);
  }

  /**
   * Opens the state of the station and begins to look at the drives.
   * @throws PrestageError state-unavailable, settings-invalid, ledger-…
   */
  static open(options: AppServiceOptions): Promise<AppService> {
    return Promise.resolve().then(() => {
      const opened = openStation(options.stateDirectory);
      // Told when there is a screen to tell it on.
      const told: ErrorData[] = [];
      const screen: { notices: NoticeService | null } = { notices: null };
      beginLog({
        ...{ paths: opened.paths, program: 'app', version: options.version },
        onProblem: (problem) => {
          if (screen.notices === null) told.push(problem);
          else screen.notices.show('error', problem);
        },
      });
      logEvent('info', 'app-started', { versions: options.runtimeVersions });
      const service = new AppService(options, opened);
      screen.notices = service.notices;
      for (const problem of told) service.notices.show('error', problem);
      return service;
    });
  }

  /** The disk images that are stored. */
  async cache(): Promise<ImageCache> {
    return await openImageCache(this.#opened.paths.imageCache, this.settings.current.cacheLimitBytes);
  }

  /**
   * Collects log, versions, settings and drives in one ZIP file.
   * @throws PrestageError usage when the file exists or cannot be written, disk-unwritable
   */
  async saveSupportBundle(file: string, withCrashDumps: boolean): Promise<void> {
    const { paths } = this.#opened;
    const versions = { prestage: this.#options.version, ...this.#options.runtimeVersions };
    const { benchDirectory } = this.station;
    await makeSupportBundle({
      paths,
      file,
      versions,
      helpers: this.#helpers,
      benchDirectory,
      withCrashDumps,
    });
  }

  /** The packages of the media that is chosen. @throws PrestageError as {@link listContents} */
  async listContents(list: string | null): Promise<AppResponse<'listContents'>> {
    return await listContents(this.#helpers, this.media.path, this.batch.state.imageIndex, list);
  }

  /** Shows and logs what nobody expected. The work goes on. */
  showUnexpected(thrown: unknown): void {
    logError('unexpected', thrown);
    this.notices.show('error', toErrorData(thrown));
  }

  /** Ends everything: jobs are cancelled and recorded, helpers end, the ledger is closed. */
  async close(): Promise<void> {
    this.recovery.close();
    this.drives.close();
    await this.live.close();
    this.pasts.close();
    this.jobs.cancelAll();
    await Promise.all([this.library.close(), this.mirror.close()]);
    await endOfWork(this, this.#helpers);
    await this.labels.close();
    this.progress.close();
    await this.bootTests.close();
    await this.recovery.recorded.catch(() => undefined);
    this.publisher.close();
    await this.rack.close();
    await this.#helpers.dispose();
    await this.log.close();
    await this.fleet.close();
    await this.shipments.settled();
    logEvent('info', 'app-ended');
    this.#opened.ledger.close();
  }
}
