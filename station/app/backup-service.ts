import { Emitter } from 'vscode-jsonrpc/node';
import { PrestageError } from '../../core/base/errors';
import type { AppRequest } from '../../core/contract/app';
import type { LiveState } from '../../core/live/live-state';
import { makeBackup, type BackupReport } from '../backup/make-backup';
import { dropRestore, stageRestore } from '../backup/staged-restore';
import { logEvent } from '../state/log-file';
import type { StatePaths } from '../state/state-paths';

/** What a backup has to know of the rest of the app. */
export interface BackupNeighbour {
  readonly state: { readonly live: LiveState | null };
  /** @throws PrestageError while something is at work that the end of the app would break off */
  readonly requireIdle: () => void;
}

/** The station's state in one encrypted file, and back. */
export class BackupService {
  readonly #restored = new Emitter<void>();
  /** A backup was looked at and is sound: it is put in its place when the app begins again. */
  readonly onRestored = this.#restored.event;
  readonly #live: BackupNeighbour;
  readonly #paths: StatePaths;

  constructor(live: BackupNeighbour, paths: StatePaths) {
    this.#live = live;
    this.#paths = paths;
  }

  /**
   * On a stick a backup goes onto another disk: one that is lost with the stick is none.
   * @throws PrestageError live-no-data, live-disk-refused
   */
  requirePlace(): void {
    this.#requireKept();
    const { live } = this.#live.state;
    if (live === null || live.disk?.write === true) return;
    throw new PrestageError({
      code: 'live-disk-refused',
      message: 'No disk is open to save on.',
      remedy:
        'Nothing was written. On Media, under Files on a USB disk, press Open to save. Then back up again.',
    });
  }

  /** @param file absolute; must not exist @throws PrestageError usage, ledger-…, disk-unwritable, live-… */
  async backUp(file: string, password: string): Promise<BackupReport> {
    this.requirePlace();
    return await makeBackup(this.#paths, file, password);
  }

  /**
   * Looks at all of a backup, and has the app end with it.
   * @throws PrestageError backup-refused, state-not-empty, drive-busy, usage, live-no-data: nothing was changed
   */
  async restore({ path, password, replace }: AppRequest<'restoreState'>): Promise<void> {
    this.#requireKept();
    this.#live.requireIdle();
    const { entries } = await stageRestore(this.#paths, path, password, replace);
    try {
      // Looking at a backup takes its time: a job that was begun meanwhile would be broken off.
      this.#live.requireIdle();
    } catch (error) {
      dropRestore(this.#paths);
      throw error;
    }
    logEvent('info', 'state-restored', { entries });
    this.#restored.fire();
  }

  /** On a stick that is not set up or is locked, what the app has is gone with the next start. */
  #requireKept(): void {
    const { live } = this.#live.state;
    if (live === null || live.data === 'open') return;
    throw new PrestageError({
      code: 'live-no-data',
      message:
        'This station has nothing to back up, and no place to restore to: the stick is not set up, or locked.',
      remedy: 'Nothing was changed. Set up or unlock the stick first.',
    });
  }
}
