import { truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PrestageError } from '../../core/base/errors';
import type { PlannedPartition } from '../../core/drive/layout';
import { cachePlace, toolOnDisk } from '../tools/disk';
import { lastWords, runTool, type ToolResult } from '../tools/runner';
import type { ToolName } from '../tools/requirements';

/**
 * The geometry that firmware and Windows assume for large disks. NTFS boot code finds its partition by
 * these and by the partition's start, so both go into the boot sector.
 */
const heads = 255;
const sectorsPerTrack = 63;
/** Bytes. NTFS's default; for FAT32 it keeps 260 MiB above the 65,525 clusters that FAT32 needs. */
const clusterBytes = 4096;

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
  const startSector = String(partition.offset / sectorSize);
  const label = partition.label ?? '';
  const [tool, args]: [ToolName, string[]] =
    partition.fileSystem === 'fat32'
      ? [
          'mkfs.fat',
          ['-F', '32', '-S', String(sectorSize), '-s', String(clusterBytes / sectorSize)].concat([
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
          ['-F', '-Q', '-q', '-s', String(sectorSize), '-c', String(clusterBytes), '-p', startSector].concat([
            '-H',
            String(heads),
            '-S',
            String(sectorsPerTrack),
            '-L',
            label,
            file,
          ]),
        ];
  const result = await runTool(tool, args, { signal });
  if (result.status !== 0) {
    const failed = diskImageFailed(`${tool} could not format partition ${partition.number}`, result);
    throw await toolOnDisk(result.stderr, cachePlace(dirname(file)), failed);
  }
}

/** An error of a tool that works on the disk image, with the tool's last words as the cause. */
export function diskImageFailed(what: string, result: Pick<ToolResult, 'status' | 'stderr'>): PrestageError {
  return new PrestageError({
    code: 'render-failed',
    message: `The disk image could not be made: ${what}.`,
    cause: `exit status ${result.status}: ${lastWords(result.stderr)}`,
  });
}
