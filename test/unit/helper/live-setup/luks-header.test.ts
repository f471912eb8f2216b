import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { present } from '../../../support/present';
import { headerOptions, isOwnHeader } from '../../../../helper/live-setup/luks-header';

interface Header {
  keyslots: Record<string, { area: { encryption: string } }>;
  segments: Record<string, { encryption: string }>;
  config: { requirements?: unknown };
}

/** Headers that the real cryptsetup makes, and what somebody who has the disk can make of them. */
describe('a LUKS2 header', () => {
  let area: string;
  let text: string;

  const make = (...options: readonly string[]): string => {
    const file = join(area, 'disk.img');
    writeFileSync(file, '');
    truncateSync(file, 32 * 1024 * 1024);
    const cost = ['--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000'];
    const form = ['--batch-mode', '--type', 'luks2', ...options, ...cost, '--key-file', '-', file];
    execFileSync('cryptsetup', ['luksFormat', ...form], { input: Buffer.alloc(64, 7) });
    return execFileSync('cryptsetup', ['luksDump', '--dump-json-metadata', file], { encoding: 'utf8' });
  };

  beforeAll(() => {
    area = mkdtempSync(join(tmpdir(), 'prestage-header-'));
    text = make(...headerOptions);
  });
  afterAll(() => {
    rmSync(area, { recursive: true });
  });

  it('is known as we make it, on the stick also with a second passphrase', () => {
    expect(isOwnHeader(text, 'disk')).toBe(true);
    const header = JSON.parse(text) as Header;
    header.keyslots['1'] = present(header.keyslots['0']);
    const second = JSON.stringify(header);
    expect([isOwnHeader(second, 'data'), isOwnHeader(second, 'disk')]).toEqual([true, false]);
  });

  it.each<[string, (header: Header) => void]>([
    [
      'a key slot that any key opens',
      ({ keyslots }) => (present(keyslots['0']).area.encryption = 'cipher_null-ecb'),
    ],
    [
      'a second one beside ours',
      ({ keyslots }) =>
        (keyslots['1'] = {
          ...present(keyslots['0']),
          area: { ...present(keyslots['0']).area, encryption: 'cipher_null-ecb' },
        }),
    ],
    ['plain content', ({ segments }) => (present(segments['0']).encryption = 'cipher_null-ecb')],
    ['plain content behind ours', ({ segments }) => (segments['1'] = { encryption: 'cipher_null-ecb' })],
    [
      'an encryption that was begun',
      ({ config }) => (config.requirements = { mandatory: ['online-reencrypt-v2'] }),
    ],
  ])('with %s is not opened', (_, change) => {
    const header = JSON.parse(text) as Header;
    change(header);
    const changed = JSON.stringify(header);
    expect([isOwnHeader(changed, 'data'), isOwnHeader(changed, 'disk')]).toEqual([false, false]);
  });

  it('of another cipher, or what is no header, is not opened', () => {
    const others = [make('--cipher', 'aes-cbc-essiv:sha256', '--key-size', '256'), '', '{}', 'null', 'LUKS'];
    for (const other of others) {
      expect([isOwnHeader(other, 'data'), isOwnHeader(other, 'disk')]).toEqual([false, false]);
    }
  });
});
