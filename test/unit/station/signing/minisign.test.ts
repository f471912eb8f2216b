import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  blake2,
  makeSignature,
  NotMinisign,
  publicKeyFile,
  readPublicKey,
  readSignature,
  signatureHolds,
} from '../../../../station/signing/minisign';
import { newSecretKey, readSecretKey, secretKeyFile } from '../../../../station/signing/secret-key';

const data = Buffer.from('what is signed');

describe('a signature in minisign form', () => {
  const key = newSecretKey();
  const known = readPublicKey(publicKeyFile(key.keyId, key.publicKey));
  const text = makeSignature(data, key, 'file:x');

  it('holds for what was signed, with its trusted comment', () => {
    const signature = readSignature(text);
    expect(signature.trustedComment).toBe('file:x');
    expect(signatureHolds(data, signature, known)).toBe(true);
    expect(signatureHolds(Buffer.from('what is signeD'), signature, known)).toBe(false);
    expect(signatureHolds(data, { ...signature, trustedComment: 'file:y' }, known)).toBe(false);
  });

  it('does not hold for another key with the same ID', () => {
    const other = newSecretKey();
    const same = readPublicKey(publicKeyFile(key.keyId, other.publicKey));
    expect(signatureHolds(data, readSignature(text), same)).toBe(false);
  });

  it('is refused when it has another form', () => {
    const old = text.replace(/^RUQ?/m, (start) => start.replace('RU', 'RW'));
    expect(() => readSignature(old)).toThrow('old form');
    for (const bad of [
      '',
      'x',
      text.replace('trusted comment: file', 'comment: file'),
      `${text}more\n`,
      text.replace('\nRU', '\nR U'),
    ]) {
      expect(() => readSignature(bad)).toThrow(NotMinisign);
    }
  });

  it('uses the BLAKE2b of everybody else', () => {
    expect(blake2(data, 64).toString('hex')).toBe(createHash('blake2b512').update(data).digest('hex'));
  });
});

describe('a secret key in minisign form', () => {
  it('is read again, and is refused when a byte of it changed', async () => {
    const key = newSecretKey();
    const file = await secretKeyFile(key, null);
    expect((await readSecretKey(file, null)).keyId).toBe(key.keyId);
    const bytes = Buffer.from(file.split('\n')[1] ?? '', 'base64');
    bytes[70] = (bytes[70] ?? 0) ^ 1;
    const [comment] = file.split('\n');
    await expect(readSecretKey(`${comment ?? ''}\n${bytes.toString('base64')}\n`, null)).rejects.toThrow(
      'is damaged',
    );
  });

  it('opens with its password alone', async () => {
    const key = newSecretKey();
    const file = await secretKeyFile(key, 'right', { operations: 524_288, memory: 16_777_216 });
    expect((await readSecretKey(file, 'right')).keyId).toBe(key.keyId);
    await expect(readSecretKey(file, 'Right')).rejects.toThrow('does not open with this password');
    await expect(readSecretKey(file, null)).rejects.toThrow('is encrypted');
  });

  it('is not taken for a public key', async () => {
    const file = await secretKeyFile(newSecretKey(), null);
    expect(() => readPublicKey(file)).toThrow('is a secret key');
  });
});
