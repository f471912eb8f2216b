import type { BlockReasonCode, Drive } from './drive';
import type { LiveRole } from '../live/live-system';

/** A disk that is plugged into a station on a stick so that files are read from it, or put on it. Pure. */

/** File systems that are opened, and whether files can be put on them as the user: those that know no owners. */
export const openedFileSystems: Readonly<
  Record<string, { readonly type: string; readonly owners: boolean }>
> = {
  vfat: { type: 'vfat', owners: false },
  exfat: { type: 'exfat', owners: false },
  ntfs: { type: 'ntfs3', owners: false },
  ext4: { type: 'ext4', owners: true },
  ext3: { type: 'ext4', owners: true },
  iso9660: { type: 'iso9660', owners: true },
  udf: { type: 'udf', owners: true },
};

/** Why a disk may not be written as a drive, and files may be read from it all the same. */
const harmless: ReadonlySet<BlockReasonCode> = new Set(['read-only', 'sector-size', 'health', 'false-size']);

/**
 * Whether files may be read from a disk, or put on it: one that was plugged in for that. The stick, the disks of the PC, and what is in use
 * are left alone; in a machine that images itself, all but those on USB are its own.
 */
export function mayBeOpened({ kind, bus, reasons }: Drive, role: LiveRole): boolean {
  if (kind !== 'disk' || (role === 'machine' && bus !== 'usb')) return false;
  return reasons.every(({ code }) => harmless.has(code));
}
