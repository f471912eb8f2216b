import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { formatBytes, shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { timeouts } from '../../core/base/timeouts';
import { MiB } from '../../core/base/units';
import { partitionNamed } from '../../core/drive/gpt';
import { livePartitions, type LiveSlot } from '../../core/live/live-system';
import { flushBuffers } from '../drives/block-device';
import type { LsblkDevice } from '../drives/lsblk';
import { refuseForeignFile } from '../tools/caller';
import { runTool, toolFailed } from '../tools/runner';
import { writeWhole } from '../tools/write-whole';
import { blockTrying } from './grub-environment';
import { requireMedium, type LiveMedium } from './medium';

/**
 * Puts another version into the slot that does not run. The slot that runs is not touched, and only when the other one was read
 * back does GRUB hear of it: whatever breaks before, the next start is that of the version that runs.
 */

interface UpdateRequest {
  readonly file: string;
  readonly sha256: string;
}

/** @throws PrestageError live-update-refused, live-update-failed, live-medium-unclear, cancelled */
export async function writeLiveSlot(
  { file, sha256 }: UpdateRequest,
  report: (phase: 'copying' | 'checking', done: number, total: number) => void,
  signal: AbortSignal,
): Promise<{ readonly slot: LiveSlot; readonly bytes: number }> {
  const { live, medium } = await requireMedium();
  if (live.slot === null) throw refused('Which slot of the stick runs is not known.');
  const slot: LiveSlot = live.slot === 'a' ? 'b' : 'a';
  const target = medium.partitions.get(livePartitions[slot]);
  if (target === undefined) {
    throw refused(`The stick has no slot ${slot.toUpperCase()}: set up its data partition first.`);
  }
  if (target.mountPoints.length > 0) throw refused(`Slot ${slot.toUpperCase()} is in use.`);
  const source = await open(file, 'r').catch((error: unknown) => {
    throw refused(`${shownPath(file)} cannot be read.`, error);
  });
  try {
    const { size, uid } = await source.stat();
    refuseForeignFile(uid);
    const place = await slotIn(source, file);
    if (place.offset + place.length > size) throw refused(`${shownPath(file)} is cut off.`);
    if (place.length > (target.size ?? 0)) {
      throw refused(
        `The version in ${shownPath(file)} needs ${formatBytes(place.length)}, and the slot has ${formatBytes(target.size ?? 0)}.`,
      );
    }
    const total = size + place.length;
    const written = await copy(source, size, place, target, signal, (done) => {
      report('copying', done, total);
    });
    if (written.file !== sha256) {
      throw notWritten(`${shownPath(file)} was changed while it was read.`);
    }
    const back = await readBack(target, place.length, signal, (done) => {
      report('checking', size + done, total);
    });
    if (back !== written.slot) {
      throw notWritten(`Slot ${slot.toUpperCase()} does not hold what was written to it.`);
    }
    await haveTried(medium, slot);
    return { slot, bytes: place.length };
  } finally {
    await source.close();
  }
}

interface SlotPlace {
  readonly offset: number;
  readonly length: number;
}

/** The partition of the image that a slot is made of. */
async function slotIn(source: FileHandle, file: string): Promise<SlotPlace> {
  const start = Buffer.alloc(64 * 1024);
  await source.read(start, 0, start.length, 0);
  const place = partitionNamed(start, 512, livePartitions.a);
  if (place === null) throw refused(`${shownPath(file)} is not an image of Prestage Live.`);
  return place;
}

/** Reads the whole file, and writes the slot's part of it. */
async function copy(
  source: FileHandle,
  size: number,
  { offset, length }: SlotPlace,
  target: LsblkDevice,
  signal: AbortSignal,
  report: (done: number) => void,
): Promise<{ readonly file: string; readonly slot: string }> {
  const device = await open(target.path, 'r+');
  const [whole, part] = [createHash('sha256'), createHash('sha256')];
  try {
    await pieces(source, 0, size, signal, async (piece, at) => {
      whole.update(piece);
      const from = Math.max(at, offset) - at;
      const to = Math.min(at + piece.length, offset + length) - at;
      if (to > from) {
        const bytes = piece.subarray(from, to);
        part.update(bytes);
        await writeWhole(device, bytes, at + from - offset);
      }
      report(at + piece.length);
    });
    await device.sync();
    flushBuffers(device.fd);
    return { file: digest(whole), slot: digest(part) };
  } finally {
    await device.close();
  }
}

async function readBack(
  target: LsblkDevice,
  length: number,
  signal: AbortSignal,
  report: (done: number) => void,
): Promise<string> {
  const device = await open(target.path, 'r');
  const hash = createHash('sha256');
  try {
    await pieces(device, 0, length, signal, (piece, at) => {
      hash.update(piece);
      report(at + piece.length);
    });
    return digest(hash);
  } finally {
    await device.close();
  }
}

const digest = (hash: Hash): string => hash.digest('hex');

async function pieces(
  source: FileHandle,
  from: number,
  length: number,
  signal: AbortSignal,
  take: (piece: Buffer, at: number) => void | Promise<void>,
): Promise<void> {
  const buffer = Buffer.alloc(4 * MiB);
  for (let at = from; at < from + length;) {
    if (signal.aborted) throw new PrestageError({ code: 'cancelled', message: 'The update was cancelled.' });
    const { bytesRead } = await source.read(buffer, 0, Math.min(buffer.length, from + length - at), at);
    if (bytesRead === 0) throw notWritten('The file or the stick ended too early.');
    await take(buffer.subarray(0, bytesRead), at);
    at += bytesRead;
  }
}

/** GRUB's memory of slots, as mtools names it on the EFI system partition, which is never mounted. */
const block = '::EFI/debian/grubenv';

/** Says to GRUB that the slot is to be tried. Last of all: until here nothing speaks of it. */
async function haveTried({ partitions }: LiveMedium, slot: LiveSlot): Promise<void> {
  const esp = partitions.get(livePartitions.esp);
  if (esp === undefined) throw notWritten('The stick has no EFI system partition.');
  const changed = blockTrying(await readBlock(esp.path), slot);
  if (changed === null) throw notWritten("GRUB's memory of slots (grubenv) cannot be read.");
  const { status, stderr } = await runTool('mcopy', ['-o', '-i', esp.path, '-', block], {
    input: Buffer.from(changed, 'latin1'),
    timeout: timeouts.liveSetup,
  });
  if (status !== 0) throw toolFailed('mcopy', "did not write GRUB's memory of slots", stderr);
  if ((await readBlock(esp.path)) !== changed) throw notWritten("GRUB's memory of slots was not written.");
}

async function readBlock(esp: string): Promise<string> {
  const { stdout } = await runTool('mcopy', ['-n', '-i', esp, block, '-'], { timeout: timeouts.liveSetup });
  return stdout.toString('latin1');
}

function refused(message: string, cause: unknown = null): PrestageError {
  return new PrestageError({
    code: 'live-update-refused',
    message,
    cause: cause instanceof Error ? cause.message : null,
  });
}

function notWritten(message: string): PrestageError {
  return new PrestageError({ code: 'live-update-failed', message });
}
