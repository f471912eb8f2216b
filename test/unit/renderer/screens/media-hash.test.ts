import { describe, expect, it } from 'vitest';
import { isOutdated, typed } from '../../../../renderer/components/draft';
import {
  differingGroups,
  expectedInCause,
  hashGroups,
  readTypedHash,
} from '../../../../renderer/screens/media/hash';

const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const groups = [
  '9f86d081',
  '884c7d65',
  '9a2feaa0',
  'c55ad015',
  'a3bf4f1b',
  '2b0b822c',
  'd15d6c15',
  'b0f00a08',
];

describe('a hash as it is read', () => {
  it('is shown in eight groups of eight', () => {
    expect(hashGroups(sha256)).toEqual(groups);
    expect(hashGroups('')).toEqual([]);
  });

  it('marks the groups that differ, each by itself', () => {
    const other = sha256.replace('c55ad015', 'c55ad016').replace(/8$/, '9');
    expect(differingGroups(sha256, other)).toEqual([false, false, false, true, false, false, false, true]);
    expect(differingGroups(sha256, sha256)).toEqual(groups.map(() => false));
    expect(differingGroups(sha256, '')).toEqual(groups.map(() => true));
  });
});

describe('a hash as it is typed', () => {
  it.each([
    sha256,
    sha256.toUpperCase(),
    `  ${groups.join(' ')}\t`,
    groups.join('-'),
    `sha256: ${sha256}`,
    `SHA-256 = ${groups.join(' ')}`,
    `${sha256}  media.wim`,
    `${sha256} *media.wim`,
    `SHA256 (contoso 24H2.wim) = ${sha256}`,
    `SHA256          ${sha256.toUpperCase()}       C:\\images\\contoso.wim`,
    `SHA256 hash of contoso.wim:\r\n${sha256}\r\nCertUtil: -hashfile command completed successfully.`,
  ])('is read from %j', (text) => {
    expect(readTypedHash(text)).toEqual({ digits: sha256, problem: null });
  });

  it.each([
    ['', 'empty'],
    ['   ', 'empty'],
    [sha256.slice(1), 'short'],
    [`${sha256}0`, 'long'],
    [sha256.replace('0', 'O'), 'letters'],
    [sha256.replace('1', 'l'), 'letters'],
    ['media.wim', 'letters'],
  ])('%j is wrong: %s', (text, problem) => {
    expect(readTypedHash(text).problem).toBe(problem);
  });
});

describe('the expected hash in the cause of a refusal', () => {
  it('is found in both forms that the station says', () => {
    const other = sha256.replace('9', '8');
    expect(expectedInCause(`expected ${sha256}\nfound    ${other}`)).toBe(sha256);
    expect(expectedInCause(`given    ${other}\nmanifest ${sha256}`)).toBe(sha256);
  });

  it('is not guessed', () => {
    expect(expectedInCause(null)).toBeNull();
    expect(expectedInCause(`found    ${sha256}`)).toBeNull();
    expect(expectedInCause('expected ')).toBeNull();
  });
});

describe('the draft of a field', () => {
  it('begins with the first key and keeps what the field held', () => {
    const draft = typed(null, 'Jan', 'Jans');
    expect(draft).toEqual({ base: 'Jan', text: 'Jans', tried: false });
    expect(typed(draft, 'other', 'Janss')).toEqual({ base: 'Jan', text: 'Janss', tried: false });
  });

  it('ends when the text is as it was, as after a scan that was taken out again', () => {
    expect(typed(typed(null, '', 'O'), '', '')).toBeNull();
  });

  it('is outdated once the station says something else', () => {
    const draft = typed(null, 'Jan', 'Jans');
    if (draft === null) throw new Error('no draft');
    expect(isOutdated(draft, 'Jan')).toBe(false);
    expect(isOutdated(draft, 'Smith')).toBe(true);
  });
});
