import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readAtaPassword } from '../../../../helper/drives/drives-sysfs';
import { drivesOf, recordedListing } from './recorded';

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'prestage-test-udev-'));
  mkdirSync(join(run, 'udev/data'), { recursive: true });
});
afterEach(() => {
  rmSync(run, { recursive: true, force: true });
});

const security = (...members: string[]): string =>
  [
    'S:disk/by-id/ata-X',
    'E:ID_ATA=1',
    ...members.map((one) => `E:ID_ATA_FEATURE_SET_SECURITY${one}`),
    '',
  ].join('\n');

it.each([
  ['a drive that is locked', security('=1', '_ENABLED=1', '_LEVEL=high', '_LOCKED=1'), 'locked'],
  ['one that was unlocked', security('=1', '_ENABLED=1', '_LEVEL=high', '_FROZEN=1'), 'set'],
  ['one without a password', security('=1', '_ENABLED=0', '_FROZEN=1'), 'none'],
  ['one that has no such thing', 'E:ID_BUS=usb\n', 'none'],
])('udev tells of %s', async (_, noted, password) => {
  writeFileSync(join(run, 'udev/data/b8:16'), noted);
  expect(await readAtaPassword(run, '8:16')).toBe(password);
});

it('without udev nothing is told', async () => {
  expect(await readAtaPassword(run, '8:32')).toBe('none');
  expect(await readAtaPassword(run, null)).toBe('none');
});

it('a drive with a password can be chosen, and says so on card and list', () => {
  const listing = recordedListing('blank-sata');
  for (const [password, words] of [
    ['locked', /will refuse to be written/],
    ['set', /locks itself when its power goes/],
  ] as const) {
    const identities = new Map(
      [...listing.identities].map(([name, one]) => [name, { ...one, ataPassword: password }]),
    );
    const found = [...drivesOf({ ...listing, identities }).values()].filter(
      ({ verdict }) => verdict === 'eligible',
    );
    expect(found.length).toBeGreaterThan(0);
    for (const { notes } of found) {
      expect(notes.map(({ code }) => code)).toContain('ata-password');
      expect(notes[0]?.message).toMatch(words);
    }
  }
});
