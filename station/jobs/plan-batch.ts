import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { machineDoubts, planLoader, recordedLoader, requireTrusted } from '../../core/boot/loader-choice';
import { arrangeBays, withBayLabels } from '../../core/drive/bays';
import {
  requireEfiRoom,
  requireEligibleDrives,
  requireLayout,
  requireNoDriveAsMachine,
  requireRecoveryRoom,
  requireRoom,
  requireVolumeSize,
  requireSoundAssignments,
} from '../../core/job/batch-rules';
import { sanitizeForDisplay } from '../../core/base/display';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { isStillAttached } from '../../core/drive/drive-identity';
import { withFalseSize, withHealth } from '../../core/health/health-words';
import { chooseAsShown, planErase, planGoingOn, type PlannedErase } from '../../core/sanitise/choose';
import { PrestageError } from '../../core/base/errors';
import { dayOf, needsReason, type DriveBefore } from '../../core/job/drive-again';
import { driveBefore } from '../../core/ledger/drive-before';
import { dateWarnings, mergeMediaDates, requireInTime, type MediaDates } from '../../core/media/media-dates';
import { requireTrainingDrive } from '../../core/media/training-media';
import { required } from '../../core/base/required';
import { attachedPast, machineHeld } from '../drives/finished-drive';
import { readAbilitiesOf } from '../drives/read-abilities';
import { readHealthOf } from '../drives/read-health';
import type { Helpers } from '../helper-client/helpers';
import { requireCacheFile } from '../image-cache/file-size';
import type { LedgerReader } from '../ledger/ledger-reader';
import { protectedPlaces } from '../library/protected-places';
import { signedMediaAt } from '../library/signed-media';
import { requireLiveReady } from '../live/require-ready';
import { checkAgainstOrder, machineOf, replacedOf } from '../orders/batch-order';
import { OrderReader, type OpenOrder } from '../orders/order-reader';
import { chooseMachineFiles, machineFileNotices } from '../machine-files/fill-machine-files';
import { loadSettings } from '../state/settings';
import { type StatePaths } from '../state/state-paths';
import { type BatchRequest, againReasonOf, driveReasonOf, type BatchPlan } from './batch-plan';
import { filesOf, packsOf, trustsOf } from './plan-machines';
import { eraseGoingOn } from './sanitise-drive';

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
  if (request.benchDirectory === null) await requireLiveReady(helpers, ledger, paths);
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
  const settings = loadSettings(paths);
  const machineFiles = chooseMachineFiles(
    request.machineFiles ?? null,
    signed?.machineFiles,
    settings.machineFiles,
  );
  const shipped = assignments.map(({ machineSerial }) => {
    const entry = ledger.findShipped(machineSerial);
    if (entry !== null && againReasonOf(request, machineSerial) === null && request.asksLater !== true) {
      throw alreadyShipped(machineSerial, entry.entry.time);
    }
    return entry !== null;
  });

  const protectedPaths = protectedPlaces(paths, settings, path);
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
  const { choice = 'as-is', require = false } = request.bootLoader ?? {};
  const loader = planLoader(media.bootable, choice);
  const sources = {
    order: order?.order ?? null,
    ...{ given: request.firmwareTrust, settings: request.bootLoader },
  };
  const trusts = trustsOf(
    assignments.map(({ machineSerial }) => machineSerial),
    sources,
  );
  const trusting = assignments.map(({ machineSerial }, index) => ({
    ...{ machineSerial, firmwareTrust: trusts[index] },
  }));
  if (require) requireTrusted(loader, trusting);
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
    replaces: replacedOf(order, machineSerial),
  }));
  const drivers = packsOf(machines, media, signed, request.requireDrivers === true);
  const files = filesOf(
    machineFiles,
    machines,
    {
      number: order?.order.number ?? request.workOrder ?? undefined,
      machines: order?.order.machines ?? [],
    },
    drivers.packs,
  );

  // Last, because it may ask for a password.
  const healths = await readHealthOf(chosen, helpers, request.benchDirectory, signal);
  const judged = chosen.map((drive, index) =>
    withHealth(
      withFalseSize(drive, pasts[index]?.falseSize, request.healthRules),
      required(healths[index], `the health of drive ${drive.id}`),
      request.healthRules,
    ),
  );
  requireEligibleDrives(assignments, judged);
  const erases = request.sanitise === true ? await planErases(judged, helpers, request, paths, signal) : [];

  return {
    media,
    image,
    expected,
    mediaMark: await mediaMark(media.files),
    layout,
    loader,
    loaderWarnings: machineDoubts(loader, trusting),
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
        loader: recordedLoader(loader, trusts[index]),
        again: required(shipped[index], `whether machine ${machineSerial} was shipped`),
        holdsMachine: machineShownOn(drive, request, ledger),
        past: required(pasts[index], `the past of drive ${drive.id}`),
        before: driveBefore(required(pasts[index], `the past of drive ${drive.id}`)),
      };
    }),
  };
}

/**
 * How each drive will be erased: as it was shown, where it was.
 * @throws PrestageError drive-locked, drive-frozen, sanitise-too-weak, sanitise-changed, tool-missing, privilege-…
 */
async function planErases(
  drives: readonly Drive[],
  helpers: Helpers,
  { benchDirectory, sanitiseLevel = 'clear', eraseShown }: BatchRequest,
  paths: StatePaths,
  signal: AbortSignal,
): Promise<PlannedErase[]> {
  const abilities = await readAbilitiesOf(drives, helpers, benchDirectory, signal);
  const left = await Promise.all(
    drives.map(async (drive, index) => {
      const told = abilities[index];
      return told === undefined ? null : await eraseGoingOn(paths, drive, told);
    }),
  );
  return drives.map((drive, index) => {
    const told = required(abilities[index], `what drive ${drive.id} can do`);
    const goesOn = left[index] ?? null;
    if (goesOn !== null) return planGoingOn(drive, goesOn.method, told, sanitiseLevel);
    const shown = eraseShown?.get(drive.id);
    if (shown !== undefined) chooseAsShown(drive, told, shown);
    const plan = planErase(drive, told, sanitiseLevel);
    return shown === undefined ? plan : { ...plan, ...shown, seconds: told.seconds?.[shown.method] ?? null };
  });
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
