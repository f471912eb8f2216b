import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AtaPassword } from '../../core/drive/drive-notes';
import { PrestageError } from '../../core/base/errors';
import { errorCodeOf } from '../../core/base/system-error';
import { timeouts } from '../../core/base/timeouts';
import { lastWords, runTool } from '../tools/runner';
import { listingFailed } from './listing-failed';
import { flattenLsblk, parseLsblk, type LsblkDevice } from './lsblk';
import { parseMountinfo, parseSwaps, type MountEntry, type SwapEntry } from './proc';
import {
  deviceNumberAt,
  readAtaPassword,
  readAttachment,
  readNvmeTransports,
  readBtrfsGroups,
  readByPath,
  readHolders,
  readIdentity,
  readLoop,
  type LoopEntry,
} from './drives-sysfs';

/** What /sys and udev say of a whole device. */
interface FoundIdentity {
  readonly serial: string | null;
  readonly wwn: string | null;
  readonly attachment: string;
  readonly nvmeTransports: readonly string[] | null;
  readonly ataPassword: AtaPassword;
}

/** Everything the machine says of its block devices, as it says it. */
export interface MachineListing {
  readonly devices: readonly LsblkDevice[];
  readonly mounts: readonly MountEntry[];
  readonly swaps: readonly SwapEntry[];
  /** By kernel name; null where /sys does not tell. */
  readonly holders: ReadonlyMap<string, readonly string[] | null>;
  /** Attached loop devices by kernel name. */
  readonly loops: ReadonlyMap<string, LoopEntry>;
  /** What /sys says where lsblk is silent, by kernel name. */
  readonly identities: ReadonlyMap<string, FoundIdentity>;
  /** /dev/disk/by-path links by kernel name. */
  readonly byPath: ReadonlyMap<string, string>;
  /** Kernel names of the members of each mounted btrfs file system. */
  readonly btrfsGroups: readonly (readonly string[])[];
  /** The ZFS kernel module is loaded. It holds its members without a trace in /sys. */
  readonly zfsActive: boolean;
  /** `major:minor` behind the paths that mounts, swaps and loops name. */
  readonly deviceNumbers: ReadonlyMap<string, string>;
}

/**
 * Asks the machine: lsblk, /sys and /proc.
 * @throws PrestageError drive-listing-failed, tool-missing
 */
export async function readListing(): Promise<MachineListing> {
  try {
    return await readAll('/sys', '/proc', '/dev');
  } catch (error) {
    if (error instanceof PrestageError && error.code !== 'tool-failed') throw error;
    throw listingFailed('the system did not respond', error);
  }
}

async function readAll(sysRoot: string, procRoot: string, devRoot: string): Promise<MachineListing> {
  const devices = await runLsblk();
  const mounts = parseMountinfo(await readFile(join(procRoot, 'self/mountinfo'), 'utf8'));
  const swaps = parseSwaps(await readIfThere(join(procRoot, 'swaps')));

  const all = flattenLsblk(devices);
  const holders = new Map<string, readonly string[] | null>();
  const loops = new Map<string, LoopEntry>();
  const identities = new Map<string, FoundIdentity>();
  for (const { kernelName } of all) holders.set(kernelName, await readHolders(sysRoot, kernelName));
  for (const { kernelName, deviceNumber } of devices) {
    identities.set(kernelName, {
      ...(await readIdentity(sysRoot, kernelName)),
      attachment: await readAttachment(sysRoot, kernelName),
      nvmeTransports: await readNvmeTransports(sysRoot, kernelName),
      ataPassword: await readAtaPassword('/run', deviceNumber),
    });
    const loop = await readLoop(sysRoot, kernelName);
    if (loop !== null) loops.set(kernelName, loop);
  }
  const deviceNumbers = new Map<string, string>();
  const named = [
    ...mounts.map((mount) => mount.source),
    ...swaps.map((swap) => swap.path),
    ...[...loops.values()].map((loop) => loop.backingFile),
  ];
  for (const path of new Set(named)) {
    const number = await deviceNumberAt(path);
    if (number !== null) deviceNumbers.set(path, number);
  }
  const zfs = await readIfThere(join(sysRoot, 'module/zfs/initstate'));
  return {
    devices,
    mounts,
    swaps,
    holders,
    loops,
    identities,
    byPath: await readByPath(devRoot),
    btrfsGroups: await readBtrfsGroups(sysRoot),
    zfsActive: zfs !== '' || mounts.some((mount) => mount.fileSystem === 'zfs'),
    deviceNumbers,
  };
}

async function runLsblk(): Promise<LsblkDevice[]> {
  const result = await runTool('lsblk', ['--json', '--bytes', '--output-all'], {
    timeout: timeouts.listingTool,
  });
  if (result.status !== 0) {
    throw listingFailed(`lsblk ended with status ${result.status}`, lastWords(result.stderr));
  }
  return parseLsblk(result.stdout.toString('utf8'));
}

/** A kernel without swap has no /proc/swaps; any other failure to read is one of the listing. */
async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return '';
    throw error;
  }
}
