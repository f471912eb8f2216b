import { describe, expect, it } from 'vitest';
import { EfiNames } from '../../../../core/boot/efi-names';

function problems(...paths: string[]): string[] {
  const names = new EfiNames();
  for (const path of paths) names.push(path);
  return names.problems();
}
const manager = '/EFI/Microsoft/Boot/bootmgfw.efi';

describe('EfiNames', () => {
  it('takes what FAT32 can hold, and what does not go there', () => {
    expect(
      problems('/EFI', '/EFI/Boot', '/EFI/Boot/bootx64.efi', manager, '/Data/A', '/Data/a', '/x.'),
    ).toEqual([]);
  });

  it('tells folders that differ in case once, not their files again', () => {
    const found = problems('/EFI', '/EFI/BOOT', '/EFI/BOOT/a.efi', '/EFI/Boot', '/EFI/Boot/a.efi', manager);
    expect(found).toEqual([expect.stringContaining('\\EFI\\BOOT and \\EFI\\Boot differ only')]);
    expect(problems('/EFI', '/efi')).toHaveLength(1);
  });

  it('looks at the boot files of Windows only where they are used', () => {
    const twins = ['/Windows/Boot/EFI/x.efi', '/Windows/Boot/EFI/X.efi'];
    expect(problems(...twins)).toHaveLength(1);
    expect(problems(manager, ...twins)).toEqual([]);
  });

  it('names devices, and names that end with a space or a dot', () => {
    expect(problems('/EFI/aux', '/EFI/nul.txt', '/EFI/auxiliary')).toHaveLength(2);
    expect(problems('/EFI/a.', '/EFI/b ')).toHaveLength(2);
  });

  it('shows some, and counts the others', () => {
    const many = Array.from({ length: 30 }, (_, index) => `/EFI/${String(index)}.`);
    const found = problems(...many);
    expect(found.at(-1)).toBe('25 more such names');
  });
});
