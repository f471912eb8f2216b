import {
  firmwareTrusts,
  firmwareTrustShort,
  type BootLoaderSettings,
  type FirmwareTrust,
} from '../../core/boot/loader-choice';
import { sanitizeForDisplay } from '../../core/base/display';
import { planPacks, type PackPlan } from '../../core/drivers/plan-packs';
import { machineValues, type MachineValues } from '../../core/machine-files/fill-template';
import type { MachineDetails } from '../../core/machine/machine';
import type { ReplacedComputer } from '../../core/machine/replaced-computer';
import type { Media } from '../../core/media/media';
import type { WorkOrder } from '../../core/order/order';
import {
  fillMachineFiles,
  type ChosenMachineFiles,
  type FilledFile,
} from '../machine-files/fill-machine-files';
import type { SignedMedia } from '../media/media-expectation';
import { orderMismatch } from '../orders/order-errors';

/** What each machine gets of its own: for a batch, for the list of what will be erased, and for an order before either. */

/** A machine that is to get a drive. */
export interface AskedMachine {
  readonly machineSerial: string;
  /** What is known of it beside its serial; null when nothing is. */
  readonly machine: MachineDetails | null;
  readonly replaces: ReplacedComputer | null;
}

/** Which driver pack each machine gets. @throws PrestageError driver-pack-conflict, driver-pack-missing */
export function packsOf(
  machines: readonly AskedMachine[],
  media: Pick<Media, 'drivers'>,
  signed: SignedMedia | null,
  required: boolean,
): PackPlan {
  return planPacks({
    machines,
    drivers: media.drivers ?? null,
    signed: signed?.driverPacks ?? null,
    required,
  });
}

/**
 * The files of each machine, by serial.
 * @param order as its number goes into the files, and the machines that are written at another time
 * @param packs by serial
 * @throws PrestageError computer-name-invalid, machine-file-unfilled
 */
export function filesOf(
  chosen: ChosenMachineFiles,
  machines: readonly AskedMachine[],
  order: { readonly number: string | undefined; readonly machines: WorkOrder['machines'] },
  packs: ReadonlyMap<string, string | null>,
): Map<string, FilledFile[]> {
  return fillMachineFiles(chosen, valuesOf(machines, order.number, packs), order.machines);
}

/** What a template can ask for. @param packs by serial */
export function valuesOf(
  machines: readonly AskedMachine[],
  order: string | undefined,
  packs: ReadonlyMap<string, string | null>,
): MachineValues[] {
  return machines.map(({ machineSerial, machine, replaces }) =>
    machineValues(machineSerial, machine, {
      order,
      driverPack: packs.get(machineSerial) ?? undefined,
      replaces: replaces?.computerName ?? replaces?.serial,
    }),
  );
}

/** Who says what a machine's firmware trusts. */
export interface TrustSources {
  readonly order: Pick<WorkOrder, 'number' | 'firmwareTrust' | 'machines'> | null;
  /** Given for this batch. */
  readonly given: FirmwareTrust | undefined;
  readonly settings: Pick<BootLoaderSettings, 'firmwareTrust'> | undefined;
}

/**
 * What the firmware of machines trusts, in their order: what the work order says of the machine, else of all, else what was
 * given for the batch, else the settings. Undefined: nobody said it.
 * @throws PrestageError order-mismatch where the order says something else than what was given for the batch
 */
export function trustsOf(
  serials: readonly string[],
  { order, given, settings }: TrustSources,
): (FirmwareTrust | undefined)[] {
  const lines = new Map(order?.machines.map((line) => [line.serial, line]));
  return serials.map((serial) => {
    const ordered = lines.get(serial)?.firmwareTrust ?? order?.firmwareTrust;
    if (ordered !== undefined && given !== undefined && ordered !== given) {
      throw orderMismatch(
        `Work order ${sanitizeForDisplay(order?.number ?? '', 60)} says that the firmware of machine ${sanitizeForDisplay(serial, 64)} trusts ${firmwareTrustShort[ordered]}, but the batch was given: ${firmwareTrustShort[given]}.`,
        'Leave it to the work order, or ask the enterprise.',
      );
    }
    return ordered ?? given ?? settings?.firmwareTrust;
  });
}

/** What an order says of all its machines alike; undefined: nothing, or not the same of all. */
export function trustOfOrder({
  firmwareTrust: ofAll,
  machines,
}: Pick<WorkOrder, 'firmwareTrust' | 'machines'>): FirmwareTrust | undefined {
  return firmwareTrusts.find((one) => machines.every(({ firmwareTrust = ofAll }) => firmwareTrust === one));
}

/** What an order says of the batch; null: nothing. */
export function termsOf(order: WorkOrder): {
  readonly [Name in 'mediaSha256' | 'imageIndex' | 'layout' | 'shipBy' | 'atEnd' | 'disk']: NonNullable<
    WorkOrder[Name]
  > | null;
} & { readonly number: string; readonly firmwareTrust: FirmwareTrust | null } {
  const { number, mediaSha256 = null, imageIndex = null, layout = null, shipBy = null } = order;
  const { atEnd = null, disk = null } = order;
  const firmwareTrust = trustOfOrder(order) ?? null;
  return { number, mediaSha256, imageIndex, layout, shipBy, firmwareTrust, atEnd, disk };
}
