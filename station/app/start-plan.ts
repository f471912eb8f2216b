import { PrestageError, toErrorData, type ErrorData } from '../../core/base/errors';
import { loaderSummary, machineDoubts, planLoader, requireTrusted } from '../../core/boot/loader-choice';
import type { StartPlan } from '../../core/contract/app-start';
import { isInRack } from '../../core/drive/drive';
import { atEndOf } from '../../core/rack/rack-choices';
import type { Media } from '../../core/media/media';
import { filesOf, packsOf, trustsOf, type AskedMachine } from '../jobs/plan-machines';
import {
  chooseMachineFiles,
  machineFileNotices,
  type ChosenMachineFiles,
} from '../machine-files/fill-machine-files';
import { machineOf, replacedOf } from '../orders/batch-order';
import type { OpenOrder } from '../orders/order-reader';
import type { BatchService } from './batch-service';
import type { MediaVerifier } from './media-verifier';
import type { OrderService } from './order-service';
import type { PairingService } from './pairing-service';
import type { SettingsService } from './settings-service';

export interface StartPlanDependencies {
  readonly pairing: Pick<PairingService, 'pairs' | 'confirming' | 'endChosen'>;
  readonly media: Pick<MediaVerifier, 'state' | 'signed'>;
  readonly orders: Pick<OrderService, 'current'>;
  readonly batch: Pick<BatchService, 'state'>;
  readonly settings: Pick<SettingsService, 'current'>;
}

/** Nothing is paired. */
export const emptyStartPlan: StartPlan = {
  drives: [],
  machineFiles: null,
  loader: null,
  atEnd: null,
  warnings: [],
  refusals: [],
};

/**
 * What the next start will put on each drive, by the rules of the batch itself. Reads the templates only while the list of what
 * will be erased is shown: a scan must not wait for them.
 */
export class StartPlanner {
  readonly #dependencies: StartPlanDependencies;
  /** What the plan was made of last: most changes of the bench change nothing here. */
  #made: { readonly of: string; readonly plan: StartPlan } | null = null;

  constructor(dependencies: StartPlanDependencies) {
    this.#dependencies = dependencies;
  }

  get state(): StartPlan {
    const { pairing, media, orders, batch, settings } = this.#dependencies;
    const { bootLoader, machineFiles, desk, atEnd } = settings.current;
    const shown = media.state;
    const of = JSON.stringify([
      ...[pairing.pairs.map(({ machineSerial, driveId, machine }) => [machineSerial, driveId, machine])],
      ...[pairing.confirming, shown.status === 'proved' ? [shown.sha256, shown.media.imageIndex] : null],
      ...[orders.current?.orderId, batch.state, bootLoader, machineFiles, desk.requireDrivers],
      ...[atEnd, pairing.endChosen],
    ]);
    if (this.#made?.of !== of) this.#made = { of, plan: this.#plan() };
    return this.#made.plan;
  }

  #plan(): StartPlan {
    const { pairing, media, orders, settings } = this.#dependencies;
    const { pairs } = pairing;
    if (pairs.length === 0) return emptyStartPlan;
    const known = media.state.status === 'proved' ? media.state.media : null;
    const signed = known === null ? null : media.signed;
    const order = orders.current;
    const { desk, machineFiles } = settings.current;
    const refusals: ErrorData[] = [];
    /** What a rule says; null where it refuses, which is told. */
    const asked = <T>(ask: () => T): T | null => {
      try {
        return ask();
      } catch (error) {
        if (!(error instanceof PrestageError)) throw error;
        refusals.push(toErrorData(error));
        return null;
      }
    };
    const machines = pairs.map(({ machineSerial, machine }): AskedMachine => ({
      machineSerial,
      machine: asked(() => machineOf(order, machineSerial, machine)),
      replaces: replacedOf(order, machineSerial),
    }));
    const packs = known === null ? null : asked(() => packsOf(machines, known, signed, desk.requireDrivers));
    const chosen = asked(() => chooseMachineFiles(null, signed?.machineFiles, machineFiles));
    if (pairing.confirming && chosen !== null) {
      asked(() => {
        this.#fill(chosen, machines, order, packs?.packs);
      });
    }
    const loader = known === null ? null : asked(() => this.#loader(known, machines, order));
    const trusts = loader?.trusts ?? asked(() => this.#trusts(machines, order)) ?? [];
    return {
      drives: machines.map(({ machineSerial, machine, replaces }, index) => {
        const { computerName, model } = machine ?? {};
        const firmwareTrust = trusts[index];
        return {
          driveId: pairs[index]?.driveId ?? '',
          ...(computerName === undefined ? {} : { computerName }),
          ...(model === undefined ? {} : { model }),
          ...(packs?.packs.has(machineSerial) === true
            ? { driverPack: packs.packs.get(machineSerial) ?? null }
            : {}),
          ...(replaces === null ? {} : { replaces }),
          ...(firmwareTrust === undefined ? {} : { firmwareTrust }),
        };
      }),
      machineFiles:
        chosen === null || chosen.source === null
          ? null
          : { paths: chosen.files.map(({ path }) => path), source: chosen.source },
      loader: loader?.summary ?? null,
      atEnd: pairs.some(({ driveId }) => isInRack(driveId))
        ? {
            does: atEndOf(
              undefined,
              { order: order?.order ?? null, chosen: pairing.endChosen, recipe: signed?.rack ?? null },
              settings.current.atEnd,
            ),
            ordered: order?.order.atEnd !== undefined,
          }
        : null,
      warnings: [
        ...(loader?.doubts ?? []),
        // Of a machine without a pack its line says so.
        ...(packs?.warnings ?? []).filter((one) => one.startsWith('The media ')),
        // The first one says what the list says.
        ...(chosen === null ? [] : machineFileNotices(chosen).slice(1)),
      ],
      refusals,
    };
  }

  #fill(
    chosen: ChosenMachineFiles,
    machines: readonly AskedMachine[],
    order: OpenOrder | null,
    packs: ReadonlyMap<string, string | null> = new Map(),
  ): void {
    const { workOrder } = this.#dependencies.batch.state;
    const number = order?.order.number ?? (workOrder === '' ? undefined : workOrder);
    filesOf(chosen, machines, { number, machines: order?.order.machines ?? [] }, packs);
  }

  #trusts(machines: readonly AskedMachine[], order: OpenOrder | null): ReturnType<typeof trustsOf> {
    return trustsOf(
      machines.map(({ machineSerial }) => machineSerial),
      {
        order: order?.order ?? null,
        given: undefined,
        settings: this.#dependencies.settings.current.bootLoader,
      },
    );
  }

  #loader(
    { bootable }: Media,
    machines: readonly AskedMachine[],
    order: OpenOrder | null,
  ): {
    readonly summary: string | null;
    readonly doubts: string[];
    readonly trusts: ReturnType<typeof trustsOf>;
  } {
    const { choice, require } = this.#dependencies.settings.current.bootLoader;
    const loader = planLoader(bootable, this.#dependencies.batch.state.loader ?? choice);
    const trusts = this.#trusts(machines, order);
    const trusting = machines.map(({ machineSerial }, index) => ({
      ...{ machineSerial, firmwareTrust: trusts[index] },
    }));
    if (require) requireTrusted(loader, trusting);
    return { summary: loaderSummary(loader), doubts: machineDoubts(loader, trusting), trusts };
  }
}
