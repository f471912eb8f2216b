import { beforeEach, describe, expect, test } from 'vitest';
import { applyAppPatch, appStore, loadAppState } from '../../../renderer/store/app-store';
import { keepReferences } from '../../../renderer/store/keep-references';
import { recordRates, ratesStore } from '../../../renderer/store/rates-store';
import { previews } from '../../support/app-preview-states';
import { emptyState, rackJobs, someJob } from '../../support/app-samples';

const rack = (() => {
  const preview = previews['rack'];
  if (preview === undefined) throw new Error('no preview rack');
  return preview.state;
})();

describe('keepReferences', () => {
  test('equal data is the very object of before', () => {
    const before = { a: [1, { b: 'x' }], c: null };
    expect(keepReferences(before, structuredClone(before))).toBe(before);
  });

  test('only what changed is new', () => {
    const before = { one: { x: 1 }, two: { y: 2 } };
    const after = keepReferences(before, { one: { x: 1 }, two: { y: 3 } });
    expect(after).toEqual({ one: { x: 1 }, two: { y: 3 } });
    expect(after.one).toBe(before.one);
    expect(after.two).not.toBe(before.two);
  });

  test('members that are taken away or come are seen', () => {
    expect(keepReferences({ a: 1, b: undefined }, { a: 1 })).toEqual({ a: 1 });
    expect(keepReferences({ a: 1 }, { b: 1 })).toEqual({ b: 1 });
    expect(keepReferences([1, 2], [1])).toEqual([1]);
    expect(keepReferences([], {})).toEqual({});
    expect(keepReferences({ a: null }, { a: [] })).toEqual({ a: [] });
  });

  test('members of lists are known by their id, so one that goes leaves the others as they were', () => {
    const before = [
      { driveId: 'a', n: 1 },
      { driveId: 'b', n: 2 },
      { driveId: 'c', n: 3 },
    ];
    const after = keepReferences(before, [
      { driveId: 'b', n: 2 },
      { driveId: 'c', n: 4 },
    ]);
    expect(after[0]).toBe(before[1]);
    expect(after[1]).toEqual({ driveId: 'c', n: 4 });
  });
});

test('names that every object has are data like others', () => {
  const text = '{"__proto__":{"a":1},"constructor":{"b":[2]},"n":1}';
  const before: unknown = JSON.parse(text);
  expect(keepReferences(before, JSON.parse(text))).toBe(before);
  const after: unknown = keepReferences(before, JSON.parse(text.replace('"n":1', '"n":2')));
  expect(JSON.stringify(after)).toBe(text.replace('"n":1', '"n":2'));
  expect(Object.getPrototypeOf(after)).toBe(Object.prototype);
  expect(keepReferences({}, JSON.parse('{"__proto__":{}}'))).not.toBe(Object.prototype);
});

describe('the state of the app', () => {
  beforeEach(() => {
    appStore.setState({ state: null });
  });

  test('a patch before the state is left out', () => {
    expect(applyAppPatch({ jobs: [] })).toBeNull();
    expect(appStore.getState().state).toBeNull();
  });

  test('a patch changes its members only, and jobs that did not move stay the same objects', () => {
    const before = loadAppState(structuredClone(rack));
    const jobs = structuredClone(before.jobs);
    const moved = jobs[7];
    if (moved?.state.state !== 'writing') throw new Error('job 7 should be writing');
    jobs[7] = { ...moved, state: { ...moved.state, bytesDone: moved.state.bytesDone + 1 } };
    const after = applyAppPatch({ jobs });
    expect(after?.drives).toBe(before.drives);
    expect(after?.jobs).not.toBe(before.jobs);
    expect(after?.jobs.filter((job, index) => job !== before.jobs[index])).toEqual([jobs[7]]);
  });

  test('a patch that says nothing new wakes nobody', () => {
    loadAppState(structuredClone(rack));
    let woken = 0;
    const end = appStore.subscribe(() => {
      woken += 1;
    });
    applyAppPatch(structuredClone({ jobs: rack.jobs, drives: rack.drives }));
    expect(woken).toBe(0);
    applyAppPatch({ batch: { ...emptyState.batch, operator: 'B. Vries' } });
    expect(woken).toBe(1);
    end();
  });
});

describe('rates of all drives', () => {
  test('a drive that does not move keeps its rate object; one whose job ends loses it', () => {
    recordRates([], 0);
    recordRates(rackJobs(0), 0);
    recordRates(rackJobs(1), 1000);
    const before = ratesStore.getState().rates;
    expect(before.size).toBe(48);
    recordRates(rackJobs(1.1), 1100);
    expect(ratesStore.getState().rates).toBe(before);
    recordRates([someJob(1, { state: 'sealing' }), ...rackJobs(1.2).slice(1)], 1200);
    expect(ratesStore.getState().rates.size).toBe(47);
    expect(ratesStore.getState().rates.get('drive-02')).toBe(before.get('drive-02'));
  });
});
