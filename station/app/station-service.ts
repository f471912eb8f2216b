import { dirname } from 'node:path';
import { Emitter } from 'vscode-jsonrpc/node';
import type { StationState } from '../../core/contract/app-bench';
import type { StatePaths } from '../state/state-paths';
import type { DriveList } from './drive-list';
import type { JobService } from './job-service';
import { benchInUse } from './app-refusals';
import { hasNoRealDrive, openTrainingBench } from './training-bench';

export interface StationServiceDependencies {
  readonly paths: Pick<StatePaths, 'ledgerFile'>;
  readonly version: string;
  /** Of the runtime: electron, chrome, node. Shown, not recorded. */
  readonly runtimeVersions: Readonly<Record<string, string>>;
  /** Folder of virtual drives; null for the machine's own drives. */
  readonly benchDirectory: string | null;
  readonly drives: () => Pick<DriveList, 'refresh' | 'state'>;
  readonly jobs: () => Pick<JobService, 'running'>;
  /** How many drives are erased or checked for no machine. */
  readonly erased: () => number;
  readonly trainingMedia: () => StationState['trainingMedia'];
}

/** Which drives the station works on, the machine's own or virtual ones, and with what versions. */
export class StationService {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #dependencies: StationServiceDependencies;
  #benchDirectory: string | null;
  #versions: Readonly<Record<string, string>>;

  constructor(dependencies: StationServiceDependencies) {
    this.#dependencies = dependencies;
    this.#benchDirectory = dependencies.benchDirectory;
    this.#versions = dependencies.runtimeVersions;
  }

  get state(): StationState {
    const { version, paths, trainingMedia } = this.#dependencies;
    return {
      benchDirectory: this.#benchDirectory,
      trainingMedia: trainingMedia(),
      version,
      versions: { ...this.#versions },
      stateDirectory: dirname(paths.ledgerFile),
    };
  }

  /** Folder of the virtual drives; null on the machine's own drives. */
  get benchDirectory(): string | null {
    return this.#benchDirectory;
  }

  /** The versions that the ledger keeps are known now; those of the runtime are shown with them. */
  showVersions(recorded: Readonly<Record<string, string>>): void {
    this.#versions = { ...recorded, ...this.#dependencies.runtimeVersions };
    this.#changed.fire();
  }

  /**
   * Goes to the bench of virtual drives, made when it is missing, or back to the machine's own drives.
   * @throws PrestageError drive-busy while drives are written
   */
  async useTrainingBench(training: boolean): Promise<void> {
    const { jobs, erased, paths, drives } = this.#dependencies;
    if (jobs().running.length + erased() > 0) throw benchInUse();
    this.#benchDirectory = training ? await openTrainingBench(paths) : null;
    this.#changed.fire();
    await drives().refresh();
  }

  /**
   * The first look at the drives.
   * @param trainingIfEmpty goes to the training bench when nothing that is attached could ever be written
   */
  async firstListing(trainingIfEmpty: boolean): Promise<void> {
    const { drives } = this.#dependencies;
    await drives().refresh();
    if (!trainingIfEmpty || this.#benchDirectory !== null) return;
    const { listed, drives: found } = drives().state;
    if (listed && hasNoRealDrive(found)) await this.useTrainingBench(true);
  }
}
