import { createHash, randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { HelperRequest, HelperResponse } from '../../core/contract/helper-api';
import type { DeliveredPart } from '../../core/delivery/manifest';
import { diffMedia } from '../../helper/delivery/diff-media';
import { differenceHead } from '../../helper/delivery/difference';
import { gatherParts } from '../../helper/delivery/gather-parts';
import { rebuildMedia } from '../../helper/delivery/rebuild-media';
import { splitMedia } from '../../helper/delivery/send-media';
import { captureTree, makeContent } from '../support/delivery';
import { removeArea, temporaryArea } from '../support/global-setup';
import { isRoot } from '../support/loop';
import { failure, nothing } from '../support/media-files';
import { mountMemory, undoDisks } from '../support/refusal-disk';

/** What can be wrong with the bytes of a delivery, below the command line: small blocks, so that each part has several. */

const block = 64 * 1024;
const quiet = new AbortController().signal;
let area: string;
let media: string;
let counter = 0;

beforeAll(async () => {
  area = temporaryArea('delivery-parts');
  makeContent(join(area, 'tree'), 4, 150_000);
  media = await captureTree(join(area, 'tree'), join(area, 'media.wim'), '--compress=LZX');
});
afterEach(undoDisks);
afterAll(() => {
  removeArea(area);
});

function fresh(name: string): string {
  const folder = join(area, `${name}${(counter += 1)}`);
  mkdirSync(folder);
  return folder;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The media in parts of four blocks. */
async function split(): Promise<{ folder: string; sent: HelperResponse<'splitMedia'> }> {
  const folder = fresh('sent');
  const request = {
    progressToken: 't',
    path: media,
    directory: folder,
    partBytes: 4 * block,
    blockBytes: block,
  };
  return { folder, sent: await splitMedia(request, nothing, quiet) };
}

async function gather(
  { sent }: { sent: HelperResponse<'splitMedia'> },
  directory: string,
  folders: string[],
  change: Partial<HelperRequest<'gatherParts'>> = {},
  signal = quiet,
  report: () => void = nothing,
): Promise<HelperResponse<'gatherParts'>> {
  return await gatherParts(
    {
      ...{
        progressToken: 't',
        folders,
        directory,
        fileName: 'media.wim',
        parts: sent.parts,
        blockBytes: block,
      },
      ...{ stream: { bytes: sent.bytes, sha256: sent.sha256 }, keepParts: false, ...change },
    },
    report,
    signal,
  );
}

function flip(file: string, ...offsets: number[]): void {
  const bytes = readFileSync(file);
  for (const offset of offsets) bytes[offset] = (bytes[offset] ?? 0) ^ 0x80;
  writeFileSync(file, bytes);
}

describe('sending', () => {
  it('hashes every block, part and the whole in one pass', async () => {
    const { folder, sent } = await split();
    const whole = readFileSync(media);
    expect(sent.sha256).toBe(sha256(whole));
    expect(sent.parts.length).toBeGreaterThan(2);
    let at = 0;
    for (const part of sent.parts) {
      const bytes = whole.subarray(at, at + part.bytes);
      expect(readFileSync(join(folder, part.fileName)).equals(bytes)).toBe(true);
      expect(part.sha256).toBe(sha256(bytes));
      expect(part.blocks).toEqual(
        Array.from({ length: Math.ceil(bytes.length / block) }, (_, index) =>
          sha256(bytes.subarray(index * block, (index + 1) * block)),
        ),
      );
      at += part.bytes;
    }
  });

  it('refuses a source that changes while it is read', async () => {
    const copy = join(area, 'changing.wim');
    writeFileSync(copy, readFileSync(media));
    const request = {
      progressToken: 't',
      path: copy,
      directory: fresh('changing'),
      partBytes: 4 * block,
      blockBytes: block,
    };
    let changed = false;
    const refused = await failure(
      splitMedia(
        request,
        () => {
          if (!changed) appendFileSync(copy, 'x');
          changed = true;
        },
        quiet,
      ),
    );
    expect(refused).toMatchObject({ code: 'media-changed' });
  });

  it('says how much room is missing, before anything is written', async ({ skip }) => {
    skip(!isRoot, 'needs root: a small file system to mount');
    const folder = fresh('small');
    mountMemory(folder, '256k');
    const request = {
      progressToken: 't',
      path: media,
      directory: folder,
      partBytes: 4 * block,
      blockBytes: block,
    };
    const refused = await failure(splitMedia(request, nothing, quiet));
    expect(refused.code).toBe('disk-unwritable');
    expect(refused.message).toMatch(/is full: .* needed, .* free, .* missing/);
    expect(refused.remedy).toContain('Nothing was sent.');
    expect(readdirSync(folder)).toEqual([]);
    const delivery = await split();
    const library = fresh('small-library');
    mountMemory(library, '256k');
    const full = await failure(gather(delivery, library, [delivery.folder]));
    expect(full.message).toContain('the media library');
    expect(statfsSync(library).bavail).toBeGreaterThan(0);
  });
});

describe('gathering', () => {
  it('asks for exactly the bytes that are damaged, and takes them from a second copy', async () => {
    const delivery = await split();
    const target = fresh('target');
    const second = delivery.sent.parts[1]?.fileName ?? '';
    flip(join(delivery.folder, second), 5, block + 5, 3 * block + 5);
    const found = await gather(delivery, target, [delivery.folder]);
    expect(found.findings).toEqual([
      {
        ...{ part: 2, fileName: second, what: 'damaged', holds: null, found: 4 * block, bytes: 4 * block },
        wanted: [
          { first: 0, last: 2 * block - 1 },
          { first: 3 * block, last: 4 * block - 1 },
        ],
      },
    ]);
    // Another copy, damaged elsewhere: together they are whole.
    const other = await split();
    flip(join(other.folder, second), 2 * block + 5);
    for (const part of delivery.sent.parts) rmSync(join(delivery.folder, part.fileName));
    expect(await gather(delivery, target, [delivery.folder, other.folder])).toMatchObject({
      ...{ findings: [], differing: [], wholeMatches: true },
    });
    expect(readFileSync(join(target, 'media.wim')).equals(readFileSync(media))).toBe(true);
    expect(readdirSync(target)).toEqual(['media.wim']);
  });

  it('tells missing, cut, foreign and unreadable parts apart, and finds a part whose name differs in case', async () => {
    const delivery = await split();
    const names = delivery.sent.parts.map(({ fileName }) => join(delivery.folder, fileName));
    const [first = '', second = '', third = ''] = names;
    renameSync(first, join(delivery.folder, 'MEDIA.WIM.001'));
    writeFileSync(second, readFileSync(second).subarray(0, block + 10));
    const what = async (): Promise<string[]> =>
      (await gather(delivery, fresh('target'), [delivery.folder])).findings.map(
        (one) => `${one.part} ${one.what} ${one.wanted[0]?.first ?? 0}`,
      );
    writeFileSync(third, randomBytes(3 * block));
    expect(await what()).toEqual([`2 cut ${block}`, '3 foreign 0']);
    rmSync(third);
    mkdirSync(third);
    rmSync(second);
    expect(await what()).toEqual(['2 missing 0', '3 unreadable 0']);
    rmSync(third, { recursive: true });
    writeFileSync(third, '', { mode: 0o000 });
    chmodSync(third, 0o600);
    expect(await what()).toEqual(['2 missing 0', '3 cut 0']);
  });

  it('goes on after it was cancelled, and takes up what is whole', async () => {
    const delivery = await split();
    const target = fresh('target');
    const stop = new AbortController();
    let calls = 0;
    const cut = await failure(
      gather(delivery, target, [delivery.folder], {}, stop.signal, () => {
        if ((calls += 1) === 4) stop.abort();
      }),
    );
    expect(cut.code).toBe('cancelled');
    expect(readdirSync(target)).toEqual(['joining.part']);
    rmSync(join(delivery.folder, delivery.sent.parts[0]?.fileName ?? ''));
    const after = await gather(delivery, target, [delivery.folder]);
    // Three blocks were there: only the fourth one of the first part is wanted.
    expect(after.findings).toMatchObject([{ part: 1, wanted: [{ first: 3 * block, last: 4 * block - 1 }] }]);
  });

  it('takes up a media file that was complete and not filed yet', async () => {
    const delivery = await split();
    const target = fresh('target');
    await gather(delivery, target, [delivery.folder]);
    expect(await gather(delivery, target, [fresh('nothing')])).toMatchObject({
      findings: [],
      wholeMatches: true,
    });
    expect(existsSync(join(target, 'media.wim'))).toBe(true);
  });

  it('never writes into a file that the library has by another name, whatever a manifest says', async () => {
    const delivery = await split();
    const [target, kept] = [fresh('target'), join(fresh('kept'), 'media.wim')];
    // Longer than the manifest says, and its first block is other than what is sent.
    writeFileSync(
      kept,
      Buffer.concat([randomBytes(block), readFileSync(media).subarray(block), randomBytes(9)]),
    );
    const before = sha256(readFileSync(kept));
    linkSync(kept, join(target, 'media.wim'));
    expect(await gather(delivery, target, [delivery.folder])).toMatchObject({
      findings: [],
      wholeMatches: true,
    });
    expect(sha256(readFileSync(kept))).toBe(before);
    expect(readFileSync(join(target, 'media.wim')).equals(readFileSync(media))).toBe(true);
    expect(readdirSync(target)).toEqual(['media.wim']);
  });

  it('catches a manifest that lies about a part, or about the whole', async () => {
    const delivery = await split();
    const lie = 'f'.repeat(64);
    const parts = delivery.sent.parts.map((part, index): DeliveredPart =>
      index === 0 ? { ...part, sha256: lie } : part,
    );
    const target = fresh('target');
    expect(await gather(delivery, target, [delivery.folder], { parts })).toMatchObject({
      ...{ findings: [], differing: [1], wholeMatches: true },
    });
    const stream = { bytes: delivery.sent.bytes, sha256: lie };
    expect(await gather(delivery, target, [delivery.folder], { stream })).toMatchObject({
      wholeMatches: false,
    });
    // Neither has the media's name.
    expect(readdirSync(target)).toEqual(['joining.part']);
  });
});

describe('a difference', () => {
  const rebuild = async (difference: Buffer, base = media): Promise<string> => {
    const directory = fresh('rebuilt');
    const file = join(directory, 'x.diff');
    writeFileSync(file, difference);
    const old = readFileSync(media);
    const refused = await failure(
      rebuildMedia(
        {
          ...{ progressToken: 't', difference: file, directory },
          base: { path: base, bytes: old.length, sha256: sha256(old) },
          media: { fileName: 'new.wim', bytes: 100, sha256: sha256(Buffer.alloc(100)) },
        },
        nothing,
        quiet,
      ),
    );
    expect(existsSync(join(directory, 'new.wim'))).toBe(false);
    return refused.code;
  };

  it('is refused when its list says more than there is', async () => {
    const data = Buffer.alloc(100);
    expect(await rebuild(Buffer.from('no difference'))).toBe('delivery-contradicts');
    expect(await rebuild(Buffer.concat([differenceHead([[100]]), data.subarray(1)]))).toBe(
      'delivery-contradicts',
    );
    expect(await rebuild(Buffer.concat([differenceHead([[101]]), data, data]))).toBe('delivery-contradicts');
    expect(await rebuild(differenceHead([[100, 1e12]]))).toBe('delivery-contradicts');
    expect(await rebuild(differenceHead([[100, 0]]))).toBe('delivery-contradicts');
    const long = differenceHead([[100]]);
    long.writeBigUInt64LE(1n << 60n, 8);
    expect(await rebuild(long)).toBe('delivery-contradicts');
  });

  it('is refused for a base of the same size that is another file', async () => {
    const other = join(area, 'other.wim');
    writeFileSync(other, readFileSync(media));
    flip(other, 1000);
    expect(await rebuild(differenceHead([[100, 0]]), other)).toBe('delivery-base-missing');
  });

  it('compares bytes, and does not believe the table of contents', async () => {
    const old = join(area, 'same-table.wim');
    writeFileSync(old, readFileSync(media));
    // Somewhere in the middle of the data: the tables say that it is the same.
    flip(old, 100_000);
    const request = {
      ...{ progressToken: 't', path: media, since: old, directory: fresh('diff') },
      ...{ partBytes: 1e9, blockBytes: block },
    };
    const made = await diffMedia(request, nothing, quiet);
    expect(made.sha256).toBe(sha256(readFileSync(media)));
    const target = fresh('rebuilt');
    await rebuildMedia(
      {
        ...{ progressToken: 't', directory: target },
        difference: join(request.directory, made.parts[0]?.fileName ?? ''),
        base: { path: old, bytes: made.difference.base.bytes, sha256: made.difference.base.sha256 },
        media: { fileName: 'new.wim', bytes: made.bytes, sha256: made.sha256 },
      },
      nothing,
      quiet,
    );
    expect(readFileSync(join(target, 'new.wim')).equals(readFileSync(media))).toBe(true);
  });
});
