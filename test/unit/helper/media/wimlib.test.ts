import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseWimlibProgress,
  wimlibFailure,
  WimlibProgress,
  type WimlibUpdate,
} from '../../../../helper/tools/wimlib';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

describe('parseWimlibProgress', () => {
  it.each<[string, WimlibUpdate]>([
    // Recorded from wimlib-imagex 1.13.5.
    [
      'Extracting file data: 32 KiB of 1435 KiB (2%) done',
      { phase: 'extracting', unit: 'bytes', done: 32 * 1024, total: 1435 * 1024 },
    ],
    [
      'Extracting file data: 1 MiB of 139 MiB (0%) done',
      { phase: 'extracting', unit: 'bytes', done: MiB, total: 139 * MiB },
    ],
    ['Creating files: 12 of 61000 (0%) done', { phase: 'creating', unit: 'items', done: 12, total: 61000 }],
    [
      'Applying metadata to files: 61000 of 61000 (100%) done',
      { phase: 'attributes', unit: 'items', done: 61000, total: 61000 },
    ],
    [
      'Verifying integrity of "/tmp/wl/s.swm": 0 bytes of 1071 bytes (0%) done',
      { phase: 'integrity', unit: 'bytes', done: 0, total: 1071 },
    ],
    ['Verifying metadata for image 1 of 2', { phase: 'metadata', unit: 'items', done: 1, total: 2 }],
    [
      'Verifying file data: 2929 KiB of 2929 KiB (100%) done',
      { phase: 'verifying', unit: 'bytes', done: 2929 * 1024, total: 2929 * 1024 },
    ],
    // Other sizes and other versions.
    [
      'Extracting file data: 3 GiB of 12 GiB (25%) done',
      { phase: 'extracting', unit: 'bytes', done: 3 * GiB, total: 12 * GiB },
    ],
    [
      'Extracting file data: 1.5 TiB of 2 TiB (75%)',
      { phase: 'extracting', unit: 'bytes', done: 1.5 * 1024 * GiB, total: 2048 * GiB },
    ],
    [
      'Verifying integrity of "/a: 9 MiB of 9 MiB (100%) done.wim": 1 MiB of 2 MiB (50%) done',
      { phase: 'integrity', unit: 'bytes', done: MiB, total: 2 * MiB },
    ],
  ])('reads %s', (line, update) => {
    expect(parseWimlibProgress(line)).toEqual(update);
  });

  it.each([
    '',
    'Applying image 1 ("Prestaged media") from "/tmp/media.wim" to NTFS volume "v.ntfs"',
    'Done applying WIM image.',
    'Extracting file data: lots of 139 MiB (0%) done',
    'Extracting file data: 1 MiB of 2 (0%) done',
    'Extracting file data: 1 stone of 2 MiB (0%) done',
    'Splitting WIM: 1 MiB of 2 MiB (50%) written, part 1 of 1',
    '"s.swm" was successfully verified.',
  ])('takes %j for no update', (line) => {
    expect(parseWimlibProgress(line)).toBeNull();
  });
});

describe('WimlibProgress', () => {
  // Recorded: updates start with a carriage return, the last one of a phase ends with a line feed.
  const output =
    'Applying image 1 ("x") from "/tmp/wl/nm.wim" to NTFS volume "v"\n' +
    '\rCreating files: 0 of 258 (0%) done\rCreating files: 258 of 258 (100%) done\n' +
    '\rExtracting file data: 0 KiB of 1435 KiB (0%) done\rExtracting file data: 32 KiB of 1435 KiB (2%) done' +
    '\rExtracting file data: 1435 KiB of 1435 KiB (100%) done\nDone applying WIM image.\n';

  const read = (pieces: readonly string[]): string[] => {
    const seen: string[] = [];
    const progress = new WimlibProgress(({ phase, done, total }) => {
      seen.push(`${phase} ${String(done)}/${String(total)}`);
    });
    for (const piece of pieces) progress.push(piece);
    return seen;
  };
  const expected = [
    'creating 0/258',
    'creating 258/258',
    'extracting 0/1469440',
    'extracting 32768/1469440',
    'extracting 1469440/1469440',
  ];

  it('finds all updates in one piece', () => {
    expect(read([output])).toEqual(expected);
  });

  it('finds the same updates however the output is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(output.length), { maxLength: 30 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), output.length];
        const pieces = at.slice(1).map((end, index) => output.slice(at[index], end));
        expect(read(pieces)).toEqual(expected);
      }),
    );
  });

  it('tells the last update before the next one comes', () => {
    expect(read(['\rExtracting file data: 1 KiB of 4 KiB (25%) done'])).toEqual(['extracting 1024/4096']);
  });

  it('does not keep endless lines', () => {
    expect(read(['x'.repeat(100_000), '\rCreating files: 1 of 2 (50%) done\r'])).toEqual(['creating 1/2']);
  });
});

describe('wimlibFailure', () => {
  it.each([
    [2, 'media-corrupt'],
    [13, 'media-corrupt'],
    [18, 'media-image-missing'],
    [28, 'media-corrupt'],
    [43, 'media-not-a-wim'],
    [46, 'render-failed'],
    [47, 'media-unreadable'],
    [50, 'media-unreadable'],
    [55, 'media-corrupt'],
    [58, 'render-failed'],
    [65, 'media-truncated'],
    [72, 'render-failed'],
    [74, 'media-encrypted'],
    [255, 'tool-failed'],
    [137, 'tool-failed'],
  ])('turns status %i into %s, naming the file and what to do', (status, code) => {
    const { data } = wimlibFailure(status, '[ERROR] the last words\n', '/mnt/usb/big.wim');
    expect(data.code).toBe(code);
    expect(data.message).toContain('/mnt/usb/big.wim');
    expect(data.remedy).not.toBe('');
    expect(data.cause).toContain('the last words');
  });

  it('sees a full disk behind any status', () => {
    const stderr = '[ERROR] Error writing data to "v.ntfs": No space left on device\n';
    for (const status of [46, 72, 1]) {
      expect(wimlibFailure(status, stderr, '/m.wim').code).toBe('render-no-space');
    }
  });

  it('tells a cycle from damage', () => {
    const deep = '\r[ERROR] Directory structure too deep!\nERROR: Exiting with error code 21:\n';
    expect(wimlibFailure(21, deep, '/m.wim').code).toBe('media-unsafe-names');
    expect(wimlibFailure(21, '[ERROR] Metadata resource is corrupted', '/m.wim').code).toBe('media-corrupt');
  });

  it('cleans what it shows', () => {
    const { data } = wimlibFailure(43, 'a\u001b[2Jb', '/evil\u202Egnp.wim');
    expect(data.message).toContain('/evilgnp.wim');
    expect(data.cause).toBe('a[2Jb');
  });
});
