import { randomInt } from 'node:crypto';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import { PrestageError, toErrorData } from '../../core/base/errors';
import type { Drive } from '../../core/drive/drive';
import type { Abilities } from '../../core/sanitise/methods';
import { compareSamples, sampleOffsets, type SampleCounts } from '../../core/sanitise/samples';
import { judgeErase, type CommandEnd } from '../../core/sanitise/sanitised';
import { readTableBefore } from '../../core/sanitise/table-before';
import { isOpalLocked, rereadPartitions } from '../drives/block-device';
import { driveErrorOf } from '../pipeline/drive-errors';
import { noContent, runDriveThread, type DriveEnd } from '../pipeline/drive-thread';
import { holdToLook, recheckDrive, type OpenedDrive } from '../pipeline/open-drive';
import { digestOfMark, type SanitiseAnswer, type SanitiseTask } from '../pipeline/sanitise-io';
import { readAbilities } from './ask-drive';
import { eraseItself } from './erase-itself';

/** Erasing one reserved drive: what it can do and holds, the erase, and what was left of what it held. */

/** A drive whose thread hangs in the kernel cannot be given back. */
export interface Ended<T> {
  readonly answer: T;
  readonly hangs: boolean;
}

type Done = Extract<DriveEnd, { type: 'done' }>;
type Broken = Exclude<DriveEnd, Done>;

interface ThreadOptions {
  readonly stallMilliseconds: number;
  readonly signal: AbortSignal;
  readonly onBytes?: (reading: boolean, bytes: number) => void;
}

async function inThread(
  opened: OpenedDrive,
  sanitise: SanitiseTask,
  { stallMilliseconds, signal, onBytes }: ThreadOptions,
): Promise<DriveEnd> {
  let reading = false;
  const { end } = await runDriveThread({
    data: {
      ...noContent,
      task: 'sanitise',
      sanitise,
      fd: opened.fd,
      size: opened.drive.size,
      blockDevice: opened.blockDevice,
    },
    stallMilliseconds,
    signal,
    onPhase: () => {
      reading = true;
    },
    onProgress: (bytes) => onBytes?.(reading, bytes),
  });
  return end;
}

const answerOf = (end: DriveEnd): SanitiseAnswer => (end.type === 'done' ? (end.answer ?? {}) : {});

/**
 * What a reserved drive can do, what table it has, and what samples of it hold. Changes nothing.
 * @throws PrestageError drive-changed, tool-missing, cancelled
 */
export async function prepareSanitise(
  opened: OpenedDrive,
  stallMilliseconds: number,
  signal: AbortSignal,
): Promise<Ended<HelperResponse<'prepareSanitise'>>> {
  await recheckDrive(opened);
  const { size, logicalSectorSize } = opened.drive;
  const abilities = await abilitiesOf(opened, signal);
  const head = await inThread(opened, { kind: 'read-table' }, { stallMilliseconds, signal });
  requireNotStopped(head, opened);
  const { table, starts } = readTableBefore(answerOf(head).head ?? null, size, logicalSectorSize);
  const offsets = sampleOffsets(size, starts, () => randomInt(2 ** 32) / 2 ** 32);
  const read = await inThread(opened, { kind: 'read-samples', offsets }, { stallMilliseconds, signal });
  requireNotStopped(read, opened);
  return { answer: { abilities, before: table, samples: answerOf(read).samples ?? [] }, hangs: false };
}

/** @throws PrestageError cancelled, drive-… */
function requireNotStopped(end: DriveEnd, { drive }: OpenedDrive): asserts end is Done {
  if (end.type === 'done') return;
  if (end.type === 'stopped') {
    throw new PrestageError({ code: 'cancelled', message: 'Looking at the drive was cancelled.' });
  }
  throw new PrestageError(driveErrorOf(end, drive));
}

/**
 * What a drive can do that nobody has to hold; it is held open meanwhile, so that its name cannot become another drive's. Changes nothing.
 * @throws PrestageError drive-changed, drive-gone, drive-not-permitted, tool-missing, cancelled
 */
export async function lookAtAbilities(drive: Drive, signal: AbortSignal): Promise<Abilities> {
  if (drive.kind === 'virtual') return await readAbilities(drive, signal);
  const held = await holdToLook(drive);
  try {
    const abilities = await abilitiesOf({ drive, fd: held.fd, blockDevice: true }, signal);
    await held.recheck();
    return abilities;
  } finally {
    await held.close();
  }
}

async function abilitiesOf(
  { drive, fd, blockDevice }: Pick<OpenedDrive, 'drive' | 'fd' | 'blockDevice'>,
  signal: AbortSignal,
): Promise<Abilities> {
  const abilities = await readAbilities(drive, signal);
  const opal = blockDevice && isOpalLocked(fd) === true;
  return opal ? { ...abilities, obstacles: [...abilities.obstacles, 'opal-locked'] } : abilities;
}

/**
 * Erases a reserved drive as it was prepared. Whatever happens is an outcome: what is not known is never told as erased. Does not
 * close the drive.
 * @throws PrestageError drive-changed, tool-missing: nothing was touched
 */
export async function sanitiseDrive(
  opened: OpenedDrive,
  request: HelperRequest<'sanitiseDrive'>,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Ended<HelperResponse<'sanitiseDrive'>>> {
  await recheckDrive(opened);
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  const done =
    request.method === 'overwrite'
      ? await overwrite(opened, request, onProgress, signal)
      : await byItself(opened, { ...request, method: request.method }, onProgress, signal);
  if (!done.hangs && opened.blockDevice) forgetPartitions(opened);
  return { answer: { ...done.answer, seconds: seconds() }, hangs: done.hangs };
}

type Unfinished = Omit<HelperResponse<'sanitiseDrive'>, 'seconds'>;

async function overwrite(
  opened: OpenedDrive,
  { stallMilliseconds, from }: HelperRequest<'sanitiseDrive'>,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Ended<Unfinished>> {
  const { size } = opened.drive;
  const end = await inThread(
    opened,
    { kind: 'overwrite', from },
    {
      ...{ stallMilliseconds, signal },
      onBytes: (reading, bytes) => {
        onProgress((reading ? size : 0) + Math.min(bytes, size), 2 * size);
      },
    },
  );
  if (end.type !== 'done') {
    const pulled = end.type === 'failed' && !(await isStillThere(opened));
    const how = pulled ? noLongerThere : endOfThread(end, opened);
    return { answer: judgeErase(how, null), hangs: end.type === 'stalled' };
  }
  onProgress(2 * size, 2 * size);
  return { answer: { ...judgeErase({ state: 'done' }, 'read-back'), bytesReadBack: size }, hangs: false };
}

async function byItself(
  opened: OpenedDrive,
  request: HelperRequest<'sanitiseDrive'> & { readonly method: Parameters<typeof eraseItself>[0]['method'] },
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Ended<Unfinished>> {
  const { drive } = opened;
  const { stallMilliseconds, samples, run, begun, method } = request;
  if (!begun) {
    const marked = await inThread(opened, { kind: 'mark', run, samples }, { stallMilliseconds, signal });
    if (marked.type !== 'done') {
      return { answer: judgeErase(endOfThread(marked, opened), null), hangs: marked.type === 'stalled' };
    }
  }
  const end = await eraseItself({
    ...{ path: drive.path, method, begun, signal },
    onShare: (share) => {
      if (share === null) onProgress(0, 0);
      else onProgress(Math.round(share * drive.size), drive.size);
    },
    recheck: () => recheckDrive(opened),
  });
  // Who cancelled does not wait for the samples, and a drive that erases itself does not answer with them.
  if (signal.aborted || end.state === 'not-known') return { answer: judgeErase(end, null), hangs: false };
  if (!(await isStillThere(opened))) return { answer: judgeErase(noLongerThere, null), hangs: false };
  const offsets = samples.map(({ offset }) => offset);
  const read = await inThread(opened, { kind: 'read-samples', offsets }, { stallMilliseconds, signal });
  if (read.type !== 'done') {
    const { why } = endOfThread(read, opened);
    return { answer: judgeErase({ state: 'not-known', why }, null), hangs: read.type === 'stalled' };
  }
  const counts: SampleCounts = compareSamples(samples, answerOf(read).samples ?? [], digestOfMark(run));
  return { answer: { ...judgeErase(end, counts), samples: counts }, hangs: false };
}

async function isStillThere(opened: OpenedDrive): Promise<boolean> {
  return await recheckDrive(opened).then(
    () => true,
    () => false,
  );
}

const noLongerThere = {
  state: 'not-known',
  why: 'The drive is no longer the one that was confirmed: it was pulled, or changed its size.',
} as const satisfies CommandEnd;

/** A write that failed leaves what was there; a drive that stopped answering leaves it open. */
function endOfThread(end: Broken, { drive }: OpenedDrive): Extract<CommandEnd, { why: string }> {
  if (end.type === 'stopped') return { state: 'failed', why: 'It was cancelled.' };
  const { message } = toErrorData(new PrestageError(driveErrorOf(end, drive)));
  const known = end.type === 'failed' && end.kind !== 'read';
  return { state: known ? 'failed' : 'not-known', why: message };
}

/** The kernel's view of the old partitions goes. Best effort: what counts is on the drive. */
function forgetPartitions({ fd }: OpenedDrive): void {
  try {
    rereadPartitions(fd);
  } catch {
    // EINVAL: the device has no partitions; EBUSY: udev looks at it, and will look again.
  }
}
