import { describe, expect, it } from 'vitest';
import {
  chooseDisk,
  diskRuleSchema,
  diskRuleWords,
  readDiskRule,
  type DiskRule,
} from '../../../../core/drive/disk-rule';
import type { Drive } from '../../../../core/drive/drive';
import { present } from '../../../support/present';
import { drivesOf, recordedListing } from '../../helper/drives/recorded';
import { sampleDrive } from './drives';

const only: DiskRule = { choose: 'only' };
const largest: DiskRule = { choose: 'largest-nvme' };
const named = (name: string): DiskRule => ({ choose: 'named', name });

function machine(...names: readonly string[]): Drive[] {
  return names.flatMap((name) => [...drivesOf(recordedListing(name)).values()]);
}

/** What a rule does with a machine: the path of its disk, or how many fit. */
function ruled(rule: DiskRule, drives: readonly Drive[]): string | number {
  const choice = chooseDisk(rule, drives);
  switch (choice.found) {
    case 'one':
      return choice.drive.path;
    case 'none':
      return 0;
    case 'several':
      return choice.drives.length;
  }
}

/** The NVMe disk of a recorded machine, and others like it. */
function nvme(path: string, size: number, more: Partial<Drive> = {}): Drive {
  const disk = present(machine('usb-booted').find(({ bus }) => bus === 'nvme'));
  return { ...disk, id: path, path, size, ...more };
}

describe('the disk of a machine', () => {
  it('is the only one that may be written, and never the stick that the machine was started from', () => {
    const drives = machine('usb-booted');
    expect(drives.map(({ bus }) => bus)).toContain('usb');
    expect(ruled(only, drives)).toBe('/dev/nvme0n1');
    expect(ruled(largest, drives)).toBe('/dev/nvme0n1');
    // Also where nothing speaks against the stick but its bus.
    const allowed = drives.map((drive): Drive => ({ ...drive, verdict: 'eligible', reasons: [] }));
    expect(ruled(only, allowed)).toBe('/dev/nvme0n1');
    expect(ruled(named('SanDisk'), allowed)).toBe(0);
  });

  it('is the one that is not in use, of several', () => {
    expect(ruled(only, machine('md-raid1'))).toBe('/dev/sdc');
    expect(ruled(only, machine('virtio'))).toBe('/dev/vdb');
  });

  it('is none where all are in use, and each is named with its reason', () => {
    const choice = chooseDisk(only, machine('btrfs-subvolumes'));
    expect(choice).toMatchObject({ found: 'none' });
    expect(choice.found === 'none' && choice.why).toMatch(
      /CT500MX500SSD1 1912E1F0ABCD .*CT500MX500SSD1 1912E1F0DCBA /s,
    );
  });

  it('is none in a machine that has cards and sticks alone', () => {
    expect(chooseDisk(only, machine('live-usb', 'card-reader-empty'))).toEqual({
      found: 'none',
      why: 'It has no built-in disk.',
    });
    // Soldered flash is asked for, too: by its bus it cannot be told from a card.
    expect(ruled(only, machine('emmc'))).toBe(0);
  });

  it('is asked for where several fit', () => {
    const choice = chooseDisk(only, machine('old-lvm-and-luks'));
    expect(choice.found).toBe('several');
    expect(choice.found === 'several' && choice.why).toMatch(
      /^3 disks fit: INTEL SSDSC2KW256G8 PHLA123401AB256CGN \(/,
    );
    expect(ruled(only, machine('blank-sata'))).toBe(2);
  });

  it('is the largest NVMe disk, of all there are', () => {
    const two = [nvme('/dev/nvme0n1', 256e9), nvme('/dev/nvme1n1', 1024e9)];
    expect(ruled(largest, two)).toBe('/dev/nvme1n1');
    // A larger one of another kind, or one that is in use, is not it.
    expect(ruled(largest, [...two, ...machine('sector-sizes')])).toBe('/dev/nvme1n1');
    const inUse = nvme('/dev/nvme2n1', 4096e9, { verdict: 'blocked' });
    expect(ruled(largest, [...two, inUse])).toBe('/dev/nvme1n1');
    // Nor one in a box on USB.
    expect(ruled(largest, [...two, nvme('/dev/sdz', 4096e9, { bus: 'usb' })])).toBe('/dev/nvme1n1');
    expect(ruled(largest, [nvme('/dev/nvme0n1', 256e9), nvme('/dev/nvme1n1', 256e9)])).toBe(2);
    expect(ruled(largest, machine('md-raid1'))).toBe(0);
  });

  it('is the one with a name in model or serial, whatever the case', () => {
    const drives = machine('old-lvm-and-luks');
    expect(ruled(named('phla123402'), drives)).toBe('/dev/sdb');
    expect(ruled(named('intel'), drives)).toBe(3);
    expect(ruled(named('Samsung'), drives)).toBe(0);
    expect(ruled(named('WDC PC'), [...drives, nvme('/dev/nvme0n1', 256e9)])).toBe('/dev/nvme0n1');
  });

  it('is told in words that draw nothing on the screen', () => {
    const evil = sampleDrive({ model: 'A\u001b[2J\nB', verdict: 'blocked' });
    const choice = chooseDisk(only, [evil]);
    expect(JSON.stringify(choice)).not.toMatch(/\\u001b|\\n/);
  });
});

describe('a rule for the disk', () => {
  it('is read as it is typed', () => {
    const typed = {
      only,
      'largest-nvme': largest,
      'name=WDC PC': named('WDC PC'),
      'name=largest-nvme': named('largest-nvme'),
    };
    for (const [text, rule] of Object.entries(typed)) expect(readDiskRule(text)).toEqual(rule);
    expect(new Set(Object.values(typed).map(diskRuleWords)).size).toBe(4);
    for (const text of ['', 'name=', 'name=  ', 'first', 'ONLY', `name=${'x'.repeat(65)}`, 'name=a\u0007b']) {
      expect(readDiskRule(text)).toBeNull();
    }
    expect(diskRuleSchema.safeParse({ choose: 'only', name: 'x' }).success).toBe(false);
  });
});
