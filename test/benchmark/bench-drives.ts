import { mkdir, open, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { benchFileName, benchSchema, type Bench } from '../../core/drive/virtual-bench';

/** A drive of a run. */
export interface BenchDrive {
  /** What Prestage lists and `dd` writes: the node of a block device, or the file itself. */
  readonly device: string;
  /** The file that holds its bytes. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
}

/** The drives that the contenders work on. */
export interface BenchRack {
  /** The bench folder, links resolved. */
  readonly folder: string;
  readonly drives: readonly BenchDrive[];
  /**
   * Gives every drive a new, empty file, so that no contender overwrites blocks that another one has already had the file
   * system allocate.
   */
  renew(): Promise<void>;
  /** Lets go of the drives; the files stay. */
  detach(): Promise<void>;
}

/**
 * Makes the folder of a bench, without its drives.
 * @param size bytes of one drive
 */
export async function makeBenchFolder(
  parent: string,
  name: string,
  count: number,
  size: number,
): Promise<{ readonly folder: string; readonly bench: Bench }> {
  const folder = join(await realpath(parent), name);
  await mkdir(folder, { recursive: true });
  const bench = benchSchema.parse({
    prestageBench: 1,
    drives: Array.from({ length: count }, (_, index) => ({
      file: `drive-${index + 1}.img`,
      bay: String(index + 1),
      model: 'Bench drive',
      serial: `BENCH${String(index + 1).padStart(4, '0')}`,
      wwn: null,
      size,
      sectorSize: 512,
    })),
  });
  await writeFile(join(folder, benchFileName), JSON.stringify(bench, null, 2));
  return { folder, bench };
}

/** Makes each drive's file anew, empty and sparse. @returns their paths, in the bench's order */
export async function renewFiles(folder: string, bench: Bench): Promise<BenchDrive[]> {
  const drives: BenchDrive[] = [];
  for (const { file, size } of bench.drives) {
    const path = join(folder, file);
    await rm(path, { force: true });
    const handle = await open(path, 'wx');
    await handle.truncate(size);
    await handle.close();
    drives.push({ device: path, file: path, size });
  }
  return drives;
}

/**
 * Drives that are plain files: in memory, so that the processor is the limit and nothing else. What the kernel does for
 * them it does for the process that asked, which loop devices leave to threads of the kernel: processor times are whole.
 */
export class FileRack implements BenchRack {
  private files: readonly BenchDrive[] = [];

  private constructor(
    readonly folder: string,
    private readonly bench: Bench,
  ) {}

  /** @param size bytes of one drive */
  static async create(parent: string, name: string, count: number, size: number): Promise<FileRack> {
    const { folder, bench } = await makeBenchFolder(parent, name, count, size);
    const rack = new FileRack(folder, bench);
    await rack.renew();
    return rack;
  }

  get drives(): readonly BenchDrive[] {
    return this.files;
  }

  async renew(): Promise<void> {
    this.files = await renewFiles(this.folder, this.bench);
  }

  async detach(): Promise<void> {
    // Nothing holds a plain file.
  }
}
