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
  type Assignment,
} from '../../core/job/batch-rules';
import { sanitizeForDisplay } from '../../core/base/display';
import { driveLabel, machineOfId, type Drive } from '../../core/drive/drive';
import { isStillAttached } from '../../core/drive/drive-identity';
import { withFalseSize, withHealth } from '../../core/health/health-words';
import { chooseAsShown, planErase, planGoingOn, type PlannedErase } from '../../core/sanitise/choose';
import { PrestageError } from '../../core/base/errors';
import { needsReason, type DriveBefore } from '../../core/job/drive-again';
import { driveBefore } from '../../core/ledger/drive-before';
import { atEndOf } from '../../core/rack/rack-choices';
import { dateWarnings, mergeMediaDates, requireInTime, type MediaDates } from '../../core/media/media-dates';
import { requireTrainingDrive } from '../../core/media/training-media';
import { required } from '../../core/base/required';
import { dayOf } from '../../core/base/day';
import { withoutReason } from '../drives/drive-before';
import { attachedPast, machineHeld } from '../drives/finished-drive';
import { readAbilitiesOf } from '../drives/read-abilities';
import { readHealthOf } from '../drives/read-health';
import { notListed, type Helpers } from '../helper-client/helpers';
import { requireCacheFile } from '../image-cache/file-size';
import type { LedgerReader } from '../ledger/ledger-reader';
import { protectedPlaces } from '../library/protected-places';
import { signedMediaAt } from '../library/signed-media';
import { keptLook, lookVersions } from './kept-looks';
import { requireLiveReady } from '../live/require-ready';
import { checkAgainstOrder, machineOf, replacedOf } from '../orders/batch-order';
import { OrderReader, type OpenOrder } from '../orders/order-reader';
import { chooseMachineFiles, machineFileNotices } from '../machine-files/fill-machine-files';
import { loadSettings } from '../state/settings';
import { type StatePaths } from '../state/state-paths';
import { type BatchRequest, againReasonOf, driveReasonOf, type BatchPlan, type LeftOut } from './batch-plan';
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
  const asked = requireSoundAssignments(request.assignments);
  const order = new OrderReader(ledger, paths).current();
  const path = resolve(request.mediaPath);
  const hash = request.proof?.hash ?? null;
  const signed = signedMediaAt(path, paths);
  const expected = checkAgainstOrder(order, {
    ...request,
    ...{ assignments: asked, mediaPath: path, hash, signed },
  });
  const dates = mergeMediaDates([request.dates ?? null, signed?.dates ?? null]);
  requireInTime(dates, { now: new Date(), shipBy: order?.order.shipBy ?? null });
  const settings = loadSettings(paths);
  const machineFiles = chooseMachineFiles(
    request.machineFiles ?? null,
    signed?.machineFiles,
    settings.machineFiles,
  );
  const shipped = new Set<string>();
  for (const { machineSerial } of asked) {
    const entry = ledger.findShipped(machineSerial);
    if (entry !== null && againReasonOf(request, machineSerial) === null && request.asksLater !== true) {
      throw alreadyShipped(machineSerial, entry.entry.time);
    }
    if (entry !== null) shipped.add(machineSerial);
  }

  const protectedPaths = protectedPlaces(paths, settings, path);
  const client = await helpers.plain();
  // Beside the drives; what is wrong with them is said first.
  const versions = lookVersions((await helpers.greeting()).versions);
  const before = await mediaMark([path]);
  const kept = await keptLook(paths, path, request.imageIndex, versions, mediaMark);
  const inspection =
    kept === null
      ? client.call('inspectMedia', { path, imageIndex: request.imageIndex }, { signal })
      : Promise.resolve(kept.media);
  inspection.catch(() => undefined);
  const { drives } = await client.call(
    'listDrives',
    { benchDirectory: request.benchDirectory, protectedPaths },
    { signal },
  );
  const onBench =
    request.bays.length === 0 ? drives : withBayLabels(drives, arrangeBays(request.bays, drives));
  const inRack = await drivesInRack(asked, helpers, signal);
  const { assignments, leftOut } = inRack;
  const labelled = [...onBench, ...inRack.drives];
  requireNoDriveAsMachine(assignments, labelled);
  const chosen = requireEligibleDrives(assignments, labelled);
  for (const drive of chosen) requireSeen(drive, request.seen);
  const pasts = chosen.map((drive) => attachedPast(drive, ledger));
  for (const [index, drive] of chosen.entries()) {
    const { machineSerial } = required(assignments[index], `the machine of drive ${drive.id}`);
    const before = driveBefore(required(pasts[index], `the past of drive ${drive.id}`));
    requireReason(drive, machineSerial, before, request);
  }

  const media = await inspection;
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
  const requireSize = async (drive: Drive): Promise<void> => {
    requireVolumeSize(drive, layout);
    requireRecoveryRoom(drive.size, layout, media, `the ${driveLabel(drive)}`);
    await requireCacheFile(drive, layout, paths.imageCache);
  };
  for (const drive of chosen) {
    requireTrainingDrive(drive, image);
    requireRoom(drive, layout, image);
    await requireSize(drive);
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
  // The image is made for the size that it has by then.
  for (const [index, drive] of judged.entries()) {
    const size = erases[index]?.lift?.size;
    if (size !== undefined) await requireSize({ ...drive, size });
  }

  const mark = await mediaMark(media.files);
  return {
    media,
    image,
    expected,
    mediaMark: mark,
    look: { versions, sha256: kept?.sha256 ?? null, isWhole: mark === before },
    layout,
    loader,
    loaderWarnings: machineDoubts(loader, trusting),
    machineFiles,
    machineFileNotices: machineFileNotices(machineFiles),
    order,
    leftOut: [...(request.leftOut ?? []), ...leftOut],
    atEnd: atEndOf(
      request.atEnd,
      { order: order?.order ?? null, chosen: request.endChosen ?? null, recipe: signed?.rack ?? null },
      settings.atEnd,
    ),
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
        again: shipped.has(machineSerial),
        holdsMachine: machineShownOn(drive, request, ledger),
        past: required(pasts[index], `the past of drive ${drive.id}`),
        before: driveBefore(required(pasts[index], `the past of drive ${drive.id}`)),
      };
    }),
  };
}

/**
 * The drives of the rack's machines that the batch names, and which of them it goes on without: a machine that does not answer is no
 * reason to keep the others waiting.
 * @throws PrestageError drive-listing-failed where nothing is left, rack-…
 */
async function drivesInRack(
  asked: readonly Assignment[],
  helpers: Helpers,
  signal: AbortSignal,
): Promise<{
  readonly drives: readonly Drive[];
  readonly assignments: readonly Assignment[];
  readonly leftOut: readonly LeftOut[];
}> {
  const named = asked.flatMap(({ driveId }) => machineOfId(driveId).machine ?? []);
  if (named.length === 0) return { drives: [], assignments: asked, leftOut: [] };
  const { drives, problems } = await helpers.machineDrives(new Set(named), signal);
  const leftOut = asked.flatMap(({ driveId, machineSerial }): LeftOut[] => {
    const own = machineOfId(driveId).machine;
    // Drives of the bench are in none: what is wrong with all machines is nothing to them.
    const problem = problems.find(({ machine }) => own !== null && (machine === null || machine === own));
    if (problem === undefined) return [];
    return [{ driveId, machineSerial, reason: notListed([problem]).data }];
  });
  const assignments = asked.filter(({ driveId }) => leftOut.every((one) => one.driveId !== driveId));
  if (assignments.length > 0) return { drives, assignments, leftOut };
  throw notListed(problems);
}

/**
 * How each drive will be erased: as it was shown, where it was.
 * @throws PrestageError drive-locked, drive-frozen, sanitise-too-weak, sanitise-changed, tool-missing, privilege-…
 */
async function planErases(
  drives: readonly Drive[],
  helpers: Helpers,
  { benchDirectory, sanitiseLevel = 'clear', keepHidden = false, eraseShown }: BatchRequest,
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
    const plan = planErase(drive, told, { least: sanitiseLevel, keepHidden });
    if (shown === undefined) return plan;
    const { lift: _, leaves: __, ...rest } = plan;
    return { ...rest, ...shown, seconds: told.seconds?.[shown.method] ?? null };
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
  throw withoutReason(drive, before);
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
    message: `Machine ${sanitizeForDisplay(serial)} already has a finished drive, recorded on ${dayOf(time)} in the ledger of this station.`,
  });
}
