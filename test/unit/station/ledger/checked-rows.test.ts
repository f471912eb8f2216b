import { describe, expect, it } from 'vitest';
import { CheckedRows } from '../../../../station/ledger/checked-rows';
import type { RawRow } from '../../../../station/ledger/database';
import type { LedgerRow } from '../../../../station/ledger/entry';

const rowOf = (sequence: number): RawRow => ({
  ...{ sequence, json: '{}', hash: 'a'.repeat(64), signature: 'c2ln', kind: 'job-ended', state: 'done' },
  ...{ machineSerial: 'PC-1', driveKey: 'key', jobId: 'job' },
});

/** Takes rows through one cache, and says how many were looked at. */
function looked(...rows: readonly RawRow[]): number {
  const known = new CheckedRows();
  let looks = 0;
  for (const row of rows) {
    known.of(row, ({ sequence, json, hash, signature }) => {
      looks += 1;
      return { sequence, json, hash, signature } as LedgerRow;
    });
  }
  return looks;
}

describe('entries that were checked', () => {
  it('are not checked again while every byte of the row is the same', () => {
    expect(looked(rowOf(1), rowOf(2), rowOf(1), { ...rowOf(2) })).toBe(2);
  });

  it.each(['json', 'hash', 'signature', 'kind', 'state', 'machineSerial', 'driveKey', 'jobId'] as const)(
    'are checked again when their %s is another one',
    (member) => {
      expect(looked(rowOf(1), { ...rowOf(1), [member]: 'other' })).toBe(2);
    },
  );

  it('are not kept when their check failed', () => {
    const known = new CheckedRows();
    const refuse = (): never => {
      throw new Error('changed');
    };
    for (let time = 0; time < 2; time += 1) expect(() => known.of(rowOf(1), refuse)).toThrow('changed');
  });

  it('do not fill the memory: the one that was not asked for longest goes', () => {
    const thousand = Array.from({ length: 1000 }, (_, index) => rowOf(index + 1));
    expect(looked(...thousand, rowOf(1), rowOf(1001), rowOf(1), rowOf(2))).toBe(1002);
  });
});
