import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { LibraryEntry } from '../../../../core/delivery/library';
import type { MediaManifest } from '../../../../core/delivery/manifest';
import { MediaLibrary } from '../../../../station/library/media-library';
import { Holdings, type HeldPart } from '../../../../station/rack/holdings';

const folder = mkdtempSync(join(tmpdir(), 'prestage-holdings-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const blockBytes = 64 * 1024;

/** A media file of two blocks in a library. @returns its SHA-256 */
function file(library: string, letter: string): string {
  const [sha256, last] = [letter.repeat(64), '0'.repeat(64)];
  const directory = join(library, sha256);
  const bytes = blockBytes + 10;
  const manifest: MediaManifest = {
    ...{ form: 'prestage-media-1', name: `Media ${letter}`, version: '1', revision: 1, blockBytes },
    createdAt: '2026-03-02T09:15:00.000Z',
    media: { fileName: 'a.wim', bytes, sha256, guid: '0'.repeat(32) },
    parts: [{ fileName: 'a.wim', bytes, sha256, blocks: [last, last] }],
  };
  const text = JSON.stringify(manifest);
  const entry: LibraryEntry = {
    ...{ form: 'prestage-library-1', name: `Media ${letter}`, version: '1', revision: 1, fileName: 'a.wim' },
    ...{ sha256, bytes, guid: '0'.repeat(32), held: 'joined', operator: 'tess' },
    manifestSha256: createHash('sha256').update(text).digest('hex'),
    signer: { name: 'Contoso', kind: 'minisign', key: sha256 },
    receivedAt: '2026-11-01T00:00:00.000Z',
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'a.wim'), Buffer.alloc(bytes));
  writeFileSync(join(directory, 'media.json'), text);
  writeFileSync(join(directory, 'entry.json'), JSON.stringify(entry));
  return sha256;
}

function holdingsOf(state: string, library: string): Holdings {
  mkdirSync(state, { recursive: true });
  return new Holdings({
    ...{ imageCache: join(state, 'images'), library, settingsFile: join(state, 'settings.json') },
    publicKeyFile: join(state, 'public.pem'),
  });
}

describe('media that another station gets', () => {
  it('are looked for once for all their blocks', async () => {
    const library = join(folder, 'once');
    const [one, two] = [file(library, 'a'), file(library, 'b')];
    const holdings = holdingsOf(join(folder, 'once-state'), library);
    const look = vi.spyOn(MediaLibrary.prototype, 'list');
    const blocks: (HeldPart | null)[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      blocks.push(await holdings.part(`media/${one}/blocks/0/1`));
      await holdings.part(`media/${two}/blocks/0/0`);
      await holdings.part(`media/${two}/manifest`);
    }
    expect(new Set(blocks.map((block) => JSON.stringify(block))).size).toBe(1);
    expect(blocks[0]).toEqual({ path: join(library, one, 'a.wim'), offset: blockBytes, length: 10 });
    expect(await holdings.part(`media/${one}/blocks/0/2`)).toBeNull();
    expect(look).toHaveBeenCalledTimes(2);
  });

  it('are looked for again once they are gone, or changed', async () => {
    const library = join(folder, 'again');
    const sha256 = file(library, 'a');
    const holdings = holdingsOf(join(folder, 'again-state'), library);
    const path = `media/${sha256}/blocks/0/0`;
    expect(await holdings.part(path)).not.toBeNull();
    // Cut off: what its signed manifest says of it is not so any more.
    writeFileSync(join(library, sha256, 'a.wim'), Buffer.alloc(10));
    expect(await holdings.part(path)).toBeNull();
    file(library, 'a');
    expect(await holdings.part(path)).not.toBeNull();
    writeFileSync(join(library, sha256, 'media.json'), '{}');
    expect(await holdings.part(path)).toBeNull();
    file(library, 'a');
    expect(await holdings.part(path)).not.toBeNull();
    rmSync(join(library, sha256), { recursive: true });
    expect(await holdings.part(path)).toBeNull();
  });

  it('are those of the folder that the settings name now', async () => {
    const [library, other] = [join(folder, 'settings'), join(folder, 'settings-other')];
    const sha256 = file(library, 'a');
    mkdirSync(other);
    const state = join(folder, 'settings-state');
    const holdings = holdingsOf(state, library);
    expect(await holdings.part(`media/${sha256}/blocks/0/0`)).not.toBeNull();
    writeFileSync(join(state, 'settings.json'), JSON.stringify({ libraryFolder: other }));
    expect(await holdings.part(`media/${sha256}/blocks/0/0`)).toBeNull();
  });
});
