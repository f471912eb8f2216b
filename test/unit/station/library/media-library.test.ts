import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { LibraryEntry } from '../../../../core/delivery/library';
import type { Helpers } from '../../../../station/helper-client/helpers';
import { forgetImageDisk } from '../../../../station/image-disk/image-disk';
import { MediaLibrary } from '../../../../station/library/media-library';
import { temporaryArea } from '../../../support/global-setup';
import { codeThrownBy } from '../../../support/ledger-tamper';

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
  expect(() => library.find('windows 11')).toThrow(
    /several media files named windows 11: .*Fabrikam.*Contoso/,
  );
  expect(library.find(old.slice(0, 12))?.entry.signer.name).toBe('Contoso');
});

it('receives onto the disk beside the stick, and misses what lies there by its name', async () => {
  const folder = join(area, 'stick');
  const disk = join(folder, 'disk');
  const onStick = file(folder, 'a', 'Windows 11', 'Contoso', 1);
  mkdirSync(disk);
  const put = (letter: string, name: string): string => {
    const library = new MediaLibrary(folder);
    const begun = library.begin(letter.repeat(64));
    const entry = JSON.parse(
      readFileSync(
        join(area, 'made', file(join(area, 'made'), letter, name, 'Contoso', 1), 'entry.json'),
        'utf8',
      ),
    ) as LibraryEntry;
    return library.commit(begun, entry, '{}').folder;
  };
  expect(put('b', 'Windows 12')).toBe(join(disk, 'b'.repeat(64)));
  // Received again, it takes the place of the one on the stick.
  put('a', 'Windows 11');
  expect(existsSync(join(folder, onStick))).toBe(false);
  file(folder, 'c', 'Windows 10', 'Contoso', 1);
  const listed = (): unknown =>
    new MediaLibrary(folder).list().map(({ entry, problem }) => [entry.name, problem?.slice(-45) ?? null]);
  const all = ['Windows 10', 'Windows 11', 'Windows 12'].map((name) => [name, null]);
  expect(listed()).toEqual(all);

  // Not mounted: what is under it shows.
  renameSync(disk, `${disk}-away`);
  mkdirSync(disk);
  writeFileSync(join(disk, '.not-there'), '');
  const why = 'on the disk for images and media, which is not there.'.slice(-45);
  expect(listed()).toEqual([
    ['Windows 10', null],
    ['Windows 11', why],
    ['Windows 12', why],
  ]);
  const library = new MediaLibrary(folder);
  for (const act of [() => library.begin('d'.repeat(64)), () => library.remove('Windows 12')]) {
    expect(codeThrownBy(act)).toBe('live-image-disk-missing');
  }
  expect(readdirSync(disk)).toEqual(['.not-there']);

  rmSync(disk, { recursive: true });
  renameSync(`${disk}-away`, disk);
  expect(listed()).toEqual(all);
  rmSync(join(disk, 'b'.repeat(64)), { recursive: true });
  expect(new MediaLibrary(folder).find('Windows 12')?.problem).toMatch(/its folder is missing/);
  expect(new MediaLibrary(folder).remove('Windows 12')).toBe(join(disk, 'b'.repeat(64)));
  // Only with the media that were shown is it given up.
  const helpers = {
    privileged: () => Promise.resolve({ call: () => Promise.resolve({}) }),
  } as unknown as Helpers;
  await expect(forgetImageDisk([], new MediaLibrary(folder), helpers)).rejects.toThrow(
    /nobody was asked about: Windows 11 1/,
  );
  await forgetImageDisk(['a'.repeat(64)], new MediaLibrary(folder), helpers);
  expect(existsSync(join(folder, 'on-disk'))).toBe(false);
});

it('takes away what was being removed when the power went', () => {
  const folder = join(area, 'leftovers');
  const left = join(folder, `.removing-${'d'.repeat(64)}`);
  mkdirSync(left, { recursive: true });
  const library = new MediaLibrary(folder);
  library.end(library.begin('e'.repeat(64)));
  expect(existsSync(left)).toBe(false);
});
