import { expect, it } from 'vitest';
import { releasedBy, releaseSentence, releasesOf } from '../../../../core/drive/release';

it('gives commands as a shell reads them, whatever the names hold', () => {
  expect(releaseSentence([['vgchange', '--activate', 'n', 'vg0']])).toBe(
    'Run: sudo vgchange --activate n vg0',
  );
  expect(releaseSentence([['umount', '/media/op/MY STICK']])).toBe("Run: sudo umount '/media/op/MY STICK'");
  expect(releaseSentence([['umount', "/a'; rm -rf /"]])).toBe("Run: sudo umount '/a'\\''; rm -rf /'");
});

it('gives none for a name that cannot be typed or reads as an option', () => {
  expect(releaseSentence([['cryptsetup', 'close', 'a\u202eb']])).toBeNull();
  expect(releaseSentence([['cryptsetup', 'close', '--all']])).toBeNull();
});

it('puts what is stacked highest first, each once', () => {
  const reason = (name: string, level: number): Parameters<typeof releasesOf>[0][number] => ({
    ...{ code: 'lvm', message: name },
    ...releasedBy([['dmsetup', 'remove', name]], level),
  });
  expect(releasesOf([reason('low', 1), reason('high', 3), reason('high', 3)])).toEqual([
    'Run: sudo dmsetup remove high',
    'Run: sudo dmsetup remove low',
  ]);
});
