import { describe, expect, it } from 'vitest';
import { idInMachine } from '../../../../core/drive/drive';
import { flowOf } from '../../../../core/flow/flow';
import { takeOutOrder } from '../../../../core/flow/take-out';
import { applyScan, emptyPairing, type PairingContext } from '../../../../core/pairing/pairing';
import { flowFacts } from '../../../../core/pairing/pairing-rules';
import {
  after,
  bay,
  command,
  expectRefused,
  machine,
  startLater,
  waiting,
  world,
} from '../pairing/pairing-world';

/** Drives are taken out in the order of their bays, each confirmed by its machine. */

const out = (number: number): PairingContext['takeOut'][number] => ({
  driveId: `d${number}`,
  bay: `bay ${number}`,
  machineSerial: `PC-${number}`,
});
const line = { takenOut: 0 };
/** Bays 1 and 3 passed, and the ledger knows of their machines. */
const ended = (changes: Partial<PairingContext> = {}): PairingContext =>
  world({
    jobs: new Map([
      ['d1', 'passed'],
      ['d3', 'passed'],
    ]),
    takeOut: [out(1), out(3)],
    shippedOn: (serial) => (serial === 'PC-2' ? null : '2026-11-28T08:00:00Z'),
    line,
    ...changes,
  });

describe('the order', () => {
  const job = (number: number, outcome: 'passed' | 'failed' = 'passed') => ({ ...out(number), outcome });

  it('is that of the bays, and only of what passed', () => {
    const order = takeOutOrder([job(10), job(2), job(3, 'failed')], ['bay 10', 'bay 3', 'bay 2']);
    expect(order.map((one) => one.bay)).toEqual(['bay 10', 'bay 2']);
  });

  it('stays when a bay that nobody named goes with its drive', () => {
    const order = takeOutOrder([job(10), job(2), job(1)], ['bay 2', 'bay 10']);
    expect(order.map((one) => one.bay)).toEqual(['bay 1', 'bay 2', 'bay 10']);
  });
});

/** The disk of a machine of the rack. */
const inMachine = (number: number): PairingContext['takeOut'][number] => ({
  driveId: idInMachine(`d${number}`, '0123456789ab'),
  ...{ bay: `5CD${number}`, machineSerial: `5CD${number}` },
});

describe('machines of a rack, whose drives stay in', () => {
  const takeOut = [out(1), out(3), inMachine(7), inMachine(8)];
  const both = (changes: Partial<PairingContext> = {}): PairingContext => ended({ takeOut, ...changes });

  it('come after the bench, whatever their labels', () => {
    const passed = takeOut.map((one) => ({ ...one, outcome: 'passed' as const }));
    const labels = ['5CD8', 'bay 1', '5CD7', 'bay 3'];
    expect(takeOutOrder(passed, labels).map(({ bay: label }) => label)).toEqual([
      ...['bay 1', 'bay 3'],
      ...['5CD8', '5CD7'],
    ]);
  });

  it('are confirmed in any order in line mode, and do not change the order of the bench', () => {
    const result = applyScan(emptyPairing, machine('5CD8'), both());
    expect(result.outcome).toMatchObject({ effect: 'taken-out', machineSerial: '5CD8', count: 3 });
    expect(result.action).toEqual({ type: 'take-out', drive: inMachine(8) });
    expectRefused(
      emptyPairing,
      applyScan(emptyPairing, machine('PC-3'), both()),
      'take-out-order',
      'taken-out',
      'bay 1\nPC-1\nbay 3',
    );
  });

  it('wait with the others until all have ended', () => {
    const jobs = new Map([...ended().jobs, ['d2', 'running'] as const]);
    const result = applyScan(emptyPairing, machine('5CD7'), both({ jobs }));
    expectRefused(emptyPairing, result, 'take-out-early', 'wait', '5CD7\n5CD7');
  });
});

describe('line mode', () => {
  it('takes the next drive out by its machine, and pairs nothing', () => {
    const { state, outcome, action } = applyScan(emptyPairing, machine('PC-1'), ended());
    expect(outcome).toMatchObject({ result: 'accepted', effect: 'taken-out', bay: 'bay 1', count: 1 });
    expect(action).toEqual({ type: 'take-out', drive: out(1) });
    expect(state).toBe(emptyPairing);
  });

  it('refuses another one, and says which is next', () => {
    const result = applyScan(emptyPairing, machine('PC-3'), ended());
    expectRefused(emptyPairing, result, 'take-out-order', 'taken-out', 'bay 1\nPC-1\nbay 3');
  });

  it('refuses while others are written', () => {
    const jobs = new Map([...ended().jobs, ['d2', 'running'] as const]);
    const result = applyScan(emptyPairing, machine('PC-1'), ended({ jobs }));
    expectRefused(emptyPairing, result, 'take-out-early', 'wait', 'bay 1\nPC-1');
  });

  it('refuses the machine once its card is gone: it is never paired again in silence', () => {
    const later = ended({ takeOut: [out(3)], jobs: new Map([['d3', 'passed']]) });
    expectRefused(emptyPairing, applyScan(emptyPairing, machine('PC-1'), later), 'machine-shipped');
  });

  it('asks for the bay with CLEAR, so that not all go at once', () => {
    const { outcome, state } = applyScan(emptyPairing, command('CLEAR'), ended());
    expect(outcome).toMatchObject({ effect: 'clear-which' });
    expect(applyScan(state, bay(3), ended()).action).toEqual({ type: 'clear-jobs', driveIds: ['d3'] });
  });

  it('SHIP waits until all are out, and closes what was taken out', () => {
    const early = applyScan(emptyPairing, command('SHIP'), ended());
    expectRefused(emptyPairing, early, 'not-taken-out', 'taken-out', 'bay 1\nPC-1');
    const nothing = world({ line });
    expectRefused(emptyPairing, applyScan(emptyPairing, command('SHIP'), nothing), 'nothing-to-ship');
    const done = world({ line: { takenOut: 2 } });
    expect(flowOf(flowFacts(emptyPairing, done)).next).toBe('ship');
    expect(applyScan(emptyPairing, command('SHIP'), done).action).toEqual({ type: 'ship-line' });
    // What CLEAR set aside, or another view finished, is packed on Ship.
    const left = world({ line, openOrder: () => 'WO-7', orderLeft: () => ({ open: 0, toShip: 1 }) });
    expect(applyScan(emptyPairing, command('SHIP'), left).outcome).toMatchObject({ effect: 'ship-shown' });
    // The next machine is taken as well.
    expect(applyScan(emptyPairing, machine('PC-9'), done).outcome).toMatchObject({
      effect: 'machine-waiting',
    });
  });
});

describe('the other views', () => {
  const cards = (changes: Partial<PairingContext> = {}): PairingContext => ended({ line: null, ...changes });

  it('take drives out in any order, also while others are written', () => {
    const jobs = new Map([...ended().jobs, ['d2', 'running'] as const]);
    const result = applyScan(emptyPairing, machine('PC-3'), cards({ jobs }));
    expect(result.action).toEqual({ type: 'take-out', drive: out(3) });
  });

  it('take no machine for one that is out while another waits for its bay', () => {
    expectRefused(waiting, applyScan(waiting, machine('PC-3'), cards()), 'wrong-kind');
  });

  it('let a machine have another drive for which a reason was given', () => {
    const context = cards({ againAllowed: () => true });
    expect(applyScan(emptyPairing, machine('PC-3'), context).outcome).toMatchObject({
      effect: 'machine-waiting',
    });
  });
});

describe('CANCEL', () => {
  it('puts notices away before it asks which bay to cancel, and after what is in hand', () => {
    const running = world({ jobs: new Map([['d1', 'running']]), notices: 2 });
    expect(applyScan(emptyPairing, command('CANCEL'), running).action).toEqual({ type: 'dismiss-notices' });
    expect(applyScan(waiting, command('CANCEL'), running).outcome).toMatchObject({ effect: 'cleared' });
  });
});

describe('views', () => {
  it('are switched by barcode, but not under a list that is confirmed', () => {
    for (const [word, view] of [
      ['LINE', 'line'],
      ['RACK', 'rack'],
      ['CARDS', 'cards'],
    ] as const) {
      expect(applyScan(emptyPairing, command(word), world()).action).toEqual({ type: 'show-bench', view });
    }
    const armed = after([machine('PC-1'), bay(1), command('START')], world(startLater));
    expectRefused(armed, applyScan(armed, command('CARDS'), world(startLater)), 'wrong-kind');
  });
});
