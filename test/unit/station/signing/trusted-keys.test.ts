import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PrestageError } from '../../../../core/base/errors';
import { publicKeyFile } from '../../../../station/signing/minisign';
import { newSecretKey } from '../../../../station/signing/secret-key';
import {
  forgetKey,
  isTrusted,
  minisignKey,
  trustedKeysIn,
  trustKey,
} from '../../../../station/signing/trusted-keys';

let folder: string;
const paths = (): { trustedKeysFile: string } => ({ trustedKeysFile: join(folder, 'trusted-keys.json') });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-keys-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function code(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof PrestageError) return error.code;
    throw error;
  }
  return 'done';
}

it('a key is known by its fingerprint: another one that took its ID is another key', () => {
  const own = newSecretKey();
  const forged = { ...newSecretKey(), keyId: own.keyId };
  const key = minisignKey('Contoso', publicKeyFile(own.keyId, own.publicKey), 'x');
  const other = minisignKey('Contoso', publicKeyFile(forged.keyId, forged.publicKey), 'x');
  expect(trustKey(paths(), key)).toBe(true);
  expect(trustKey(paths(), key)).toBe(false);
  expect(code(() => trustKey(paths(), other))).toBe('key-known');
  expect(isTrusted(paths(), { name: 'Contoso', kind: 'minisign', key: other.key })).toBe(false);
  expect(isTrusted(paths(), { name: 'Contoso', kind: 'minisign', key: key.key })).toBe(true);
  // The same key under two names would be two signers.
  expect(code(() => trustKey(paths(), { ...key, name: 'Fabrikam' }))).toBe('key-known');
  expect(code(() => forgetKey(paths(), 'Fabrikam'))).toBe('key-not-found');
  forgetKey(paths(), 'contoso');
  expect(trustedKeysIn(paths())).toEqual([]);
  expect(trustKey(paths(), other)).toBe(true);
});
