import { close, constants, fstat, open } from 'node:fs';
import { lstat, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { driveLabel, type Drive } from '../../core/drive/drive';
import { PrestageError, type ErrorCode } from '../../core/base/errors';
import { deviceInfo, lockExclusive } from '../drives/block-device';
import { errorCodeOf } from '../../core/base/system-error';
import { attachmentOfDevice, attachmentOfFile, formatDeviceNumber } from '../drives/drives-sysfs';

const openAsync = promisify(open);
const fstatAsync = promisify(fstat);
export const closeDescriptor = promisify(close);

/** A drive that this process has open alone. */
export interface OpenedDrive {
  readonly drive: Drive;
  readonly fd: number;
  readonly blockDevice: boolean;
  /** False where the medium refuses direct I/O. */
  readonly directIo: boolean;
}

/**
 * Opens a drive for this process alone: O_EXCL makes the kernel refuse a device that is mounted or held,
 * and refuse mounts from then on; flock keeps another Prestage and udev's probing away.
 * @throws PrestageError drive-busy, drive-not-permitted, drive-gone, drive-changed
 */
export async function openDrive(drive: Drive, access: 'read' | 'write'): Promise<OpenedDrive> {
  const blockDevice = drive.kind !== 'virtual';
  const flags =
    (access === 'write' ? constants.O_RDWR : constants.O_RDONLY) |
    constants.O_NOFOLLOW |
    constants.O_NONBLOCK |
    // On a plain file O_EXCL has no meaning without O_CREAT.
    (blockDevice ? constants.O_EXCL : 0);
  let directIo = true;
  let fd: number;
  try {
    fd = await openAsync(drive.path, flags | constants.O_DIRECT);
  } catch (error) {
    if (blockDevice || errorCodeOf(error) !== 'EINVAL') throw openFailed(drive, error);
    directIo = false;
    fd = await openAsync(drive.path, flags).catch((second: unknown) => {
      throw openFailed(drive, second);
    });
  }
  try {
    lockExclusive(fd);
    await requireSameDevice(fd, drive);
    return { drive, fd, blockDevice, directIo };
  } catch (error) {
    await closeDescriptor(fd);
    throw error instanceof PrestageError ? error : openFailed(drive, error);
  }
}

/**
 * Holds a drive open for a look beside whoever has it: not alone, nothing is read or written through it. As long as it is open, the
 * kernel gives its name to no other device.
 * @throws PrestageError drive-not-permitted, drive-gone, drive-changed
 */
export async function holdToLook(drive: Drive): Promise<{
  readonly fd: number;
  readonly recheck: () => Promise<void>;
  readonly close: () => Promise<void>;
}> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const fd = await openAsync(drive.path, flags).catch((error: unknown) => {
    throw openFailed(drive, error);
  });
  const recheck = async (): Promise<void> => {
    await requireSameDevice(fd, drive);
  };
  const close = async (): Promise<void> => {
    await closeDescriptor(fd);
  };
  try {
    await recheck();
    return { fd, recheck, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Looks at an open drive once more: still the same device, at the same path, of the same size.
 * @throws PrestageError drive-changed
 */
export async function recheckDrive(opened: OpenedDrive): Promise<void> {
  await requireSameDevice(opened.fd, opened.drive);
}

/**
 * Reads from the descriptor, not from a name, what device this is, and compares it with what was listed.
 * @throws PrestageError drive-changed
 */
async function requireSameDevice(fd: number, drive: Drive): Promise<void> {
  const attachment = await attachmentOf(fd, drive);
  if (drive.attachment !== attachment) {
    throw driveChanged(drive, `it was ${drive.attachment ?? 'unknown'} and is now ${attachment}`);
  }
}

async function attachmentOf(fd: number, drive: Drive): Promise<string> {
  const details = await fstatAsync(fd, { bigint: true });
  const atPath = await lstat(drive.path, { bigint: true }).catch((error: unknown) => {
    throw openFailed(drive, error);
  });
  if (drive.kind === 'virtual') {
    const same = details.isFile() && details.dev === atPath.dev && details.ino === atPath.ino;
    if (!same) throw driveChanged(drive, 'another file now has its name');
    if (Number(details.size) !== drive.size) throw driveChanged(drive, `it has ${details.size} bytes`);
    return attachmentOfFile(details);
  }
  if (!details.isBlockDevice() || details.rdev !== atPath.rdev) {
    throw driveChanged(drive, 'another device now has its name');
  }
  const info = deviceInfo(fd);
  if (info.size !== drive.size || info.logicalSectorSize !== drive.logicalSectorSize) {
    throw driveChanged(drive, `it now has ${info.size} bytes in sectors of ${info.logicalSectorSize}`);
  }
  if (info.readOnly && !drive.readOnly) throw driveChanged(drive, 'it is now read-only');
  const number = formatDeviceNumber(details.rdev);
  const sysfs = `/sys/dev/block/${number}`;
  const name = /^DEVNAME=(.*)$/m.exec(await readFile(`${sysfs}/uevent`, 'utf8'))?.[1] ?? '';
  if (`/dev/${name}` !== drive.path) throw driveChanged(drive, `the open device is /dev/${name}`);
  return await attachmentOfDevice(number);
}

/** Another drive answers where the confirmed one was. */
export function driveChanged(
  drive: Pick<Drive, 'id' | 'bay' | 'byPath' | 'path' | 'serial'>,
  what: string,
): PrestageError {
  return new PrestageError({
    code: 'drive-changed',
    message: `The ${driveLabel(drive)} is not the drive that was confirmed: ${what}.`,
  });
}

function openFailed(drive: Drive, error: unknown): PrestageError {
  const label = driveLabel(drive);
  const errno = errorCodeOf(error) ?? '';
  const known: Readonly<Record<string, [ErrorCode, string, string]>> = {
    EBUSY: [
      'drive-busy',
      `The ${label} is in use by this computer.`,
      'Unmount it or stop the program that uses it, then start again.',
    ],
    EAGAIN: [
      'drive-busy',
      `The ${label} is in use by another instance of Prestage.`,
      'Wait until the other batch has ended.',
    ],
    EACCES: [
      'drive-not-permitted',
      `You do not have permission to write to the ${label}.`,
      'Ask the administrator of this station.',
    ],
    EPERM: [
      'drive-not-permitted',
      `You do not have permission to write to the ${label}.`,
      'Ask the administrator of this station.',
    ],
    EROFS: [
      'drive-not-permitted',
      `The ${label} is read-only.`,
      'Remove its write protection, then start again.',
    ],
    ELOOP: ['drive-changed', `The ${label} is now a symbolic link.`, 'List the drives again and choose one.'],
  };
  const [code, message, remedy] = known[errno] ?? [
    'drive-gone',
    `The ${label} cannot be opened.`,
    'Check that it is seated firmly in its bay, then list the drives again.',
  ];
  return new PrestageError({ code, message, cause: errno || String(error), remedy });
}
