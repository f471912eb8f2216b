import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { genesisHash, type LedgerEntry } from '../../../../core/ledger/record';
import { checkEntry } from '../../../../station/ledger/check-entry';
import {
  canonicalJson,
  columnsOf,
  decodeSignature,
  driveKey,
  sealEntry,
  signHash,
} from '../../../../station/ledger/entry';
import { keyFingerprint } from '../../../../station/ledger/keys';
import { done, sampleJob } from './samples';

describe('canonical JSON', () => {
  // RFC 8785, section 3.2.2 and 3.2.4: the document's own example and the bytes it must become.
  it('gives the bytes of the RFC’s example', () => {
    const source = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    const bytes =
      '7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333332e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d';
    expect(Buffer.from(canonicalJson(JSON.parse(source))).toString('hex')).toBe(bytes);
  });

  // RFC 8785, section 3.2.3: names are sorted by UTF-16 code units, not by code points.
  it('sorts as the RFC’s sorting example', () => {
    const source = String.raw`{
      "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis"
    }`;
    const sorted = JSON.parse(canonicalJson(JSON.parse(source))) as Record<string, string>;
    // "1" comes first in both orders, so that JavaScript's own order of integer names does not matter.
    expect(Object.values(sorted)).toEqual(
      [
        'Carriage Return',
        'One',
        'Control',
        'Latin Small Letter O With Diaeresis',
        'Euro Sign',
        'Emoji: Grinning Face',
        'Hebrew Letter Dalet With Dagesh',
      ].sort((a, b) => Number(b === 'One') - Number(a === 'One')),
    );
    expect(canonicalJson(JSON.parse(source)).startsWith('{"\\r":"Carriage Return","1":"One",')).toBe(true);
  });

  // RFC 8785, appendix B.
  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
  ])('writes the number %s as %s', (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text);
  });

  it('refuses what JSON cannot hold', () => {
    expect(() => canonicalJson(NaN)).toThrow();
    expect(() => canonicalJson(Infinity)).toThrow();
    expect(() => canonicalJson('\ud800')).toThrow();
    expect(() => canonicalJson(undefined)).toThrow();
  });

  it('is the same for the same value, and gives it back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
});

describe('an entry', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = { publicKey, fingerprint: keyFingerprint(publicKey), pem: '' };
  const details: LedgerEntry = {
    version: 1,
    sequence: 1,
    previousHash: genesisHash,
    time: '2025-11-03T10:00:00.000Z',
    station: { name: 'bench-7', keyFingerprint: key.fingerprint },
    operator: 'Ada',
    versions: {},
    record: done(sampleJob()),
  };

  it('is hashed over its canonical JSON, with its predecessor’s hash inside, and signed over the hash', () => {
    const sealed = sealEntry(details, privateKey);
    expect(sealed.json).toContain(`"previousHash":"${genesisHash}"`);
    expect(sealed.hash).toBe(createHash('sha256').update(sealed.json).digest('hex'));
    const signature = Buffer.from(sealed.signature, 'base64');
    expect(verify(null, Buffer.from(sealed.hash, 'hex'), publicKey, signature)).toBe(true);
    const row = { ...sealed, ...columnsOf(sealed.entry.record) };
    expect(checkEntry(row, key).problems).toEqual([]);
  });

  it('must fit its schema', () => {
    expect(() => sealEntry({ ...details, sequence: 0 }, privateKey)).toThrow();
    expect(() => sealEntry({ ...details, time: 'yesterday' }, privateKey)).toThrow();
    expect(() => sealEntry({ ...details, surprise: 1 } as LedgerEntry, privateKey)).toThrow();
  });

  it('is found altered when it is valid and signed but not canonical', () => {
    const json = JSON.stringify(details, null, 1);
    const hash = createHash('sha256').update(json).digest('hex');
    const row = {
      sequence: 1,
      json,
      hash,
      signature: signHash(hash, privateKey),
      ...columnsOf(details.record),
    };
    expect(checkEntry(row, key).problems.map(({ code }) => code)).toEqual(['not-canonical']);
  });

  it('has one text for its signature only', () => {
    const { signature } = sealEntry(details, privateKey);
    expect(decodeSignature(signature)?.length).toBe(64);
    // The last letter before the padding has four bits that decoding throws away.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const last = alphabet.indexOf(signature.charAt(85));
    const alias = signature.slice(0, 85) + alphabet.charAt(last ^ 1) + '==';
    expect(Buffer.from(alias, 'base64')).toEqual(Buffer.from(signature, 'base64'));
    expect(decodeSignature(alias)).toBeNull();
    expect(decodeSignature(`${signature}\n`)).toBeNull();
  });

  it('is indexed by serial, WWN and size; by path only where the drive has neither', () => {
    const drive = { path: '/dev/sdb', serial: 'S', wwn: null, size: 5 };
    expect(driveKey(drive)).toBe(driveKey({ ...drive, path: '/dev/sdc' }));
    expect(driveKey(drive)).not.toBe(driveKey({ ...drive, size: 6 }));
    expect(driveKey(drive)).not.toBe(driveKey({ ...drive, wwn: '0x5' }));
    const nameless = { ...drive, serial: null };
    expect(driveKey(nameless)).not.toBe(driveKey({ ...nameless, path: '/dev/sdc' }));
  });
});
