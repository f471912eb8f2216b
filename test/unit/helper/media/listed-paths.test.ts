import { describe, expect, it } from 'vitest';
import { ListedPaths } from '../../../../helper/media/listed-paths';

const listed = (...names: string[]): ListedPaths => {
  const paths = new ListedPaths();
  for (const name of names) paths.push(name);
  return paths;
};

describe('ListedPaths', () => {
  it('knows what an image does not have', () => {
    const paths = listed('/', '/sources', '/sources/boot.wim.old', '/EFI2');
    expect(paths.mayHave('/EFI')).toBe(false);
    expect(paths.mayHave('/sources/boot.wim')).toBe(false);
  });

  it('finds what it has, whatever the case of the name and of the question', () => {
    const paths = listed('/efi', '/SOURCES/BOOT.WIM');
    expect(paths.mayHave('/EFI')).toBe(true);
    expect(paths.mayHave('/Sources/boot.wim')).toBe(true);
  });

  it('rather looks where a letter could be taken for another', () => {
    expect(listed('/\u017fources/boot.wim').mayHave('/sources/boot.wim')).toBe(true);
    expect(listed('/EF\u0131').mayHave('/EFI')).toBe(true);
  });

  it('says of no other path that it is not there', () => {
    expect(listed('/').mayHave('/EFI/Boot')).toBe(true);
    expect(listed('/').mayHave('/custom/image.wim')).toBe(true);
  });
});
