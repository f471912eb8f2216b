import { createHash, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { GiB } from '../../core/base/units';
import { defaultLayoutName, findLayout, planPartitions } from '../../core/drive/layout';
import { chunkMapName, chunkMapSchema, partitionFileName } from '../../core/media/chunk-map';

/**
 * A disk image of random bytes, as what is already compressed, with its chunk map.
 * @param folder is made
 * @param chunk bytes of each of its chunks
 * @returns the file with all its bytes
 */
export function makeRackImage(folder: string, chunk: number, count: number): string {
  mkdirSync(folder);
  const layout = findLayout(defaultLayoutName);
  const partitions = layout === null ? null : planPartitions(layout, 64 * GiB);
  const windows = partitions?.find(({ fileSystem }) => fileSystem === 'ntfs');
  if (windows === undefined) throw new Error('the layout has no Windows partition');
  const whole = join(folder, partitionFileName(windows.number));
  const file = openSync(whole, 'w');
  const chunks = Array.from({ length: count }, (_, index) => {
    const content = randomBytes(chunk);
    writeSync(file, content);
    return {
      ...{ offset: windows.offset + index * chunk, length: chunk, partition: windows.number },
      sha256: createHash('sha256').update(content).digest('hex'),
    };
  });
  closeSync(file);
  const map = {
    version: 1,
    layout: defaultLayoutName,
    driveSize: 64 * GiB,
    sectorSize: 512,
    partitions,
    chunks,
  };
  writeFileSync(join(folder, chunkMapName), JSON.stringify(chunkMapSchema.parse(map)));
  return whole;
}
