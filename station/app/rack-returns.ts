import type { AppJob } from '../../core/contract/app-bench';
import { isInRack, machineOfId, type Drive } from '../../core/drive/drive';
import { isRunning } from '../../core/job/job';
import { toErrorData, type ErrorData } from '../../core/base/errors';
import { sameDisk } from './rack-drives';

/** How a job ended whose machine went away. */
const lostCodes: ReadonlySet<string> = new Set([
  'helper-died',
  'rack-silent',
  'rack-no-bytes',
  'rack-machine-unknown',
]);

/** A drive whose machine goes away again and again is not tried for ever. */
const mostReturns = 3;

/** What is recorded as the reason why the drive is written again. */
export const returnReason = 'Its machine left the rack in the middle of its job, and came back';

export interface RackReturnsDependencies {
  readonly drives: () => readonly Drive[];
  readonly jobs: () => readonly AppJob[];
  /** When the disks of a machine were last listed (performance.now()); null: never, or it does not tell them. */
  readonly listedAt: (machine: string) => number | null;
  /** A machine was lost: its disks are listed anew when it is back. */
  readonly forget: (machine: string) => void;
  /** The card is of the same disk, under the ID that it has now. */
  readonly moveTo: (driveId: string, drive: Drive) => void;
  readonly retry: (driveId: string, reason: string) => Promise<void>;
  readonly onProblem: (error: ErrorData) => void;
}

/**
 * Machines of the rack that come back: one that was started again has its card again, also with a new key, and a job that it was lost
 * from goes on where its chunks are. What somebody cancelled stays so.
 */
export class RackReturns {
  readonly #dependencies: RackReturnsDependencies;
  /** By drive id: when the job's end was first seen, and how often it was tried again. */
  readonly #lost = new Map<
    string,
    { readonly endedAt: string; readonly since: number; readonly tries: number }
  >();

  constructor(dependencies: RackReturnsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Drives or jobs have changed. */
  look(): void {
    const { drives, jobs, moveTo } = this.#dependencies;
    const listed = drives();
    for (const job of jobs()) {
      if (isRunning(job) || !isInRack(job.driveId)) continue;
      const there = listed.some(({ id }) => id === job.driveId);
      const moved = there ? null : sameDisk(job, listed);
      if (moved !== null) {
        const lost = this.#lost.get(job.driveId);
        this.#lost.delete(job.driveId);
        if (lost !== undefined) this.#lost.set(moved.id, lost);
        moveTo(job.driveId, moved);
      }
    }
    for (const job of jobs()) this.#goOn(job, listed);
  }

  #goOn({ driveId, state, endedAt, canRetry }: AppJob, listed: readonly Drive[]): void {
    const { machine } = machineOfId(driveId);
    const isLost = state.state === 'failed' && lostCodes.has(state.reason.code) && canRetry;
    if (machine === null || !isLost || endedAt === null) return;
    const before = this.#lost.get(driveId);
    if (before?.endedAt !== endedAt) {
      const tries = before?.tries ?? 0;
      this.#lost.set(driveId, { endedAt, since: performance.now(), tries });
      this.#dependencies.forget(machine);
      return;
    }
    const at = this.#dependencies.listedAt(machine);
    const isBack = at !== null && at > before.since;
    const drive = listed.find(({ id }) => id === driveId);
    if (!isBack || drive?.verdict !== 'eligible' || before.tries >= mostReturns) return;
    const tries = before.tries + 1;
    this.#lost.set(driveId, { ...before, since: Infinity, tries });
    this.#dependencies.retry(driveId, returnReason).catch((error: unknown) => {
      // What went on there before may hold the disk a moment longer: its next listing is the next try.
      if (tries < mostReturns) this.#lost.set(driveId, { ...before, since: performance.now(), tries });
      else this.#dependencies.onProblem(toErrorData(error));
    });
  }
}
