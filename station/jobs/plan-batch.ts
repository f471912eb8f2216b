import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  firmwareDoubts,
  planLoader,
  requireTrusted,
  type BootLoaderSettings,
  type LoaderPlan,
} from '../../core/boot/loader-choice';
import { arrangeBays, withBayLabels, type Bay } from '../../core/drive/bays';
import {
  requireEfiRoom,
  requireEligibleDrives,
  requireLayout,
  requireNoDriveAsMachine,
  requireRecoveryRoom,
  requireRoom,
  requireVolumeSize,
  requireSoundAssignments,
  type Assignment,
} from '../../core/job/batch-rules';
import { sanitizeForDisplay } from '../../core/base/display';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { isStillAttached } from '../../core/drive/drive-identity';
import type { DriveHealth } from '../../core/health/health';
import type { HealthRule } from '../../core/health/health-rules';
import { withHealth } from '../../core/health/health-words';
import { chooseMethod } from '../../core/sanitise/choose';
import type { HiddenArea, SanitiseMethod } from '../../core/sanitise/methods';
import { PrestageError } from '../../core/base/errors';
import type { Layout } from '../../core/drive/layout';
import { planPacks } from '../../core/drivers/plan-packs';
import { dayOf, needsReason, type DriveBefore } from '../../core/job/drive-again';
import { driveBefore } from '../../core/ledger/drive-before';
import type { DrivePast } from '../../core/ledger/drive-past';
import { machineValues } from '../../core/machine-files/fill-template';
import type { MachineDetails } from '../../core/machine/machine';
import type { ReplacedComputer } from '../../core/machine/replaced-computer';
import type { Media, MediaHash, MediaImage } from '../../core/media/media';
import { dateWarnings, mergeMediaDates, requireInTime, type MediaDates } from '../../core/media/media-dates';
import { requireTrainingDrive } from '../../core/media/training-media';
import { required } from '../../core/base/required';
import { attachedPast, machineHeld } from '../drives/finished-drive';
import { readAbilitiesOf } from '../drives/read-abilities';
import { readHealthOf } from '../drives/read-health';
import type { Helpers } from '../helper-client/helpers';
import { requireCacheFile } from '../image-cache/file-size';
import type { LedgerReader } from '../ledger/ledger-reader';
import type { ExpectedHash } from '../media/media-expectation';
import { signedMediaAt } from '../library/signed-media';
import { checkAgainstOrder, machineOf, replacedOf } from '../orders/batch-order';
import { OrderReader, type OpenOrder } from '../orders/order-reader';
import {
  chooseMachineFiles,
  fillMachineFiles,
  machineFileNotices,
  type ChosenMachineFiles,
  type FilledFile,
} from '../machine-files/fill-machine-files';
import { loadSettings } from '../state/settings';
import type { StatePaths } from '../state/state-paths';

/** What the operator asked for. */
export interface BatchRequest {
  readonly mediaPath: string;
  readonly imageIndex: number;
  readonly layoutName: string;
  /** Boot loader that goes on, and what the machines trust; missing: the media's own, and nothing is known of the machines. */
  readonly bootLoader?: BootLoaderSettings;
  /** File that lists what each machine gets of its own; missing: the media's, or the station's. */
  readonly machineFiles?: string | undefined;
  readonly expectSha256: string | null;
  readonly assignments: readonly Assignment[];
  readonly benchDirectory: string | null;
  readonly operator: string;
  /** Why machines that were already shipped are done again; null refuses those that have no reason of their own. */
  readonly againReason: string | null;
  /** Reasons of their own, by serial. */
  readonly againReasons?: ReadonlyMap<string, string>;
  /** Why drives are written that hold a finished image or whose last job failed, by drive id. */
  readonly driveReasons?: ReadonlyMap<string, string>;
  /** What asks for a reason and has none yet is not refused by the plan: whoever asked for it will be asked. */
  readonly asksLater?: boolean;
  /** The enterprise's number for the batch. */
  readonly workOrder: string | null;
  /** What is known of machines beside their serials, by serial. */
  readonly machines?: ReadonlyMap<string, MachineDetails>;
  /** By what the computer knew each drive when it was shown, by id; a drive that is not in it was not looked at before. */
  readonly seen?: ReadonlyMap<string, string | null>;
  /**
   * Machines whose finished images the operator was shown before this was asked for, by drive id: a drive that is not in it
   * was shown without one. Missing: what the plan names is what will be shown.
   */
  readonly shown?: ReadonlyMap<string, string>;
  /** The bays that were set up; their labels go into messages and the record. */
  readonly bays: readonly Bay[];
  /** Machines that would get no driver pack of the media are refused. */
  readonly requireDrivers?: boolean;
  /** What is known of how long the media is of use, beside its signed manifest; null or missing: nothing. */
  readonly dates?: MediaDates | null;
  /** What a drive's health may say. */
  readonly healthRules: readonly HealthRule[];
  /** Each drive is erased securely, and looked at, before its image goes on. Missing: false. */
  readonly sanitise?: boolean;
  /** The whole drive is written and read back before the image goes on. */
  readonly checkSize: boolean;
  /** What the media's hash was found to be before; null: it is hashed while the batch is prepared. */
  readonly proof: MediaProof | null;
}

/** Why a machine that was already shipped is done again; null: nobody said so, and it is refused. */
export function againReasonOf(
  { againReason, againReasons }: Pick<BatchRequest, 'againReason' | 'againReasons'>,
  machineSerial: string,
): string | null {
  return againReasons?.get(machineSerial) ?? againReason;
}

/** Why a drive with a past is written; null: nobody said so, and it is refused. */
export function driveReasonOf(
  request: Pick<BatchRequest, 'againReason' | 'againReasons' | 'driveReasons'>,
  driveId: string,
  machineSerial: string,
  { held }: DriveBefore,
): string | null {
  // Whoever said why a machine gets another drive said enough for the drive that holds this machine's own image.
  const own = held?.machineSerial === machineSerial ? request.againReasons?.get(machineSerial) : undefined;
  return request.driveReasons?.get(driveId) ?? own ?? request.againReason;
}

/** A media's hash, with what tells whether its files are still the ones that were hashed. */
export interface MediaProof {
  readonly hash: MediaHash;
  /** As {@link mediaMark} gave it, before and after the hashing. */
  readonly mark: string;
}

/** One drive that will be erased, and for which machine. */
export interface PlannedJob {
  readonly drive: Drive;
  readonly machineSerial: string;
  /** The machine was shipped before, and the operator said why it is done again. */
  readonly again: boolean;
  /** Machine whose finished image the drive is, or was, shown to hold; null when none. */
  readonly holdsMachine: string | null;
  /** What is known of the drive that it is only written for a reason for. */
  readonly before: DriveBefore;
  /** What the ledger tells of the drive, as the listing shows it. */
  readonly past: DrivePast;
  /** What the drive says of its health. */
  readonly health: DriveHealth;
  /** What is known of the machine beside its serial; null when nothing is. */
  readonly machine: MachineDetails | null;
  /** Files that only this machine's drive gets. */
  readonly files: readonly FilledFile[];
  /** The computer whose place the machine takes; null: none that is known. */
  readonly replaces: ReplacedComputer | null;
  /** How the drive will be erased securely; missing where that was not asked for. */
  readonly erase?: PlannedErase;
  /** Its driver pack on the media; null: none of them. Missing: the media has none. */
  readonly driverPack?: string | null;
}

/** The way that was chosen, and what may be claimed of it. */
export interface PlannedErase {
  readonly method: SanitiseMethod;
  readonly hidden: readonly HiddenArea[];
  /** What the drive does not tell. Sentences. */
  readonly notKnown: readonly string[];
}

/** Everything that was looked at and found right. Nothing has been touched. */
export interface BatchPlan {
  readonly media: Media;
  readonly image: MediaImage;
  readonly expected: ExpectedHash;
  /** Changes when a file of the media changes. */
  readonly mediaMark: string;
  readonly layout: Layout;
  /** The boot loaders that will lie on the drives. */
  readonly loader: LoaderPlan;
  /** Why machines that trust certain certificates may not start the drives. */
  readonly loaderWarnings: readonly string[];
  readonly jobs: readonly PlannedJob[];
  /** Files that each machine gets of its own. */
  readonly machineFiles: ChosenMachineFiles;
  /** What to know of them. */
  readonly machineFileNotices: readonly string[];
  /** The order that is open on the station; null when none is. */
  readonly order: OpenOrder | null;
  /** Machines that get no driver pack, in sentences. */
  readonly driverWarnings: readonly string[];
  /** What to know of the media's dates, though they hold. */
  readonly dateWarnings: readonly string[];
  /** Media and state: must not be on a drive that is written. */
  readonly protectedPaths: readonly string[];
}

/**
 * Looks at serials, drives, media and room. Refuses by throwing; the caller has nothing to undo.
 * @throws PrestageError with the code of what is wrong
 */
export async function planBatch(
  request: BatchRequest,
  helpers: Helpers,
  ledger: LedgerReader,
  paths: StatePaths,
  signal: AbortSignal,
): Promise<BatchPlan> {
  const layout = requireLayout(request.layoutName);
  const assignments = requireSoundAssignments(request.assignments);
  const order = new OrderReader(ledger, paths).current();
  const path = resolve(request.mediaPath);
  const hash = request.proof?.hash ?? null;
  const signed = signedMediaAt(path, paths);
  const expected = checkAgainstOrder(order, {
    ...request,
    ...{ assignments, mediaPath: path, hash, signed },
  });
  const dates = mergeMediaDates([request.dates ?? null, signed?.dates ?? null]);
  requireInTime(dates, { now: new Date(), shipBy: order?.order.shipBy ?? null });
  const setting = loadSettings(paths).machineFiles;
  const machineFiles = chooseMachineFiles(request.machineFiles ?? null, signed?.machineFiles, setting);
  const shipped = assignments.map(({ machineSerial }) => {
    const entry = ledger.findShipped(machineSerial);
    if (entry !== null && againReasonOf(request, machineSerial) === null && request.asksLater !== true) {
      throw alreadyShipped(machineSerial, entry.entry.time);
    }
    return entry !== null;
  });

  const protectedPaths = [path, dirname(paths.ledgerFile), paths.imageCache];
  const client = await helpers.plain();
  const { drives } = await client.call(
    'listDrives',
    { benchDirectory: request.benchDirectory, protectedPaths },
    { signal },
  );
  const labelled =
    request.bays.length === 0 ? drives : withBayLabels(drives, arrangeBays(request.bays, drives));
  requireNoDriveAsMachine(assignments, labelled);
  const chosen = requireEligibleDrives(assignments, labelled);
  for (const drive of chosen) requireSeen(drive, request.seen);
  const pasts = chosen.map((drive) => attachedPast(drive, ledger));
  for (const [index, drive] of chosen.entries()) {
    const { machineSerial } = required(assignments[index], `the machine of drive ${drive.id}`);
    const before = driveBefore(required(pasts[index], `the past of drive ${drive.id}`));
    requireReason(drive, machineSerial, before, request);
  }

  const media = await client.call('inspectMedia', { path, imageIndex: request.imageIndex }, { signal });
  const image = media.images.find(({ index }) => index === media.imageIndex);
  if (image === undefined) throw new Error('the helper answered with an image that is not in its list');
  requireEfiRoom(layout, media);
  const { choice = 'as-is', firmwareTrust, require = false } = request.bootLoader ?? {};
  const loader = planLoader(media.bootable, choice);
  if (require) requireTrusted(loader, firmwareTrust);
  for (const drive of chosen) {
    requireTrainingDrive(drive, image);
    requireRoom(drive, layout, image);
    requireVolumeSize(drive, layout);
    requireRecoveryRoom(drive.size, layout, media, `the ${driveLabel(drive)}`);
    await requireCacheFile(drive, layout, paths.imageCache);
  }

  const machines = assignments.map(({ machineSerial }) => ({
    machineSerial,
    machine: machineOf(order, machineSerial, request.machines?.get(machineSerial)),
  }));
  const drivers = planPacks({
    machines,
    drivers: media.drivers ?? null,
    signed: signed?.driverPacks ?? null,
    required: request.requireDrivers === true,
  });
  const files = fillMachineFiles(
    machineFiles,
    machines.map(({ machineSerial, machine }) =>
      machineValues(machineSerial, machine, {
        order: order?.order.number ?? request.workOrder ?? undefined,
        driverPack: drivers.packs.get(machineSerial) ?? undefined,
        replaces: oldNameOf(replacedOf(order, machineSerial)),
      }),
    ),
    [...(order?.lines.values() ?? [])],
  );

  // Last, because it may ask for a password.
  const healths = await readHealthOf(chosen, helpers, request.benchDirectory, signal);
  const judged = chosen.map((drive, index) =>
    withHealth(drive, required(healths[index], `the health of drive ${drive.id}`), request.healthRules),
  );
  requireEligibleDrives(assignments, judged);
  const erases = request.sanitise === true ? await planErase(judged, helpers, request, signal) : [];

  return {
    media,
    image,
    expected,
    mediaMark: await mediaMark(media.files),
    layout,
    loader,
    loaderWarnings: firmwareDoubts(loader, firmwareTrust),
    machineFiles,
    machineFileNotices: machineFileNotices(machineFiles),
    order,
    driverWarnings: drivers.warnings,
    dateWarnings: warningsOf(dates, order),
    protectedPaths: [...new Set([...protectedPaths, ...media.files])],
    jobs: judged.map((drive, index) => {
      const erase = erases[index];
      const machineSerial = required(assignments[index], `the machine of drive ${drive.id}`).machineSerial;
      return {
        drive,
        machineSerial,
        health: required(healths[index], `the health of drive ${drive.id}`),
        ...(erase === undefined ? {} : { erase }),
        machine: required(machines[index], `machine ${machineSerial}`).machine,
        files: files.get(machineSerial) ?? [],
        ...(drivers.packs.has(machineSerial) ? { driverPack: drivers.packs.get(machineSerial) ?? null } : {}),
        replaces: replacedOf(order, machineSerial),
        again: required(shipped[index], `whether machine ${machineSerial} was shipped`),
        holdsMachine: machineShownOn(drive, request, ledger),
        past: required(pasts[index], `the past of drive ${drive.id}`),
        before: driveBefore(required(pasts[index], `the past of drive ${drive.id}`)),
      };
    }),
  };
}

/** How each drive will be erased. @throws PrestageError drive-locked, drive-frozen, tool-missing, privilege-… */
async function planErase(
  drives: readonly Drive[],
  helpers: Helpers,
  { benchDirectory }: Pick<BatchRequest, 'benchDirectory'>,
  signal: AbortSignal,
): Promise<PlannedErase[]> {
  const abilities = await readAbilitiesOf(drives, helpers, benchDirectory, signal);
  return drives.map((drive, index) => {
    const told = required(abilities[index], `what drive ${drive.id} can do`);
    return { method: chooseMethod(drive, told, null), hidden: told.hidden, notKnown: told.notKnown };
  });
}

/** What a replaced computer is called; its serial where its name is not known. */
function oldNameOf(replaced: ReplacedComputer | null): string | undefined {
  return replaced?.computerName ?? replaced?.serial;
}

function warningsOf(dates: MediaDates | null, order: OpenOrder | null): string[] {
  return dates === null ? [] : dateWarnings(dates, { now: new Date(), shipBy: order?.order.shipBy ?? null });
}

/** The machine whose finished image a drive was shown to hold, or will be when nobody was shown anything yet; null: none. */
export function machineShownOn(
  drive: Drive,
  { shown }: Pick<BatchRequest, 'shown'>,
  ledger: Pick<LedgerReader, 'pastOf'>,
): string | null {
  return shown === undefined ? machineHeld(drive, ledger) : (shown.get(drive.id) ?? null);
}

/**
 * The drive is the one that was shown. Drives in one USB dock have the same id, whichever of them is in it.
 * @throws PrestageError drive-changed
 */
function requireSeen(drive: Drive, seen: BatchRequest['seen']): void {
  const attachment = seen?.get(drive.id);
  if (attachment === undefined || isStillAttached(drive, attachment)) return;
  throw new PrestageError({
    code: 'drive-changed',
    message: `The ${driveLabel(drive)} was removed or replaced since it was shown.`,
    remedy: 'Nothing was written to it. Clear its card, look at the drive, and pair it again.',
  });
}

/** @throws PrestageError drive-holds-finished, drive-failed-before */
function requireReason(
  drive: Drive,
  machineSerial: string,
  before: DriveBefore,
  request: BatchRequest,
): void {
  if (!needsReason(before) || request.asksLater === true) return;
  if (driveReasonOf(request, drive.id, machineSerial, before) !== null) return;
  const { held, failed } = before;
  const message = `The ${driveLabel(drive)} ${driveBeforeText({ held, failed })}.`;
  if (failed === null) throw new PrestageError({ code: 'drive-holds-finished', message });
  throw new PrestageError({ code: 'drive-failed-before', message });
}

/** What is known of a drive, as the predicate of a sentence. */
export function driveBeforeText({ held, failed }: DriveBefore): string {
  const shipment = held?.shipped?.number;
  const shipped = shipment === undefined ? '' : `, in shipment ${sanitizeForDisplay(shipment)}`;
  return [
    ...(held === null
      ? []
      : [
          `holds the finished image for machine ${sanitizeForDisplay(held.machineSerial)}${held.time === null ? '' : `, recorded on ${dayOf(held.time)}`}${shipped}`,
        ]),
    ...(failed === null
      ? []
      : [`failed in its last job, on ${dayOf(failed.time)}: ${sanitizeForDisplay(failed.reason)}`]),
  ].join(' and ');
}

/** Size, time and identity of the media's files. The hash and the disk image must have seen the same file. */
export async function mediaMark(files: readonly string[]): Promise<string> {
  const marks = await Promise.all(
    files.map(async (file) => {
      const details = await stat(file, { bigint: true }).catch(() => null);
      // A file that cannot be looked at any more has changed; whoever reads it next says why.
      if (details === null) return 'gone';
      return `${details.dev}:${details.ino}:${details.size}:${details.mtimeNs}:${details.ctimeNs}`;
    }),
  );
  return marks.join(' ');
}

/** The refusal of a machine that was finished before. */
export function alreadyShipped(serial: string, time: string): PrestageError {
  return new PrestageError({
    code: 'serial-already-shipped',
    message: `Machine ${sanitizeForDisplay(serial)} already has a finished drive, recorded on ${time.slice(0, 10)} in the ledger of this station.`,
  });
}
