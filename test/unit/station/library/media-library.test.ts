import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { LibraryEntry } from '../../../../core/delivery/library';
import { MediaLibrary } from '../../../../station/library/media-library';
import { temporaryArea } from '../../../support/global-setup';

const area = temporaryArea('media-library');
afterAll(() => {
  rmSync(area, { recursive: true, force: true });
});

function file(folder: string, letter: string, name: string, signer: string, revision: number): string {
  const sha256 = letter.repeat(64);
  const entry: LibraryEntry = {
    ...{ form: 'prestage-library-1', name, version: '1', revision, fileName: 'a.wim', sha256, bytes: 1 },
    ...{ manifestSha256: sha256, guid: '0'.repeat(32), held: 'parts', operator: 'tess' },
    signer: { name: signer, kind: 'minisign', key: sha256 },
    receivedAt: '2026-11-01T00:00:00.000Z',
  };
  mkdirSync(join(folder, sha256), { recursive: true });
  writeFileSync(join(folder, sha256, 'entry.json'), JSON.stringify(entry));
  return sha256;
}

it('takes the newest of a name, but never chooses between media of two signers', () => {
  const folder = join(area, 'names');
  const library = new MediaLibrary(folder);
  const old = file(folder, 'a', 'Windows 11', 'Contoso', 1);
  const newest = file(folder, 'b', 'Windows 11', 'Contoso', 2);
  expect(library.find('windows 11')?.entry.sha256).toBe(newest);
  file(folder, 'c', 'Windows 11', 'Fabrikam', 9);
  expect(() => library.find('windows 11')).toThrow(/several media named windows 11: .*Fabrikam.*Contoso/);
  expect(library.find(old.slice(0, 12))?.entry.signer.name).toBe('Contoso');
});

it('takes away what was being removed when the power went', () => {
  const folder = join(area, 'leftovers');
  const left = join(folder, `.removing-${'d'.repeat(64)}`);
  mkdirSync(left, { recursive: true });
  const library = new MediaLibrary(folder);
  library.end(library.begin('e'.repeat(64)));
  expect(existsSync(left)).toBe(false);
});
