import { createHash, randomBytes } from 'node:crypto';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KiB, MiB } from '../../../../core/base/units';
import { DriveFailure, DriveIo, type SourcedChunk } from '../../../../helper/pipeline/drive-io';
import {
  blockChunks,
  fewestDrives,
  ProvedWindow,
  readBackOrder,
  withProvedWindow,
} from '../../../../helper/pipeline/proved-window';
import { SharedProgress } from '../../../../helper/pipeline/shared-progress';

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('the order in which a drive is read back', () => {
  it('has every chunk once, whatever drive it is', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(100), (count, drive) => {
        const order = readBackOrder(count, drive);
        expect([...order].sort((one, other) => one - other)).toEqual(
          Array.from({ length: count }, (_, n) => n),
        );
      }),
    );
  });

  it('is the usual one for a drive alone', () => {
    expect(readBackOrder(40, 0)).toEqual(Array.from({ length: 40 }, (_, place) => place));
  });

  it.each([2, 4, 8, 16])(
    'has %i drives begin as far apart from each other as a block lets them',
    (drives) => {
      const firsts = Array.from({ length: drives }, (_, drive) => readBackOrder(blockChunks, drive)[0] ?? -1);
      firsts.sort((one, other) => one - other);
      expect(firsts).toEqual(Array.from({ length: drives }, (_, n) => (n * blockChunks) / drives));
    },
  );
});

describe('the window', () => {
  const slots = 4;
  const slotBytes = 64 * KiB;
  let time = 0;
  let window: ProvedWindow;
  const [one, other] = [randomBytes(slotBytes), randomBytes(slotBytes)];

  beforeEach(() => {
    time = 1000;
    window = new ProvedWindow(ProvedWindow.make(slots, slotBytes), slotBytes, () => time);
  });

  it('tells bytes that were shown for this SHA-256, and no others', () => {
    expect(window.has(1, hashOf(one), one)).toBe(false);
    window.show(1, hashOf(one), one);
    expect(window.has(1, hashOf(one), one)).toBe(true);
    const changed = Buffer.from(one);
    changed[slotBytes - 1] = (changed[slotBytes - 1] ?? 0) ^ 1;
    expect(window.has(1, hashOf(one), changed)).toBe(false);
    // The same bytes, that are to be others.
    expect(window.has(1, hashOf(other), one)).toBe(false);
    expect(window.has(2, hashOf(one), one)).toBe(false);
    expect(window.has(1, hashOf(one), one.subarray(0, 512))).toBe(false);
  });

  it('is the same in another thread', () => {
    window.show(3, hashOf(one), one);
    const there = new ProvedWindow(window.buffer, slotBytes);
    expect(there.has(3, hashOf(one), one)).toBe(true);
  });

  it('keeps what is ahead from a drive that is behind, until nobody is near it any more', () => {
    window.show(1 + slots, hashOf(one), one);
    window.show(1, hashOf(other), other);
    expect(window.has(1 + slots, hashOf(one), one)).toBe(true);
    time += 60_000;
    window.show(1, hashOf(other), other);
    expect(window.has(1, hashOf(other), other)).toBe(true);
    expect(window.has(1 + slots, hashOf(one), one)).toBe(false);
  });

  it('says nothing of bytes that are being replaced, or were meanwhile', () => {
    window.show(1, hashOf(one), one);
    // The number of the slot, after the counters and the header of the slot before.
    const number = new Int32Array(window.buffer);
    const at = 16 + 12;
    expect(number[at]).toBe(2);
    number[at] = 3;
    expect(window.has(1, hashOf(one), one)).toBe(false);
    // Nobody else writes there meanwhile.
    time += 60_000;
    window.show(1, hashOf(other), other);
    number[at] = 4;
    expect(window.has(1, hashOf(one), one)).toBe(true);
  });

  it('does not show what is longer than a slot', () => {
    const long = randomBytes(slotBytes + 1);
    window.show(0, hashOf(long), long);
    expect(window.has(0, hashOf(long), long)).toBe(false);
  });

  it('is worth it from some drives on, while they are read back', () => {
    for (let drive = 0; drive < fewestDrives; drive += 1) {
      expect(window.isWorthwhile).toBe(false);
      expect(window.begin()).toBe(drive);
    }
    expect(window.isWorthwhile).toBe(true);
    window.end();
    expect(window.isWorthwhile).toBe(false);
  });

  it('is one for all drives of a process, and goes with the last', async () => {
    const buffers: SharedArrayBuffer[] = [];
    const keep = async (buffer: SharedArrayBuffer): Promise<void> => {
      buffers.push(buffer);
      await Promise.resolve();
    };
    await Promise.all([withProvedWindow(keep), withProvedWindow(keep)]);
    await expect(withProvedWindow(() => Promise.reject(new Error('a drive failed')))).rejects.toThrow(
      'failed',
    );
    await withProvedWindow(keep);
    expect(buffers[0]).toBe(buffers[1]);
    expect(buffers[2]).not.toBe(buffers[0]);
  });
});

describe('drives that are read back at a time', () => {
  const count = 20;
  const length = 64 * KiB;
  const size = 4 * MiB;
  const content = randomBytes(count * length);
  let folder: string;
  let window: ProvedWindow;
  let fds: number[];
  let chunks: SourcedChunk[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prestage-test-window-'));
    window = new ProvedWindow(ProvedWindow.make());
    const source = openSync(join(folder, 'source'), 'w+');
    writeSync(source, content);
    fds = [source];
    chunks = Array.from({ length: count }, (_, index) => ({
      ...{ offset: MiB + index * length, length, sourceFd: source, sourceOffset: index * length },
      sha256: hashOf(content.subarray(index * length, (index + 1) * length)),
    }));
    // As if so many more were read back.
    for (let drive = 1; drive < fewestDrives; drive += 1) window.begin();
  });
  afterEach(() => {
    for (const fd of fds) closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
  });

  function drive(name: string): { readonly fd: number; readonly io: DriveIo } {
    const fd = openSync(join(folder, name), 'w+');
    fds.push(fd);
    ftruncateSync(fd, size);
    writeSync(fd, content, 0, content.length, MiB);
    return { fd, io: new DriveIo({ fd, size }, new SharedProgress(), () => undefined, length) };
  }

  it('hash what nobody has hashed, and compare the rest', async () => {
    expect(await drive('one').io.verifyChunks(chunks, window)).toBe(0);
    expect(await drive('two').io.verifyChunks(chunks, window)).toBe(count);
    expect(await drive('alone').io.verifyChunks(chunks)).toBe(0);
  });

  it.each(Array.from({ length: count }, (_, index) => index))(
    'are found to differ in chunk %i, which another one has right',
    async (index) => {
      await drive('right').io.verifyChunks(chunks, window);
      const wrong = drive('wrong');
      writeSync(
        wrong.fd,
        Buffer.from([content.readUInt8(index * length + 9) ^ 1]),
        0,
        1,
        MiB + index * length + 9,
      );
      const failure = await wrong.io.verifyChunks(chunks, window).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(DriveFailure);
      expect(failure).toMatchObject({ kind: 'mismatch', chunk: index, offset: MiB + index * length });
    },
  );

  it('show nothing that is wrong', async () => {
    const wrong = drive('wrong');
    writeSync(wrong.fd, Buffer.from([content.readUInt8(0) ^ 1]), 0, 1, MiB);
    await wrong.io.verifyChunks(chunks, window).catch(() => undefined);
    const second = drive('wrong in the same way');
    writeSync(second.fd, Buffer.from([content.readUInt8(0) ^ 1]), 0, 1, MiB);
    await expect(second.io.verifyChunks(chunks, window)).rejects.toMatchObject({
      kind: 'mismatch',
      chunk: 0,
    });
  });

  it('pass all the same where a bit of the window itself flips: they are hashed', async () => {
    await drive('one').io.verifyChunks(chunks, window);
    const words = new Uint8Array(window.buffer);
    // The first slot's bytes, before which lie the counters and 32 headers.
    const at = 4 * (16 + 32 * 12);
    words[at] = (words[at] ?? 0) ^ 1;
    expect(await drive('two').io.verifyChunks(chunks, window)).toBe(count - 1);
  });

  it('end it for themselves, also when they fail', async () => {
    expect(window.isWorthwhile).toBe(false);
    const wrong = drive('wrong');
    writeSync(wrong.fd, Buffer.alloc(length), 0, length, MiB);
    await wrong.io.verifyChunks(chunks, window).catch(() => undefined);
    expect(window.isWorthwhile).toBe(false);
  });
});
