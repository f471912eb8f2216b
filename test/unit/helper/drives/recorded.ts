import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Drive } from '../../../../core/drive/drive';
import { assessDrives } from '../../../../helper/drives/assess-drives';
import type { MachineListing } from '../../../../helper/drives/read-listing';
import { parseLsblk } from '../../../../helper/drives/lsblk';
import { parseMountinfo, parseSwaps } from '../../../../helper/drives/proc';
import type { LoopEntry } from '../../../../helper/drives/drives-sysfs';

const folder = join(import.meta.dirname, '../../../fixtures/recorded/drives');

interface SysRecord {
  readonly holders: Record<string, string[]>;
  readonly loops?: Record<string, LoopEntry>;
  readonly byPath?: Record<string, string>;
  readonly btrfsGroups?: string[][];
  readonly zfsActive?: boolean;
  readonly deviceNumbers?: Record<string, string>;
}

/** One file of a recorded machine, as text. */
export function recordedText(machine: string, file: string): string {
  return readFileSync(join(folder, machine, file), 'utf8');
}

/** A recorded machine. */
export function recordedListing(machine: string): MachineListing {
  const document = recordedText(machine, 'lsblk.json');
  const sys = JSON.parse(recordedText(machine, 'sys.json')) as SysRecord;
  return {
    devices: parseLsblk(document),
    mounts: parseMountinfo(recordedText(machine, 'mountinfo')),
    swaps: parseSwaps(recordedText(machine, 'swaps')),
    holders: new Map(Object.entries(sys.holders)),
    loops: new Map(Object.entries(sys.loops ?? {})),
    // Recorded before /sys was asked for more than lsblk tells: every NVMe drive of the recordings is local.
    identities: new Map(
      parseLsblk(document).map(({ kernelName }) => [
        kernelName,
        {
          serial: null,
          wwn: null,
          attachment: `device of ${kernelName}`,
          nvmeTransports: kernelName.startsWith('nvme') ? ['pcie'] : [],
          ataPassword: 'none' as const,
        },
      ]),
    ),
    byPath: new Map(Object.entries(sys.byPath ?? {})),
    btrfsGroups: sys.btrfsGroups ?? [],
    zfsActive: sys.zfsActive ?? false,
    deviceNumbers: new Map(Object.entries(sys.deviceNumbers ?? {})),
  };
}

/** Every drive of a listing by its path, without a bench. */
export function drivesOf(listing: MachineListing): Map<string, Drive> {
  const drives = assessDrives(listing, [], { benchDirectory: null, protectedPaths: [] });
  return new Map(drives.map((drive) => [drive.path, drive]));
}

/** The reasons against each drive of a listing, as `code: message`, by path. */
export function verdictsOf(listing: MachineListing): Record<string, string[]> {
  const verdicts: Record<string, string[]> = {};
  for (const [path, drive] of drivesOf(listing)) {
    verdicts[path] = drive.reasons.map(({ code, message }) => `${code}: ${message}`);
  }
  return verdicts;
}
