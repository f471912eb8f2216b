import { sanitizeForDisplay } from '../../core/base/display';
import { confirmationOf, driveLabel, identityOf, machineOfId, type Drive } from '../../core/drive/drive';
import {
  areDifferentDrives,
  attachmentProves,
  isKnownBySerial,
  isLasting,
  isSameDrive,
} from '../../core/drive/drive-identity';
import { PrestageError } from '../../core/base/errors';
import type { DrivePast, PastDrive } from '../../core/ledger/drive-past';
import type { JobDetails, RecordedDrive } from '../../core/ledger/record';
import type { HelperClient } from '../helper-client/helper-client';
import { notListed, unknownMachine, type Helpers } from '../helper-client/helpers';
import type { LedgerReader } from '../ledger/ledger-reader';

/** Finds the record of an attached drive: by the disk GUID on it first (docs/adr/0025). */

/** What a record says of how the drive is attached: only what is never another drive's. */
export function attachmentMember({ attachment }: Pick<Drive, 'attachment'>): {
  readonly attachment?: string;
} {
  return attachment !== null && isLasting(attachment) ? { attachment } : {};
}

/** What a record says of a drive that cannot be told from another attached one by serial and WWN. */
export function sharedMember({ notes }: Pick<Drive, 'notes'>): { readonly identityShared?: true } {
  return notes.some(({ code }) => code === 'identity-shared') ? { identityShared: true } : {};
}

/** A drive as the record keeps it. */
export function recordedDrive(drive: Drive): RecordedDrive {
  return {
    id: drive.id,
    kind: drive.kind,
    ...identityOf(drive),
    model: drive.model,
    bus: drive.bus,
    bay: drive.bay,
    byPath: drive.byPath,
    logicalSectorSize: drive.logicalSectorSize,
    ...sharedMember(drive),
  };
}

/**
 * A finished drive as a later look at it records it: bay and port of its job, but whose serial this is, and in which sectors
 * it is presented, as it is now.
 */
export function asReadNow(job: RecordedDrive, drive: Drive): RecordedDrive {
  const { identityShared: _, ...written } = job;
  const { kind, bus, logicalSectorSize } = drive;
  return { ...written, ...identityOf(drive), kind, bus, logicalSectorSize, ...sharedMember(drive) };
}

/** A drive that is there, also one in a machine of the rack. @throws PrestageError drive-not-found, drive-listing-failed, rack-… */
export async function requireDrive(
  id: string,
  benchDirectory: string | null,
  helpers: Helpers,
  signal: AbortSignal,
): Promise<Drive> {
  return requireListed(id, await listFor(id, { benchDirectory, protectedPaths: [] }, helpers, signal));
}

/** The drives among which one is looked for: those of its machine, or those of the bench. @throws PrestageError drive-listing-failed, rack-… */
export async function listFor(
  id: string,
  request: { readonly benchDirectory: string | null; readonly protectedPaths: string[] },
  helpers: Helpers,
  signal: AbortSignal,
): Promise<readonly Drive[]> {
  const { machine } = machineOfId(id);
  if (machine === null) {
    return (await (await helpers.plain()).call('listDrives', request, { signal })).drives;
  }
  if (!(await helpers.machinesOfRack()).has(machine)) throw unknownMachine(machine);
  const { drives, problems } = await helpers.machineDrives(new Set([machine]), signal);
  if (problems.length > 0) throw notListed(problems);
  return drives;
}

/** @throws PrestageError drive-not-found */
export function requireListed(id: string, drives: readonly Drive[]): Drive {
  const drive = drives.find((one) => one.id === id);
  if (drive !== undefined) return drive;
  throw new PrestageError({
    code: 'drive-not-found',
    message: `There is no drive '${sanitizeForDisplay(id, 60)}'.`,
  });
}

/** A finished job, and what was read on the drive that it is taken for. */
export interface FinishedDrive {
  readonly job: JobDetails;
  /** Disk GUID on the drive, read from it; null: it has none; undefined: it cannot be read, and the serial is its own. */
  readonly diskGuid: string | null | undefined;
  /** Why the drive certainly cannot hold what was written, although it cannot be compared; null: it can be. */
  readonly changed: PrestageError | null;
}

/**
 * The finished job of an attached drive, by this station's ledger. The helper reads the disk GUID from the drive itself.
 * @param client the helper that may open the drive
 * @throws PrestageError record-not-found; adapter-differs, drive-changed, drive-busy, drive-read-failed
 */
export async function requireFinishedJob(
  drive: Drive,
  benchDirectory: string | null,
  client: HelperClient,
  ledger: LedgerReader,
  signal: AbortSignal,
): Promise<FinishedDrive> {
  const request = { driveId: drive.id, confirmed: confirmationOf(drive), benchDirectory };
  let diskGuid: string | null | undefined;
  try {
    ({ diskGuid } = await client.call('readDiskGuid', request, { signal }));
  } catch (error) {
    // A drive that is known all the same is read on: what it does not answer belongs into its record.
    const unreadable = error instanceof PrestageError && error.code === 'drive-read-failed';
    if (!unreadable || !isKnownBySerial(drive)) throw error;
  }
  const job = finishedJobOf(drive, diskGuid ?? null, ledger);
  return { job, diskGuid, changed: changeOf(drive, job, ledger) };
}

/**
 * Behind a bridge that presents other sectors, or a few less of them, a drive is known but cannot be compared. One that tells
 * its own serial has no bridge before it, today and when it was written: then its own sectors were changed, as `nvme format`
 * does, and firmware does not find the partition table, which is in the second of them.
 * @returns what is wrong with such a drive; null when it is presented as it was written
 * @throws PrestageError adapter-differs
 */
function changeOf(
  drive: Drive,
  job: JobDetails,
  ledger: Pick<LedgerReader, 'isIdentityShared'>,
): PrestageError | null {
  const { machineSerial, drive: written } = job;
  const presented = ({ size, logicalSectorSize }: Pick<Drive, 'size' | 'logicalSectorSize'>): string =>
    `${size} bytes in sectors of ${logicalSectorSize}`;
  if (presented(drive) === presented(written)) return null;
  const machine = sanitizeForDisplay(machineSerial);
  const itself = isKnownBySerial(drive) && !ledger.isIdentityShared(drive) && isSameDrive(drive, written);
  if (itself && drive.logicalSectorSize !== written.logicalSectorSize) {
    return new PrestageError({
      code: 'table-mismatch',
      message: `The ${driveLabel(drive)} was finished for machine ${machine} with sectors of ${written.logicalSectorSize} bytes and now has sectors of ${drive.logicalSectorSize}. No adapter is between: the drive itself was formatted to other sectors, and its machine cannot start from it.`,
      cause:
        'The written bytes were not compared: they are not where they were, and such a format usually erases them.',
      remedy: `Write the drive again for machine ${machine}.`,
    });
  }
  throw new PrestageError({
    code: 'adapter-differs',
    message: `The ${driveLabel(drive)} was finished for machine ${machine} with ${presented(written)} and now presents ${presented(drive)}, so it cannot be compared.`,
  });
}

/**
 * Which finished job a drive holds. The disk GUID decides. A drive that has none of the ledger's is known when it never left
 * since, which behind a dock or an adapter nobody can tell, or by its serial when that is its own and no other drive is known
 * to have it: then it is the drive of that job, with another content by now.
 * @throws PrestageError record-not-found
 */
export function finishedJobOf(
  drive: Drive,
  diskGuid: string | null,
  ledger: Pick<LedgerReader, 'findDoneByGuid' | 'findDoneOn' | 'isIdentityShared'>,
): JobDetails {
  const label = driveLabel(drive);
  const byGuid = diskGuid === null ? null : ledger.findDoneByGuid(diskGuid);
  if (byGuid !== null) {
    const machine = sanitizeForDisplay(byGuid.machineSerial);
    if (drive.notes.some(({ code }) => code === 'disk-guid-shared')) {
      throw notFound(
        `The ${label} and another attached drive have the same disk GUID, the one recorded for machine ${machine}: one is a copy of the other.`,
        'Nothing was recorded. Remove the drive that is the copy, then try again.',
      );
    }
    if (areDifferentDrives(drive, byGuid.drive)) {
      throw notFound(
        `The ${label} has the disk GUID recorded for machine ${machine}, but it is not that drive: recorded is the serial ${byGuid.drive.serial ?? 'none'}. It is a copy.`,
        'Nothing was recorded. Use the drive that was written, or write this one.',
      );
    }
    return byGuid;
  }
  const finished = ledger.findDoneOn(drive);
  const here = finished.find((job) => job.attachment !== undefined && job.attachment === drive.attachment);
  if (here !== undefined && attachmentProves(drive)) return here;
  const [bySerial, ...others] = finished;
  if (bySerial === undefined) {
    throw notFound(
      `The ledger of this station has no finished job for the ${label}.`,
      'Use the station that wrote it, or write it again.',
    );
  }
  const known = [...new Set(finished.map((job) => sanitizeForDisplay(job.machineSerial)))];
  const machines = `${known.slice(0, 10).join(', ')}${known.length > 10 ? ', …' : ''}`;
  const guid = diskGuid ?? 'it has none';
  if (isKnownBySerial(drive) && (others.length > 0 || !ledger.isIdentityShared(drive))) {
    if (others.length === 0) return bySerial;
    throw notFound(
      `The ${label} does not have the disk GUID of a finished drive (${guid}), and ${finished.length} finished drives have its serial: it may be any of them. Machines: ${machines}.`,
      'Nothing was recorded. Find out which machine it belongs to, then write it again for that machine.',
    );
  }
  const [drives, was] =
    known.length === 1
      ? ['A drive with the same serial was', `machine ${machines}`]
      : ['Drives with the same serial were', `machines ${machines}`];
  const why =
    here === undefined
      ? 'the serial does not show it: other drives can have it too'
      : 'a dock or adapter can show the next drive with the serial and at the place of the one before';
  throw notFound(
    `The ledger of this station has no finished job with the disk GUID of the ${label} (${guid}). ${drives} finished for ${was}, but it is not certain that this is ${known.length === 1 ? 'it' : 'one of them'}: ${why}.`,
    'Nothing was recorded. If it is such a drive, its partition table was changed or erased: write it again. If it is another drive, insert the right one.',
  );
}

function notFound(message: string, remedy: string): PrestageError {
  return new PrestageError({ code: 'record-not-found', message, remedy });
}

/**
 * Refuses a drive of which no finished job can be recorded, before it is opened.
 * @throws PrestageError record-not-found
 */
export function requirePossiblyFinished(
  drive: Drive,
  ledger: Pick<LedgerReader, 'findDoneByGuid' | 'findDoneOn' | 'findLastDone' | 'isIdentityShared'>,
): void {
  const { diskGuid } = drive;
  const byGuid = diskGuid === null ? null : ledger.findDoneByGuid(diskGuid);
  // The listing may not know the disk GUID yet, or not at all: the serial is enough to look.
  if (byGuid !== null || ledger.findLastDone(drive) !== null) return;
  finishedJobOf(drive, drive.diskGuid, ledger);
}

/**
 * The past of an attached drive. What was read on the drive while it stayed attached comes first: the listing may tell of what
 * was there before, or of nothing.
 * @param diskGuidOn the disk GUID that was read, or written, on the drive with an attachment; null: none was
 */
export function attachedPast(
  drive: PastDrive,
  ledger: Pick<LedgerReader, 'pastOf'>,
  diskGuidOn: (attachment: string | null) => string | null = () => null,
): DrivePast {
  return ledger.pastOf({ ...drive, diskGuid: diskGuidOn(drive.attachment) ?? drive.diskGuid });
}

/** The machine whose finished image an attached drive is known to hold; null: none. */
export function machineHeld(...question: Parameters<typeof attachedPast>): string | null {
  return attachedPast(...question).holds?.machineSerial ?? null;
}
