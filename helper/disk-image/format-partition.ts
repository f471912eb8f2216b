import { truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DiskPlace } from '../../core/base/disk-refusal';
import { PrestageError } from '../../core/base/errors';
import type { PlannedPartition } from '../../core/drive/layout';
import { clusterBytesOf, hiddenSectors } from '../../core/drive/ntfs';
import { cachePlace, toolOnDisk } from '../tools/disk';
import { lastWords, runTool, warningsOf, type ToolResult } from '../tools/runner';
import type { ToolName } from '../tools/requirements';

/**
 * The geometry that firmware and Windows assume for large disks. NTFS boot code finds its partition by
 * these and by the partition's start, so both go into the boot sector.
 */
const heads = 255;
const sectorsPerTrack = 63;
/** Bytes. Keeps 260 MiB above the 65,525 clusters that FAT32 needs. */
const fatClusterBytes = 4096;

/**
 * Makes the empty file system of one partition in a sparse file of the partition's length.
 * @param sectorSize logical sector of the drive, bytes
 * @throws PrestageError tool-missing, render-no-space, render-failed, cancelled
 */
export async function formatPartition(
  partition: PlannedPartition,
  file: string,
  sectorSize: number,
  signal: AbortSignal,
): Promise<void> {
  await writeFile(file, '', { flag: 'wx', mode: 0o600 });
  await truncate(file, partition.length);
  const startSector = String(hiddenSectors(partition.offset / sectorSize));
  const label = partition.label ?? '';
  const [tool, args]: [ToolName, string[]] =
    partition.fileSystem === 'fat32'
      ? [
          'mkfs.fat',
          ['-F', '32', '-S', String(sectorSize), '-s', String(fatClusterBytes / sectorSize)].concat([
            '-h',
            startSector,
            '-g',
            `${heads}/${sectorsPerTrack}`,
            '-n',
            label,
            file,
          ]),
        ]
      : [
          'mkntfs',
          [
            '-F',
            '-Q',
            '-q',
            '-s',
            String(sectorSize),
            '-c',
            String(clusterBytes(partition)),
            '-p',
            startSector,
          ].concat(['-H', String(heads), '-S', String(sectorsPerTrack), '-L', label, file]),
        ];
  const result = await runTool(tool, args, { signal });
  const { number } = partition;
  await requireDone(
    result,
    cachePlace(dirname(file)),
    `${tool} could not format partition ${number}`,
    `${tool}, for partition ${number},`,
    [largeClusters],
  );
}

/** Of mkntfs, for the clusters that large volumes need: nothing of the media is compressed by NTFS. */
const largeClusters =
  /^Windows cannot use compression when the cluster size is larger than 4096 bytes\.\s+Compression has been disabled for this volume\.$/;

/**
 * Refuses what a tool did that worked on a disk image, unless it succeeded and warned of nothing.
 * @param place where it wrote to
 * @param failure what happened if it failed, as the end of a sentence
 * @param what the tool and its task, for {@link refuseWarnings}
 * @param harmless lines that say nothing of what was made
 * @throws PrestageError render-no-space, disk-unwritable, render-failed
 */
export async function requireDone(
  result: Pick<ToolResult, 'args' | 'status' | 'stderr'>,
  place: DiskPlace,
  failure: string,
  what: string,
  harmless: readonly RegExp[] = [],
): Promise<void> {
  if (result.status !== 0) {
    throw await toolOnDisk(result.stderr, place, diskImageFailed(failure, result));
  }
  refuseWarnings(what, result, harmless);
}

/**
 * Refuses what a tool made while it warned of something: nobody reads a warning on a station that works.
 * @param harmless lines that say nothing of what was made
 * @throws PrestageError render-failed
 */
export function refuseWarnings(
  what: string,
  result: Pick<ToolResult, 'args' | 'stderr'>,
  harmless: readonly RegExp[] = [],
): void {
  const warnings = warningsOf(result, harmless);
  if (warnings.length === 0) return;
  throw new PrestageError({
    code: 'render-failed',
    message: `The disk image could not be made: ${what} warned of something.`,
    cause: warnings.join(' '),
  });
}

/** Bytes of a cluster of an NTFS partition. */
export function clusterBytes({ length, number }: PlannedPartition): number {
  const bytes = clusterBytesOf(length);
  // Refused before anything is made (core/job/batch-rules.ts).
  if (bytes === null) throw new Error(`partition ${number} is too large for NTFS`);
  return bytes;
}

/** An error of a tool that works on the disk image, with the tool's last words as the cause. */
export function diskImageFailed(what: string, result: Pick<ToolResult, 'status' | 'stderr'>): PrestageError {
  return new PrestageError({
    code: 'render-failed',
    message: `The disk image could not be made: ${what}.`,
    cause: `exit status ${result.status}: ${lastWords(result.stderr)}`,
  });
}
