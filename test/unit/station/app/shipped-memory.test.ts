import { expect, it } from 'vitest';
import type { LedgerRow } from '../../../../station/ledger/entry';
import { ShippedMemory } from '../../../../station/app/shipped-memory';

it('the ledger is asked for a machine once while it has no new entry', () => {
  const asked: string[] = [];
  const ledger = { entries: 1, time: null as string | null };
  const memory = new ShippedMemory({
    count: () => ledger.entries,
    findShipped: (serial) => {
      asked.push(serial);
      return ledger.time === null ? null : ({ entry: { time: ledger.time } } as unknown as LedgerRow);
    },
  });
  expect([memory.on('M1'), memory.on('M1'), memory.on('M2')]).toEqual([null, null, null]);
  expect(asked).toEqual(['M1', 'M2']);
  ledger.entries = 2;
  ledger.time = '2026-11-28T10:00:00.000Z';
  expect([memory.on('M1'), memory.on('M1')]).toEqual([ledger.time, ledger.time]);
  expect(asked).toEqual(['M1', 'M2', 'M1']);
});
