/**
 * Whether drives could be written while the disk image is still made (docs/adr/0074-whole-image-first.md).
 *
 *   npx tsx test/benchmark/early-writing.ts [--megabytes M] [--wim FILE] [--rounds N] [--look SECONDS] [--costs A,B,C,D]
 *
 * Makes a disk image in memory and stops it again and again, to hash every chunk that is there: which of them still change after they
 * looked whole? Then makes it alone and beside a reader that hashes and copies such chunks, in turn. What a cold batch takes is
 * reckoned from these processor times for drives and computers of several speeds; with --costs also from given ones (a quiet machine's).
 */
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
} from 'node:fs';
import { rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { maximumChunkBytes, planRanges, type ByteRange } from '../../core/media/chunk-map';
import { GiB, KiB, MiB } from '../../core/base/units';
import { batchSeconds, type Costs } from './early-model';
import { bytesOf, cellBytes, earlyPieces, finalBytes, type Look } from './early-pieces';
import { ensureWim } from './generate-wim';
import { childrensProcessorSeconds, median } from './tools';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '800' },
    wim: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    look: { type: 'string', default: '0.25' },
    costs: { type: 'string' },
  },
});
const root = resolve(import.meta.dirname, '../..');
const addon = createRequire(import.meta.url)(join(root, 'helper/addon/build/Release/block_device.node')) as {
  dataExtents(fd: number, length: number): number[];
};
const namesAMegabyte = 52_000 / 2350;
const gigabyte = 1e9;
/** Ticks a second in /proc (proc_pid_stat(5)). */
const ticks = 100;
const write = (text: string): void => void process.stdout.write(`${text}\n`);

interface Making {
  readonly ended: Promise<void>;
  /** Processor seconds of the one thread that writes the volume; null before it runs and when it has gone. */
  readonly writerSeconds: () => number | null;
}

/** Process group that makes a disk image now, stopped or not; 0: none. */
let group = 0;

function makeVolume(wim: string, volume: string, bytes: number): Making {
  rmSync(volume, { force: true });
  writeFileSync(volume, '');
  truncateSync(volume, bytes);
  execFileSync('/sbin/mkntfs', ['-F', '-Q', '-q', '-c', '4096', volume], { stdio: 'ignore' });
  const program = join(root, 'helper/unpack-wim/build/unpack-wim');
  const args = [wim, '1', '--', '/usr/bin/wimlib-imagex', 'apply', '-', '1', volume];
  // Its own process group: stopped and continued as a whole.
  const child = spawn(program, args, { detached: true, stdio: 'ignore' });
  group = child.pid ?? 0;
  const ended = new Promise<void>((done, fail) => {
    child.once('error', fail);
    child.once('close', (status) => {
      group = 0;
      if (status === 0) done();
      else fail(new Error(`unpack-wim ended with ${status ?? 'a signal'}`));
    });
  });
  ended.catch(() => undefined);
  let writer: number | null = null;
  const writerSeconds = (): number | null => {
    writer ??= findWriter(child.pid ?? 0);
    if (writer === null) return null;
    const fields = statOf(writer);
    return fields === null || fields[0] === 'Z' ? null : (Number(fields[11]) + Number(fields[12])) / ticks;
  };
  return { ended, writerSeconds };
}

/** Fields of /proc/PID/stat from the third on: state, parent, process group, … */
function statOf(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function findWriter(group: number): number | null {
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const fields = statOf(Number(name));
    if (fields?.[2] !== String(group)) continue;
    if (readFileSync(`/proc/${name}/comm`, 'utf8').startsWith('wimlib')) return Number(name);
  }
  return null;
}

function rangesNow(fd: number): ByteRange[] {
  const { size } = fstatSync(fd);
  const flat = addon.dataExtents(fd, size);
  const ranges: ByteRange[] = [];
  for (let index = 0; index < flat.length; index += 2) {
    ranges.push({ offset: flat[index] ?? 0, length: (flat[index + 1] ?? 0) - (flat[index] ?? 0) });
  }
  return planRanges(ranges, size);
}

const buffer = Buffer.alloc(maximumChunkBytes);
function readChunk(fd: number, { offset, length }: ByteRange): Buffer {
  const bytes = buffer.subarray(0, length);
  if (readSync(fd, bytes, 0, length, offset) !== length) throw new Error('the volume is shorter than it was');
  return bytes;
}
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function lookAt(fd: number): Float64Array {
  const cells = new Float64Array(fstatSync(fd).size / cellBytes);
  for (const range of rangesNow(fd)) {
    const first = Math.floor(range.offset / cellBytes);
    const end = Math.ceil((range.offset + range.length) / cellBytes);
    const bytes = readChunk(fd, { offset: first * cellBytes, length: (end - first) * cellBytes });
    for (let cell = first; cell < end; cell += 1) {
      const start = (cell - first) * cellBytes;
      const hash = createHash('sha256').update(bytes.subarray(start, start + cellBytes));
      cells[cell] = 1 + hash.digest().readUIntBE(0, 6);
    }
  }
  return cells;
}

function endOf(ended: Promise<void>): { readonly over: boolean } {
  const state = { over: false };
  const end = (): void => {
    state.over = true;
  };
  ended.then(end, end);
  return state;
}

/** Makes the disk image, stopped for a look each `step` processor seconds of its writer; the last look is at the whole. */
async function trace(wim: string, volume: string, bytes: number, step: number): Promise<Look[]> {
  const { ended, writerSeconds } = makeVolume(wim, volume, bytes);
  const looks: Look[] = [];
  const fd = openSync(volume, 'r');
  let last = 0;
  const making = endOf(ended);
  try {
    while (!making.over) {
      const now = writerSeconds();
      if (now !== null) last = now;
      if (now === null || now < (looks.at(-1)?.at ?? 0) + step) {
        await sleep(10);
        continue;
      }
      process.kill(-group, 'SIGSTOP');
      looks.push({ at: now, cells: lookAt(fd) });
      process.kill(-group, 'SIGCONT');
      await sleep(10);
    }
    await ended;
    return [...looks, { at: last, cells: lookAt(fd) }];
  } finally {
    closeSync(fd);
  }
}

const sum = (list: readonly number[]): number => list.reduce((all, one) => all + one, 0);

/** Follows a disk image that is made, and hashes and copies what looks whole. @returns its own processor seconds, and bytes */
async function follow(
  volume: string,
  making: Making,
  copies: readonly number[],
): Promise<{ processor: number; bytes: number }> {
  const fd = openSync(volume, 'r');
  const before = process.cpuUsage();
  const done = new Set<number>();
  let lengths = new Map<number, number>();
  let bytes = 0;
  const end = endOf(making.ended);
  while (!end.over) {
    const ranges = rangesNow(fd);
    for (const range of ranges) {
      if (done.has(range.offset) || lengths.get(range.offset) !== range.length) continue;
      sha256(readChunk(fd, range));
      // A place that is used again and again: what is measured is the copy, and memory is short.
      for (const copy of copies) {
        writeSync(copy, buffer, 0, range.length, (done.size % 8) * maximumChunkBytes);
      }
      done.add(range.offset);
      bytes += range.length;
      await sleep(0);
    }
    lengths = new Map(ranges.map(({ offset, length }) => [offset, length]));
    await sleep(250);
  }
  closeSync(fd);
  const { user, system } = process.cpuUsage(before);
  return { processor: (user + system) / 1e6, bytes };
}

const folder = realpathSync(mkdtempSync('/dev/shm/prestage-bench-early-'));
process.once('exit', () => {
  if (group !== 0) process.kill(-group, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => process.exit(130));
const log = (text: string): void => void process.stderr.write(`${text}\n`);
const context = { signal: new AbortController().signal, folder, inMemory: true, log };
const megabytes = Number(values.megabytes);
const wim = values.wim ?? (await ensureWim(context, Math.round(megabytes * namesAMegabyte), megabytes)).path;
const volume = join(folder, 'volume.img');
const volumeBytes = 16 * GiB;

log('tracing');
const looks = await trace(wim, volume, volumeBytes, Number(values.look));
const last = looks.at(-1);
if (last === undefined) throw new Error('no look');
const total = bytesOf(last, 0, last.cells.length);
write(`${(total / gigabyte).toFixed(2)} GB; ${looks.length - 1} looks; sizes are of pieces`);
const sizes = [64 * KiB, MiB, maximumChunkBytes];
const share = (bytes: number): string => `${((100 * bytes) / total).toFixed(1)} %`.padStart(10);
write(`writer     there   final: ${sizes.map((size) => `${size / KiB} KiB`).join(', ')}`);
for (const tenth of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
  const look = looks.find(({ at }) => at >= (last.at * tenth) / 10) ?? last;
  const finals = sizes.map((size) => share(finalBytes(look, last, size / cellBytes)));
  write(`${tenth * 10} %`.padStart(6) + share(bytesOf(look, 0, last.cells.length)) + finals.join(''));
}
const early = sizes.map((size) => earlyPieces(looks, last, size / cellBytes));
for (const [index, size] of sizes.entries()) {
  const pieces = early[index] ?? [];
  const bytes = (of: boolean): number =>
    gigabyte * sum(pieces.filter(({ right }) => right === of).map((piece) => piece.gigabytes));
  write(
    `${String(size / KiB).padStart(5)} KiB: written early and right${share(bytes(true))}, to be written again${share(bytes(false))}`,
  );
}

const fd = openSync(volume, 'r');
const timedPass = (work: (bytes: Buffer) => void): number => {
  const before = process.cpuUsage();
  for (const range of rangesNow(fd)) work(readChunk(fd, range));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6 / (total / gigabyte);
};
const read = timedPass(() => undefined);
const hash = timedPass(sha256);
closeSync(fd);

const alone: { processor: number; writer: number; wall: number }[] = [];
const beside = new Map<number, { processor: number; own: number; wall: number; bytes: number }[]>();
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const drives of [0, 1, 4]) {
    log(`round ${round + 1}, beside ${drives} copies`);
    const copies = Array.from({ length: drives }, (_, index) => openSync(join(folder, `copy-${index}`), 'w'));
    const before = childrensProcessorSeconds();
    const start = performance.now();
    const making = makeVolume(wim, volume, volumeBytes);
    let writer = 0;
    const clock = setInterval(() => (writer = making.writerSeconds() ?? writer), 50);
    const followed = drives === 0 ? { processor: 0, bytes: 0 } : follow(volume, making, copies);
    await making.ended;
    const wall = (performance.now() - start) / 1000;
    clearInterval(clock);
    const processor = childrensProcessorSeconds() - before;
    if (drives === 0) alone.push({ processor, writer, wall });
    else {
      const { processor: own, bytes } = await followed;
      beside.set(drives, [...(beside.get(drives) ?? []), { processor, own, wall, bytes }]);
    }
    for (const copy of copies) closeSync(copy);
  }
}
const gigabytes = total / gigabyte;
const costs: Costs = {
  gigabytes,
  unpackSeconds: median(alone.map(({ processor }) => processor)),
  writerSeconds: median(alone.map(({ writer }) => writer)),
  readSecondsPerGigabyte: read,
  hashSecondsPerGigabyte: hash,
};
write(`processor seconds a GB: making ${(costs.unpackSeconds / gigabytes).toFixed(2)}`);
write(`  of it the thread that writes the volume ${(costs.writerSeconds / gigabytes).toFixed(2)}`);
write(`  reading ${read.toFixed(2)}, reading and hashing ${hash.toFixed(2)}`);
for (const [drives, rounds] of beside) {
  const ratio = (of: 'processor' | 'wall'): string =>
    median(rounds.map((one, index) => one[of] / (alone[index]?.[of] ?? NaN))).toFixed(2);
  const own = median(rounds.map((one) => one.own)).toFixed(1);
  const taken = (median(rounds.map(({ bytes }) => bytes)) / gigabyte).toFixed(2);
  write(`beside ${drives} copies: wall x ${ratio('wall')}, making's processor x ${ratio('processor')}`);
  write(`  the reader took ${own} processor seconds for ${taken} GB`);
}
writeTable(costs);
if (values.costs !== undefined) {
  const [unpack = NaN, writer = NaN, reading = NaN, hashing = NaN] = values.costs.split(',').map(Number);
  write(
    `with ${values.costs} processor seconds a GB for making, its writer, reading, and reading and hashing:`,
  );
  writeTable({
    gigabytes,
    unpackSeconds: unpack * gigabytes,
    writerSeconds: writer * gigabytes,
    readSecondsPerGigabyte: reading,
    hashSecondsPerGigabyte: hashing,
  });
}

/** Seconds, and in parts of the longer of making, and write and read-back; early in pieces of 64 KiB and of 1 MiB. */
function writeTable(reckoned: Costs): void {
  write(' cores drives  MB/s       now  64 KiB   1 MiB |     now  64 KiB   1 MiB   least');
  for (const cores of [2, 8]) {
    for (const drives of [1, 8]) {
      for (const speed of [200, 500, 2000]) {
        const rack = { cores, drives, gigabytesPerSecond: speed / 1000 };
        const small = batchSeconds(reckoned, early[0] ?? [], rack);
        const large = batchSeconds(reckoned, early[1] ?? [], rack);
        const times = [small.now, small.early, large.early];
        const columns = [
          ...[cores, drives, speed].map((one) => String(one).padStart(6)),
          '  ',
          ...times.map((one) => one.toFixed(1).padStart(8)),
          ' |',
          ...[...times, small.least].map((one) => (one / small.longer).toFixed(2).padStart(8)),
        ];
        write(columns.join(''));
      }
    }
  }
}
