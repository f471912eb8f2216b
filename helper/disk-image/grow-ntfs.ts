/**
 * Grows an NTFS volume, in numbers: which bytes of it are others on a larger partition (docs/adr/0064-one-render-for-all-sizes.md). Only four
 * places of NTFS know the volume's length: the boot sector and its copy in the partition's last sector, `$Bitmap` with a bit for each
 * cluster, and `$BadClus`, whose one hole is as long as the volume. Files stay where they are.
 *
 * Source of the forms: ntfs-3g's layout.h, and what its mkntfs writes; ntfsresize changes the same places, and also has Windows check the
 * volume twice at its next start.
 */
import type { Edit } from './lay-edits';

/** A volume with this form is not grown; its disk image is made for each size. */
export class NotGrowable extends Error {}

export interface Volume {
  /** Bytes of its partition. */
  readonly length: number;
  readonly sectorSize: number;
  readonly clusterBytes: number;
  /** Reads bytes of the volume. */
  readonly read: (offset: number, length: number) => Promise<Buffer>;
}

/** Bytes that are others on the larger partition. */
interface Run {
  /** First cluster; null: a hole. */
  readonly start: number | null;
  readonly clusters: number;
}

const bitmapRecord = 6;
const badClusterRecord = 8;
const dataAttribute = 0x80;
/** Sectors of 512 bytes, whatever the drive's are: the last two bytes of each are kept elsewhere (NTFS_BLOCK_SIZE). */
const protectedBytes = 512;

/**
 * @param length bytes of the larger partition
 * @param hiddenSectors what the boot sector says of the partition's start
 * @returns in the order in which they are to be laid over each other
 * @throws NotGrowable
 */
export async function growNtfs(volume: Volume, length: number, hiddenSectors: number): Promise<Edit[]> {
  const { sectorSize, clusterBytes } = volume;
  const boot = await volume.read(0, sectorSize);
  const sectors = volume.length / sectorSize - 1;
  const perCluster = boot.readUInt8(0x0d);
  demand(boot.toString('latin1', 3, 11) === 'NTFS    ', 'it has no boot sector of NTFS');
  demand(boot.readUInt16LE(0x0b) === sectorSize, 'its sectors have another size');
  demand(perCluster * sectorSize === clusterBytes, 'its clusters have another size');
  demand(Number(boot.readBigInt64LE(0x28)) === sectors, 'its length is not that of its partition');
  demand(length >= volume.length && length % sectorSize === 0, 'it would not grow');
  const newSectors = length / sectorSize - 1;
  boot.writeUInt32LE(hiddenSectors, 0x1c);
  boot.writeBigInt64LE(BigInt(newSectors), 0x28);
  const [clusters, newClusters] = [Math.floor(sectors / perCluster), Math.floor(newSectors / perCluster)];
  const edits = newClusters === clusters ? [] : await growFiles(volume, boot, clusters, newClusters);
  // Last: the copy may stand in a cluster that held something.
  return [...edits, edit(0, boot), edit(length - sectorSize, boot)];
}

/** `$Bitmap` and `$BadClus`. */
async function growFiles(
  { read, clusterBytes }: Volume,
  boot: Buffer,
  clusters: number,
  newClusters: number,
): Promise<Edit[]> {
  const mft = Number(boot.readBigInt64LE(0x30)) * clusterBytes;
  const perRecord = boot.readInt8(0x40);
  const recordBytes = perRecord < 0 ? 2 ** -perRecord : perRecord * clusterBytes;
  demand(recordBytes === 1024 || recordBytes === 4096, 'its records have another size');
  const first = new MftRecord(await read(mft, recordBytes));
  const [ownRun] = first.runs(first.find(''));
  demand(
    ownRun?.start === mft / clusterBytes && ownRun.clusters * clusterBytes >= 9 * recordBytes,
    'its first records are not in one piece',
  );
  const [bitmapAt, badAt] = [mft + bitmapRecord * recordBytes, mft + badClusterRecord * recordBytes];
  const bitmap = new MftRecord(await read(bitmapAt, recordBytes));
  const bad = new MftRecord(await read(badAt, recordBytes));

  const hole = bad.find('$Bad');
  const [whole, ...others] = bad.runs(hole);
  demand(whole?.start === null && whole.clusters === clusters && others.length === 0, 'it has bad clusters');
  const sizes = { allocated: newClusters * clusterBytes, data: newClusters * clusterBytes, initialized: 0 };
  bad.replace(hole, [{ start: null, clusters: newClusters }], sizes);

  const map = bitmap.find('');
  const runs = bitmap.runs(map);
  const had = runs.reduce((sum, run) => sum + run.clusters, 0);
  // In units of eight bytes, as mkntfs makes it.
  const bytes = Math.ceil(newClusters / 64) * 8;
  const needed = Math.ceil(bytes / clusterBytes);
  const added = needed - had;
  demand(
    runs.every(({ start }) => start !== null) && added >= 0 && clusters + added <= newClusters,
    'its bitmap has no room',
  );
  // Behind the old end nothing can be in use.
  bitmap.replace(map, added === 0 ? runs : [...runs, { start: clusters, clusters: added }], {
    allocated: needed * clusterBytes,
    data: bytes,
    initialized: bytes,
  });

  const bits = new Bits(read, runs, clusters, clusterBytes);
  await bits.set(clusters, had * clusterBytes * 8, false);
  await bits.set(clusters, clusters + added, true);
  await bits.set(newClusters, bytes * 8, true);
  return [
    ...(added === 0 ? [] : [{ offset: clusters * clusterBytes, length: added * clusterBytes, bytes: null }]),
    ...bits.edits(),
    edit(bitmapAt, bitmap.packed()),
    edit(badAt, bad.packed()),
  ];
}

const edit = (offset: number, bytes: Buffer): Edit => ({ offset, length: bytes.length, bytes });

function demand(holds: boolean, problem: string): asserts holds {
  if (!holds) throw new NotGrowable(problem);
}

/** Bits are counted from the lowest one of the first byte. */
function setBits(bytes: Buffer, from: number, to: number, value: boolean): void {
  for (let bit = from; bit < to;) {
    const at = Math.floor(bit / 8);
    const whole = Math.floor(to / 8);
    if (bit % 8 === 0 && at < whole) {
      bytes.fill(value ? 0xff : 0, at, whole);
      bit = whole * 8;
    } else {
      const mask = 1 << (bit % 8);
      bytes[at] = value ? (bytes[at] ?? 0) | mask : (bytes[at] ?? 0) & ~mask;
      bit += 1;
    }
  }
}

/** Clusters of `$Bitmap` in which bits change. */
class Bits {
  readonly #changed = new Map<number, Buffer>();
  readonly #had: number;

  /** @param end first cluster behind the old volume, where the bitmap goes on */
  constructor(
    private readonly read: Volume['read'],
    private readonly runs: readonly Run[],
    private readonly end: number,
    private readonly clusterBytes: number,
  ) {
    this.#had = runs.reduce((sum, { clusters }) => sum + clusters, 0);
  }

  async set(from: number, to: number, value: boolean): Promise<void> {
    const perCluster = this.clusterBytes * 8;
    for (let bit = from; bit < to;) {
      const index = Math.floor(bit / perCluster);
      const begin = index * perCluster;
      const end = Math.min(to, begin + perCluster);
      setBits(await this.#cluster(index), bit - begin, end - begin, value);
      bit = end;
    }
  }

  edits(): Edit[] {
    return [...this.#changed].map(([index, bytes]) => edit(this.#place(index), bytes));
  }

  async #cluster(index: number): Promise<Buffer> {
    const known = this.#changed.get(index);
    if (known !== undefined) return known;
    const bytes =
      index < this.#had
        ? await this.read(this.#place(index), this.clusterBytes)
        : Buffer.alloc(this.clusterBytes);
    this.#changed.set(index, bytes);
    return bytes;
  }

  #place(index: number): number {
    let left = index;
    for (const { start, clusters } of this.runs) {
      if (left < clusters) return ((start ?? 0) + left) * this.clusterBytes;
      left -= clusters;
    }
    return (this.end + left) * this.clusterBytes;
  }
}

/** A record of the MFT. */
class MftRecord {
  /** With the last bytes of each sector where they belong. */
  #bytes: Buffer;

  constructor(packed: Buffer) {
    demand(packed.toString('latin1', 0, 4) === 'FILE', 'a record is not one');
    this.#bytes = Buffer.from(packed);
    const [at, count] = [packed.readUInt16LE(4), packed.readUInt16LE(6)];
    demand(
      count === packed.length / protectedBytes + 1 && at + 2 * count <= 510,
      'a record has another form',
    );
    for (let sector = 1; sector < count; sector += 1) {
      const end = sector * protectedBytes - 2;
      demand(packed.readUInt16LE(end) === packed.readUInt16LE(at), 'a record is half-written');
      packed.copy(this.#bytes, end, at + 2 * sector, at + 2 * sector + 2);
    }
    demand(packed.readUInt32LE(0x18) <= packed.length, 'a record is longer than its place');
  }

  /** As it lies on the volume. */
  packed(): Buffer {
    const bytes = Buffer.from(this.#bytes);
    const [at, count] = [bytes.readUInt16LE(4), bytes.readUInt16LE(6)];
    for (let sector = 1; sector < count; sector += 1) {
      const end = sector * protectedBytes - 2;
      bytes.copy(bytes, at + 2 * sector, end, end + 2);
      bytes.copy(bytes, end, at, at + 2);
    }
    return bytes;
  }

  /** Where the data attribute of that name begins: one that lies outside of the record, whole. */
  find(name: string): number {
    const bytes = this.#bytes;
    let at = bytes.readUInt16LE(0x14);
    while (at + 16 <= bytes.length) {
      const type = bytes.readUInt32LE(at);
      const length = bytes.readUInt32LE(at + 4);
      if (type === 0xffffffff || length < 16 || at + length > bytes.length) break;
      const nameAt = at + bytes.readUInt16LE(at + 10);
      const own = bytes.toString('utf16le', nameAt, nameAt + 2 * bytes.readUInt8(at + 9));
      if (type === dataAttribute && own === name) {
        const plain = bytes.readUInt8(at + 8) === 1 && length >= 64 && bytes.readUInt16LE(at + 12) === 0;
        demand(plain && bytes.readBigInt64LE(at + 16) === 0n, 'a file of its own has another form');
        return at;
      }
      at += length;
    }
    throw new NotGrowable('a file of its own has no content');
  }

  runs(at: number): Run[] {
    const bytes = this.#bytes;
    const end = at + bytes.readUInt32LE(at + 4);
    const runs: Run[] = [];
    let place = at + bytes.readUInt16LE(at + 0x20);
    let start = 0;
    while (place < end && bytes[place] !== 0) {
      const head = bytes.readUInt8(place);
      const [lengthBytes, startBytes] = [head & 15, head >> 4];
      place += 1;
      demand(
        lengthBytes >= 1 && lengthBytes <= 6 && startBytes <= 6 && place + lengthBytes + startBytes < end,
        'a list of runs is not valid',
      );
      const clusters = bytes.readIntLE(place, lengthBytes);
      demand(clusters > 0, 'a list of runs is not valid');
      place += lengthBytes;
      if (startBytes > 0) start += bytes.readIntLE(place, startBytes);
      place += startBytes;
      runs.push({ start: startBytes === 0 ? null : start, clusters });
    }
    return runs;
  }

  /** Gives an attribute other runs and sizes, and moves what follows. */
  replace(
    at: number,
    runs: readonly Run[],
    sizes: { readonly allocated: number; readonly data: number; readonly initialized: number },
  ): void {
    const bytes = this.#bytes;
    const used = bytes.readUInt32LE(0x18);
    const head = bytes.readUInt16LE(at + 0x20);
    const list = encodeRuns(runs);
    const length = Math.ceil((head + list.length) / 8) * 8;
    const behind = bytes.subarray(at + bytes.readUInt32LE(at + 4), used);
    demand(at + length + behind.length <= bytes.length, 'a record has no room');
    const attribute = Buffer.alloc(length);
    bytes.copy(attribute, 0, at, at + head);
    list.copy(attribute, head);
    attribute.writeUInt32LE(length, 4);
    const clusters = runs.reduce((sum, run) => sum + run.clusters, 0);
    attribute.writeBigInt64LE(BigInt(clusters - 1), 0x18);
    attribute.writeBigInt64LE(BigInt(sizes.allocated), 0x28);
    attribute.writeBigInt64LE(BigInt(sizes.data), 0x30);
    attribute.writeBigInt64LE(BigInt(sizes.initialized), 0x38);
    const record = Buffer.concat([bytes.subarray(0, at), attribute, behind]);
    record.writeUInt32LE(record.length, 0x18);
    this.#bytes = Buffer.concat([record, Buffer.alloc(bytes.length - record.length)]);
  }
}

/** Pairs of length and distance, each in as few bytes as it takes (mapping pairs). */
function encodeRuns(runs: readonly Run[]): Buffer {
  const parts: Buffer[] = [];
  let last = 0;
  for (const { start, clusters } of runs) {
    const length = signed(clusters);
    const distance = start === null ? Buffer.alloc(0) : signed(start - last);
    parts.push(Buffer.from([(distance.length << 4) | length.length]), length, distance);
    last = start ?? last;
  }
  return Buffer.concat([...parts, Buffer.from([0])]);
}

function signed(value: number): Buffer {
  let bytes = 1;
  while (value >= 2 ** (8 * bytes - 1) || value < -(2 ** (8 * bytes - 1))) bytes += 1;
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntLE(value, 0, bytes);
  return buffer;
}
