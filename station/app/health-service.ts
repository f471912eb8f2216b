import { Emitter } from 'vscode-jsonrpc/node';
import type { HealthsState } from '../../core/contract/app-health';
import type { Drive } from '../../core/drive/drive';
import type { DriveHealth } from '../../core/health/health';
import { findingsOf, type HealthRule } from '../../core/health/health-rules';
import { askApart } from '../drives/ask-by-helper';
import { askHelper, readHealthOf } from '../drives/read-health';
import type { Helpers } from '../helper-client/helpers';
import type { JobReport } from '../jobs/run-job';
import { logError } from '../state/log-file';

export interface HealthServiceDependencies {
  readonly helpers: Pick<Helpers, 'forDrive' | 'privileged' | 'privilegedIfAllowed'>;
  readonly drives: () => readonly Drive[];
  readonly benchDirectory: () => string | null;
  readonly rules: () => readonly HealthRule[];
}

/** A reading holds for as long as the drive stays attached. */
interface Reading {
  readonly attachment: string | null;
  readonly health: DriveHealth;
}

/**
 * What the attached drives say of their health. A drive is asked when it is new, as far as nobody has to give a password for
 * that; otherwise when somebody asks, and in any case before its job.
 */
export class HealthService {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #dependencies: HealthServiceDependencies;
  readonly #readings = new Map<string, Reading>();
  #looking: Promise<void> | null = null;

  constructor(dependencies: HealthServiceDependencies) {
    this.#dependencies = dependencies;
  }

  get state(): HealthsState {
    const rules = this.#dependencies.rules();
    return this.#dependencies.drives().flatMap((drive) => {
      const health = this.of(drive);
      return health === null ? [] : [{ driveId: drive.id, health, findings: findingsOf(health, rules) }];
    });
  }

  /** What a drive said; null: it was not asked since it is attached. */
  of({ id, attachment }: Pick<Drive, 'id' | 'attachment'>): DriveHealth | null {
    const reading = this.#readings.get(id);
    return reading?.attachment === attachment ? reading.health : null;
  }

  /** There may be new drives. Asks them where that needs no password. */
  look(): void {
    const fresh = this.#askable().filter((drive) => this.of(drive) === null);
    if (fresh.length === 0 || this.#looking !== null) return;
    this.#looking = this.#lookAt(fresh)
      .catch((error: unknown) => {
        // A drive was pulled meanwhile, or the helper ended: the next listing tries again.
        logError('drive-health', error);
      })
      .finally(() => {
        this.#looking = null;
      });
  }

  /** Asks a drive now. @throws PrestageError privilege-…, drive-changed, drive-not-found */
  async ask(driveId: string): Promise<void> {
    const drives = this.#dependencies.drives().filter(({ id, kind }) => id === driveId && kind === 'disk');
    await this.#readAll(drives, () => this.#dependencies.helpers.privileged());
  }

  /** Drives were asked in their jobs. */
  onBatchEnd(reports: readonly JobReport[]): void {
    for (const { job, health } of reports) {
      if (health === null) continue;
      const { id, attachment } = job.drive;
      this.#readings.set(id, { attachment, health: health.after ?? health.before });
    }
    this.#changed.fire();
  }

  /** Only what could be written is asked, or what only its health keeps from it. */
  #askable(): Drive[] {
    return this.#dependencies
      .drives()
      .filter(({ kind, reasons }) => kind === 'disk' && reasons.every(({ code }) => code === 'health'));
  }

  async #lookAt(drives: readonly Drive[]): Promise<void> {
    await this.#readAll(drives, () => this.#dependencies.helpers.privilegedIfAllowed());
  }

  /** @param benchHelper null: it may not be asked */
  async #readAll(
    drives: readonly Drive[],
    benchHelper: () => Promise<Parameters<typeof askHelper>[1] | null>,
  ): Promise<void> {
    const { helpers, benchDirectory } = this.#dependencies;
    await askApart(
      drives,
      async (inRack) => {
        this.#keep(inRack, await readHealthOf(inRack, helpers, null));
      },
      async (onBench) => {
        const client = await benchHelper();
        if (client !== null) this.#keep(onBench, await askHelper(onBench, client, benchDirectory()));
      },
    );
  }

  #keep(drives: readonly Drive[], told: readonly DriveHealth[]): void {
    for (const [index, { id, attachment }] of drives.entries()) {
      const health = told[index];
      if (health !== undefined) this.#readings.set(id, { attachment, health });
    }
    this.#changed.fire();
  }
}
