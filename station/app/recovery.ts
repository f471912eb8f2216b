import { required } from '../../core/base/required';
import { toErrorData } from '../../core/base/errors';
import type { Helpers } from '../helper-client/helpers';
import { defaultOperator, recordLeftOpen, type OpenStation } from '../jobs/open-station';
import type { AppendContext } from '../ledger/ledger';
import { interrupted } from './app-refusals';
import { batchOfOrder, type BatchService } from './batch-service';
import type { DriveList } from './drive-list';
import type { JobService } from './job-service';
import type { LiveService } from './live-service';
import type { MediaVerifier } from './media-verifier';
import type { NoticeService } from './notices';
import type { OrderService } from './order-service';
import type { SessionStore } from './session-store';
import type { SettingsService } from './settings-service';
import type { StatePublisher } from './state-publisher';
import type { StationService } from './station-service';

export interface RecoveryDependencies {
  readonly opened: OpenStation;
  readonly helpers: Helpers;
  readonly station: StationService;
  readonly settings: SettingsService;
  readonly notices: NoticeService;
  readonly batch: BatchService;
  readonly media: MediaVerifier;
  readonly drives: DriveList;
  readonly jobs: JobService;
  readonly orders: OrderService;
  readonly live: Pick<LiveService, 'isMachine' | 'look'>;
  readonly session: SessionStore;
  readonly publisher: StatePublisher;
}

/**
 * What an earlier run left: jobs that were cut off are recorded as interrupted, and media and pairs come
 * back. Nothing is recorded or started before the first is done.
 */
export class Recovery {
  readonly #services: RecoveryDependencies;
  #recorded: Promise<void> | null = null;
  /** What was left open is recorded, and the drives that are meant were listed. */
  #isBegun = false;
  #isClosed = false;

  constructor(services: RecoveryDependencies) {
    this.#services = services;
  }

  /**
   * Recalls what was stored, looks at the drives, and records what was left open.
   * @param trainingIfEmpty goes to the training bench when nothing that is attached could ever be written
   */
  begin(trainingIfEmpty: boolean): void {
    const { station, notices, batch } = this.#services;
    this.#recall();
    batch.begin();
    const recorded = this.#recordLeftOpen();
    this.#recorded = recorded;
    recorded.catch((error: unknown) => {
      notices.show('error', toErrorData(error));
    });
    const listed = station.firstListing(trainingIfEmpty);
    const { live } = this.#services;
    void Promise.allSettled([recorded, listed, live.look()]).then(() => {
      this.#isBegun = true;
      this.takeOverPairs();
      void live.look();
    });
  }

  /** What an earlier run left is shown, as far as it still holds. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Resolves when what an earlier run left open is recorded. */
  get recorded(): Promise<void> {
    return required(this.#recorded, 'the recovery, which begins when the app opens');
  }

  /** The pairs of an earlier run, once it is known which drives are there and which jobs were interrupted. */
  takeOverPairs(): void {
    const { drives, session, live } = this.#services;
    if (this.#isBegun && !this.#isClosed && drives.state.listed) session.takeOver(live.isMachine);
  }

  /** Nothing more is taken over. */
  close(): void {
    this.#isClosed = true;
    this.#services.batch.close();
  }

  /** Who records, and with what. */
  async context(): Promise<AppendContext> {
    const { helpers, batch, settings } = this.#services;
    const { versions } = await helpers.greeting();
    const operator = batch.state.operator || defaultOperator();
    return { operator, stationName: settings.current.stationName, versions };
  }

  /** For what may be recorded only after what an earlier run left open. */
  async contextWhenRecorded(): Promise<AppendContext> {
    await this.recorded;
    return await this.context();
  }

  /** Operator, order's number, media: what an earlier run had. The media is verified again. */
  #recall(): void {
    const { session, batch, orders, media } = this.#services;
    const stored = session.recall();
    if (stored !== null) {
      const { operator, workOrder, imageIndex, layout, loader } = stored;
      // Whoever opens the app may be somebody else: the badge is asked for again.
      batch.restore({ lastOperator: operator, workOrder, imageIndex, layout, loader });
    }
    const order = orders.current?.order ?? null;
    // It may have been opened on the command line meanwhile.
    if (order !== null) batch.restore(batchOfOrder(order));
    const { wanted } = stored ?? {};
    // With another number it is another job.
    const holds = (wanted?.ticket?.orderNumber ?? batch.state.workOrder) === batch.state.workOrder;
    if (wanted !== undefined && holds) media.want(wanted);
    if (stored === null || stored.media === null) return;
    const { path, given } = stored.media;
    media.select(path);
    if (given !== null) media.expect(given);
  }

  async #recordLeftOpen(): Promise<void> {
    const { opened, station, jobs, notices, publisher } = this.#services;
    const context = await this.context();
    station.showVersions(context.versions);
    const left = await recordLeftOpen(opened, context);
    if (left.interrupted.length + left.suspect.length > 0) publisher.changed('order');
    jobs.showLeftOpen(left.interrupted, { state: 'interrupted' }, station.benchDirectory);
    for (const message of left.messages) notices.show('error', interrupted(message));
  }
}
