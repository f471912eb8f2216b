import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryProofSchema, type EntryProof } from '../../../../core/ledger/checkpoint';
import { checkpointHolds, checkProof, signCheckpoint } from '../../../../station/ledger/checkpoint';
import type { VerifyingKey } from '../../../../station/ledger/keys';
import { Ledger } from '../../../../station/ledger/ledger';
import { leafHash, rootOf } from '../../../../station/ledger/merkle';
import { inclusionPath } from '../../../support/inclusion-path';
import { statePaths } from '../../../../station/state/state-paths';
import { makeLargeLedger } from '../../../benchmark/large-ledger';

const entries = 1302;
let folder: string;
let ledger: Ledger;
let key: VerifyingKey;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'prestage-checkpoint-'));
  const paths = statePaths(folder);
  makeLargeLedger(paths, entries);
  ledger = Ledger.open(paths);
  if (ledger.publicKey === null) throw new Error('no key');
  key = ledger.publicKey;
});
afterAll(() => {
  ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

function proofOf(sequence: number): EntryProof {
  const [proof] = ledger.proofs([sequence]);
  if (proof === undefined) throw new Error('no proof');
  return proof;
}

describe('a checkpoint', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const signed = signCheckpoint(7, Buffer.alloc(32, 1), privateKey);

  it('holds with the key that signed it, and with no other size, root, signature or key', () => {
    expect(checkpointHolds(signed, publicKey)).toBe(true);
    expect(checkpointHolds({ ...signed, size: 8 }, publicKey)).toBe(false);
    expect(checkpointHolds({ ...signed, root: '02'.repeat(32) }, publicKey)).toBe(false);
    expect(checkpointHolds({ ...signed, signature: `${signed.signature}\n` }, publicKey)).toBe(false);
    expect(checkpointHolds(signed, generateKeyPairSync('ed25519').publicKey)).toBe(false);
  });

  it('is for all entries there are, and has the root of their tree', () => {
    const leaves = [...ledger.entries()].map(({ hash, signature }) => leafHash(hash, signature));
    const checkpoint = ledger.signedCheckpoint();
    expect(checkpoint.size).toBe(entries);
    expect(checkpoint.root).toBe(rootOf(leaves).toString('hex'));
    expect(checkpointHolds(checkpoint, key.publicKey)).toBe(true);
  });
});

describe('a proof', () => {
  it('of any entry holds, and has the path that all leaves together give', () => {
    const leaves = [...ledger.entries()].map(({ hash, signature }) => leafHash(hash, signature));
    const sequences = [1, 2, 255, 256, 257, 511, 512, 513, 700, 1023, 1024, 1025, 1280, 1281, 1301, 1302];
    for (const proof of ledger.proofs(sequences)) {
      expect(entryProofSchema.parse(proof)).toEqual(proof);
      const path = inclusionPath(leaves, proof.entry.sequence - 1).map((hash) => hash.toString('hex'));
      expect(proof.path).toEqual(path);
      expect(checkProof(proof, key.publicKey)).toMatchObject({
        ok: true,
        entry: { sequence: proof.entry.sequence },
      });
    }
  });

  it.each<[string, (proof: EntryProof, other: EntryProof) => EntryProof, string]>([
    ['another entry', (proof, other) => ({ ...proof, entry: other.entry }), 'not in the ledger'],
    ['another path', (proof, other) => ({ ...proof, path: other.path }), 'not in the ledger'],
    ['a shorter path', (proof) => ({ ...proof, path: proof.path.slice(1) }), 'not in the ledger'],
    [
      'another number',
      (proof) => ({ ...proof, entry: { ...proof.entry, sequence: 3 } }),
      'written under another number',
    ],
    [
      'other contents',
      (proof) => ({ ...proof, entry: { ...proof.entry, json: proof.entry.json.replace('7K', '8K') } }),
      'do not match its hash',
    ],
    [
      'white space',
      (proof) => ({ ...proof, entry: { ...proof.entry, json: proof.entry.json.replace('{', '{ ') } }),
      'not canonical',
    ],
    ['no entry', (proof) => ({ ...proof, entry: { ...proof.entry, json: '{}' } }), 'does not have the form'],
    [
      'another signature',
      (proof, other) => ({ ...proof, entry: { ...proof.entry, signature: other.entry.signature } }),
      'was not signed with this key',
    ],
    [
      'a checkpoint of another size',
      (proof) => ({ ...proof, checkpoint: { ...proof.checkpoint, size: 1303 } }),
      'checkpoint was not signed',
    ],
    [
      'a checkpoint with another root',
      (proof, other) => ({
        ...proof,
        checkpoint: { ...proof.checkpoint, root: other.path[0] ?? '' },
      }),
      'checkpoint was not signed',
    ],
  ])('is refused with %s', (_, change, reason) => {
    const verdict = checkProof(change(proofOf(700), proofOf(2)), key.publicKey);
    expect(verdict).toEqual({ ok: false, reason: expect.stringContaining(reason) as string });
  });

  it('is refused for another station’s key', () => {
    const other = generateKeyPairSync('ed25519').publicKey;
    expect(checkProof(proofOf(700), other)).toEqual({
      ok: false,
      reason: 'The entry was signed with another key.',
    });
  });

  it('of an entry that is not there is refused', () => {
    expect(() => ledger.proofs([entries + 1])).toThrow(/no entry 1303/);
    expect(() => ledger.proofs([0])).toThrow(/no entry 0/);
  });
});

describe('an empty ledger', () => {
  it('has nothing to sign for', () => {
    const empty = Ledger.open(statePaths(join(folder, 'empty')));
    expect(() => empty.signedCheckpoint()).toThrow(/empty/);
    empty.close();
  });
});
