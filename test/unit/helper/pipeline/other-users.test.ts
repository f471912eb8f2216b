import { expect, it } from 'vitest';
import { isOn } from '../../../../helper/pipeline/other-users';

it.each([
  ['/dev/sda', '/dev/sda', true],
  ['/dev/sda1', '/dev/sda', true],
  ['/dev/nvme0n1p2', '/dev/nvme0n1', true],
  ['/dev/loop1p3', '/dev/loop1', true],
  ['/dev/nvme0n11', '/dev/nvme0n1', false],
  ['/dev/loop11', '/dev/loop1', false],
  ['/dev/sdaa', '/dev/sda', false],
  ['/dev/sdb1', '/dev/sda', false],
])('%s is a user of %s: %s', (target, device, expected) => {
  expect(isOn(target, device)).toBe(expected);
});
