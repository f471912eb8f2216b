import { Emitter } from 'vscode-jsonrpc/node';
import type { PastsState } from '../../core/contract/app-bench';
import { timeouts } from '../../core/base/timeouts';
import type { Drive } from '../../core/drive/drive';
import type { DrivePast } from '../../core/ledger/drive-past';
import { attachedPast } from '../drives/finished-drive';
import type { LedgerReader } from '../ledger/ledger-reader';
import { logError } from '../state/log-file';
import { LastShown } from './last-shown';

export interface PastServiceDependencies {
  readonly ledger: Pick<LedgerReader, 'pastOf' | 'count'>;
  readonly drives: () => readonly Drive[];
  /** The disk GUID that was read or written on an attached drive, when the listing cannot know it yet; null: none was. */
  readonly diskGuidOn: (attachment: string | null) => string | null;
  readonly isRunning: (driveId: string) => boolean;
}

/** What the attached drives hold and how their last jobs ended. Asked again only when ledger, drives or jobs changed. */
export class PastService {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #dependencies: PastServiceDependencies;
  readonly #state = new LastShown<PastsState>([]);
  /** What the answers were made from. */
  #madeFrom: { readonly drives: readonly Drive[]; readonly known: string } | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(dependencies: PastServiceDependencies) {
    this.#dependencies = dependencies;
  }

  get state(): PastsState {
    return this.#state.value;
  }

  /** What was last told of a drive; null: nothing is known of it. */
  shown(driveId: string): DrivePast | null {
    return this.#state.value.find((one) => one.driveId === driveId)?.past ?? null;
  }

  /** The past of one drive, as the ledger tells it now. @throws PrestageError ledger-broken */
  of(drive: Drive): DrivePast {
    const { ledger, diskGuidOn } = this.#dependencies;
    return attachedPast(drive, ledger, diskGuidOn);
  }

  /** Something changed that may matter. Several changes at once are looked at together. */
  look(): void {
    if (this.#timer !== null || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#ask();
    }, timeouts.progressInterval);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #ask(): void {
    const { ledger, drives: listed, diskGuidOn, isRunning } = this.#dependencies;
    const drives = listed();
    try {
      const read = drives.map(({ id, attachment }) => [isRunning(id), diskGuidOn(attachment)]);
      const known = JSON.stringify([ledger.count(), read]);
      if (this.#madeFrom?.drives === drives && this.#madeFrom.known === known) return;
      const before = new Map(this.#state.value.map((one) => [one.driveId, one]));
      const state = drives.flatMap((drive): PastsState => {
        const known = before.get(drive.id);
        // While a drive is written, every entry of its job would be a new past.
        if (isRunning(drive.id)) return known === undefined ? [] : [known];
        const past = this.of(drive);
        const nothing = past.holds === null && past.lastBad === null && past.failures === 0;
        return nothing && past.care === undefined && past.falseSize === undefined
          ? []
          : [{ driveId: drive.id, past }];
      });
      this.#madeFrom = { drives, known };
      if (!this.#state.become(state)) return;
      this.#changed.fire();
    } catch (error) {
      // A ledger that cannot be read is told by whatever needs it; a card is not the place.
      logError('drive-past', error);
    }
  }
}
