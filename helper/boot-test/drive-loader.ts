import { timeouts } from '../../core/base/timeouts';
import { MiB } from '../../core/base/units';
import { partitionsOf } from '../../core/drive/gpt';
import { partitionTypes } from '../../core/drive/layout';
import { alignedBuffer, readFully } from '../pipeline/aligned-io';
import type { OpenedDrive } from '../pipeline/open-drive';
import { runTool } from '../tools/runner';

/** A loader is smaller. Bytes. */
const largestLoader = 32 * MiB;
/** Where a partition table and its entries lie, with sectors of either size. Bytes. */
const tableBytes = 64 * 1024;

/**
 * Reads the loader that the virtual machine's firmware starts from a drive (UEFI 2.10, 3.5.1.1).
 * @returns null when there is no EFI partition, or no such loader on it
 * @throws Error of the system when the drive cannot be read; PrestageError tool-missing, tool-failed, cancelled
 */
export async function readLoader({ fd, drive }: OpenedDrive, signal: AbortSignal): Promise<Buffer | null> {
  const table = alignedBuffer(tableBytes);
  await readFully(fd, table, tableBytes, 0);
  const efi = partitionsOf(table, drive.logicalSectorSize).find(
    ({ type }) => type === partitionTypes.efi.toLowerCase(),
  );
  if (efi === undefined) return null;
  // The open descriptor, whatever is at the drive's path by now. mtools opens it for reading only.
  const image = `/proc/${process.pid}/fd/${fd}@@${efi.offset}`;
  const { status, stdout } = await runTool('mcopy', ['-i', image, '::/EFI/Boot/bootx64.efi', '-'], {
    ...{ signal, timeout: timeouts.listingTool, outputLimit: largestLoader },
  });
  return status === 0 ? stdout : null;
}
