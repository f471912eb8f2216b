import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, readdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseSize } from '../../core/base/display';
import { sectorSizeSchema } from '../../core/drive/sector-size';
import { createBench } from '../../station/drives/virtual-bench-files';

const MiB = 1024 * 1024;

/** Makes a bench as `prestage bench create` does it, in this process: hundreds of tests begin with one. */
export async function makeBench(
  directory: string,
  drives: number,
  size = '2G',
  sectorSize = 512,
): Promise<void> {
  const sizeBytes = parseSize(size);
  if (sizeBytes === null) throw new Error(`${size} is no size`);
  await createBench(directory, { drives, sizeBytes, sectorSize: sectorSizeSchema.parse(sectorSize) });
}

/** Bytes at the start of swap space that mkswap writes, and the kernel only reads. */
const swapHeader = 4096;

/**
 * Changes when anything in a bench's drives changes: allocation, times, and the bytes at both ends.
 * @param swap the file of a drive that is swap space in use, which the kernel writes to whenever it likes: of it, the header alone
 */
export function benchState(directory: string, swap?: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(directory).sort()) {
    const file = join(directory, name);
    const details = statSync(file, { bigint: true });
    if (file === swap) {
      const [start] = bothEnds(file, Number(details.size));
      hash.update(`${name} ${details.size}\n`).update(start?.subarray(0, swapHeader) ?? '');
      continue;
    }
    hash.update(`${name} ${details.size} ${details.blocks} ${details.mtimeNs}\n`);
    if (name.endsWith('.json')) hash.update(readFileSync(file));
    else if (details.isFile()) for (const end of bothEnds(file, Number(details.size))) hash.update(end);
  }
  return hash.digest('hex');
}

/** The first and the last MiB of a file: where partition tables are. The rest can be gigabytes of nothing. */
function bothEnds(file: string, size: number): Buffer[] {
  const length = Math.min(MiB, size);
  const fd = openSync(file, 'r');
  try {
    return [0, size - length].map((position) => {
      const buffer = Buffer.alloc(length);
      return buffer.subarray(0, readSync(fd, buffer, 0, length, position));
    });
  } finally {
    closeSync(fd);
  }
}

/** Changes bytes of a drive's file, as nothing of the product does. */
export function overwrite(file: string, position: number, bytes: Buffer): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, bytes, 0, bytes.length, position);
  closeSync(fd);
}
