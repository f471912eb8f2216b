import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mountOf, overlayFolders } from '../../../../helper/drives/protected-paths';
import { parseMountinfo, parseSwaps, unescapeProc } from '../../../../helper/drives/proc';
import { formatDeviceNumber, parseBackingFile } from '../../../../helper/drives/drives-sysfs';
import { recordedText } from './recorded';

/** As the kernel escapes names in /proc. */
function escapeProc(text: string): string {
  return text.replace(
    /[ \t\n\\]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}

describe('unescapeProc', () => {
  it('undoes what the kernel does', () => {
    expect(unescapeProc('/media/MY\\040STICK\\011\\012\\134x')).toBe('/media/MY STICK\t\n\\x');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => unescapeProc(escapeProc(text)) === text),
    );
  });

  it('reads escaped bytes as UTF-8', () => {
    expect(unescapeProc('/m\\303\\274ll')).toBe('/müll');
  });
});

describe('parseMountinfo', () => {
  it('reads lines with and without optional fields', () => {
    const mounts = parseMountinfo(
      '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n' +
        '60 28 8:17 / /media/op/MY\\040STICK rw - exfat /dev/sdb1 rw\n',
    );
    expect(mounts).toEqual([
      {
        deviceNumber: '98:0',
        mountPoint: '/mnt2',
        fileSystem: 'ext3',
        source: '/dev/root',
        superOptions: 'rw,errors=continue',
      },
      {
        deviceNumber: '8:17',
        mountPoint: '/media/op/MY STICK',
        fileSystem: 'exfat',
        source: '/dev/sdb1',
        superOptions: 'rw',
      },
    ]);
  });

  it('reads a mount without a source', () => {
    expect(parseMountinfo('1 2 0:5 / /x rw - tmpfs  rw')[0]).toMatchObject({
      source: '',
      superOptions: 'rw',
    });
  });

  it.each(['garbage', '1 2 8:1 / /x rw', '1 2 eight / /x rw - ext4 /dev/sda1 rw', '1 2 8:1 / /x rw - ext4'])(
    'a line that is not understood is an error: %s',
    (line) => {
      expect(() => parseMountinfo(`${line}\n`)).toThrow('The drives of this machine could not be listed');
    },
  );
});

describe('parseSwaps', () => {
  it('reads partitions and files', () => {
    const text = `${recordedText('swap-partition', 'swaps')}/swap\\040file\\040(deleted) file 8 0 -3\n`;
    expect(parseSwaps(text)).toEqual([
      { path: '/dev/sda2', kind: 'partition' },
      { path: '/swap file', kind: 'file' },
    ]);
    expect(parseSwaps('')).toEqual([]);
  });

  it('a line that is not understood is an error', () => {
    expect(() => parseSwaps('Filename Type\n/dev/sda2 unknown 1 2 3\n')).toThrow('could not be listed');
  });
});

describe('where a path lives', () => {
  const mounts = parseMountinfo(
    [
      '1 0 0:27 /@ / rw - btrfs /dev/sda1 rw',
      '2 1 0:30 / /var/lib rw - overlay overlay rw,lowerdir=/low/a:/low/b,upperdir=/up,workdir=/work',
      '3 1 8:17 / /var/lib rw - ext4 /dev/sdb1 rw',
      '4 1 8:33 / /var/library rw - ext4 /dev/sdc1 rw',
    ].join('\n'),
  );

  it.each([
    ['/', '/dev/sda1'],
    ['/var/libx', '/dev/sda1'],
    ['/var/lib', '/dev/sdb1'],
    ['/var/lib/x', '/dev/sdb1'],
    ['/var/library/x', '/dev/sdc1'],
  ])('%s is on %s', (path, source) => {
    expect(mountOf(path, mounts)?.source).toBe(source);
  });

  it('an overlay is on what it is made of', () => {
    const overlay = mounts[1];
    const root = mounts[0];
    if (overlay === undefined || root === undefined) throw new Error('no mounts');
    expect(overlayFolders(overlay)).toEqual(['/low/a', '/low/b', '/up', '/work']);
    expect(overlayFolders(root)).toEqual([]);
  });
});

describe('figures of the kernel', () => {
  it('takes a device number apart as glibc packs it', () => {
    expect(formatDeviceNumber(0x801n)).toBe('8:1');
    expect(formatDeviceNumber(0x10300n)).toBe('259:0');
    expect(formatDeviceNumber(0x1_0000_0fffn)).toBe(`15:1048831`);
    expect(formatDeviceNumber(0x100ff0n)).toBe(`15:496`);
  });

  it('keeps a backing file as it is, but for the line end', () => {
    expect(parseBackingFile('/a b /x.img \n')).toBe('/a b /x.img ');
  });
});
