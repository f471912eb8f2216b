import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { isInRack } from '../../core/drive/drive';
import { sha256Schema } from '../../core/media/chunk-map';
import { wantedMediaSchema } from '../../core/media/media-state';
import { batchStateSchema } from '../../core/contract/app-batch';
import { pairSchema } from '../../core/pairing/pairing-state';
import type { Refused } from '../../core/pairing/pairing-rules';
import { errorCodeOf } from '../../core/base/system-error';
import { writeFileAtomically } from '../state/state-paths';
import type { BatchService } from './batch-service';
import type { BootTests } from './boot-tests';
import type { DriveList } from './drive-list';
import {
  bootTestHolds,
  endedCardSchema,
  interruptedCardSchema,
  isOfBench,
  keptBootTestSchema,
  keptOf,
  settleCards,
  stillHolds,
  type BenchNow,
  type EndedCard,
} from './ended-cards';
import type { JobService } from './job-service';
import type { MediaVerifier } from './media-verifier';
import type { NoticeService } from './notices';
import type { PairingService } from './pairing-service';
import type { StationService } from './station-service';
import { memoryLost, notTakenOver, takenOver } from './app-refusals';

/**
 * What the app had: enough to go on after a crash or a restart. Only a convenience: what was done is in
 * the ledger. What was armed is not stored, nor why shipped machines are done again: both are said again. The
 * operator is stored to tell who it was: the badge is asked for again.
 */
const storedSessionSchema = z.strictObject({
  version: z.literal(1),
  ...batchStateSchema.omit({ lastOperator: true }).shape,
  media: z.strictObject({ path: z.string(), given: sha256Schema.nullable() }).nullable(),
  /** What a job ticket said the media is. Missing where none holds, and in older sessions. */
  wanted: wantedMediaSchema.optional(),
  pairs: z.array(
    z.strictObject({
      ...pairSchema.omit({ holdsMachine: true, againReason: true, driveReason: true }).shape,
      /** By what the computer knew the drive; missing in older sessions. */
      attachment: z.string().nullable().optional(),
    }),
  ),
  waitingMachine: z.string().nullable(),
  /** Cards of interrupted jobs, in older sessions. */
  interrupted: z.array(interruptedCardSchema).default([]),
  /** Cards of ended jobs that nobody cleared. */
  cards: z.array(endedCardSchema).default([]),
  bootTests: z.array(keptBootTestSchema).default([]),
});
type StoredSession = z.infer<typeof storedSessionSchema>;
type StoredPairing = Pick<StoredSession, 'pairs' | 'waitingMachine'>;
type StoredCards = Pick<StoredSession, 'cards' | 'bootTests'>;
/** What is kept beside the pairing, and comes back at once. */
export type StoredBatch = Omit<
  StoredSession,
  'version' | 'interrupted' | keyof StoredPairing | keyof StoredCards
>;

/** Cards of other benches that are kept: those of the machine's own drives while it is in training, and back. */
const keptElsewhere = 64;

export interface SessionStoreDependencies {
  readonly file: string;
  readonly batch: Pick<BatchService, 'state'>;
  readonly media: Pick<MediaVerifier, 'path' | 'given' | 'wanted'>;
  readonly pairing: Pick<PairingService, 'pairs' | 'attachments' | 'waitingMachine' | 'takeOver'>;
  readonly jobs: Pick<JobService, 'jobs' | 'benchOf' | 'showAgain' | 'dismiss' | 'replaced'>;
  readonly bootTests: Pick<BootTests, 'states' | 'showAgain' | 'forget'>;
  readonly drives: Pick<DriveList, 'state' | 'find'>;
  readonly station: Pick<StationService, 'benchDirectory'>;
  readonly ledger: BenchNow['ledger'];
  /** Whether line mode is on. */
  readonly line: () => boolean;
  readonly notices: Pick<NoticeService, 'show'>;
}

/** An interrupted or finished job speaks for itself. */
const untold: ReadonlySet<Refused['reason']> = new Set([
  'machine-shipped',
  'machine-running',
  'drive-finished',
  'drive-running',
]);

/** The small file that outlives the program. Nothing that goes wrong with it stops the work. */
export class SessionStore {
  readonly #dependencies: SessionStoreDependencies;
  /** Pairs of an earlier run that wait until it is known which drives are there. */
  #waiting: (StoredPairing & StoredCards) | null = null;
  /** Cards of drives that are on another bench than this one. */
  #elsewhere: readonly EndedCard[] = [];
  #written: string | null = null;
  #failed = false;

  constructor(dependencies: SessionStoreDependencies) {
    this.#dependencies = dependencies;
  }

  /** What an earlier run had; its pairs come later, by {@link takeOver}. */
  recall(): StoredBatch | null {
    let stored: StoredSession;
    try {
      stored = storedSessionSchema.parse(JSON.parse(readFileSync(this.#dependencies.file, 'utf8')));
    } catch (error) {
      if (errorCodeOf(error) !== 'ENOENT') {
        this.#dependencies.notices.show('error', memoryLost('from before Prestage stopped is lost', error));
      }
      return null;
    }
    const { pairs, waitingMachine, interrupted, cards, bootTests, ...batch } = stored;
    const { operator, workOrder, imageIndex, layout, loader, media, wanted } = batch;
    const old = interrupted.map((card): EndedCard => ({ ...card, state: { state: 'interrupted' } }));
    this.#waiting = { pairs, waitingMachine, cards: [...old, ...cards], bootTests };
    return { operator, workOrder, imageIndex, layout, loader, media, wanted };
  }

  /**
   * The pairs of an earlier run, where they still hold. To be called when the drives were listed and what was
   * interrupted is recorded.
   * @param own the machine that runs images itself: of what was left, perhaps in another machine, only the cards of its disks are meant
   */
  takeOver(own = false): void {
    const { pairing, notices, drives } = this.#dependencies;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting === null) return;
    const isHere = ({ driveId }: EndedCard): boolean => drives.find(driveId) !== null;
    const stored = own
      ? { ...waiting, pairs: [], waitingMachine: null, cards: waiting.cards.filter(isHere) }
      : waiting;
    try {
      // First: a drive that was being written is not paired again before somebody has seen that.
      this.#showCards(stored);
      const { taken, left } = pairing.takeOver(
        stored,
        new Map(stored.pairs.map(({ driveId, attachment }) => [driveId, attachment ?? null])),
      );
      if (taken > 0) notices.show('info', takenOver(taken));
      const lost = left.filter(({ reason }) => !untold.has(reason)).map(({ pair }) => pair);
      if (lost.length > 0) notices.show('error', notTakenOver(lost));
      if (own) this.#elsewhere = [...this.#elsewhere, ...waiting.cards.filter((card) => !isHere(card))];
    } catch (error) {
      notices.show('error', memoryLost('from before Prestage stopped cannot be restored', error));
    }
  }

  /** What was shown and not cleared is shown again, of the bench that is there and where it is still so. */
  #showCards({ cards, bootTests: tests }: StoredCards): void {
    const { jobs, bootTests, ledger, drives, station, line } = this.#dependencies;
    const bench = station.benchDirectory;
    const now: BenchNow = { ledger, drives: drives.state.drives, bench, line: line() };
    const own = cards.filter((card) => isOfBench(card, bench));
    this.#elsewhere = cards.filter((card) => !own.includes(card)).slice(-keptElsewhere);
    jobs.showAgain(
      own.filter((card) => stillHolds(card, now)),
      bench,
    );
    bootTests.showAgain(tests.filter((one) => bootTestHolds(one, now)).map(({ test }) => test));
    settleCards(drives, jobs, bootTests, line());
  }

  /** Stores what is there now, when it is not what was stored last. */
  save(): void {
    const { batch, media, pairing, jobs, bootTests, drives, file, notices } = this.#dependencies;
    const kept = keptOf(jobs, bootTests.states, drives.state.drives);
    const { waitingMachine, attachments } = pairing;
    // Machines of a rack are paired anew when they are there.
    const onBench = pairing.pairs.filter(({ driveId }) => !isInRack(driveId));
    const pairs = onBench.map((pair) => ({
      ...pair,
      attachment: attachments.get(pair.driveId) ?? null,
    }));
    const { operator, lastOperator, workOrder, imageIndex, layout, loader } = batch.state;
    const stored: StoredSession = {
      version: 1,
      operator: operator === '' ? lastOperator : operator,
      workOrder,
      imageIndex,
      layout,
      ...(loader === undefined ? {} : { loader }),
      ...(media.wanted === null ? {} : { wanted: media.wanted }),
      media: media.path === null ? null : { path: media.path, given: media.given },
      pairs: [...(this.#waiting?.pairs ?? []), ...pairs].map(
        ({ machineSerial, driveId, bay, attachment = null }) => ({
          ...{ machineSerial, driveId, bay, attachment },
        }),
      ),
      waitingMachine: waitingMachine ?? this.#waiting?.waitingMachine ?? null,
      interrupted: [],
      cards: [...(this.#waiting?.cards ?? []), ...this.#elsewhere, ...kept.cards],
      bootTests: [...(this.#waiting?.bootTests ?? []), ...kept.bootTests],
    };
    const text = JSON.stringify(stored);
    if (text === this.#written) return;
    try {
      writeFileAtomically(file, text, 0o600);
      this.#written = text;
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) notices.show('error', memoryLost('cannot be saved for a restart', error));
      this.#failed = true;
    }
  }
}
