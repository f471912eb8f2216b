import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProofDocument } from '../../core/ledger/checkpoint';
import { canonicalJson } from '../../station/ledger/entry';
import { checkProofDocument } from '../../station/ledger/proof-document';
import { statePaths } from '../../station/state/state-paths';
import { makeLargeLedger } from '../benchmark/large-ledger';
import { run, folder, keyOf, useEvidenceFolder } from '../support/evidence-run';

useEvidenceFolder();

describe('ledger prove and check-proof', () => {
  let state: string;
  let file: string;
  let bytes: Buffer;
  let fingerprint: string;
  beforeAll(async () => {
    state = join(folder, 'proved');
    file = join(folder, 'proof.json');
    makeLargeLedger(statePaths(state), 600);
    expect(await run('prove', '--entry', '400', '--output', file, '--state', state)).toEqual({
      code: 0,
      out: '',
      err: '',
    });
    bytes = readFileSync(file);
    fingerprint = keyOf(state);
  });

  it('accept the proof, with the fingerprint or the key’s file, without any state', async () => {
    const verdict = await run('check-proof', file, '--trust', fingerprint);
    expect(verdict).toMatchObject({ code: 0, err: '' });
    expect(verdict.out).toContain('The proof is valid.');
    expect(verdict.out).toMatch(/entry +400\n/);
    const pem = statePaths(state).publicKeyFile;
    expect(await run('check-proof', file, '--trust', pem)).toMatchObject({ code: 0 });
    const json = JSON.parse((await run('check-proof', file, '--trust', pem, '--json')).out) as unknown;
    expect(json).toMatchObject({ ok: true, entry: { sequence: 400 } });
  });

  it('print the same to standard output', async () => {
    const { out } = await run('prove', '--entry', '400', '--state', state);
    expect(out).toBe(bytes.toString());
  });

  it('refuse another key', async () => {
    const verdict = await run('check-proof', file, '--trust', 'a'.repeat(64));
    expect(verdict.code).toBe(4);
    expect(verdict.out).toContain('is NOT valid');
    expect(verdict.out).toContain('is not the trusted one');
  });

  it('refuse a proof that was moved to another ledger: its entry, and its checkpoint', async () => {
    const other = join(folder, 'other');
    makeLargeLedger(statePaths(other), 600);
    const otherFile = join(folder, 'other.json');
    await run('prove', '--entry', '400', '--output', otherFile, '--state', other);
    const mine = JSON.parse(bytes.toString()) as ProofDocument;
    const theirs = JSON.parse(readFileSync(otherFile, 'utf8')) as ProofDocument;
    const mixed = (proof: Partial<ProofDocument['proof']>): ProofDocument => ({
      ...mine,
      proof: { ...mine.proof, ...proof },
    });
    for (const [document, reason] of [
      [theirs, 'is not the trusted one'],
      [{ ...theirs, publicKey: mine.publicKey }, 'signed with another key'],
      [mixed({ entry: theirs.proof.entry }), 'signed with another key'],
      [mixed({ checkpoint: theirs.proof.checkpoint }), 'checkpoint was not signed with this key'],
      [mixed({ path: theirs.proof.path }), 'not in the ledger'],
    ] as const) {
      writeFileSync(otherFile, `${canonicalJson(document)}\n`);
      const verdict = await run('check-proof', otherFile, '--trust', fingerprint, '--json');
      expect(verdict.code).toBe(4);
      expect(JSON.parse(verdict.out)).toEqual({
        ok: false,
        reason: expect.stringContaining(reason) as string,
      });
    }
  });

  it('refuse any single byte that is another, gone or added', () => {
    const trusted = new Set([fingerprint]);
    expect(checkProofDocument(bytes, trusted).ok).toBe(true);
    const at = fc.nat(bytes.length - 1);
    fc.assert(
      fc.property(at, fc.integer({ min: 1, max: 255 }), (index, change) => {
        const changed = Buffer.from(bytes);
        changed[index] = (changed[index] ?? 0) ^ change;
        expect(checkProofDocument(changed, trusted).ok).toBe(false);
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(at, fc.nat(255), (index, byte) => {
        const [before, after] = [bytes.subarray(0, index), bytes.subarray(index)];
        expect(checkProofDocument(Buffer.concat([before, after.subarray(1)]), trusted).ok).toBe(false);
        expect(checkProofDocument(Buffer.concat([before, Buffer.of(byte), after]), trusted).ok).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('refuse the same facts written otherwise', () => {
    const trusted = new Set([fingerprint]);
    const value: unknown = JSON.parse(bytes.toString());
    for (const text of [
      JSON.stringify(value, null, 2),
      canonicalJson(value),
      `\ufeff${bytes.toString()}`,
      '',
      '[]',
    ]) {
      expect(checkProofDocument(Buffer.from(text), trusted).ok).toBe(false);
    }
  });

  it('say what cannot be used', async () => {
    expect(await run('check-proof', file)).toMatchObject({ code: 2 });
    expect(await run('check-proof', join(folder, 'nowhere'), '--trust', fingerprint)).toMatchObject({
      code: 2,
    });
    expect(await run('check-proof', file, '--trust', file)).toMatchObject({ code: 2 });
    expect(await run('prove', '--entry', '601', '--state', state)).toMatchObject({ code: 3 });
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    expect(await run('prove', '--entry', '1', '--state', empty)).toMatchObject({ code: 3 });
    expect(existsSync(statePaths(empty, { make: false }).ledgerFile)).toBe(false);
  });
});
