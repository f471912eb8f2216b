import { fstat } from 'node:fs';
import { realpath, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { formatDeviceNumber } from '../drives/drives-sysfs';

/** Has the kernel ask a SATA drive for its size again. A file of its own, because tests give a model of a drive another kernel. */

const fstatAsync = promisify(fstat);

/**
 * How the kernel is told to look at the port of an open drive again; null: the drive is on no port of libata.
 *
 * libata goes on with the size that it read when it found the drive, and `device/rescan` only asks libata. A scan of the port resets its
 * link and reads IDENTIFY DEVICE again: the drive stays what it is where its new size is the native size that was known before, as
 * after SET MAX ADDRESS, and else is found anew, as after a configuration was restored (Linux, drivers/ata: ata_scsi_user_scan,
 * ata_dev_revalidate). The write answers when that is done.
 */
export async function findPort(fd: number): Promise<(() => Promise<void>) | null> {
  const { rdev } = await fstatAsync(fd, { bigint: true });
  const device = await realpath(`/sys/dev/block/${formatDeviceNumber(rdev)}/device`).catch(() => '');
  const [, host, channel, id, lun] = /\/ata\d+\/(?:.*\/)?(\d+):(\d+):(\d+):(\d+)$/.exec(device) ?? [];
  if (host === undefined) return null;
  return async () => {
    await writeFile(`/sys/class/scsi_host/host${host}/scan`, `${channel} ${id} ${lun}`);
  };
}
