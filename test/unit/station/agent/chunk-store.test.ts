import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChunkStore } from '../../../../station/agent/chunk-store';

const chunk = Buffer.alloc(4096, 'a chunk that every machine may have');
const sha256 = createHash('sha256').update(chunk).digest('hex');

describe('chunks that a machine gives to others', () => {
  let folder: string;
  let drive: string;
  let store: ChunkStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prestage-chunk-store-'));
    drive = join(folder, 'drive');
    store = new ChunkStore();
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('come from the drive once they lie there', async () => {
    writeFileSync(drive, Buffer.concat([Buffer.alloc(512), chunk]));
    store.add(sha256, { path: drive, offset: 512, length: chunk.length }, null);
    expect(await store.read(sha256)).toEqual(chunk);
  });

  it('are not given when something else lies there now, such as files of one machine', async () => {
    writeFileSync(drive, Buffer.alloc(8192, 'an unattend.xml of another job'));
    store.add(sha256, { path: drive, offset: 512, length: chunk.length }, null);
    expect(await store.read(sha256)).toBeNull();
  });
});
