import { createCipheriv, randomBytes } from 'node:crypto';
import { markSpacing, readMark, SizeFindings, writeMark, type SizeCheck } from '../../core/health/size-check';
import { MiB } from '../../core/base/units';
import { alignedBuffer } from './aligned-io';
import type { DriveIo, OpenDrive } from './drive-io';
import type { SharedProgress } from './shared-progress';

/** Bytes of one transfer. */
const step = 4 * MiB;
const zeros = Buffer.alloc(step);

/** What lies between the marks: a cipher's stream by position, which no drive can make up, join or compress. */
class Pattern {
  readonly run = randomBytes(16);

  /** Puts what belongs to a place of the drive into a buffer. @param position bytes, a multiple of 16 */
  fill(into: Buffer, position: number, length: number): void {
    const counter = Buffer.alloc(16);
    counter.writeBigUInt64BE(BigInt(position / 16), 8);
    const stream = createCipheriv('aes-128-ctr', this.run, counter).update(zeros.subarray(0, length));
    stream.copy(into);
    for (let at = 0; at < length; at += markSpacing) {
      writeMark(into.subarray(at, at + markSpacing), this.run, position + at);
    }
  }
}

/**
 * Writes marks over the whole of a drive, takes them to its medium, and then reads all of them back. Erases the drive: its tables
 * go first, and at the end it is blank where tables would be. All bytes count as done twice, written and read.
 * @throws DriveFailure where it cannot be written or read; Stopped
 */
export async function checkSize(io: DriveIo, drive: OpenDrive, progress: SharedProgress): Promise<SizeCheck> {
  const buffers = [alignedBuffer(step), alignedBuffer(step)] as const;
  const wanted = Buffer.alloc(step);
  const bufferOf = (position: number): Buffer => buffers[(position / step) % 2 === 0 ? 0 : 1];
  const lengthAt = (position: number): number => Math.min(step, drive.size - position);
  const pattern = new Pattern();

  io.throwIfStopped();
  await io.requireWritable();
  await io.eraseTables();
  progress.startPhase();
  const begun = performance.now();
  await inTurns(drive.size, io, async (position) => {
    const buffer = bufferOf(position);
    pattern.fill(buffer, position, lengthAt(position));
    return await Promise.resolve(() => io.write(buffer, lengthAt(position), position, null));
  });
  await io.flush();
  io.forget();
  const written = performance.now();

  const findings = new SizeFindings();
  const compare = (position: number): void => {
    const length = lengthAt(position);
    const found = bufferOf(position).subarray(0, length);
    pattern.fill(wanted, position, length);
    progress.addDone(length);
    if (found.equals(wanted.subarray(0, length))) {
      findings.good(position + length - markSpacing);
      return;
    }
    for (let at = 0; at < length; at += markSpacing) {
      const piece = found.subarray(at, Math.min(at + markSpacing, length));
      if (piece.equals(wanted.subarray(at, at + piece.length))) findings.good(position + at);
      else findings.differs(position + at, readMark(piece, pattern.run));
    }
  };
  const last: { position: number | null } = { position: null };
  await inTurns(drive.size, io, async (position) => {
    const reading = io.read(bufferOf(position), lengthAt(position), position, null);
    reading.catch(() => undefined);
    // What was read last is compared while the next is read.
    if (last.position !== null) compare(last.position);
    last.position = position;
    await reading;
    return null;
  });
  if (last.position !== null) compare(last.position);
  const read = performance.now();
  await io.eraseTables();
  return {
    verdict: findings.verdict(),
    bytes: drive.size,
    writeSeconds: (written - begun) / 1000,
    readSeconds: (read - written) / 1000,
  };
}

/**
 * Goes over a drive step by step. A turn may give a transfer, which then runs beside the next turn; two never run at once.
 */
async function inTurns(
  size: number,
  io: DriveIo,
  turn: (position: number) => Promise<(() => Promise<void>) | null>,
): Promise<void> {
  let running: Promise<void> = Promise.resolve();
  try {
    for (let position = 0; position < size; position += step) {
      await io.hold('sizing');
      io.throwIfStopped();
      const transfer = await turn(position);
      await running;
      if (transfer === null) continue;
      running = transfer();
      // Awaited one turn later; a rejection before that is not unhandled.
      running.catch(() => undefined);
    }
  } finally {
    // The buffers belong to the transfer until it has ended, also when something else failed.
    await running.catch(() => undefined);
  }
  await running;
}
