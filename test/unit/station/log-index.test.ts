import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogQuery } from '../../../core/contract/app-log';
import type { LedgerRecord, StoredEntry } from '../../../core/ledger/record';
import { LogIndex } from '../../../station/log/log-index';
import { done, failed, sampleJob, started } from './ledger/samples';

const everything: LogQuery = { text: '', kind: null, result: null, from: null, to: null };

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
const machines = (index: LogIndex, query: Partial<LogQuery>): (string | null)[] =>
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

  it('has lines of work orders and shipments, which are found by kind, number and machine', () => {
    const orderId = '0190d3c4-5f6a-4b8c-9d0e-1f2a3b4c5d6e';
    const index = filled();
    const entries: LedgerRecord[] = [
      { kind: 'order-opened', orderId, number: 'WO-9', orderSha256: 'a'.repeat(64), machines: 2 },
      { kind: 'order-exception', orderId, machineSerial: 'SPARE1', what: 'unexpected', reason: 'A spare' },
      { kind: 'order-exception', orderId, machineSerial: '0004', what: 'left-out', reason: 'Broken' },
      { kind: 'order-closed', orderId, number: 'WO-9', done: 1, leftOut: 1, unexpected: 1 },
      {
        kind: 'shipment-closed',
        shipmentId: orderId,
        number: 'LS-1',
        orderNumber: 'WO-9',
        machines: [{ machineSerial: '0001', jobId: orderId, sequence: 2 }],
      },
    ];
    index.addNewer(entries.map((record, place) => stored(7 + place, record)));
    const found = (query: Partial<LogQuery>): (string | null)[] =>
      index.find({ ...everything, ...query }, 0, 100).rows.map(({ result }) => result);
    expect(found({ kind: 'order' })).toEqual([
      'order-closed',
      'machine-left-out',
      'machine-allowed',
      'order-opened',
    ]);
    expect(found({ kind: 'shipment' })).toEqual(['shipped']);
    expect(found({ kind: 'job' })).toEqual(['done', 'failed', 'done']);
    expect(found({ result: 'machine-allowed' })).toEqual(['machine-allowed']);
    // A machine is found where it went, and a word about it by the number that only the opening has.
    expect(found({ text: '0001', kind: 'shipment' })).toEqual(['shipped']);
    expect(found({ text: '0002', kind: 'shipment' })).toEqual([]);
    expect(found({ text: 'wo-9 spare' })).toEqual(['machine-allowed']);
    const [spare] = index.find({ ...everything, text: 'SPARE1' }, 0, 1).rows;
    expect(spare).toMatchObject({ workOrder: 'WO-9', reason: 'A spare', machines: null });
    const [shipment] = index.find({ ...everything, kind: 'shipment' }, 0, 1).rows;
    expect(shipment).toMatchObject({ shipment: 'LS-1', workOrder: 'WO-9', machines: 1, machineSerial: null });
  });

  it('leaves out what is no entry', () => {
    const index = filled();
    index.addNewer([{ sequence: 7, json: 'not JSON', hash: '', signature: '' }]);
    expect(machines(index, {})).toHaveLength(3);
  });
});
