import { beforeEach, describe, expect, it } from 'vitest';
import type { LogPage, LogRow } from '../../../../core/contract/app-log';
import {
  logPlaceOf,
  logRowAt,
  logStore,
  missingPages,
  maxPages,
  pageRows,
  refreshLog,
  resetLog,
  setLogQuery,
  takeLogPage,
} from '../../../../renderer/store/log-store';

const row = (sequence: number): LogRow => ({
  sequence,
  time: '2025-03-04T09:31:40.000Z',
  ...{ kind: 'job', result: 'done', machines: null, shipment: null, reason: null },
  machineSerial: `M${sequence}`,
  driveSerial: null,
  driveModel: null,
  bay: null,
  batchId: null,
  workOrder: null,
  mediaFile: null,
  operator: 'A. Jansen',
});

/** A page of a log of `total` lines, newest first, as the station would answer. */
function page(number: number, total: number, more: Partial<LogPage> = {}): LogPage {
  const first = number * pageRows;
  const length = Math.max(0, Math.min(pageRows, total - first));
  const rows = Array.from({ length }, (_, index) => row(total - first - index));
  return { total, read: total, entries: total, rows, ...more };
}

const state = logStore.getState;
const take = (number: number, answer: LogPage): void => {
  takeLogPage(state().generation, number, answer);
};

beforeEach(resetLog);

describe('the pages of the log', () => {
  it('are found by line, and asked for where they are missing', () => {
    take(0, page(0, 1000));
    take(1, page(1, 1000));
    expect(state()).toMatchObject({ total: 1000, answered: true });
    expect(logRowAt(state(), 0)?.sequence).toBe(1000);
    expect(logRowAt(state(), 399)?.sequence).toBe(601);
    expect(logRowAt(state(), 400)).toBeNull();
    expect(missingPages(state(), 150, 620)).toEqual([2, 3]);
    expect(logPlaceOf(state(), 601)).toBe(399);
    expect(logPlaceOf(state(), 600)).toBeNull();
  });

  it('of another question are dropped, whenever they come', () => {
    take(0, page(0, 500));
    const before = state().generation;
    setLogQuery({ text: 'abc' });
    expect(state()).toMatchObject({ answered: false, query: { text: 'abc', result: null } });
    // What was found before stays on the screen.
    expect(logRowAt(state(), 0)?.sequence).toBe(500);
    takeLogPage(before, 1, page(1, 500));
    expect([...state().pages.keys()]).toEqual([0]);
    take(0, page(0, 3));
    expect(state()).toMatchObject({ answered: true, total: 3 });
    expect(logRowAt(state(), 0)?.sequence).toBe(3);
  });

  it('of the same question asked twice are dropped when they are older than a change of it', () => {
    setLogQuery({ text: 'abc' });
    const first = state().generation;
    setLogQuery({ text: '' });
    setLogQuery({ text: 'abc' });
    takeLogPage(first, 0, page(0, 7));
    expect(state()).toMatchObject({ answered: false, total: 0 });
  });

  it('of before a refresh stay until new ones are here, and answers of before it are dropped', () => {
    take(0, page(0, 500));
    take(1, page(1, 500));
    const before = state().generation;
    refreshLog();
    expect(logRowAt(state(), 0)?.sequence).toBe(500);
    expect(missingPages(state(), 0, 210)).toEqual([0, 1]);
    takeLogPage(before, 0, page(0, 499));
    expect(state().total).toBe(500);
    // Nothing was added: the other page need not go.
    take(0, page(0, 500));
    expect(logRowAt(state(), 250)?.sequence).toBe(250);
    expect(missingPages(state(), 0, 210)).toEqual([1]);
  });

  it('never stand beside pages of a log that was shorter', () => {
    take(0, page(0, 500));
    take(1, page(1, 500));
    refreshLog();
    take(0, page(0, 501));
    expect(logRowAt(state(), 0)?.sequence).toBe(501);
    expect(logRowAt(state(), 200)).toBeNull();
    expect(missingPages(state(), 0, 210)).toEqual([1]);
    expect(logPlaceOf(state(), 499)).toBe(2);
  });

  it('are thrown away from the oldest on, so that memory stays bounded', () => {
    const total = pageRows * 500;
    for (let number = 0; number < 500; number += 1) take(number, page(number, total));
    expect(state().pages.size).toBe(maxPages);
    expect(state().fresh.size).toBe(maxPages);
    expect(logRowAt(state(), 0)).toBeNull();
    expect(missingPages(state(), 0, 0)).toEqual([0]);
    expect(logRowAt(state(), total - 1)?.sequence).toBe(1);
  });

  it('tell how much of the ledger was read', () => {
    take(0, page(0, 200, { read: 200, entries: 90_000 }));
    expect(state()).toMatchObject({ read: 200, entries: 90_000 });
  });
});
