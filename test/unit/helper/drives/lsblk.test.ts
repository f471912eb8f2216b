import { describe, expect, it } from 'vitest';
import { PrestageError } from '../../../../core/base/errors';
import { flattenLsblk, modelOf, parseLsblk } from '../../../../helper/drives/lsblk';
import { recordedText } from './recorded';

const one = (device: object): string => JSON.stringify({ blockdevices: [device] });

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof PrestageError ? error.code : String(error);
  }
  return 'nothing thrown';
}

describe('parseLsblk', () => {
  it('reads the tree, types and flags of a real document', () => {
    const [drive] = parseLsblk(recordedText('lvm-on-luks-nvme', 'lsblk.json'));
    expect(drive).toMatchObject({ kernelName: 'nvme0n1', deviceNumber: '259:0', readOnly: false });
    const types = flattenLsblk(drive === undefined ? [] : [drive]).map((node) => node.type);
    expect(types).toEqual(['disk', 'part', 'part', 'part', 'crypt', 'lvm', 'lvm']);
  });

  it('reads figures and flags as text, and the single mount point of old versions', () => {
    const [drive] = parseLsblk(recordedText('old-lsblk-mount-with-space', 'lsblk.json'));
    expect(drive).toMatchObject({
      size: 32015679488,
      logicalSectorSize: 512,
      readOnly: false,
      removable: true,
      rotational: false,
    });
    expect(drive?.children[0]?.mountPoints).toEqual(['/media/op/MY STICK']);
  });

  it('tells swap from mounts', () => {
    const [drive] = parseLsblk(one({ name: 'sda', mountpoints: ['[SWAP]', null, '/mnt'] }));
    expect(drive).toMatchObject({ swap: true, mountPoints: ['/mnt'] });
  });

  it.each([
    ['absent', {}],
    ['null', { size: null, ro: null, 'log-sec': null, 'maj:min': null }],
    ['not figures', { size: '8G', ro: 'maybe', 'log-sec': -1, 'maj:min': 'x' }],
    ['of the wrong type', { size: [], ro: {}, 'log-sec': 0.5, 'maj:min': 7 }],
    ['too large', { size: 1e300, ro: 2, 'log-sec': 2 ** 60 }],
  ])('facts that are %s are null, not a default', (_, details) => {
    const [drive] = parseLsblk(one({ name: 'sda', type: 'disk', ...details }));
    expect(drive).toMatchObject({ size: null, readOnly: null, logicalSectorSize: null, deviceNumber: null });
  });

  it('takes control characters that an lsblk did not escape', () => {
    const text = one({ name: 'sda', type: 'disk', model: 'A_B' }).replace('_', '\u001b[2J\u0000');
    expect(parseLsblk(text)[0]?.model).toBe('A [2J B');
  });

  it.each([
    ['nothing', ''],
    ['text', 'lsblk: failed'],
    ['cut off', recordedText('virtio', 'lsblk.json').slice(0, -20)],
    ['no devices', '{}'],
    ['devices of the wrong type', '{"blockdevices": {}}'],
    ['a device without a name', one({ type: 'disk' })],
    ['mount points that are not understood', one({ name: 'sda', mountpoints: [7] })],
    ['a mount point that is not understood', one({ name: 'sda', mountpoint: 7 })],
    ['children that are not understood', one({ name: 'sda', children: [7] })],
  ])('%s: the listing fails', (_, text) => {
    expect(codeOf(() => parseLsblk(text))).toBe('drive-listing-failed');
  });
});

describe('modelOf', () => {
  it.each([
    ['ATA     ', 'Samsung SSD 860', 'Samsung SSD 860'],
    ['SanDisk ', 'Ultra Fit', 'SanDisk Ultra Fit'],
    ['KINGSTON', 'Kingston A400', 'Kingston A400'],
    ['0x1af4', null, null],
    [null, null, null],
    ['Msft    ', null, 'Msft'],
    [null, '\u202e', null],
  ])('%j %j → %j', (vendor, model, shown) => {
    expect(modelOf({ vendor, model })).toBe(shown);
  });
});
