import { expect, test } from 'vitest';
import { counted, countedGrouped, plural } from '../../../../core/base/plurals';

test.each([
  [0, 'drives'],
  [1, 'drive'],
  [2, 'drives'],
  [11, 'drives'],
  [21, 'drives'],
  [101, 'drives'],
])('%i %s', (count, word) => {
  expect(plural(count, 'drive', 'drives')).toBe(word);
  expect(counted(count, 'drive', 'drives')).toBe(`${String(count)} ${word}`);
});

test('thousands are grouped where people read many of them', () => {
  expect(counted(2500, 'entry', 'entries')).toBe('2500 entries');
  expect(countedGrouped(2500, 'entry', 'entries')).toBe('2,500 entries');
  expect(countedGrouped(1, 'entry', 'entries')).toBe('1 entry');
});
