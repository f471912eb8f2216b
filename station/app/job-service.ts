import { Emitter } from 'vscode-jsonrpc/node';
import type { AppJob } from '../../core/contract/app-bench';
import { tellInterval } from '../../core/job/tell-interval';
import { placeOf, type Drive } from '../../core/drive/drive';
import { isCancellation, toErrorData } from '../../core/base/errors';
import { hasEnded, isRunning, type JobEnd } from '../../core/job/job';
import type { BatchRequest, LeftOut, PlannedJob } from '../jobs/batch-plan';
import { planBatch } from '../jobs/plan-batch';
import { runBatch } from '../jobs/run-batch';
import type { JobReport } from '../jobs/run-job';
import type { LeftOpenJob } from '../jobs/run-journal';
import type { Helpers } from '../helper-client/helpers';
import type { Ledger } from '../ledger/ledger';
import { openImageCache } from '../image-cache/image-cache';
import type { Settings } from '../state/settings';
import type { StatePaths } from '../state/state-paths';
import type { EndedCard } from './ended-cards';
import { preparingView } from './job-members';

export interface JobServiceDependencies {
  readonly helpers: Helpers;
  readonly ledger: Ledger;
  readonly paths: StatePaths;
  readonly settings: () => Settings;
}

/** The newest job of a drive, and how to stop it. */
interface HeldJob {
  view: AppJob;
  /** What it was started with; null for a job that an earlier run of the station left open. */
  readonly request: BatchRequest | null;
  readonly stop: AbortController;
  readonly run: Run | null;
  /** Folder of the virtual drives that it is of; null: the machine's own drives. */
  readonly bench: string | null;
}

/** Jobs that were started together. */
interface Run {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** What a run hears while it prepares and writes. */
type RunHooks = Pick<
  Parameters<typeof runBatch>[2],
  'jobSignal' | 'onUnshown' | 'onReserved' | 'onLeftOut' | 'onTask' | 'onJob' | 'onGrown' | 'onEnd'
>;

/**
 * The jobs of the bench, one a drive. Several runs may be under way: a technician pairs and starts the next drives
 * while the first ones are written.
 */
export class JobService {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #moved = new Emitter<void>();
  /** Jobs are further, and nothing else is different: at most ten times a second, for all of them together. */
  readonly onMove = this.#moved.event;
  readonly #dismissed = new Emitter<AppJob>();
  /** The card of an ended job is off the board. */
  readonly onDismiss = this.#dismissed.event;
  readonly #batchEnded = new Emitter<readonly JobReport[]>();
  /** The jobs of a batch have ended, and its drives are released. */
  readonly onBatchEnd = this.#batchEnded.event;
  readonly #passed = new Emitter<string>();
  /** A drive passed, and is recorded: the serial of its machine. */
  readonly onPassed = this.#passed.event;
  readonly #renamed = new Emitter<void>();
  /** The drive of a job is listed with another id from now on. */
  readonly onRenamed = this.#renamed.event;
  readonly #settled = new Emitter<void>();
  /** A run has ended: its drives are recorded and released, and the boot test after it has begun. */
  readonly onSettled = this.#settled.event;
  readonly #dependencies: JobServiceDependencies;
  /** The disk GUID of each drive that was finished, or was found to be when it was opened; by attachment. */
  readonly #diskGuids = new Map<string, string>();
  readonly #jobs = new Map<string, HeldJob>();
  readonly #runs = new Set<Run>();
  #moving: NodeJS.Timeout | null = null;

  constructor(dependencies: JobServiceDependencies) {
    this.#dependencies = dependencies;
  }

  /** In the order in which the drives were first started. */
  get jobs(): AppJob[] {
    return [...this.#jobs.values()].map(({ view }) => view);
  }

  find(driveId: string): AppJob | null {
    return this.#jobs.get(driveId)?.view ?? null;
  }

  /** What the job of a drive was started with, when it can be tried again. */
  requestOf(driveId: string): BatchRequest | null {
    return this.#jobs.get(driveId)?.request ?? null;
  }

  /** Folder of the virtual drives that a card is of; null: the machine's own drives. */
  benchOf(driveId: string): string | null {
    return this.#jobs.get(driveId)?.bench ?? null;
  }

  get running(): AppJob[] {
    return this.jobs.filter(isRunning);
  }

  /** Whether no run is under way: every end is recorded, and every drive released. */
  get isSettled(): boolean {
    return this.#runs.size === 0;
  }

  /** Resolves when no job runs any more and every end is recorded. */
  async settled(): Promise<void> {
    while (this.#runs.size > 0) await Promise.all([...this.#runs].map(({ ended }) => ended));
  }

  /**
   * Starts jobs. Resolves when every drive is held and nothing has been written yet.
   * @throws PrestageError why none of them was started; nothing was touched
   */
  async start(request: BatchRequest): Promise<void> {
    const { helpers, ledger, paths, settings } = this.#dependencies;
    const stop = new AbortController();
    const plan = await planBatch(request, helpers, ledger, paths, stop.signal);
    const cache = await openImageCache(paths.imageCache, settings().cacheLimitBytes);

    await new Promise<void>((held, refused) => {
      const begin = { done: false };
      const ending = { done: (): void => undefined };
      const run: Run = { stop, ended: new Promise<void>((resolve) => (ending.done = resolve)) };
      const hooks = this.#hooksOf(request, plan.jobs, run, () => {
        begin.done = true;
        held();
      });
      this.#runs.add(run);
      runBatch(request, plan, {
        helpers,
        ledger,
        cache,
        paths,
        settings: settings(),
        signal: stop.signal,
        ...hooks,
      })
        .then(({ jobs }) => {
          this.#batchEnded.fire(jobs);
        })
        .catch((error: unknown) => {
          if (begin.done) this.#endAll(run, error);
          else refused(error instanceof Error ? error : new Error(String(error)));
        })
        .finally(() => {
          this.#runs.delete(run);
          ending.done();
          this.#settled.fire();
        });
    });
  }

  /** Cancels the job of a drive; the others do not notice. @returns false when there is none to cancel */
  cancel(driveId: string): boolean {
    const job = this.#jobs.get(driveId);
    if (job === undefined || !job.view.canCancel) return false;
    job.stop.abort();
    this.#update(driveId, { canCancel: false });
    // Until its jobs begin, a run prepares for all of them: it has no reason to go on for none.
    const siblings = [...this.#jobs.values()].filter(({ run, view }) => run === job.run && isRunning(view));
    const preparing = siblings.every(({ view }) => view.state.state === 'preparing');
    if (preparing && siblings.every(({ stop }) => stop.signal.aborted)) job.run?.stop.abort();
    return true;
  }

  cancelAll(): void {
    for (const { driveId } of this.running) this.cancel(driveId);
  }

  /** Takes an ended job off the board. @returns false when there is none */
  dismiss(driveId: string): boolean {
    const job = this.#jobs.get(driveId);
    if (job === undefined || isRunning(job.view)) return false;
    this.#jobs.delete(driveId);
    this.#dismissed.fire(job.view);
    this.#changed.fire();
    return true;
  }

  /**
   * The disk GUID that this run of the app put, or found, on a drive that is still attached; null when none. The next listing
   * tells it, but may come after the next scan.
   */
  diskGuidOn(attachment: string | null): string | null {
    return attachment === null ? null : (this.#diskGuids.get(attachment) ?? null);
  }

  /** The card is of this drive, which has another ID now; never while its job runs. */
  moveTo(driveId: string, drive: Drive): void {
    const job = this.#jobs.get(driveId);
    if (job === undefined || isRunning(job.view) || this.#jobs.has(drive.id)) return;
    this.#rename(job, drive);
    this.#changed.fire();
  }

  /** Its card is found by the ID that the drive is listed with from now on, at the place that it had. */
  #rename(job: HeldJob, { id, attachment }: Pick<Drive, 'id' | 'attachment'>): void {
    const renamed = { ...job, view: { ...job.view, driveId: id, attachment } };
    const others = [...this.#jobs].filter(([key, held]) => held === job || key !== id);
    const jobs = others.map(([key, held]): [string, HeldJob] => (held === job ? [id, renamed] : [key, held]));
    this.#jobs.clear();
    for (const [key, held] of jobs) this.#jobs.set(key, held);
  }

  /** Another drive sits where the job's was: it is not to be written again without being looked at. */
  replaced(driveId: string): void {
    const job = this.#jobs.get(driveId);
    if (job?.view.canRetry === true) this.#update(driveId, { canRetry: false });
  }

  /** Shows jobs that a killed station left open. */
  showLeftOpen(left: readonly LeftOpenJob[], state: JobEnd, bench: string | null): void {
    const endedAt = new Date().toISOString();
    for (const { drive, attachment, machineSerial, startedAt, ledgerEntry } of left) {
      const of = { driveId: drive.id, attachment, bay: placeOf(drive), machineSerial };
      this.#showEnded({ ...of, startedAt, endedAt, ledgerEntry, state }, bench);
    }
    if (left.length > 0) this.#changed.fire();
  }

  /** Shows cards of an earlier run again, where nothing newer is shown of their drives. */
  showAgain(cards: readonly EndedCard[], bench: string | null): void {
    const shown = cards.filter(({ driveId }) => !this.#jobs.has(driveId));
    for (const card of shown) this.#showEnded(card, bench);
    if (shown.length > 0) this.#changed.fire();
  }

  #showEnded(ended: EndedCard, bench: string | null): void {
    const card = { ...ended };
    delete card.bench;
    this.#jobs.set(card.driveId, {
      request: null,
      run: null,
      bench,
      stop: new AbortController(),
      view: { ...card, canCancel: false, canRetry: card.state.state !== 'done' },
    });
  }

  #hooksOf(request: BatchRequest, jobs: readonly PlannedJob[], run: Run, onHeld: () => void): RunHooks {
    return {
      jobSignal: ({ drive }) => this.#jobs.get(drive.id)?.stop.signal,
      onUnshown: (found) => {
        // Refused now; the list that is shown next names them.
        for (const { drive, diskGuid } of found) {
          if (drive.attachment !== null) this.#diskGuids.set(drive.attachment, diskGuid);
        }
        this.#changed.fire();
        return Promise.resolve(false);
      },
      onReserved: (leftOut) => {
        for (const job of jobs) {
          const { drive } = job;
          if (drive.attachment !== null) this.#diskGuids.delete(drive.attachment);
          this.#jobs.set(drive.id, {
            request,
            run,
            bench: request.benchDirectory,
            stop: new AbortController(),
            view: preparingView(job, request),
          });
        }
        // Those that the plan left out have no job of the plan.
        for (const left of leftOut) this.#leaveOut(left, request, run);
        this.#changed.fire();
        onHeld();
      },
      onLeftOut: (left) => {
        this.#leaveOut(left, request, run);
        this.#changed.fire();
      },
      onTask: ({ phase, done, total }) => {
        for (const { drive } of jobs) {
          if (this.#jobs.get(drive.id)?.view.state.state !== 'preparing') continue;
          this.#move(drive.id, { state: 'preparing', task: { phase, done, total } });
        }
      },
      onJob: ({ drive }, state) => {
        // An end is shown with the number of its entry.
        if (!hasEnded(state)) this.#move(drive.id, state);
      },
      onGrown: ({ drive }, grown) => {
        const job = this.#jobs.get(drive.id);
        if (job === undefined) return;
        this.#rename(job, grown);
        this.#renamed.fire();
        this.#changed.fire();
      },
      onEnd: ({ job, end, diskGuid, ledgerEntry, health, slow }) => {
        const { attachment } = job.drive;
        if (end.state === 'done' && attachment !== null) this.#diskGuids.set(attachment, diskGuid);
        this.#end(job.drive.id, end, ledgerEntry, {
          ...(health === null ? {} : { health }),
          ...(slow.length === 0 ? {} : { slow: [...slow] }),
        });
        if (end.state === 'done' && ledgerEntry !== null) this.#passed.fire(job.machineSerial);
      },
    };
  }

  /** The run goes on without a drive: its machine did not answer. Nothing was written to it. */
  #leaveOut({ driveId, machineSerial, reason }: LeftOut, request: BatchRequest, run: Run): void {
    if (driveId === null) return;
    const now = new Date().toISOString();
    const shown = this.#jobs.get(driveId)?.run === run ? this.#jobs.get(driveId)?.view : undefined;
    this.#jobs.set(driveId, {
      ...{ request, run, bench: request.benchDirectory, stop: new AbortController() },
      view: {
        ...{ driveId, machineSerial, attachment: request.seen?.get(driveId) ?? null, bay: machineSerial },
        ...{ startedAt: now, ledgerEntry: null },
        ...shown,
        ...{ endedAt: now, canCancel: false, canRetry: true },
        state: { state: 'failed', reason, bytesWritten: 0 },
      },
    });
  }

  /** The whole run broke off before its jobs began: nothing was written. */
  #endAll(run: Run, error: unknown): void {
    const end: JobEnd = isCancellation(error)
      ? { state: 'cancelled', bytesWritten: 0 }
      : { state: 'failed', reason: toErrorData(error), bytesWritten: 0 };
    for (const [driveId, job] of [...this.#jobs]) {
      if (job.run === run && isRunning(job.view)) this.#end(driveId, end, null);
    }
  }

  #end(
    driveId: string,
    end: JobEnd,
    ledgerEntry: number | null,
    told: Pick<AppJob, 'health' | 'slow'> = {},
  ): void {
    this.#update(driveId, {
      ...told,
      state: end,
      endedAt: new Date().toISOString(),
      ledgerEntry,
      canCancel: false,
      canRetry: end.state !== 'done',
    });
  }

  /** Another phase is a change; how far it is, is told for all drives together: two hundred tell it ten times a second each. */
  #move(driveId: string, state: AppJob['state']): void {
    const job = this.#jobs.get(driveId);
    if (job === undefined || job.view.state.state !== state.state) {
      this.#update(driveId, { state });
      return;
    }
    job.view = { ...job.view, state };
    this.#moving ??= setTimeout(() => {
      this.#moving = null;
      this.#moved.fire();
    }, tellInterval(this.#jobs.size));
  }

  #update(driveId: string, change: Partial<AppJob>): void {
    const job = this.#jobs.get(driveId);
    if (job === undefined) return;
    job.view = { ...job.view, ...change };
    this.#changed.fire();
  }
}
