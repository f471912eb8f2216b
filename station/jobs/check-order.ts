import { PrestageError, type ErrorCode, type ErrorData } from '../../core/base/errors';
import { machineDoubts, planLoader, requireTrusted } from '../../core/boot/loader-choice';
import type { FirmwareTrust } from '../../core/boot/loader-choice';
import { planPacks } from '../../core/drivers/plan-packs';
import type { DriverTable, MediaDrivers } from '../../core/drivers/driver-table';
import { defaultLayoutName } from '../../core/drive/layout';
import { requireEfiRoom, requireLayout } from '../../core/job/batch-rules';
import { replacedBy } from '../../core/machine/replaced-computer';
import type { Media } from '../../core/media/media';
import { dateWarnings, requireInTime, type MediaDates } from '../../core/media/media-dates';
import type { OrderLine, WorkOrder } from '../../core/order/order';
import {
  machineFileNotices,
  tryMachineFiles,
  type ChosenMachineFiles,
} from '../machine-files/fill-machine-files';
import { orderMismatch } from '../orders/order-errors';
import type { Settings } from '../state/settings';
import { trustsOf, valuesOf, type AskedMachine } from './plan-machines';

/** What a batch would refuse of a work order, or warn of: by the rules of the batch, without a drive. */

export interface OrderFinding {
  readonly code: ErrorCode;
  /** Null: it is about the order as a whole. */
  readonly machineSerial: string | null;
  /** A sentence or clause that names the machine. Safe to show. */
  readonly message: string;
  /** A batch refuses it; otherwise it only warns. */
  readonly refused: boolean;
}

/** What is known of what its machines will get. */
export interface OrderChecked {
  readonly order: WorkOrder;
  /** The media, inspected; null: not at hand. */
  readonly media: Media | null;
  /** SHA-256 of the media, where it is known. */
  readonly mediaSha256: string | null;
  /** The table of driver packs that counts before the media's own; null: there is none. */
  readonly driverPacks: DriverTable | null;
  readonly machineFiles: ChosenMachineFiles;
  readonly dates: MediaDates | null;
  /** Said on the command line. */
  readonly given: FirmwareTrust | undefined;
  readonly settings: Pick<Settings, 'bootLoader'>;
  readonly requireDrivers: boolean;
  /** Machines of which names and files are looked at; the others are counted. */
  readonly most?: number;
}

/** All that a batch would say against an order; empty when it would say nothing. */
export function checkOrder(checked: OrderChecked): OrderFinding[] {
  const { order, most = order.machines.length } = checked;
  const lines = order.machines.slice(0, most);
  const left = order.machines.length - lines.length;
  return [
    ...checkMedia(checked),
    ...checkDates(checked),
    ...checkLoader(checked),
    ...checkPacksAndFiles(checked, lines),
    ...(left > 0
      ? [
          warning(
            'machine-file-unfilled',
            `names, files and drivers of ${left} more machines were not looked at`,
          ),
        ]
      : []),
  ];
}

function warning(code: ErrorCode, message: string, machineSerial: string | null = null): OrderFinding {
  return { code, machineSerial, message, refused: false };
}

/** What a rule refuses: each line of its cause, where it lists several. */
export function refusalFindings(error: ErrorData, machineSerial: string | null = null): OrderFinding[] {
  const { code, message, cause } = error;
  const told = cause === null ? [message] : [message, ...cause.split('\n')];
  return told.map((one) => ({ code, machineSerial, message: one, refused: true }));
}

/** What comes of asking a rule. */
function asked(ask: () => OrderFinding[], machineSerial: string | null = null): OrderFinding[] {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof PrestageError)) throw error;
    return refusalFindings(error.data, machineSerial);
  }
}

function checkMedia({ order, media, mediaSha256 }: OrderChecked): OrderFinding[] {
  const { mediaSha256: wanted, layout = defaultLayoutName } = order;
  return [
    ...asked(() => {
      const known = requireLayout(layout);
      if (media !== null) requireEfiRoom(known, media);
      return [];
    }),
    ...asked(() => {
      if (wanted === undefined || mediaSha256 === null || wanted === mediaSha256) return [];
      throw orderMismatch(
        'The media is not the one that the work order requires: its SHA-256 differs.',
        'Check the work order with the media that it requires.',
      );
    }),
  ];
}

function checkDates({ dates, order }: OrderChecked): OrderFinding[] {
  if (dates === null) return [];
  const shipping = { now: new Date(), shipBy: order.shipBy ?? null };
  return asked(() => {
    requireInTime(dates, shipping);
    return dateWarnings(dates, shipping).map((one) => warning('media-too-late', one));
  });
}

function checkLoader({ order, media, given, settings }: OrderChecked): OrderFinding[] {
  const { choice, require } = settings.bootLoader;
  return asked(() => {
    const serials = order.machines.map(({ serial }) => serial);
    const trusts = trustsOf(serials, { order, given, settings: settings.bootLoader });
    const trusting = serials.map((machineSerial, index) => ({
      ...{ machineSerial, firmwareTrust: trusts[index] },
    }));
    // Without a media file it is still to be said what the machines trust.
    const none = { choice, programs: [], replaced: [] };
    const loader = media === null ? none : planLoader(media.bootable, choice);
    if (require) requireTrusted(loader, trusting);
    return machineDoubts(loader, trusting).map((doubt) => warning('loader-not-trusted', doubt));
  });
}

function checkPacksAndFiles(checked: OrderChecked, lines: readonly OrderLine[]): OrderFinding[] {
  const { order, machineFiles } = checked;
  const machines = lines.map((line): AskedMachine => {
    const { serial, replaces: _name, replacesSerial: _serial, firmwareTrust: _trust, ...machine } = line;
    return { machineSerial: serial, machine, replaces: replacedBy(line) };
  });
  const packs = new Map<string, string | null>();
  const unknown = checked.media === null && checked.driverPacks === null;
  const findings = machines.flatMap((machine) =>
    asked(() => {
      if (unknown) return [];
      const plan = planPacks({
        machines: [machine],
        drivers: driversOf(checked),
        signed: checked.driverPacks,
        required: checked.requireDrivers,
      });
      for (const [serial, pack] of plan.packs) packs.set(serial, pack);
      return plan.warnings.map((one) => warning('driver-pack-missing', one, machine.machineSerial));
    }, machine.machineSerial),
  );
  // Which pack it is, is known with the media.
  if (unknown) for (const { serial } of lines) packs.set(serial, 'unknown');
  const { problems } = tryMachineFiles(machineFiles, valuesOf(machines, order.number, packs), order.machines);
  return [
    ...oncePerOrder(findings),
    ...problems.map(({ what, ...problem }) => ({ ...problem, message: what, refused: true })),
    // The first says what the list is.
    ...machineFileNotices(machineFiles)
      .slice(1)
      .map((one) => warning('machine-files-invalid', one)),
  ];
}

/** Where the media is not at hand, the packs of the table are taken for being in it. */
function driversOf({ media, driverPacks }: OrderChecked): MediaDrivers | null {
  if (media !== null) return media.drivers ?? null;
  if (driverPacks === null) return null;
  return { folders: driverPacks.map(({ pack }) => pack), table: null, problem: null };
}

/** What is said of the media would be said of each machine. */
function oncePerOrder(findings: readonly OrderFinding[]): OrderFinding[] {
  const seen = new Set<string>();
  return findings.flatMap((one) => {
    if (!one.message.startsWith('The media ')) return [one];
    if (seen.has(one.message)) return [];
    seen.add(one.message);
    return [{ ...one, machineSerial: null }];
  });
}
