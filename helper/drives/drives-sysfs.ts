import type { BigIntStats } from 'node:fs';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { AtaPassword } from '../../core/drive/drive-notes';
import { errorCodeOf } from '../../core/base/system-error';

/** What /sys says of one attached loop device. */
export interface LoopEntry {
  readonly backingFile: string;
  /** `device:inode` of the backing file as it is found under that name now, or null. */
  readonly fileKey: string | null;
  /** Bytes skipped at the file's start. */
  readonly offset: number;
  /** Bytes after which the device ends, 0 for none. */
  readonly sizeLimit: number;
}

/** /sys writes the slash of names such as cciss/c0d0 as an exclamation mark. */
const sysName = (kernelName: string): string => kernelName.replaceAll('/', '!');

/** Kernel names of what holds a device, or null when /sys does not tell. */
export async function readHolders(sysRoot: string, kernelName: string): Promise<string[] | null> {
  try {
    const names = await readdir(join(sysRoot, 'class/block', sysName(kernelName), 'holders'));
    return names.map((name) => name.replaceAll('!', '/'));
  } catch {
    return null;
  }
}

/** What is behind a loop device, or null when nothing is attached to it. */
export async function readLoop(sysRoot: string, kernelName: string): Promise<LoopEntry | null> {
  const folder = join(sysRoot, 'class/block', sysName(kernelName), 'loop');
  try {
    const backingFile = parseBackingFile(await readFile(join(folder, 'backing_file'), 'utf8'));
    return {
      backingFile,
      fileKey: await fileKeyOf(backingFile),
      offset: readFigure(await readFile(join(folder, 'offset'), 'utf8')),
      sizeLimit: readFigure(await readFile(join(folder, 'sizelimit'), 'utf8')),
    };
  } catch (error) {
    if (errorCodeOf(error) === null) throw error;
    return null;
  }
}

/** The name in a `backing_file`: all of it but the line end, because names may end in a space. */
export function parseBackingFile(text: string): string {
  return text.replace(/\n$/, '');
}

/** A figure of /sys; what is none counts as 1, which makes the loop device cover "a part". */
function readFigure(text: string): number {
  return /^\d+$/.test(text.trim()) ? Number(text.trim()) : 1;
}

/** `device:inode`, by which a file is the same under every name; null when there is none. */
export async function fileKeyOf(path: string): Promise<string | null> {
  try {
    const details = await stat(path, { bigint: true });
    return `${details.dev}:${details.ino}`;
  } catch {
    return null;
  }
}

/**
 * Serial and WWN that lsblk misses where no udev runs: virtio disks have their serial at the device itself,
 * NVMe its WWN.
 */
export async function readIdentity(
  sysRoot: string,
  kernelName: string,
): Promise<{ serial: string | null; wwn: string | null }> {
  const folder = join(sysRoot, 'class/block', sysName(kernelName));
  const first = async (...names: string[]): Promise<string | null> => {
    for (const name of names) {
      const text = await readFile(join(folder, name), 'utf8').catch(() => '');
      if (text.trim() !== '') return text.trim();
    }
    return null;
  };
  return { serial: await first('serial', 'device/serial'), wwn: await first('wwid', 'device/wwid') };
}

/**
 * By what the kernel knows this very attachment of a device: its number, its disk sequence number (Linux 5.15), which no
 * two disks of one boot share, and the boot. core/drive/drive-identity.ts reads it.
 * @param folder of the device below /sys
 */
async function attachmentIn(folder: string, number: string | null): Promise<string> {
  const told = async (file: string): Promise<string> =>
    (await readFile(file, 'utf8').catch(() => 'unknown')).trim();
  const device = number ?? (await told(join(folder, 'dev')));
  const boot = await told('/proc/sys/kernel/random/boot_id');
  return `device ${device} sequence ${await told(join(folder, 'diskseq'))} boot ${boot}`;
}

/** The attachment of a listed device. */
export async function readAttachment(sysRoot: string, kernelName: string): Promise<string> {
  return await attachmentIn(join(sysRoot, 'class/block', sysName(kernelName)), null);
}

/** The attachment of an open device. @param number `major:minor` */
export async function attachmentOfDevice(number: string): Promise<string> {
  return await attachmentIn(`/sys/dev/block/${number}`, number);
}

/**
 * By what a virtual drive's file is known: its inode, and when that was born (ns), because a number is given again as soon as
 * its file is removed. A birth of 0: the file system does not tell.
 */
export function attachmentOfFile({
  dev,
  ino,
  birthtimeNs,
}: Pick<BigIntStats, 'dev' | 'ino' | 'birthtimeNs'>): string {
  return `file ${dev}:${ino} born ${birthtimeNs}`;
}

/**
 * How the controllers of an NVMe drive are reached. `device` leads to the controller, or with native multipath
 * to the subsystem, which holds its controllers.
 * @returns an empty list for a drive that is not NVMe, null where /sys does not tell
 */
export async function readNvmeTransports(sysRoot: string, kernelName: string): Promise<string[] | null> {
  if (!/^nvme\d+n\d+$/.test(kernelName)) return [];
  const device = join(sysRoot, 'class/block', sysName(kernelName), 'device');
  const controllers = (await readdir(device).catch(() => [])).filter((name) => /^nvme\d+$/.test(name));
  const folders = [device, ...controllers.map((name) => join(device, name))];
  const told = await Promise.all(
    folders.map(async (folder) => (await readFile(join(folder, 'transport'), 'utf8').catch(() => '')).trim()),
  );
  const transports = told.filter((transport) => transport !== '');
  return transports.length === 0 ? null : transports;
}

/**
 * What udev noted of a drive's ATA security when the drive was attached or last changed (systemd, ata_id(8)). Every user can
 * read it. `none` also where udev does not run, behind most USB adapters, and for drives that are not ATA.
 * @param deviceNumber `major:minor`
 */
export async function readAtaPassword(runRoot: string, deviceNumber: string | null): Promise<AtaPassword> {
  if (deviceNumber === null) return 'none';
  const noted = await readFile(join(runRoot, 'udev/data', `b${deviceNumber}`), 'utf8').catch(() => '');
  const lines = new Set(noted.split('\n'));
  if (lines.has('E:ID_ATA_FEATURE_SET_SECURITY_LOCKED=1')) return 'locked';
  return lines.has('E:ID_ATA_FEATURE_SET_SECURITY_ENABLED=1') ? 'set' : 'none';
}

/** Kernel name → /dev/disk/by-path link. Empty where udev does not make such links. */
export async function readByPath(devRoot: string): Promise<Map<string, string>> {
  const folder = join(devRoot, 'disk/by-path');
  const links = new Map<string, string>();
  const names = await readdir(folder).catch(() => []);
  // Shorter names first: ata-1 and ata-1.0 are the same port.
  for (const name of names.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
    const target = await readlink(join(folder, name)).catch(() => null);
    if (target === null) continue;
    const kernelName = target.replace(/^.*\//, '');
    if (!links.has(kernelName)) links.set(kernelName, join(folder, name));
  }
  return links;
}

/**
 * The member devices of each mounted btrfs file system: the list of mounts names only one of them, and
 * gives none of their device numbers.
 */
export async function readBtrfsGroups(sysRoot: string): Promise<string[][]> {
  const folder = join(sysRoot, 'fs/btrfs');
  const names = await readdir(folder).catch(() => []);
  const groups = await Promise.all(
    names.map((name) => readdir(join(folder, name, 'devices')).catch(() => [])),
  );
  return groups.filter((group) => group.length > 0);
}

/** `major:minor` of the block device at a path, or null when there is none. */
export async function deviceNumberAt(path: string): Promise<string | null> {
  if (!path.startsWith('/')) return null;
  try {
    const details = await stat(path, { bigint: true });
    return details.isBlockDevice() ? formatDeviceNumber(details.rdev) : null;
  } catch {
    return null;
  }
}

/** A dev_t as glibc packs it, in the form `major:minor`. */
export function formatDeviceNumber(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & ~0xfffn);
  const minor = (device & 0xffn) | ((device >> 12n) & ~0xffn);
  return `${major}:${minor & 0xffffffffn}`;
}
