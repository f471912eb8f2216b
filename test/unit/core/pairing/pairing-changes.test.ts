import { describe, expect, it } from 'vitest';
import {
  clearPairs,
  disarm,
  dropDrives,
  emptyPairing,
  pairByHand,
  start,
  undo,
  unpair,
  type PairingContext,
} from '../../../../core/pairing/pairing';
import { takeOver } from '../../../../core/pairing/take-over';
import {
  drive,
  reasons,
  world,
  machine,
  bay,
  command,
  after,
  expectRefused,
  waiting,
  paired,
  armed,
  pairOf,
} from './pairing-world';

describe('by hand', () => {
  it('pairs a serial as it is kept, and disarms', () => {
    const { state, outcome } = pairByHand(armed, ' pc-2 ', 'd1', world());
    expect(outcome).toEqual({
      result: 'accepted',
      kind: 'machine',
      effect: 'paired',
      machineSerial: 'PC-2',
      bay: 'bay 1',
    });
    expect(state).toMatchObject({ armed: false, pairs: [pairOf('PC-1', 2), pairOf('PC-2', 1)] });
  });
  it('pairs the very machine that waits', () => {
    const { state } = pairByHand(waiting, 'PC-1', 'd1', world());
    expect(state).toMatchObject({ waitingMachine: null, pairs: [pairOf('PC-1', 1)] });
    expect(undo(state, world()).state).toEqual(emptyPairing);
  });
  it.each<[string, string, string, string, Partial<PairingContext>]>([
    ['wrong-kind', 'unreadable', '', 'd1', {}],
    ['wrong-kind', 'unreadable', 'A=B=C', 'd1', {}],
    ['wrong-kind', 'placeholder', 'Default string', 'd1', {}],
    ['wrong-kind', 'drive', 'drive-0003', 'd1', {}],
    ['bay-unknown', 'machine', 'PC-9', 'd9', {}],
    ['bay-empty', 'machine', 'PC-9', 'd1', { drives: [] }],
    ['drive-blocked', 'machine', 'PC-9', 'd4', {}],
    ['drive-paired', 'machine', 'PC-9', 'd2', {}],
    ['drive-running', 'machine', 'PC-9', 'd1', { jobs: new Map([['d1', 'running']]) }],
    ['drive-finished', 'machine', 'PC-9', 'd1', { jobs: new Map([['d1', 'failed']]) }],
  ])('refuses: %s, %s %j in %s', (reason, kind, serial, driveId, details) => {
    const result = pairByHand(paired, serial, driveId, world(details));
    expectRefused(paired, result, reason);
    expect(result.outcome.kind).toBe(kind);
  });
});

describe('pairs that end', () => {
  const two = after([machine('PC-2'), bay(1)], world(), paired);
  const shown = after([command('START')], world(), two);
  it('disarm puts the list away and leaves the pairs', () => {
    expect(disarm(shown)).toEqual(two);
    expect(disarm(two)).toBe(two);
  });
  it('unpair takes one, with its step, and disarms', () => {
    expect(unpair(shown, 'd1')).toEqual(paired);
    expect(unpair(two, 'd9')).toBe(two);
  });
  it('clearPairs takes those that were started; a machine that waits goes on waiting', () => {
    expect(clearPairs(shown, ['d1', 'd2'])).toEqual(emptyPairing);
    const state = after([machine('PC-3')], world(), two);
    expect(clearPairs(state, ['d1', 'd2'])).toEqual(after([machine('PC-3')]));
  });
  it('dropDrives takes those whose drive was pulled, says which, and disarms', () => {
    expect(dropDrives(shown, new Set(['d2', 'd3']))).toEqual({ state: paired, dropped: [pairOf('PC-2', 1)] });
    expect(dropDrives(shown, new Set(['d1', 'd2']))).toEqual({ state: shown, dropped: [] });
  });
});

describe('what was paired before the program ended', () => {
  const two = after([machine('PC-2'), bay(1)], world(), paired);
  const stored = { pairs: two.pairs, waitingMachine: 'PC-3' };
  it('comes back, disarmed, with the machine that waited', () => {
    const { state, taken, left } = takeOver(emptyPairing, stored, world());
    expect(state).toMatchObject({ pairs: two.pairs, waitingMachine: 'PC-3', armed: false, mode: 'pair' });
    expect({ taken, left }).toEqual({ taken: 2, left: [] });
    expect(start({ ...state, waitingMachine: null }, world()).outcome).toMatchObject({ reason: 'not-ready' });
  });
  it.each<[string, Partial<PairingContext>]>([
    ['bay-empty', { drives: [drive(1)], bays: [{ label: 'bay 1', port: null, driveId: 'd1' }] }],
    ['drive-blocked', { drives: [drive(1), drive(2, { verdict: 'blocked', reasons })] }],
    ['drive-finished', { jobs: new Map([['d2', 'failed']]) }],
    ['machine-shipped', { shippedOn: (serial) => (serial === 'PC-1' ? '2024-05-17T08:00:00Z' : null) }],
    ['not-in-order', { inOrder: (serial) => serial !== 'PC-1' }],
  ])('comes back only where it holds: %s', (reason, details) => {
    const { state, taken, left } = takeOver(emptyPairing, stored, world(details));
    expect(state.pairs).toEqual([pairOf('PC-2', 1)]);
    expect(taken).toBe(1);
    expect(left).toEqual([{ pair: pairOf('PC-1', 2), reason }]);
  });
  it('gives way to what was paired since', () => {
    const since = after([machine('PC-9'), bay(2), machine('PC-8')]);
    const { state, left } = takeOver(since, stored, world());
    expect(state.pairs).toEqual([pairOf('PC-9', 2), pairOf('PC-2', 1)]);
    expect(state.waitingMachine).toBe('PC-8');
    expect(left).toEqual([{ pair: pairOf('PC-1', 2), reason: 'drive-paired' }]);
  });
  it('is taken apart by UNDO', () => {
    const { state } = takeOver(emptyPairing, { ...stored, waitingMachine: null }, world());
    expect(undo(state, world()).state.pairs).toEqual(paired.pairs);
  });
});
