import { efiRoom } from '../boot/preflight';
import { driveLabel, type Drive } from '../drive/drive';
import { PrestageError } from '../base/errors';
import { clusterBytesOf, largestVolumeBytes } from '../drive/ntfs';
import { releasesOf } from '../drive/release';
import { findLayout, layouts, planPartitions, type Layout } from '../drive/layout';
import { minVolumeBytes, type Media, type MediaImage } from '../media/media';
import { layoutsForRecovery, recoveryFor, recoveryInImage, recoveryRoomOf } from '../media/recovery';
import { formatBytes, sanitizeForDisplay } from '../base/display';
import { normalizeSerial, serialProblem } from '../machine/serial';
import { drivesNamed } from '../scan/scan';

/** One drive and the machine it will ship in, as the operator said it. */
export interface Assignment {
  readonly driveId: string;
  readonly machineSerial: string;
}

/** @throws PrestageError layout-unknown */
export function requireLayout(name: string): Layout {
  const layout = findLayout(name);
  if (layout !== null) return layout;
  throw new PrestageError({
    code: 'layout-unknown',
    message: `There is no layout '${sanitizeForDisplay(name, 40)}'.`,
    remedy: `Choose one of: ${layouts.map((one) => one.name).join(', ')}.`,
  });
}

/**
 * Looks at what was assigned before anything else is done.
 * @returns the assignments with their serials normalized
 * @throws PrestageError drive-repeated, serial-repeated, serial-invalid, serial-placeholder
 */
export function requireSoundAssignments(assignments: readonly Assignment[]): Assignment[] {
  const drives = new Set<string>();
  const serials = new Set<string>();
  return assignments.map(({ driveId, machineSerial }) => {
    const serial = normalizeSerial(machineSerial);
    const problem = serialProblem(serial);
    const shownDrive = sanitizeForDisplay(driveId, 200);
    if (problem !== null) {
      throw new PrestageError({
        code: problem.code,
        message: `${problem.message} It was given for drive ${shownDrive}.`,
      });
    }
    if (drives.has(driveId)) {
      throw new PrestageError({
        code: 'drive-repeated',
        message: `Drive ${shownDrive} is given twice.`,
      });
    }
    if (serials.has(serial)) {
      throw new PrestageError({
        code: 'serial-repeated',
        message: `Machine ${sanitizeForDisplay(serial)} is given twice.`,
      });
    }
    drives.add(driveId);
    serials.add(serial);
    return { driveId, machineSerial: serial };
  });
}

/**
 * Finds the assigned drives in a listing, in the assignments' order.
 * @throws PrestageError drive-not-found, drive-blocked with every reason
 */
export function requireEligibleDrives(assignments: readonly Assignment[], listed: readonly Drive[]): Drive[] {
  return assignments.map(({ driveId }) => {
    const drive = listed.find(({ id }) => id === driveId);
    const byPath = listed.find(
      ({ path, byPath: port }) => path === driveId || (port !== null && port === driveId),
    );
    if (drive === undefined && byPath === undefined) {
      throw new PrestageError({
        code: 'drive-not-found',
        message: `There is no drive '${sanitizeForDisplay(driveId, 200)}'.`,
        remedy: "Nothing was touched. List the drives with 'prestage drives' and use the ID shown there.",
      });
    }
    const named = drive ?? byPath;
    if (named?.verdict === 'blocked') throw blocked(named);
    if (drive === undefined) {
      throw new PrestageError({
        code: 'drive-not-found',
        message: `'${sanitizeForDisplay(driveId, 200)}' is a path, which another drive can get later.`,
        remedy: `Nothing was touched. Use the drive ID: ${byPath?.id ?? ''}.`,
      });
    }
    return drive;
  });
}

/**
 * Refuses a machine's serial that is the number of an attached drive: somebody scanned the drive's label.
 * @throws PrestageError serial-invalid
 */
export function requireNoDriveAsMachine(assignments: readonly Assignment[], listed: readonly Drive[]): void {
  for (const { driveId, machineSerial } of assignments) {
    const [drive] = drivesNamed(machineSerial, listed);
    if (drive === undefined) continue;
    throw new PrestageError({
      code: 'serial-invalid',
      message: `'${sanitizeForDisplay(machineSerial)}' is the number of the ${driveLabel(drive)}, not the serial of a machine. It was given for drive ${sanitizeForDisplay(driveId, 200)}.`,
    });
  }
}

/** The refusal of a blocked drive, with every reason, and how it can be released where that is known. */
export function blocked(drive: Drive): PrestageError {
  const releases = releasesOf(drive.reasons);
  return new PrestageError({
    code: 'drive-blocked',
    message: `The ${driveLabel(drive)} cannot be written: ${drive.reasons.map(({ message }) => message).join(' ')}`,
    cause: drive.reasons.map(({ code }) => code).join(', '),
    ...(releases.length === 0
      ? {}
      : {
          remedy: `Nothing was written to it. Choose another drive. Or, if nothing on this one is needed, release it and list the drives again. ${releases.join(' ')}`,
        }),
  });
}

/**
 * Refuses a drive on which the image cannot fit, before anything is made.
 * @throws PrestageError drive-too-small
 */
export function requireRoom(drive: Drive, layout: Layout, image: MediaImage): void {
  const windows = planPartitions(layout, drive.size)?.find(({ role }) => role === 'windows');
  const needed = minVolumeBytes(image);
  if (windows !== undefined && windows.length >= needed) return;
  throw new PrestageError({
    code: 'drive-too-small',
    message:
      `The ${driveLabel(drive)} is too small: it has ${formatBytes(drive.size)}. With the layout ${layout.name},` +
      ` ${formatBytes(windows?.length ?? 0)} are left for Windows, but image ${image.index} needs ${formatBytes(needed)}.`,
    remedy: 'Nothing was touched. Use a larger drive.',
  });
}

/**
 * Refuses a drive whose Windows partition would be larger than NTFS can be, before anything is made.
 * @throws PrestageError drive-too-large
 */
export function requireVolumeSize(drive: Drive, layout: Layout): void {
  const windows = planPartitions(layout, drive.size)?.find(({ role }) => role === 'windows');
  if (windows === undefined || clusterBytesOf(windows.length) !== null) return;
  throw new PrestageError({
    code: 'drive-too-large',
    message: `The ${driveLabel(drive)} is too large: it has ${formatBytes(drive.size)}, and a Windows partition (NTFS) can have ${formatBytes(largestVolumeBytes)} at most.`,
  });
}

/**
 * Refuses boot files that cannot fit on the layout's EFI partition, before anything is made.
 * @throws PrestageError boot-files-too-large, boot-files-invalid
 */
export function requireEfiRoom(layout: Layout, media: Pick<Media, 'bootable'>): void {
  const room = efiRoom(layout);
  const { efiBytes, efiProblems } = media.bootable;
  if (room > 0 && efiProblems.length > 0) {
    throw new PrestageError({
      code: 'boot-files-invalid',
      message: `The boot files of the media cannot be put on an EFI partition: ${efiProblems.join('; ')}.`,
    });
  }
  if (room === 0 || efiBytes <= room) return;
  const roomy = layouts.filter((one) => efiRoom(one) >= efiBytes).map(({ name }) => name);
  throw new PrestageError({
    code: 'boot-files-too-large',
    message: `The boot files of the media need ${formatBytes(efiBytes)}, but the EFI partition of the layout ${layout.name} has only ${formatBytes(room)}.`,
    remedy:
      roomy.length > 0
        ? `Nothing was touched. Choose the layout ${roomy.join(' or ')}.`
        : 'Nothing was touched. Ask the enterprise for media with smaller boot files.',
  });
}

/**
 * Refuses a Recovery partition that cannot hold the image's Winre.wim, before anything is made.
 * @param driveSize bytes
 * @param which the drive, for the message
 * @throws PrestageError recovery-too-large
 */
export function requireRecoveryRoom(
  driveSize: number,
  layout: Layout,
  media: Pick<Media, 'recovery'>,
  which: string,
): void {
  const recovery = recoveryFor(layout, media);
  const room = recoveryRoomOf(layout, driveSize);
  if (recovery === null || room === null || recovery.bytes <= room) return;
  const roomy = layoutsForRecovery(recovery, driveSize);
  const bare = layouts
    .filter(({ partitions }) => partitions.every(({ role }) => role !== 'recovery'))
    .map(({ name }) => name);
  throw new PrestageError({
    code: 'recovery-too-large',
    message:
      `${recoveryInImage.replaceAll('/', '\\')} of the media has ${formatBytes(recovery.bytes)},` +
      ` but the Recovery partition of the layout ${layout.name} has only ${formatBytes(Math.max(0, room))} for it on ${which} (${formatBytes(driveSize)}).`,
    remedy:
      roomy.length > 0
        ? `Nothing was touched. Choose the layout ${roomy.join(' or ')}.`
        : `Nothing was touched. No layout has a Recovery partition that large on this drive. Choose the layout ${bare.join(' or ')}: Windows then keeps its recovery environment on its own partition.`,
  });
}
