import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { benchFileName } from '../../core/drive/virtual-bench';
import type { BlockReasonCode, Drive } from '../../core/drive/drive';
import { GiB } from '../../core/base/units';
import { createBench } from '../drives/virtual-bench-files';
import type { StatePaths } from '../state/state-paths';

/** Eight sparse drives: a small rack, and room for the usual images in training. */
const trainingDrives = { drives: 8, sizeBytes: 8 * GiB, sectorSize: 512 } as const;

/** Folder of the bench of virtual drives that belongs to a station; made when it is missing. */
export async function openTrainingBench(paths: Pick<StatePaths, 'ledgerFile'>): Promise<string> {
  const directory = join(dirname(paths.ledgerFile), 'training-bench');
  if (!existsSync(join(directory, benchFileName))) await createBench(directory, trainingDrives);
  return directory;
}

/** Reasons that a drive of a bench never has: what is blocked for one of them is this computer's own. */
const neverOnABench: ReadonlySet<BlockReasonCode> = new Set([
  'live-medium',
  'own-disk',
  'system-disk',
  'state-on-drive',
  'media-on-drive',
  'optical',
  'memory-disk',
  'loop-device',
  'no-medium',
  'not-a-disk',
]);

/** Whether nothing that is attached could ever be a drive to write. */
export function hasNoRealDrive(drives: readonly Drive[]): boolean {
  return drives.every(({ reasons }) => reasons.some(({ code }) => neverOnABench.has(code)));
}
