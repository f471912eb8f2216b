import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MiB } from '../../../../core/base/units';
import { DriveFailure, DriveIo, Stopped, type SourcedChunk } from '../../../../helper/pipeline/drive-io';
import { SharedProgress } from '../../../../helper/pipeline/shared-progress';

/** The steps on plain files: what they find when a drive does not keep what it was given. */

const size = 16 * MiB;
let folder: string;
let fd: number;
let source: number;
let progress: SharedProgress;
let drive: DriveIo;
let chunks: SourcedChunk[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-test-drive-io-'));
  fd = openSync(join(folder, 'drive'), 'w+');
  ftruncateSync(fd, size);
  source = openSync(join(folder, 'source'), 'w+');
  const data = Buffer.alloc(4 * MiB, 'prestage');
  writeSync(source, data);
  const sha256 = createHash('sha256')
    .update(data.subarray(0, 2 * MiB))
    .digest('hex');
  chunks = [0, 1].map((index) => ({
    offset: (1 + 2 * index) * MiB,
    length: 2 * MiB,
    sha256,
    sourceFd: source,
    sourceOffset: 2 * index * MiB,
  }));
  progress = new SharedProgress();
  drive = new DriveIo({ fd, size }, progress, () => undefined, 2 * MiB);
});
afterEach(() => {
  closeSync(fd);
  closeSync(source);
  rmSync(folder, { recursive: true, force: true });
});

async function failureOf(work: Promise<unknown>): Promise<DriveFailure> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DriveFailure) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

describe('DriveIo', () => {
  it('writes what it then finds right', async () => {
    await drive.erase([]);
    await drive.writeChunks(chunks);
    await drive.verifyChunks(chunks);
    await drive.requireBlankTables();
    const head = Buffer.alloc(8);
    readSync(fd, head, 0, 8, 3 * MiB);
    expect(head.toString()).toBe('prestage');
  });

  it('finds a changed byte and names chunk and offset', async () => {
    await drive.writeChunks(chunks);
    writeSync(fd, Buffer.from('x'), 0, 1, 3 * MiB + 77);
    const failure = await failureOf(drive.verifyChunks(chunks));
    expect(failure).toMatchObject({ kind: 'mismatch', chunk: 1, offset: 3 * MiB });
  });

  it.each([0, size - 1])('finds a write that strayed into the tables, at byte %i', async (at) => {
    await drive.erase([]);
    await drive.writeChunks(chunks);
    await drive.requireBlankTables();
    writeSync(fd, Buffer.from('x'), 0, 1, at);
    const failure = await failureOf(drive.requireBlankTables());
    expect(failure).toMatchObject({ kind: 'mismatch', chunk: null, offset: at === 0 ? 0 : size - MiB });
  });

  it('blames the source when it is the source that changed', async () => {
    await drive.writeChunks(chunks);
    writeSync(source, Buffer.from('x'), 0, 1, 5);
    writeSync(fd, Buffer.from('x'), 0, 1, MiB + 5);
    expect(await failureOf(drive.verifyChunks(chunks))).toMatchObject({ kind: 'source', chunk: 0 });
  });

  it('says that a drive which ends too early is short', async () => {
    await drive.writeChunks(chunks);
    ftruncateSync(fd, 4 * MiB);
    expect(await failureOf(drive.verifyChunks(chunks))).toMatchObject({
      kind: 'read',
      errno: 'SHORT',
      chunk: 1,
    });
  });

  it('says that a drive which can be read refuses the first write', async () => {
    const protectedFd = openSync(join(folder, 'drive'), 'r');
    const refused = new DriveIo({ fd: protectedFd, size }, progress, () => undefined, MiB);
    expect(await failureOf(refused.erase([]))).toMatchObject({ kind: 'write-refused', offset: 0 });
    closeSync(protectedFd);
  });

  it('stops between chunks when it is asked to', async () => {
    progress.requestStop();
    await expect(drive.writeChunks(chunks)).rejects.toThrow(Stopped);
    await expect(drive.erase([])).rejects.toThrow(Stopped);
  });
});
