import type { Drive, DriveIdentity } from './drive';

/**
 * What proves that two looks saw one drive (docs/adr/0025). A serial proves it only where the drive itself tells it: a
 * USB bridge gives every drive its own serial, and a virtual drive has the one that its bench was given.
 */

/** Buses on which serial and WWN come from the drive: nothing between it and the computer makes them up. */
const ownBuses: ReadonlySet<string> = new Set(['sata', 'ata', 'sas', 'nvme', 'mmc', 'virtio']);

type Told = Pick<Drive, 'kind' | 'bus' | 'serial' | 'wwn'>;

/** Whether a drive's serial and WWN are its own. Also of a recorded drive. */
export function tellsOwnIdentity({ kind, bus, serial, wwn }: Told): boolean {
  return kind === 'disk' && bus !== null && ownBuses.has(bus) && [serial, wwn].some(names);
}

/** Whether a serial or WWN names one drive: makers who set none leave zeros, one character again and again, or counting digits. */
function names(told: string | null): boolean {
  const bare = (told ?? '')
    .toUpperCase()
    .replace(/^(0X|EUI\.|NAA\.|UUID\.)/, '')
    .replace(/[^A-Z0-9]/g, '');
  const counts = bare.length >= 8 && counting.some((digits) => digits.includes(bare));
  return !counts && !/^(.?)\1*$/.test(bare);
}
const counting = ['0123456789ABCDEF0123456789ABCDEF', '12345678901234567890'];

/** Whether an attached drive can be known by serial and WWN: they are its own, and no other attached drive has them. */
export function isKnownBySerial(drive: Told & Pick<Drive, 'notes'>): boolean {
  return tellsOwnIdentity(drive) && !drive.notes.some(({ code }) => code === 'identity-shared');
}

/**
 * Whether a drive that is listed now is the one that had this id and this attachment: it never left, or it is known by
 * its own serial. The id holds serial, WWN, size and port, which two drives in one USB dock share.
 * @param attachment null when it is not known: then only an own serial shows it
 */
export function isStillAttached(
  now: Told & Pick<Drive, 'notes' | 'attachment'>,
  attachment: string | null,
): boolean {
  return (attachment !== null && now.attachment === attachment) || isKnownBySerial(now);
}

/**
 * Whether an attachment is never another drive's: it names the boot and the disk's number in it, or an inode with its birth.
 * Where the system tells less (no `diskseq` before Linux 5.15, a file system without birth times), it may be given again.
 */
export function isLasting(attachment: string): boolean {
  return (
    /^device \S+ sequence \d+ boot [0-9a-f-]{36}$/.test(attachment) ||
    /^file \S+ born [1-9]\d*$/.test(attachment)
  );
}

/** A drive as some record tells it. */
type Recorded = Told & {
  readonly attachment?: string | null | undefined;
  readonly identityShared?: true | undefined;
};

/**
 * Whether one attachment shows one drive. A USB dock may keep the disk's number while the drive in it is changed; a file is
 * the same file, and a bus without a bridge notices.
 */
export function attachmentProves({ kind, bus }: Pick<Drive, 'kind' | 'bus'>): boolean {
  return kind !== 'disk' || (bus !== null && ownBuses.has(bus));
}

/** Whether two records name one attachment. None is no attachment. */
export function isSameAttachment(
  one: Pick<Recorded, 'attachment'>,
  other: Pick<Recorded, 'attachment'>,
): boolean {
  return typeof one.attachment === 'string' && one.attachment === other.attachment;
}

/**
 * Whether two records are certainly about one drive: it never left, or each tells who it is, they agree, and neither was
 * seen beside another drive with the same identity.
 */
export function isSameDrive(one: Recorded, other: Recorded): boolean {
  if (isSameAttachment(one, other) && attachmentProves(one)) return true;
  if (one.identityShared === true || other.identityShared === true) return false;
  if (!tellsOwnIdentity(one) || !tellsOwnIdentity(other) || areDifferentDrives(one, other)) return false;
  return (one.serial !== null && one.serial === other.serial) || (one.wwn !== null && one.wwn === other.wwn);
}

/**
 * Whether two records have all of what the ledger finds a drive's entries by: serial, WWN and size where the drive tells a
 * serial or a WWN, since its path may change when it is plugged in again; else path and size.
 */
export function isSameKey(one: DriveIdentity, other: DriveIdentity): boolean {
  if (one.size !== other.size || one.serial !== other.serial || one.wwn !== other.wwn) return false;
  return one.serial !== null || one.wwn !== null || one.path === other.path;
}

/** Whether two drives are certainly not one: each tells who it is, and they differ. */
export function areDifferentDrives(one: Told, other: Told): boolean {
  if (!tellsOwnIdentity(one) || !tellsOwnIdentity(other)) return false;
  const differ = (a: string | null, b: string | null): boolean => a !== null && b !== null && a !== b;
  return differ(one.serial, other.serial) || differ(one.wwn, other.wwn);
}
