import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { sha256Schema } from '../../core/media/chunk-map';
import { batchStateSchema, deskJobSchema, type Notice } from '../../core/contract/app';
import { pairSchema } from '../../core/pairing/pairing-state';
import type { ErrorData } from '../../core/base/errors';
import type { Refused } from '../../core/pairing/pairing-rules';
import { errorCodeOf } from '../../core/base/system-error';
import { writeFileAtomically } from '../state/state-paths';
import type { JobBoard } from './job-service';
import type { PairingDesk } from './pairing-service';
import { memoryLost, notTakenOver, takenOver } from './app-refusals';

const interruptedCardSchema = deskJobSchema.pick({
  driveId: true,
  bay: true,
  machineSerial: true,
  startedAt: true,
  endedAt: true,
  ledgerEntry: true,
});

/**
 * What the desk had before it: enough to go on after a crash or a restart. Only a convenience: what was done is in
 * the ledger. What was armed is not kept, nor why shipped machines are done again: both are said anew.
 */
const keptDeskSchema = z.strictObject({
  version: z.literal(1),
  ...batchStateSchema.omit({ againReason: true }).shape,
  media: z.strictObject({ path: z.string(), given: sha256Schema.nullable() }).nullable(),
  pairs: z.array(pairSchema.omit({ holdsMachine: true })),
  waitingMachine: z.string().nullable(),
  /** Cards that say so until somebody dismisses them or writes their drives. */
  interrupted: z.array(interruptedCardSchema),
});
type KeptDesk = z.infer<typeof keptDeskSchema>;
type KeptPairing = Pick<KeptDesk, 'pairs' | 'waitingMachine' | 'interrupted'>;
/** What is kept beside the pairing, and comes back at once. */
export type KeptBatch = Omit<KeptDesk, 'version' | keyof KeptPairing>;

export interface DeskMemoryDependencies {
  readonly file: string;
  readonly batch: () => KeptBatch;
  readonly pairing: () => Pick<PairingDesk, 'pairs' | 'waitingMachine' | 'takeOver'>;
  readonly jobs: () => Pick<JobBoard, 'jobs' | 'showInterrupted'>;
  readonly notify: (kind: Notice['kind'], error: ErrorData) => void;
}

/** An interrupted or finished job speaks for itself. */
const untold: ReadonlySet<Refused['reason']> = new Set([
  'machine-shipped',
  'machine-running',
  'drive-finished',
  'drive-running',
]);

/** The small file that outlives the program. Nothing that goes wrong with it stops the work. */
export class DeskMemory {
  readonly #dependencies: DeskMemoryDependencies;
  /** Pairs of an earlier run that wait until it is known which drives are there. */
  #waiting: KeptPairing | null = null;
  #written: string | null = null;
  #failed = false;

  constructor(dependencies: DeskMemoryDependencies) {
    this.#dependencies = dependencies;
  }

  /** What an earlier run had; its pairs come later, by {@link takeOver}. */
  recall(): KeptBatch | null {
    let kept: KeptDesk;
    try {
      kept = keptDeskSchema.parse(JSON.parse(readFileSync(this.#dependencies.file, 'utf8')));
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOENT') {
        this.#dependencies.notify('error', memoryLost('from before Prestage stopped is lost', error));
      }
      return null;
    }
    const { pairs, waitingMachine, interrupted, operator, workOrder, imageIndex, layout, media } = kept;
    this.#waiting = { pairs, waitingMachine, interrupted };
    return { operator, workOrder, imageIndex, layout, media };
  }

  /**
   * The pairs of an earlier run, where they still hold. To be called when the drives were listed and what was
   * interrupted is recorded.
   */
  takeOver(): void {
    const { pairing, jobs, notify } = this.#dependencies;
    const kept = this.#waiting;
    this.#waiting = null;
    if (kept === null) return;
    try {
      // First: a drive that was being written is not paired anew before somebody has seen that.
      jobs().showInterrupted(kept.interrupted);
      const { taken, left } = pairing().takeOver(kept);
      if (taken > 0) notify('info', takenOver(taken));
      const lost = left.filter(({ reason }) => !untold.has(reason)).map(({ pair }) => pair);
      if (lost.length > 0) notify('error', notTakenOver(lost));
    } catch (error) {
      notify('error', memoryLost('from before Prestage stopped cannot be restored', error));
    }
  }

  /** Keeps what is there now, when it is not what was kept last. */
  keep(): void {
    const { batch, pairing, jobs, file, notify } = this.#dependencies;
    const interrupted = jobs().jobs.filter(({ state }) => state.state === 'interrupted');
    const { pairs, waitingMachine } = pairing();
    const kept: KeptDesk = {
      version: 1,
      ...batch(),
      pairs: [...(this.#waiting?.pairs ?? []), ...pairs].map(({ machineSerial, driveId, bay }) => ({
        ...{ machineSerial, driveId, bay },
      })),
      waitingMachine: waitingMachine ?? this.#waiting?.waitingMachine ?? null,
      interrupted: [...(this.#waiting?.interrupted ?? []), ...interrupted].map((job) => ({
        driveId: job.driveId,
        bay: job.bay,
        machineSerial: job.machineSerial,
        startedAt: job.startedAt,
        endedAt: job.endedAt,
        ledgerEntry: job.ledgerEntry,
      })),
    };
    const text = JSON.stringify(kept);
    if (text === this.#written) return;
    try {
      writeFileAtomically(file, text, 0o600);
      this.#written = text;
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) notify('error', memoryLost('cannot be saved for a restart', error));
      this.#failed = true;
    }
  }
}
