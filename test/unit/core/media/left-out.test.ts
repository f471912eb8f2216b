import { describe, expect, it } from 'vitest';
import { leftOutOf, leftOutText, losesContent, untoldWarnings } from '../../../../core/media/left-out';

// Recorded from wimlib-imagex 1.13.5.
const encrypted = 'Ignoring EFS-encrypted data of 2 files';
const unix = 'Ignoring UNIX metadata (uid/gid/mode/rdev) of 5 files';
const attributes = 'Ignoring extended attributes of 1 files';
const duplicate = 'Duplicate object ID on file "/Users/a.lnk"';

describe('leftOutOf', () => {
  it('counts what wimlib says', () => {
    const found = leftOutOf([encrypted, attributes, unix, duplicate, duplicate]);
    expect(found).toEqual([
      { kind: 'encrypted-files', count: 2, example: null },
      { kind: 'extended-attributes', count: 1, example: null },
      { kind: 'unix-metadata', count: 5, example: null },
      { kind: 'other', count: 2, example: duplicate },
    ]);
    expect(found.filter(losesContent)).toHaveLength(1);
    for (const one of found) expect(leftOutText(one)).not.toBe('');
  });

  it('throws no warning away, however many there are', () => {
    const many = Array.from({ length: 500 }, (_, index) => `something about file ${String(index)}`);
    const found = leftOutOf(many);
    expect(found.length).toBeLessThan(50);
    expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(500);
  });
});

describe('untoldWarnings', () => {
  it('lets pass what was told, and nothing else', () => {
    const told = leftOutOf([unix, attributes]);
    expect(untoldWarnings([unix, attributes], told)).toEqual([]);
    expect(untoldWarnings([unix, duplicate], told)).toEqual([duplicate]);
    expect(untoldWarnings(['Ignoring extended attributes of 2 files'], told)).toHaveLength(1);
  });
});
