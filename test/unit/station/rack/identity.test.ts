import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { keptIdentity, makeIdentity, readFingerprint } from '../../../../station/rack-link/certificate';
import { admissionCode, commitmentOf, newNonce } from '../../../../station/rack-link/code';
import { readCode, shownCode } from '../../../../core/machine/admission-code';

const folder = mkdtempSync(join(tmpdir(), 'prestage-rack-identity-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the certificate of one end', () => {
  it('is one that OpenSSL reads, over its own key, and its fingerprint is that of the DER', () => {
    const made = makeIdentity();
    const certificate = new X509Certificate(made.certificate);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(createHash('sha256').update(certificate.raw).digest('hex')).toBe(made.fingerprint);
    const file = join(folder, 'certificate.pem');
    writeFileSync(file, made.certificate);
    const shown = execFileSync('openssl', ['x509', '-in', file, '-noout', '-fingerprint', '-sha256'], {
      encoding: 'utf8',
    });
    expect(readFingerprint(shown.trim().replace(/^.*=/, ''))).toBe(made.fingerprint);
  });

  it('is kept with a key that only its user can read', () => {
    const first = keptIdentity(folder.concat('/'));
    expect(keptIdentity(folder).fingerprint).toBe(first.fingerprint);
    expect(statSync(join(folder, 'rack-key.pem')).mode & 0o777).toBe(0o600);
  });

  it('is refused when the key beside it is another', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(join(folder, 'rack-key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect(() => keptIdentity(folder)).toThrow(expect.objectContaining({ code: 'rack-key-damaged' }));
  });
});

describe('the code on both screens', () => {
  const parts = {
    station: 'a'.repeat(64),
    agent: 'b'.repeat(64),
    stationNonce: newNonce(),
    agentNonce: newNonce(),
  };

  it('depends on both certificates and both numbers', () => {
    const code = admissionCode(parts);
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{6}$/);
    expect(admissionCode(parts)).toBe(code);
    for (const name of ['station', 'agent', 'stationNonce', 'agentNonce'] as const) {
      expect(admissionCode({ ...parts, [name]: 'c'.repeat(64) })).not.toBe(code);
    }
  });

  it('is read as people type it', () => {
    const code = admissionCode(parts);
    expect(readCode(shownCode(code).toLowerCase())).toBe(code);
    expect(readCode('oil-0oi')).toBe('011001');
    expect(readCode('12345')).toBeNull();
    expect(readCode('12345U')).toBeNull();
  });

  it('binds the agent to its number', () => {
    const nonce = newNonce();
    expect(commitmentOf(nonce)).not.toBe(commitmentOf(newNonce()));
    expect(commitmentOf(nonce)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('takes fingerprints with colons and capitals, and nothing that is too short', () => {
    expect(readFingerprint(Array.from({ length: 32 }, () => 'AB').join(':'))).toBe('ab'.repeat(32));
    expect(readFingerprint('ab'.repeat(31))).toBeNull();
  });
});
