import { Emitter } from 'vscode-jsonrpc/node';
import { toErrorData } from '../../core/base/errors';
import type { ErasePlansState } from '../../core/contract/app-erase';
import type { Drive } from '../../core/drive/drive';
import { planErase, shownOf, type ShownErase } from '../../core/sanitise/choose';
import { overwriteOnly, type Abilities, type NistLevel } from '../../core/sanitise/methods';
import { askApart } from '../drives/ask-by-helper';
import { askAbilities, readAbilitiesOf } from '../drives/read-abilities';
import type { Helpers } from '../helper-client/helpers';
import { eraseGoingOn } from '../jobs/sanitise-drive';
import { logError } from '../state/log-file';
import type { StatePaths } from '../state/state-paths';

export interface ErasePlansDependencies {
  readonly helpers: Pick<Helpers, 'forDrive' | 'privileged' | 'privilegedIfAllowed'>;
  readonly paths: Pick<StatePaths, 'erasures'>;
  readonly drives: () => readonly Drive[];
  readonly benchDirectory: () => string | null;
  /** What an erase must be at least. */
  readonly level: () => NistLevel;
  /** Whether hidden areas are left as they are. */
  readonly keepHidden: () => boolean;
}

/** What a drive said holds for as long as it stays attached. */
interface Told {
  readonly attachment: string | null;
  readonly abilities: Abilities;
}

/**
 * How the attached drives can be erased, and what they hide. As with their health, a drive is asked when it is new, as far as
 * nobody has to give a password for that; otherwise when somebody asks.
 */
export class ErasePlans {
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.event;
  readonly #dependencies: ErasePlansDependencies;
  readonly #told = new Map<string, Told>();
  #looking: Promise<void> | null = null;

  constructor(dependencies: ErasePlansDependencies) {
    this.#dependencies = dependencies;
  }

  get state(): ErasePlansState {
    return this.#dependencies.drives().flatMap((drive) => {
      const abilities = this.of(drive);
      return abilities === null ? [] : [{ driveId: drive.id, plan: this.#planOf(drive, abilities) }];
    });
  }

  /** What a drive said; null: it was not asked since it is attached. What is no hardware can only be overwritten. */
  of({ id, attachment, kind }: Pick<Drive, 'id' | 'attachment' | 'kind'>): Abilities | null {
    if (kind !== 'disk') return overwriteOnly();
    const told = this.#told.get(id);
    return told?.attachment === attachment ? told.abilities : null;
  }

  /** How drives are shown to be erased, by drive id; those that were not asked are not in it. */
  get shown(): Map<string, ShownErase> {
    return new Map(
      this.state.flatMap(({ driveId, plan }) =>
        plan.can === true ? [[driveId, shownOf(plan)] as const] : [],
      ),
    );
  }

  /** There may be new drives. Asks them where that needs no password. */
  look(): void {
    const fresh = this.#askable().filter((drive) => this.of(drive) === null);
    if (fresh.length === 0 || this.#looking !== null) return;
    this.#looking = this.#lookAt(fresh)
      .catch((error: unknown) => {
        // A drive was pulled meanwhile, or the helper ended: the next listing tries again.
        logError('drive-abilities', error);
      })
      .finally(() => {
        this.#looking = null;
      });
  }

  /** Asks drives now. @throws PrestageError privilege-…, drive-changed, drive-not-found, tool-missing */
  async ask(driveIds: readonly string[]): Promise<void> {
    const drives = this.#dependencies
      .drives()
      .filter(({ id, kind }) => driveIds.includes(id) && kind === 'disk');
    await this.#readAll(drives, () => this.#dependencies.helpers.privileged());
  }

  /** A drive was erased or written: what it said before may be old. */
  forget(driveId: string): void {
    if (this.#told.delete(driveId)) this.#changed.fire();
  }

  #planOf(drive: Drive, abilities: Abilities): ErasePlansState[number]['plan'] {
    if (abilities.underWay) return { can: 'under-way' };
    try {
      const { level, keepHidden } = this.#dependencies;
      return { can: true, ...planErase(drive, abilities, { least: level(), keepHidden: keepHidden() }) };
    } catch (error) {
      return { can: false, error: toErrorData(error) };
    }
  }

  /** Only what could be written is asked, or what only its health keeps from it. */
  #askable(): Drive[] {
    return this.#dependencies
      .drives()
      .filter(
        ({ kind, reasons }) =>
          kind === 'disk' && reasons.every(({ code }) => code === 'health' || code === 'false-size'),
      );
  }

  async #lookAt(drives: readonly Drive[]): Promise<void> {
    await this.#readAll(drives, () => this.#dependencies.helpers.privilegedIfAllowed());
  }

  /** @param benchHelper null: it may not be asked */
  async #readAll(
    drives: readonly Drive[],
    benchHelper: () => Promise<Parameters<typeof askAbilities>[1] | null>,
  ): Promise<void> {
    const { helpers, benchDirectory } = this.#dependencies;
    await askApart(
      drives,
      async (inRack) => {
        await this.#keep(inRack, await readAbilitiesOf(inRack, helpers, null));
      },
      async (onBench) => {
        const client = await benchHelper();
        if (client !== null) await this.#keep(onBench, await askAbilities(onBench, client, benchDirectory()));
      },
    );
  }

  async #keep(drives: readonly Drive[], told: readonly Abilities[]): Promise<void> {
    for (const [index, drive] of drives.entries()) {
      const { id, attachment } = drive;
      const abilities = told[index];
      if (abilities === undefined) continue;
      const goesOn =
        abilities.underWay || (await eraseGoingOn(this.#dependencies.paths, drive, abilities)) !== null;
      this.#told.set(id, { attachment, abilities: { ...abilities, underWay: goesOn } });
    }
    this.#changed.fire();
  }
}
