import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLayout, layouts, layoutSchema, planPartitions } from '../../../../core/drive/layout';
import { GiB, MiB } from '../../../../core/base/units';
import { present } from '../../../support/present';

function plan(name: string, size: number): { role: string; offset: number; length: number }[] {
  const layout = findLayout(name);
  if (layout === null) throw new Error(name);
  return (planPartitions(layout, size) ?? []).map(({ role, offset, length }) => ({ role, offset, length }));
}

describe('layouts', () => {
  it('are valid data, each with one Windows partition that takes the rest', () => {
    for (const layout of layouts) {
      expect(() => layoutSchema.parse(layout)).not.toThrow();
      expect(layout.partitions.filter(({ size }) => size.kind === 'rest').map(({ role }) => role)).toEqual([
        'windows',
      ]);
    }
  });
  it('gives null for a name that does not exist', () => {
    expect(findLayout('bios')).toBeNull();
  });
});

describe('planPartitions', () => {
  it('places uefi: EFI 260 MiB, MSR 16 MiB, Windows the rest', () => {
    expect(plan('uefi', 8 * GiB)).toEqual([
      { role: 'efi', offset: MiB, length: 260 * MiB },
      { role: 'msr', offset: 261 * MiB, length: 16 * MiB },
      { role: 'windows', offset: 277 * MiB, length: 8 * GiB - 278 * MiB },
    ]);
  });
  it('places configmgr-uefi: EFI 500, MSR 128, Recovery at the end', () => {
    const parts = plan('configmgr-uefi', 512 * GiB);
    expect(parts.map(({ role }) => role)).toEqual(['efi', 'msr', 'windows', 'recovery']);
    expect(parts[0]?.length).toBe(500 * MiB);
    expect(parts[1]?.length).toBe(128 * MiB);
    const rest = 512 * GiB - 2 * MiB - 628 * MiB;
    expect(parts[3]?.length).toBe(Math.floor(rest / 100 / MiB) * MiB);
    expect((parts[3]?.offset ?? 0) + (parts[3]?.length ?? 0)).toBe(512 * GiB - MiB);
  });
  it('keeps the recovery partition usable on a small drive', () => {
    expect(plan('configmgr-uefi', 8 * GiB)[3]?.length).toBe(512 * MiB);
  });
  it('refuses a drive that leaves less than 512 MiB for Windows', () => {
    const layout = present(layouts[0]);
    expect(planPartitions(layout, 278 * MiB + 511 * MiB)).toBeNull();
    expect(planPartitions(layout, 278 * MiB + 512 * MiB)).not.toBeNull();
    expect(planPartitions(layout, 0)).toBeNull();
  });
  it('never reaches into the first and the last MiB, whatever the size', () => {
    fc.assert(
      fc.property(fc.constantFrom(...layouts), fc.integer({ min: 0, max: 2 ** 42 }), (layout, sectors) => {
        const size = sectors * 512;
        const parts = planPartitions(layout, size);
        if (parts === null) return;
        let end = MiB;
        for (const part of parts) {
          expect(part.offset).toBe(end);
          expect(part.length % MiB).toBe(0);
          expect(part.length).toBeGreaterThan(0);
          end = part.offset + part.length;
        }
        expect(end).toBeLessThanOrEqual(size - MiB);
        expect(end).toBeGreaterThan(size - 3 * MiB);
      }),
    );
  });
});
