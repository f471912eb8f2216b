import { placeOf, type Drive, type DriveNote } from './drive';

/** What must be known of drives that can be written all the same. It follows from the whole list. */

/** More names would not be read. */
const namedAtMost = 3;

/** Whether a drive has an ATA password of its own, and whether that keeps everybody out now. */
export type AtaPassword = 'locked' | 'set' | 'none';

/** What is noted of one drive alone. ATA security: ACS-4, 4.20: a drive with a password locks itself when its power goes. */
export function passwordNotes(password: AtaPassword): DriveNote[] {
  if (password === 'none') return [];
  const message =
    password === 'locked'
      ? 'This drive is locked by an ATA password: it will refuse to be written. Remove the password in the computer that the drive came out of, or choose another drive.'
      : 'This drive has an ATA password: it locks itself when its power goes, and its machine would ask for the password. Remove the password first, or choose another drive.';
  return [{ code: 'ata-password', message }];
}

/** The drives with their notes, which name other drives by the places that these have; those that a drive has stay. */
export function withNotes(drives: readonly Drive[]): Drive[] {
  const byIdentity = grouped(drives, identityKey);
  const byGuid = grouped(drives, ({ diskGuid }) => diskGuid);
  const byModel = grouped(drives, ({ kind, model, size }) =>
    kind === 'disk' && model !== null ? JSON.stringify([model, size]) : null,
  );
  return drives.map((drive) => ({
    ...drive,
    notes: [
      ...drive.notes,
      ...sharedIdentityNotes(drive, others(drive, byIdentity.get(identityKey(drive)))),
      ...sharedGuidNotes(others(drive, byGuid.get(drive.diskGuid))),
      ...sectorNotes(drive, others(drive, byModel.get(JSON.stringify([drive.model, drive.size])))),
    ],
  }));
}

/**
 * What two drives must not share to be told apart. Drives that tell neither serial nor WWN are compared where one of
 * them can be written: optical drives and disks in memory tell neither, and nobody mistakes them.
 */
function identityKey({ serial, wwn, size, verdict }: Drive): string | null {
  if (serial !== null || wwn !== null) return JSON.stringify([serial, wwn]);
  return verdict === 'eligible' ? JSON.stringify([null, null, size]) : null;
}

function grouped(
  drives: readonly Drive[],
  keyOf: (drive: Drive) => string | null,
): ReadonlyMap<string | null, readonly Drive[]> {
  const groups = new Map<string | null, Drive[]>();
  for (const drive of drives) {
    const key = keyOf(drive);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), drive]);
  }
  return groups;
}

function others(drive: Drive, group: readonly Drive[] = []): Drive[] {
  return group.filter(({ id }) => id !== drive.id);
}

function sharedIdentityNotes({ serial, wwn }: Drive, same: readonly Drive[]): DriveNote[] {
  if (same.length === 0) return [];
  const what =
    serial === null && wwn === null
      ? `This drive reports neither a serial nor a WWN, and neither ${does(same)} ${places(same)}.`
      : `The ${subject(same)} ${places(same)} ${reports(same)} the same ${told(serial, wwn)}, as drives behind USB adapters often do.`;
  const how = 'Tell the drives apart by bay or port; finished drives are told apart by their disk GUID.';
  return [{ code: 'identity-shared', message: `${what} ${how}` }];
}

const told = (serial: string | null, wwn: string | null): string =>
  [serial === null ? null : `serial ${serial}`, wwn === null ? null : `WWN ${wwn}`]
    .filter((part) => part !== null)
    .join(' and ');
const subject = (same: readonly Drive[]): string => (same.length === 1 ? 'drive in' : 'drives in');
const reports = (same: readonly Drive[]): string => (same.length === 1 ? 'reports' : 'report');
const does = (same: readonly Drive[]): string =>
  same.length === 1 ? 'does the drive in' : 'do the drives in';

function sharedGuidNotes(same: readonly Drive[]): DriveNote[] {
  if (same.length === 0) return [];
  const message =
    `The ${subject(same)} ${places(same)} ${same.length === 1 ? 'has' : 'have'} the same disk GUID: one is a copy of ` +
    'the other. Remove the copy before you verify either of them.';
  return [{ code: 'disk-guid-shared', message }];
}

/**
 * A USB bridge may show 4096-byte sectors over a drive whose own have 512, to reach more than 2 TiB with 32-bit block
 * numbers. What is written through it can be read through such a bridge only: every position in the partition table is
 * another one without it.
 */
function sectorNotes(drive: Drive, sameModel: readonly Drive[]): DriveNote[] {
  const { kind, bus, logicalSectorSize } = drive;
  if (kind !== 'disk' || logicalSectorSize !== 4096) return [];
  if (bus === 'usb') {
    const message =
      'This USB adapter presents 4096-byte sectors. A drive that is written through it is usually unreadable inside ' +
      'a machine and behind other adapters. Connect it directly (SATA or M.2), or use an adapter that presents ' +
      '512-byte sectors.';
    return [{ code: 'bridge-sector-size', message }];
  }
  const emulated = sameModel.filter((other) => other.logicalSectorSize === 512);
  if (emulated.length === 0) return [];
  const message =
    `This drive has 4096-byte sectors (4Kn), but the ${subject(emulated)} ${places(emulated)}, of the same model, ` +
    `${emulated.length === 1 ? 'has' : 'have'} 512-byte sectors. A machine starts from a 4Kn drive only if its firmware supports it.`;
  return [{ code: 'sector-sizes-differ', message }];
}

function places(drives: readonly Drive[]): string {
  const named = drives.slice(0, namedAtMost).map(placeOf);
  const more = drives.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${String(more)} more` : named.join(', ');
}
