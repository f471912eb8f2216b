import { execFile } from 'node:child_process';
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PrestageError } from '../../core/base/errors';
import { inspectMedia } from '../../helper/media/inspect-media';
import { verifyMedia } from '../../helper/media/verify-media';
import {
  flipByte,
  hostileNames,
  makeEncrypted,
  makeHostile,
  makeNotAWim,
  makeTruncated,
  patchBytes,
  replaceXml,
  type HostileName,
} from '../support/wim';
import { folder, plain, packed, nothing, failure, useMediaFiles } from '../support/media-files';

useMediaFiles();

let counter = 0;
const fresh = (extension = 'wim'): string => join(folder, `copy${String((counter += 1))}.${extension}`);

describe('bad input', () => {
  it('a file that is not there, a folder, a device, a pipe', async () => {
    expect((await failure(inspectMedia(join(folder, 'none.wim'), 1))).code).toBe('media-not-found');
    expect((await failure(inspectMedia(join(plain.path, 'x'), 1))).code).toBe('media-not-found');
    expect((await failure(inspectMedia(folder, 1))).message).toContain('is a folder');
    expect((await failure(inspectMedia('/dev/zero', 1))).code).toBe('media-unreadable');
    const pipe = fresh();
    await promisify(execFile)('mkfifo', [pipe]);
    expect((await failure(inspectMedia(pipe, 1))).code).toBe('media-unreadable');
  });

  it('not a WIM, and an empty file', async () => {
    const error = await failure(inspectMedia(await makeNotAWim(fresh()), 1));
    expect(error.code).toBe('media-not-a-wim');
    expect(error.message).toContain(folder);
    const empty = fresh();
    await writeFile(empty, '');
    expect((await failure(inspectMedia(empty, 1))).code).toBe('media-truncated');
  });

  it.each([8, 100, 207, 208, 5000, -1, -60, -2000, -100_000])('cut off at %i', async (bytes) => {
    for (const media of [plain, packed]) {
      const cut = await makeTruncated(media.path, fresh(), bytes);
      expect((await failure(inspectMedia(cut, 1))).code).toBe('media-truncated');
      expect((await failure(verifyMedia(cut, nothing))).code).toBe('media-truncated');
    }
  });

  it('a flipped byte in data is found by verify', async () => {
    for (const media of [plain, packed]) {
      const bad = await flipByte(media.path, fresh(), 'data');
      await inspectMedia(bad, 1);
      expect(await failure(verifyMedia(bad, nothing))).toMatchObject({
        code: 'media-corrupt',
        message: expect.stringContaining(bad) as string,
      });
    }
  });

  it('a flipped byte in metadata is found by inspect', async () => {
    for (const media of [plain, packed]) {
      const bad = await flipByte(media.path, fresh(), 'metadata');
      expect((await failure(inspectMedia(bad, 1))).code).toBe('media-corrupt');
    }
  });

  it('a flipped byte in the header is found wherever it changes what is read', async () => {
    // Free to have any value: flags wimlib ignores, the GUID of a WIM of one part, which image to boot, and
    // what is reserved.
    const free = (at: number): boolean =>
      (at >= 16 && at < 20) || (at >= 24 && at < 40) || (at >= 96 && at < 124) || at >= 148;
    for (let at = 0; at < 148; at += 1) {
      if (free(at)) continue;
      const bad = await flipByte(packed.path, fresh(), at);
      // An integrity table that is not looked at before verify.
      const look = at >= 124 ? verifyMedia(bad, nothing) : inspectMedia(bad, 1);
      const outcome = await look.then(
        () => 'fine',
        (error: unknown) => (error instanceof PrestageError ? error.code : String(error)),
      );
      expect([at, outcome]).toEqual([at, expect.stringMatching(/^media-/)]);
      await rm(bad);
    }
    const compression = fresh();
    await copyFile(packed.path, compression);
    await patchBytes(compression, (bytes) => bytes.writeUInt8(bytes.readUInt8(18) ^ 0x04, 18));
    expect((await failure(inspectMedia(compression, 1))).code).toBe('media-corrupt');
  });

  it('an encrypted ESD', async () => {
    const bad = await makeEncrypted(plain.path, fresh('esd'));
    expect((await failure(inspectMedia(bad, 1))).code).toBe('media-encrypted');
    expect((await failure(verifyMedia(bad, nothing))).code).toBe('media-encrypted');
  });

  it('XML that is broken, or counts other images', async () => {
    const broken = await replaceXml(plain.path, fresh(), (xml) => xml.replace('</IMAGE>', '</IMAGF>'));
    expect((await failure(inspectMedia(broken, 1))).code).toBe('media-corrupt');
    const fewer = await replaceXml(packed.path, fresh(), (xml) =>
      xml.replace(/<IMAGE INDEX="2".*<\/IMAGE>/s, ''),
    );
    expect((await failure(inspectMedia(fewer, 1))).message).toContain(
      'its header has 2 images, its XML data has 1',
    );
  });

  it('an image that is not there, naming those that are', async () => {
    const error = await failure(inspectMedia(packed.path, 3));
    expect(error.code).toBe('media-image-missing');
    expect(error.message).toContain('no image 3. Images: 1 (Prestaged media), 2 (Image 2)');
  });

  const kinds = Object.keys(hostileNames) as HostileName[];
  it.each(kinds.flatMap((kind) => (['none', 'LZX'] as const).map((claim) => [kind, claim] as const)))(
    'names: %s, compression %s',
    async (kind, claim) => {
      const bad = await makeHostile(plain.path, fresh(), kind, claim);
      const error = await failure(inspectMedia(bad, 1));
      expect(error.code).toBe('media-unsafe-names');
      expect(error.message).toContain(bad);
      if (kind !== 'cycle' && kind !== 'lineFeed') expect(error.message).toContain('/Odd');
    },
  );

  it('accepts the media that the hostile ones are made from', async () => {
    expect((await inspectMedia(plain.path, 1)).warnings).toEqual([]);
  });
});
