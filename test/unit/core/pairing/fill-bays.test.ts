import { describe, expect, it } from 'vitest';
import {
  applyScan,
  canUndo,
  emptyPairing,
  toggleFill,
  undo,
  type Pairing,
} from '../../../../core/pairing/pairing';
import { settleMode } from '../../../../core/pairing/pairing-commands';
import { flowFacts } from '../../../../core/pairing/pairing-rules';
import { flowOf } from '../../../../core/flow/flow';
import {
  after,
  again,
  armed,
  bay,
  command,
  expectRefused,
  machine,
  pairOf,
  waiting,
  world,
} from './pairing-world';

/** Bays 1 to 3 are free, 4 is blocked, 5 empty. */
const filling = after([command('FILL')]);
const two = after([machine('PC-1'), machine('PC-2')], world(), filling);
const full = after([machine('PC-3')], world(), two);

const nextOf = (state: Pairing): string => flowOf(flowFacts(state, world())).next;

describe('FILL', () => {
  it('gives each machine the next free bay, without scanning bays', () => {
    expect(applyScan(emptyPairing, command('FILL'), world()).outcome).toMatchObject({
      effect: 'filling',
      count: 3,
    });
    expect(two.pairs).toEqual([pairOf('PC-1', 1), pairOf('PC-2', 2)]);
    expect(two.waitingMachine).toBeNull();
    expect(nextOf(two)).toBe('machine-to-fill');
  });
  it('leaves out bays that are taken, at work, blocked or empty', () => {
    const start = after([machine('PC-9'), bay(2), command('FILL')]);
    const context = world({ jobs: new Map([['d1', 'running']]) });
    const result = applyScan(start, machine('PC-1'), context);
    expect(result.outcome).toMatchObject({ effect: 'paired', bay: 'bay 3', count: 0 });
    expectRefused(result.state, applyScan(result.state, machine('PC-2'), context), 'no-free-bay');
  });
  it('says so when the rack is full, and asks for START', () => {
    expectRefused(full, applyScan(full, machine('PC-4'), world()), 'no-free-bay');
    expect(nextOf(full)).toBe('start');
    expectRefused(emptyPairing, toggleFill(emptyPairing, world({ drives: [] })), 'no-free-bay');
  });
  it('refuses the machines that are refused otherwise, and takes no bay for them', () => {
    expectRefused(two, applyScan(two, machine('PC-1'), world()), 'machine-in-batch', 'machine');
    const shipped = world({ shippedOn: () => '2025-02-27T10:00:00.000Z' });
    expectRefused(two, applyScan(two, machine('PC-7'), shipped), 'machine-shipped', 'machine');
    const other = world({ inOrder: () => false });
    expectRefused(two, applyScan(two, machine('PC-7'), other), 'not-in-order', 'machine');
  });
  it('counts a machine that is read twice once', () => {
    expectRefused(two, applyScan(two, machine('PC-2'), world(again)), 'repeated-read');
  });
  it('takes no bay: which one is next is not the operator’s to say', () => {
    expectRefused(two, applyScan(two, bay(3), world()), 'wrong-kind', 'machine');
  });
  it('ends by the same code, or by CANCEL, and keeps the pairs', () => {
    for (const name of ['FILL', 'CANCEL'] as const) {
      const ended = applyScan(two, command(name), world());
      expect(ended.outcome).toMatchObject({ effect: 'filling-ended' });
      expect(ended.state).toEqual({ ...two, mode: 'pair' });
    }
  });
  it('is not ended by a scanner that reads twice', () => {
    expectRefused(filling, applyScan(filling, command('FILL'), world(again)), 'repeated-read');
  });
  it('goes on after UNDO, which takes the last machine back whole', () => {
    const back = undo(full, world());
    expect(back.outcome).toMatchObject({ effect: 'undone', machineSerial: 'PC-3', bay: 'bay 3' });
    expect(back.state).toEqual(two);
    expect(applyScan(back.state, machine('PC-8'), world()).outcome).toMatchObject({ bay: 'bay 3' });
    expect(canUndo(filling)).toBe(false);
    expectRefused(filling, undo(filling, world()), 'nothing-to-undo');
  });
  it('ends with START, which shows the list', () => {
    const shown = applyScan(two, command('START'), world());
    expect(shown.outcome).toMatchObject({ effect: 'armed' });
    expect(shown.state).toMatchObject({ mode: 'pair', armed: true, pairs: two.pairs });
  });
  it('is refused while a machine waits or a list is confirmed', () => {
    expectRefused(waiting, applyScan(waiting, command('FILL'), world()), 'wrong-kind', 'bay');
    expectRefused(armed, applyScan(armed, command('FILL'), world()), 'wrong-kind', 'start');
    expectRefused(emptyPairing, toggleFill(emptyPairing, world({ starting: true })), 'wrong-kind');
  });
  it('outlives changes of jobs and drives', () => {
    expect(settleMode(two, world({ drives: [] }))).toBe(two);
  });
});

describe('RACK and CARDS', () => {
  it.each([
    ['RACK', 'rack'],
    ['CARDS', 'cards'],
  ] as const)('%s shows the bench so, and changes no pair', (name, view) => {
    for (const state of [emptyPairing, waiting, two]) {
      const result = applyScan(state, command(name), world());
      expect(result).toMatchObject({
        outcome: { effect: `${view}-shown` },
        action: { type: 'show-bench', view },
      });
      expect(result.state).toBe(state);
    }
    expectRefused(armed, applyScan(armed, command(name), world()), 'wrong-kind', 'start');
  });
});
