import { describe, expect, test } from 'vitest';
import type { AppJob } from '../../../core/contract/app-bench';
import {
  bayKindOf,
  bayOf,
  cardKind,
  countsOf,
  densityFor,
  newlyEnded,
} from '../../../renderer/store/selectors';
import { kindsOf } from '../../../renderer/screens/bench/rack/rack-rules';
import { flowFactsOf } from '../../../renderer/store/flow';
import { previews } from '../../support/app-preview-states';
import { emptyState, machineOf, result, someDrive, someJob } from '../../support/app-samples';

const interrupted: AppJob['state'] = { state: 'interrupted' };
const writing: AppJob['state'] = { state: 'writing', bytesDone: 1, bytesTotal: 2 };
const cancelled: AppJob['state'] = { state: 'cancelled', bytesWritten: 1 };
const pair = { machineSerial: 'M1', driveId: 'drive-01', bay: 'bay 1' };

describe('cardKind', () => {
  const drive = someDrive(1);
  const blocked = someDrive(1, { verdict: 'blocked' });
  test.each([
    ['an empty bay', null, null, null, 'empty'],
    ['a free drive', drive, null, null, 'free'],
    ['a paired drive', drive, null, pair, 'paired'],
    ['a blocked drive', blocked, null, null, 'blocked'],
    // It was eligible when it was paired: that it may not be written now is what matters.
    ['a paired drive that got blocked', blocked, null, pair, 'blocked'],
    ['a drive that is written', blocked, someJob(1, writing), null, 'running'],
    ['a drive that is prepared', drive, someJob(1, { state: 'preparing', task: null }), null, 'running'],
    ['a drive that was pulled while it was written', null, someJob(1, writing), null, 'running'],
    ['a cancelled drive', drive, someJob(1, cancelled), null, 'cancelled'],
    ['an interrupted drive', drive, someJob(1, interrupted), null, 'interrupted'],
  ] as const)('%s', (_, itsDrive, job, itsPair, kind) => {
    expect(cardKind(itsDrive, job, itsPair, null)).toBe(kind);
  });

  test('a finished drive passes, but for one that does not start', () => {
    const state = previews['mixed']?.state ?? emptyState;
    const [failed, running] = state.rehearsals;
    const job = someJob(1, { state: 'done', result });
    if (failed?.status !== 'ended' || running === undefined) throw new Error('the sample has another form');
    const passed = { ...failed, verdict: { ...failed.verdict, passed: true } };
    expect([null, running, passed, failed].map((one) => cardKind(drive, job, null, one))).toEqual([
      'pass',
      'pass',
      'pass',
      'fail',
    ]);
  });
});

describe('bayKindOf', () => {
  const bench = previews['bench-machines']?.state ?? emptyState;
  const kindOf = (serial: string, state = bench): string =>
    bayKindOf(state, state.drives.bays.find(({ label }) => label === serial)?.driveId ?? null);

  test('a machine that is not connected is away, not ready; what is known of its job stays', () => {
    expect(kindOf(machineOf(6))).toBe('away');
    const connected = bench.rack.machines.map((machine) => ({ ...machine, connected: true }));
    expect(kindOf(machineOf(6), { ...bench, rack: { ...bench.rack, machines: connected } })).toBe('free');
    const gone = { ...bench, rack: { ...bench.rack, machines: [] } };
    expect([1, 2, 3, 4].map((number) => kindOf(machineOf(number), gone))).toEqual([
      ...['pass', 'fail', 'running', 'paired'],
    ]);
  });

  test('filters count what tiles show', () => {
    expect(kindsOf(bench)).toEqual(bench.drives.bays.map(({ driveId }) => bayKindOf(bench, driveId)));
    expect(kindsOf(bench)).toContain('away');
  });
});

test('an empty bay is nobody’s bay', () => {
  const state = previews['mixed']?.state ?? emptyState;
  expect(bayOf(state, null)).toBeNull();
  expect(bayOf(state, 'drive-03')?.label).toBe('bay 3');
});

test('a drive that does not start is not cleared with those that passed', () => {
  const state = previews['mixed']?.state ?? emptyState;
  // One is in its boot test, the other does not start.
  expect(flowFactsOf(state).jobs).toMatchObject({ passed: 0, testing: 1, failed: 2, bootFailed: 1 });
});

test('counts of the mixed bench', () => {
  const state = previews['mixed']?.state ?? emptyState;
  expect(countsOf(state)).toEqual({ paired: 1, running: 4, pass: 1, fail: 2, stopped: 2 });
});

test('a card shows what it has room for', () => {
  expect(densityFor(20, 16)).toBe('roomy');
  expect(densityFor(20, 10)).toBe('normal');
  expect(densityFor(13, 16)).toBe('normal');
  expect(densityFor(9, 16)).toBe('dense');
  expect(densityFor(20, 6)).toBe('dense');
});

test('a job is newly ended once, and not when it was there before', () => {
  const before = [someJob(1, writing), someJob(2, cancelled), someJob(3, writing)];
  const after = [
    someJob(1, interrupted),
    someJob(2, cancelled),
    someJob(3, writing),
    someJob(4, interrupted),
  ];
  expect(newlyEnded(before, after).map(({ driveId }) => driveId)).toEqual(['drive-01']);
  expect(newlyEnded(after, after)).toEqual([]);
});
