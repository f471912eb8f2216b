import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  changesOf,
  readReleaseInput,
  releaseFindings,
  type ReleaseInput,
} from '../../../build/release/findings';

const changelog = '# Changelog\n\n## 0.2.0\n\n### Changed\n\n- Much.\n\n## 0.1.0\n\n- All.\n';
const good: ReleaseInput = {
  version: '0.2.0',
  lockVersions: ['0.2.0', '0.2.0'],
  changelog,
  uncommitted: [],
  tags: ['v0.1.0'],
  system: 'debian 12',
};

describe('a release', () => {
  it('may be made when all is as it must be', () => {
    expect(releaseFindings(good)).toEqual([]);
  });

  it.each<[string, Partial<ReleaseInput>, RegExp]>([
    [
      'a file is not committed',
      { uncommitted: [' M core/x.ts', '?? y'] },
      /not committed:\n {4} M core\/x\.ts/,
    ],
    [
      'the version is not one of a release',
      { version: '0.2.0-rc1', lockVersions: ['0.2.0-rc1'], changelog: '## 0.2.0-rc1\n\n- Much.\n' },
      /0\.2\.0-rc1: a release is numbered/,
    ],
    [
      'the lock has another version',
      { lockVersions: ['0.2.0', '0.1.0'] },
      /package-lock\.json 0\.2\.0 and 0\.1\.0/,
    ],
    ['there is no changelog', { changelog: null }, /CHANGELOG\.md is missing/],
    ['the changelog ends before it', { changelog: '# Changelog\n\n## 0.1.0\n\n- All.\n' }, /“0\.1\.0”/],
    ['the changelog is already further', { changelog: `## 0.3.0\n\n- More.\n\n${changelog}` }, /“0\.3\.0”/],
    ['the changelog has a heading alone', { changelog: '## 0.2.0\n\n## 0.1.0\n\n- All.\n' }, /says nothing/],
    ['it was released before', { tags: ['v0.2.0'] }, /tag v0\.2\.0 already/],
    ['the machine is newer than the oldest station', { system: 'debian 13' }, /This machine is debian 13/],
  ])('is refused when %s', (_, change, words) => {
    expect(releaseFindings({ ...good, ...change })).toEqual([expect.stringMatching(words)]);
  });

  it('says what is new in it, and nothing of other versions', () => {
    expect(changesOf(changelog, '0.2.0')).toBe('### Changed\n\n- Much.');
    expect(changesOf(changelog, '0.1.0')).toBe('- All.');
    expect(changesOf(changelog, '0.2')).toBe('');
  });
});

describe('of a checkout', () => {
  let folder: string;
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.invalid', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prestage-release-'));
    const lock = { version: '0.2.0', packages: { '': { version: '0.2.0' } } };
    writeFileSync(join(folder, 'package.json'), '{ "version": "0.2.0" }');
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    writeFileSync(join(folder, 'CHANGELOG.md'), changelog);
    git('init', '--quiet');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'All');
    git('tag', 'v0.1.0');
    // Outside of what is committed: git does not look into its own folder.
    writeFileSync(join(folder, '.git/os-release'), 'PRETTY_NAME="Debian"\nVERSION_ID="12"\nID=debian\n');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('the truth is read', () => {
    const osRelease = join(folder, '.git/os-release');
    expect(readReleaseInput(folder, osRelease)).toEqual(good);
    writeFileSync(join(folder, 'new'), '');
    expect(readReleaseInput(folder, osRelease).uncommitted).toEqual(['?? new']);
  });
});
