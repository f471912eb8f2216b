import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogQuery } from '../../../core/contract/app-log';
import type { LedgerRecord, StoredEntry } from '../../../core/ledger/record';
import { LogIndex } from '../../../station/log/log-index';
import { done, failed, sampleJob, started } from './ledger/samples';

const everything: LogQuery = { text: '', result: null, from: null, to: null };

function stored(sequence: number, record: LedgerRecord, time = '2025-11-03T09:00:00.000Z'): StoredEntry {
  return { sequence, json: JSON.stringify({ time, operator: 'Ada', record }), hash: '', signature: '' };
}

/** Three machines: 0001 passed, 0002 failed, 0003 passed; the beginnings are no lines. */
function filled(): LogIndex {
  const index = new LogIndex();
  const jobs = ['0001', '0002', '0003'].map((machineSerial) => sampleJob({ machineSerial }));
  const ends = jobs.map((job, place) => (place === 1 ? failed(job) : done(job)));
  const entries = jobs.flatMap((job, place) => [
    stored(2 * place + 1, started(job)),
    stored(2 * place + 2, ends[place] ?? started(job), `2025-11-0${place + 1}T23:30:00.000Z`),
  ]);
  // The second half came while the first was still to be read.
  index.addNewer(entries.slice(4));
  index.addOlder(entries.slice(0, 4).reverse());
  return index;
}
const machines = (index: LogIndex, query: Partial<LogQuery>): string[] =>
  index.find({ ...everything, ...query }, 0, 100).rows.map(({ machineSerial }) => machineSerial);

let zone: string | undefined;
beforeAll(() => {
  zone = process.env['TZ'];
  // East of Greenwich: half past eleven at night in UTC is the next day.
  process.env['TZ'] = 'Europe/Berlin';
});
afterAll(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

describe('the index of the log', () => {
  it('has a line for each end, newest first, whatever order the entries came in', () => {
    expect(machines(filled(), {})).toEqual(['0003', '0002', '0001']);
    expect(filled().read).toBe(6);
  });

  it('gives pages and the number of all lines', () => {
    const { total, rows } = filled().find(everything, 1, 1);
    expect(total).toBe(3);
    expect(rows.map(({ machineSerial }) => machineSerial)).toEqual(['0002']);
  });

  it('finds words in any field, whatever their case, all of them', () => {
    expect(machines(filled(), { text: 'sn-0001' })).toHaveLength(3);
    expect(machines(filled(), { text: 'ADA 0002' })).toEqual(['0002']);
    expect(machines(filled(), { text: '0002 nobody' })).toEqual([]);
  });

  it('finds by result', () => {
    expect(machines(filled(), { result: 'failed' })).toEqual(['0002']);
  });

  it('takes days as the clock of the station has them', () => {
    expect(machines(filled(), { from: '2025-11-03', to: '2025-11-03' })).toEqual(['0002']);
    expect(machines(filled(), { from: '2025-11-03' })).toEqual(['0003', '0002']);
    expect(machines(filled(), { to: '2025-11-02' })).toEqual(['0001']);
  });

  it('leaves out what is no entry', () => {
    const index = filled();
    index.addNewer([{ sequence: 7, json: 'not JSON', hash: '', signature: '' }]);
    expect(machines(index, {})).toHaveLength(3);
  });
});
