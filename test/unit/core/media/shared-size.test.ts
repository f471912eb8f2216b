import { describe, expect, it } from 'vitest';
import { GiB, MiB } from '../../../../core/base/units';
import { findLayout, layouts, planPartitions } from '../../../../core/drive/layout';
import { sharedDriveSize } from '../../../../core/media/shared-size';
import type { MediaImage } from '../../../../core/media/media';
import { present } from '../../../support/present';

const imageOf = (bytes: number): MediaImage =>
  ({ index: 1, name: '', bytes, files: 100_000, directories: 25_000 }) as unknown as MediaImage;

const recovery = { bytes: 700 * MiB, sha1: 'a'.repeat(40) } as never;

describe('the drive size for which a disk image is made', () => {
  it('is one for the drives that depots buy', () => {
    for (const layout of layouts) {
      const sizes = [240_057_409_536, 256_060_514_304, 480_103_981_056, 512_110_190_592, 2_000_398_934_016];
      const shared = new Set(sizes.map((size) => sharedDriveSize(layout, {}, imageOf(10 * GiB), size)));
      expect(shared.size).toBe(1);
      const [size = 0] = shared;
      expect(size).toBeLessThan(24 * GiB);
      const windows = present(planPartitions(layout, size)).find(({ role }) => role === 'windows');
      expect(present(windows).length).toBeGreaterThan(20 * GiB);
    }
  });

  it('has room for Winre.wim, where a Recovery partition grows with the drive', () => {
    const layout = present(findLayout('configmgr-uefi'));
    const size = sharedDriveSize(layout, { recovery }, imageOf(10 * GiB), 512_110_190_592);
    const place = present(planPartitions(layout, size)).find(({ role }) => role === 'recovery');
    expect(present(place).length).toBeGreaterThan(700 * MiB);
    expect(size).toBeLessThan(80 * GiB);
  });

  it("is the drive's own where that is small, or so large that its clusters are", () => {
    const layout = present(findLayout('uefi'));
    for (const size of [8 * GiB, 20 * GiB, 17 * 1024 * GiB, 40 * 1024 * GiB]) {
      expect(sharedDriveSize(layout, {}, imageOf(10 * GiB), size)).toBe(size);
    }
  });
});
