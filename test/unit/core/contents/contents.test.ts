import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { comparePaths, fileList } from '../../../../core/contents/contents';

const sha1 = 'a'.repeat(40);

describe('the list of a package', () => {
  it('has a line for each file, in the order of sort in the C locale', () => {
    const paths = [
      'b.txt',
      'a/z.txt',
      'a.txt',
      'a',
      'a b',
      'Z',
      'ß',
      'é',
      '\u{1F39B}',
      '\uFFFD',
      '\uE000x',
      'a/\u{1F39B}b',
      'a/\u{1F39B}a',
    ];
    const list = fileList(paths.map((path) => ({ path, bytes: 1, sha1 }))).join('');
    const sorted = execFileSync('sort', { input: list, env: { LC_ALL: 'C' } }).toString();
    expect(list).toBe(sorted);
    expect(list.split('\n')[0]).toBe(`Z\t1\t${sha1}`);
  });

  it('puts a name before the longer one that begins with it', () => {
    expect(comparePaths('a', 'ab')).toBeLessThan(0);
    expect(comparePaths('ab', 'ab')).toBe(0);
  });
});
