import { releasesOf } from '../../../../core/drive/release';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockReasonCodes } from '../../../../core/drive/drive';
import {
  isSystemMount,
  assessDrive,
  volumeGroupOf,
  type BlockNode,
  type DriveDetails,
  type LoopDetails,
  type SafetyContext,
} from '../../../../core/drive/drive-safety';

function node(details: Partial<BlockNode> = {}): BlockNode {
  return {
    name: 'sda',
    title: details.name ?? 'sda',
    type: 'disk',
    deviceNumber: '8:0',
    fileSystem: null,
    mountPoints: [],
    swap: false,
    holders: [],
    otherUses: [],
    children: [],
    ...details,
  };
}

function disk(details: Partial<DriveDetails> = {}): DriveDetails {
  return {
    kind: 'disk',
    size: 256060514304,
    logicalSectorSize: 512,
    readOnly: false,
    transport: 'sata',
    subsystems: 'block:scsi:pci',
    nvmeTransports: [],
    zoned: 'none',
    node: node(),
    loop: null,
    fileKey: null,
    damage: null,
    missing: [],
    ...details,
  };
}

const loopDetails: LoopDetails = {
  file: '/bench/drive-01.img',
  onBench: true,
  whole: true,
  others: [],
  promisedSectorSize: 512,
};
const loop = (details: Partial<LoopDetails> = {}): DriveDetails =>
  disk({
    kind: 'loop',
    node: node({ name: 'loop0', type: 'loop', deviceNumber: '7:0' }),
    loop: { ...loopDetails, ...details },
  });
const virtual = (details: Partial<DriveDetails> = {}): DriveDetails =>
  disk({ kind: 'virtual', node: node({ type: 'file', deviceNumber: null }), fileKey: '2049:5', ...details });

const plain: SafetyContext = { benchDirectory: null, protectedPaths: [] };
const training: SafetyContext = { benchDirectory: '/bench', protectedPaths: [] };
const codes = (details: DriveDetails, context: SafetyContext = plain): string[] =>
  assessDrive(details, context).map((reason) => reason.code);

describe('what may be written', () => {
  it('a disk that nothing uses', () => {
    expect(assessDrive(disk(), plain)).toEqual([]);
  });

  it('a disk with idle partitions', () => {
    const children = [node({ name: 'sda1', type: 'part', deviceNumber: '8:1', fileSystem: 'LVM2_member' })];
    expect(codes(disk({ node: node({ children }) }))).toEqual([]);
  });

  it('a loop device over a bench file and a bench file itself, with the bench given', () => {
    expect(codes(loop(), training)).toEqual([]);
    expect(codes(virtual(), training)).toEqual([]);
  });

  it.each(['sdb', 'sdaa', 'hda', 'vdc', 'xvda', 'nvme0n1', 'nvme12n3', 'mmcblk0'])(
    '%s is a drive',
    (name) => {
      expect(codes(disk({ node: node({ name }) }))).toEqual([]);
    },
  );
});

describe('what a drive is', () => {
  it.each([
    ['zram0', 'disk', 'memory-disk'],
    ['ram3', 'disk', 'memory-disk'],
    ['pmem0', 'disk', 'memory-disk'],
    ['sr0', 'rom', 'optical'],
    ['mmcblk0boot0', 'disk', 'not-a-disk'],
    ['mmcblk0rpmb', 'disk', 'not-a-disk'],
    ['mmcblk0gp0', 'disk', 'not-a-disk'],
    ['nbd0', 'disk', 'not-a-disk'],
    ['drbd0', 'disk', 'not-a-disk'],
    ['zd0', 'disk', 'not-a-disk'],
    ['fd0', 'disk', 'not-a-disk'],
    ['nvme0c0n1', 'disk', 'not-a-disk'],
    ['sda', 'raid1', 'not-a-disk'],
    ['sda', 'part', 'not-a-disk'],
    ['sda', '', 'not-a-disk'],
    ['dm-0', 'lvm', 'not-a-disk'],
    ['something', 'disk', 'not-a-disk'],
  ])('%s of type %j: %s', (name, type, code) => {
    expect(codes(disk({ node: node({ name, type }) }))).toEqual([code]);
  });

  it.each([
    ['iSCSI', { transport: 'iscsi' }],
    ['Fibre Channel', { transport: 'fc' }],
    ['FCoE', { transport: 'fcoe' }],
    ['NVMe over fabrics', { subsystems: 'block:nvme:nvme-fabrics' }],
    ['NVMe over fabrics with native multipath', { nvmeTransports: ['pcie', 'tcp'] }],
    ['host-managed zones', { zoned: 'host-managed' }],
  ])('%s: not-a-disk', (_, details) => {
    expect(codes(disk(details))).toEqual(['not-a-disk']);
  });

  it('an NVMe drive whose controllers tell no transport: facts-missing', () => {
    expect(codes(disk({ nvmeTransports: null }))).toEqual(['facts-missing']);
    expect(codes(disk({ nvmeTransports: ['pcie'] }))).toEqual([]);
  });

  it.each([0, 1, 520, 528, 2048, 8192])('%i bytes a sector is refused', (logicalSectorSize) => {
    expect(assessDrive(disk({ logicalSectorSize }), plain)).not.toEqual([]);
  });

  it('4096 bytes a sector is taken; half a sector at the end is not', () => {
    expect(codes(disk({ logicalSectorSize: 4096, size: 4096 * 1000 }))).toEqual([]);
    expect(codes(disk({ logicalSectorSize: 4096, size: 4096 * 1000 + 512 }))).toEqual(['sector-size']);
  });

  it('read-only, and without a medium', () => {
    expect(codes(disk({ readOnly: true }))).toEqual(['read-only']);
    expect(codes(disk({ size: 0 }))).toEqual(['no-medium']);
  });

  it.each([
    ['size', { size: null }],
    ['sector size', { logicalSectorSize: null }],
    ['sector size of nothing', { logicalSectorSize: 0 }],
    ['read-only flag', { readOnly: null }],
    ['anything of what is on it', { node: null }],
    ['device number', { node: node({ deviceNumber: null }) }],
    ['holders', { node: node({ holders: null }) }],
    [
      'holders of a partition',
      { node: node({ children: [node({ name: 'sda1', type: 'part', holders: null })] }) },
    ],
    ['something else', { missing: ['its colour'] }],
  ])('without its %s: facts-missing', (_, details) => {
    expect(codes(disk(details))).toEqual(['facts-missing']);
  });
});

describe('what a drive is in use by', () => {
  const child = (type: string, title: string): DriveDetails =>
    disk({ node: node({ children: [node({ name: 'dm-0', title, type, deviceNumber: '254:0' })] }) });

  it.each([
    ['lvm', 'vg0-root', 'lvm', 'It is part of the LVM volume group vg0.', 'sudo vgchange --activate n vg0'],
    ['lvm', 'odd', 'lvm', 'It is part of the LVM logical volume odd.', 'sudo dmsetup remove odd'],
    ['raid0', 'md0', 'raid', 'It is part of the RAID array md0 (raid0).', 'sudo mdadm --stop /dev/dm-0'],
    ['raid10', 'md0', 'raid', 'It is part of the RAID array md0 (raid10).', 'sudo mdadm --stop /dev/dm-0'],
    ['linear', 'md0', 'raid', 'It is part of the RAID array md0 (linear).', 'sudo mdadm --stop /dev/dm-0'],
    ['dmraid', 'isw_x', 'raid', 'It is part of the RAID array isw_x (dmraid).', 'sudo dmsetup remove isw_x'],
    [
      'crypt',
      'luks-1',
      'encrypted',
      'It contains the open encrypted volume luks-1.',
      'sudo cryptsetup close luks-1',
    ],
    [
      'mpath',
      'mpatha',
      'multipath',
      'It is one path of the multipath device mpatha.',
      'sudo multipath -f mpatha',
    ],
    ['dm', 'x', 'held', 'It is in use by x (dm).', 'sudo dmsetup remove x'],
    ['disk', 'bcache0', 'held', 'It is in use by bcache0 (disk).', null],
    ['loop', 'loop3', 'held', 'It is in use by loop3 (loop).', 'sudo losetup --detach /dev/dm-0'],
    ['new-thing', 'x', 'held', 'It is in use by x (new-thing).', null],
    ['', 'x', 'held', 'It is in use by x (no type).', null],
  ])('a child of type %j named %s: %s', (type, title, code, message, command) => {
    const how = command === null ? {} : { release: `Run: ${command}`, releaseLevel: 1 };
    expect(assessDrive(child(type, title), plain)).toEqual([{ code, message, ...how }]);
  });

  it('is released from the top of the stack down, and never where the running system is on it', () => {
    const volume = node({ name: 'dm-1', title: 'vg0-root', type: 'lvm', deviceNumber: '254:1' });
    const stack = (mountPoints: readonly string[]): DriveDetails =>
      disk({
        node: node({
          children: [
            node({
              ...{ name: 'dm-0', title: 'crypt-0', type: 'crypt', deviceNumber: '254:0' },
              children: [{ ...volume, mountPoints }],
            }),
          ],
        }),
      });
    expect(releasesOf(assessDrive(stack(['/mnt/old']), plain))).toEqual([
      'Run: sudo umount /mnt/old',
      'Run: sudo vgchange --activate n vg0',
      'Run: sudo cryptsetup close crypt-0',
    ]);
    expect(releasesOf(assessDrive(stack(['/']), plain))).toEqual([]);
  });

  it('a holder that only /sys knows of', () => {
    expect(codes(disk({ node: node({ holders: ['dm-5'] }) }))).toEqual(['held']);
  });

  it('swap, and a use of another kind', () => {
    expect(codes(disk({ node: node({ swap: true }) }))).toEqual(['swap']);
    expect(codes(disk({ node: node({ otherUses: ['Used.'] }) }))).toEqual(['held']);
    expect(
      codes(virtual({ node: node({ type: 'file', deviceNumber: null, swap: true }) }), training),
    ).toEqual(['swap']);
  });

  it('names the mounts, the system apart from the rest, and not all of a hundred', () => {
    const mountPoints = [
      '/',
      '/home',
      '/boot/efi',
      ...Array.from({ length: 9 }, (_, index) => `/mnt/${index}`),
    ];
    expect(assessDrive(disk({ node: node({ mountPoints }) }), plain)).toEqual([
      { code: 'system-disk', message: 'It contains the running system (/, /boot/efi).' },
      { code: 'mounted', message: 'It is mounted at /home, /mnt/0, /mnt/1, /mnt/2 and 6 more.' },
    ]);
  });

  it('messages are clean whatever things are called', () => {
    const hostile = '/mnt/\u001b[31m\u202eevil\u200b\nname';
    const details = disk({
      node: node({ mountPoints: [hostile], otherUses: [hostile], holders: [hostile] }),
    });
    for (const { message } of assessDrive(details, plain)) {
      expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
  });

  it.each(['/', '/boot', '/boot/efi', '/efi', '/usr', '/var', '/var/lib/x', '/run/live/medium', '/cdrom'])(
    '%s belongs to the system',
    (mountPoint) => {
      expect(isSystemMount(mountPoint)).toBe(true);
    },
  );

  it.each(['/home', '/mnt', '/varnish', '/bootleg', '/media/usr', '/srv/boot'])(
    '%s does not',
    (mountPoint) => {
      expect(isSystemMount(mountPoint)).toBe(false);
    },
  );

  it.each([
    ['vg0-root', 'vg0'],
    ['station--vg-swap_1', 'station-vg'],
    ['a--b--c-d--e', 'a-b-c'],
    ['plain', null],
    ['a--b', null],
    ['-x', null],
  ])('the volume group of %s is %s', (name, group) => {
    expect(volumeGroupOf(name)).toBe(group);
  });
});

describe('what must survive', () => {
  const media = { path: '/srv/x.wim', kind: 'file' as const, devices: ['8:1'], fileKey: '2049:5' };
  const state = { path: '/home/op/state', kind: 'folder' as const, devices: ['254:3'], fileKey: null };
  const context: SafetyContext = { benchDirectory: null, protectedPaths: [media, state] };

  it('a file on a partition, a folder on a volume deep down', () => {
    const volume = node({ name: 'dm-3', type: 'lvm', deviceNumber: '254:3' });
    const children = [node({ name: 'sda1', type: 'part', deviceNumber: '8:1', children: [volume] })];
    expect(assessDrive(disk({ node: node({ children }) }), context)).toMatchObject([
      { code: 'lvm' },
      { code: 'media-on-drive', message: 'The file /srv/x.wim is on this drive.' },
      { code: 'state-on-drive', message: 'The folder /home/op/state is on this drive.' },
    ]);
  });

  it('a bench file that is the media itself', () => {
    expect(codes(virtual(), context)).toEqual(['media-on-drive']);
    expect(codes(virtual({ fileKey: '2049:6' }), context)).toEqual([]);
  });

  it('nothing on another drive, and nothing known is no match', () => {
    expect(codes(disk(), context)).toEqual([]);
    expect(codes(virtual({ fileKey: null }), { ...context, protectedPaths: [state] })).toEqual([]);
  });
});

describe('the bench', () => {
  it('with a bench, a blank disk of the machine is refused', () => {
    expect(codes(disk(), training)).toEqual(['not-on-bench']);
  });

  it('a loop device that is not on the bench is refused with and without one', () => {
    expect(codes(loop({ onBench: false }), training)).toEqual(['loop-device', 'not-on-bench']);
    expect(codes(loop({ onBench: false }))).toEqual(['loop-device']);
    expect(codes(loop())).toEqual(['loop-device']);
    expect(codes({ ...loop(), loop: null }, training)).toEqual(['loop-device', 'not-on-bench']);
  });

  it('a part of a file, a file attached twice, another sector size', () => {
    expect(codes(loop({ whole: false }), training)).toEqual(['loop-device']);
    expect(codes(loop({ others: ['/dev/loop1'] }), training)).toEqual(['held']);
    expect(codes(loop({ promisedSectorSize: 4096 }), training)).toEqual(['sector-size']);
  });

  it('a damaged file', () => {
    expect(codes(virtual({ damage: 'Is too short.' }), training)).toEqual(['bench-damaged']);
  });
});

describe('properties', () => {
  const types = fc.constantFrom('part', 'lvm', 'crypt', 'raid1', 'mpath', 'dm', 'what');
  const treeOf = (depth: number): fc.Arbitrary<BlockNode> =>
    fc
      .tuple(types, depth === 0 ? fc.constant([]) : fc.array(treeOf(depth - 1), { maxLength: 3 }))
      .map(([type, children]) => node({ name: 'x', type, children }));
  const tree = treeOf(4);
  /** A tree and a path to one of its nodes, which `change` is put into. */
  function changed(root: BlockNode, steps: readonly number[], change: Partial<BlockNode>): BlockNode {
    const [step, ...rest] = steps;
    if (step === undefined || root.children.length === 0) return { ...root, ...change };
    const at = step % root.children.length;
    return {
      ...root,
      children: root.children.map((one, index) => (index === at ? changed(one, rest, change) : one)),
    };
  }
  const asDisk = (root: BlockNode): DriveDetails => disk({ node: { ...root, name: 'sda', type: 'disk' } });

  it.each<[string, Partial<BlockNode>, readonly string[]]>([
    ['mount', { mountPoints: ['/mnt/somewhere'] }, ['mounted']],
    ['system mount', { mountPoints: ['/usr'] }, ['system-disk']],
    ['swap space', { swap: true }, ['swap']],
    ['holder', { holders: ['dm-99'] }, ['held']],
    ['use', { otherUses: ['Used.'] }, ['held']],
    ['gap in the facts', { holders: null }, ['facts-missing']],
  ])('any %s anywhere in any tree blocks the drive', (_, change, expected) => {
    fc.assert(
      fc.property(tree, fc.array(fc.nat(20), { maxLength: 6 }), (root, steps) => {
        expect(codes(asDisk(changed(root, steps, change)))).toEqual(expect.arrayContaining([...expected]));
      }),
    );
  });

  it('only partitions may sit on an eligible drive', () => {
    fc.assert(
      fc.property(tree, (root) => {
        const inner = (one: BlockNode): boolean =>
          one.children.every((sub) => sub.type === 'part' && inner(sub));
        expect(assessDrive(asDisk(root), plain).length === 0).toBe(inner(root));
      }),
    );
  });

  it('reasons are in order and none is given twice', () => {
    fc.assert(
      fc.property(tree, (root) => {
        const reasons = assessDrive(asDisk(root), training);
        const ranks = reasons.map((reason) => blockReasonCodes.indexOf(reason.code));
        expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
        expect(new Set(reasons.map((reason) => JSON.stringify(reason))).size).toBe(reasons.length);
      }),
    );
  });
});
