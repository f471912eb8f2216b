import { describe, expect, it } from 'vitest';
import type { MediaState } from '../../../../core/media/media-state';
import {
  applyScan,
  arm,
  canUndo,
  clearPairs,
  emptyPairing,
  pairByHand,
  start,
  settleMode,
  startRefusalsOf,
  undo,
  type Pairing,
  type PairingContext,
  type PairingResult,
} from '../../../../core/pairing/pairing';
import type { ScanReading } from '../../../../core/scan/scan';
import { scanSettingsSchema } from '../../../../core/scan/scan-settings';
import { timeouts } from '../../../../core/base/timeouts';
import {
  drive,
  reasons,
  world,
  machine,
  bay,
  inBay,
  command,
  again,
  later,
  startAgain,
  startLater,
  after,
  expectRefused,
  waiting,
  paired,
  armed,
  pairOf,
} from './pairing-world';

const badge: ScanReading = { kind: 'operator', name: 'Ada' };

const order: ScanReading = { kind: 'work-order', number: '4711' };

const hash: ScanReading = { kind: 'sha256', sha256: 'a'.repeat(64) };

describe('operator, work order and hash', () => {
  it.each<[ScanReading, string, object]>([
    [badge, 'operator-set', { type: 'set-operator', name: 'Ada' }],
    [order, 'work-order-set', { type: 'set-work-order', number: '4711' }],
    [hash, 'hash-given', { type: 'give-hash', sha256: 'a'.repeat(64), media: 'chosen' }],
  ])('%j is handed on, whatever else waits', (reading, effect, action) => {
    const modes: Pairing[] = [emptyPairing, waiting, paired, { ...emptyPairing, mode: 'cancel' }];
    for (const state of modes) {
      const result = applyScan(state, reading, world({ mediaStatus: 'waiting-for-hash' }));
      expect(result.outcome).toMatchObject({ result: 'accepted', effect });
      expect(result.action).toEqual(action);
      expect(result.state).toBe(state);
    }
    expectRefused(armed, applyScan(armed, reading, world()), 'wrong-kind', 'start');
  });
  it.each<MediaState['status']>(['inspecting', 'hashing', 'proved', 'refused'])(
    'a hash is taken while the media is %s',
    (mediaStatus) => {
      after([hash], world({ mediaStatus }));
    },
  );
});

describe('NEXT', () => {
  it('takes the first bay with a free drive', () => {
    const context = world({ jobs: new Map([['d1', 'passed']]) });
    const state = after([machine('PC-2')], world(), paired);
    expect(applyScan(state, command('NEXT'), context)).toMatchObject({
      outcome: { result: 'accepted', effect: 'paired', machineSerial: 'PC-2', bay: 'bay 3' },
      state: { waitingMachine: null, pairs: [pairOf('PC-1', 2), pairOf('PC-2', 3)] },
    });
  });
  it('may follow NEXT at once when a machine came in between', () => {
    expect(applyScan(waiting, command('NEXT'), world(again)).outcome.result).toBe('accepted');
  });
  it('is refused without a machine, and without a free bay', () => {
    expectRefused(paired, applyScan(paired, command('NEXT'), world()), 'wrong-kind', 'machine');
    const full = after(['PC-1', 'PC-2', 'PC-3'].flatMap((serial) => [machine(serial), command('NEXT')]));
    const state = after([machine('PC-4')], world(), full);
    expectRefused(state, applyScan(state, command('NEXT'), world()), 'no-free-bay', 'bay');
  });
});

describe('UNDO', () => {
  it('takes back step by step: the pair, so that its machine waits again, then the machine', () => {
    const first = applyScan(paired, command('UNDO'), world());
    expect(first.outcome).toMatchObject({ effect: 'undone', machineSerial: 'PC-1', bay: 'bay 2' });
    expect(first.state).toEqual(waiting);
    const second = applyScan(first.state, command('UNDO'), world());
    expect(second.outcome).toMatchObject({ effect: 'undone', machineSerial: 'PC-1', bay: null });
    expect(second.state).toEqual(emptyPairing);
    expectRefused(
      second.state,
      applyScan(second.state, command('UNDO'), world()),
      'nothing-to-undo',
      'machine',
    );
  });
  it('takes a pair that was made by hand back as a whole, and leaves the machine that waits', () => {
    const { state } = pairByHand(waiting, 'PC-2', 'd1', world());
    expect(state).toMatchObject({ waitingMachine: 'PC-1', pairs: [pairOf('PC-2', 1)] });
    expect(undo(state, world()).state).toEqual(waiting);
  });
  it('takes back the latest of two', () => {
    const two = after([machine('PC-2'), bay(1)], world(), paired);
    expect(undo(two, world()).state).toMatchObject({ waitingMachine: 'PC-2', pairs: [pairOf('PC-1', 2)] });
  });
  it('disarms first, and leaves a mode', () => {
    expect(undo(armed, world())).toMatchObject({ outcome: { effect: 'disarmed' }, state: paired });
    const context = world({ jobs: new Map([['d3', 'running']]) });
    const which = after([command('CANCEL')], context, paired);
    expect(undo(which, context)).toMatchObject({ outcome: { effect: 'undone' }, state: paired });
  });
  it('read twice undoes once', () => {
    expectRefused(paired, applyScan(paired, command('UNDO'), world(again)), 'repeated-read');
    // A hand is slower than a scanner that reads twice.
    expect(applyScan(paired, command('UNDO'), world(later)).outcome).toMatchObject({ effect: 'undone' });
  });
  it('is offered when there is something', () => {
    expect(
      [emptyPairing, waiting, paired, armed, { ...emptyPairing, mode: 'retry' as const }].map(canUndo),
    ).toEqual([false, true, true, true, true]);
    expect(canUndo(clearPairs(paired, ['d2']))).toBe(false);
  });
});

describe('CANCEL', () => {
  const context = world({
    jobs: new Map([
      ['d1', 'running'],
      ['d3', 'failed'],
    ]),
  });
  it('puts the list away, then drops the machine that waits, then asks which job', () => {
    expect(applyScan(armed, command('CANCEL'), context)).toMatchObject({
      outcome: { effect: 'disarmed' },
      state: paired,
    });
    expect(applyScan(waiting, command('CANCEL'), context)).toMatchObject({
      outcome: { effect: 'cleared', machineSerial: 'PC-1' },
      state: emptyPairing,
    });
    expect(applyScan(paired, command('CANCEL'), context)).toMatchObject({
      outcome: { effect: 'cancel-which' },
      state: { ...paired, mode: 'cancel' },
    });
  });
  const which = after([command('CANCEL')], context, paired);
  it.each([bay(1), inBay(1)])('cancels the job of the bay %j', (reading) => {
    expect(applyScan(which, reading, context)).toMatchObject({
      outcome: { effect: 'job-cancelled', bay: 'bay 1', machineSerial: null },
      action: { type: 'cancel-job', driveId: 'd1' },
      state: paired,
    });
  });
  it.each<[string, ScanReading]>([
    ['nothing-to-cancel', bay(2)],
    ['nothing-to-cancel', bay(3)],
    ['bay-empty', bay(5)],
    ['bay-unknown', bay(9)],
    ['bay-empty', inBay(9)],
    ['wrong-kind', machine('PC-2')],
    ['wrong-kind', command('NEXT')],
    ['wrong-kind', command('RETRY')],
    ['wrong-kind', command('START')],
  ])('then refuses: %s %j', (reason, reading) => {
    expectRefused(which, applyScan(which, reading, context), reason, 'bay-to-cancel');
  });
  it('once more goes back to pairing', () => {
    expect(applyScan(which, command('CANCEL'), context)).toMatchObject({
      outcome: { effect: 'cleared' },
      state: paired,
    });
    expectRefused(which, applyScan(which, command('CANCEL'), { ...context, ...again }), 'repeated-read');
  });
  it('the bay read twice cancels once', () => {
    expectRefused(paired, applyScan(paired, bay(1), { ...context, ...again }), 'repeated-read');
  });
  it('is refused when nothing runs', () => {
    const ended = world({ jobs: new Map([['d1', 'passed']]) });
    expectRefused(paired, applyScan(paired, command('CANCEL'), ended), 'nothing-to-cancel', 'machine');
  });
});

describe('RETRY', () => {
  const jobs = new Map([
    ['d1', 'failed'],
    ['d2', 'passed'],
    ['d3', 'running'],
    ['d4', 'failed'],
  ] as const);
  const context = world({ jobs });
  const which = after([command('RETRY')], context);
  it('asks which, and the bay is tried again', () => {
    expect(which).toEqual({ ...emptyPairing, mode: 'retry' });
    expect(applyScan(which, bay(1), context)).toMatchObject({
      outcome: { effect: 'job-retried', bay: 'bay 1' },
      action: { type: 'retry-job', driveId: 'd1' },
      state: emptyPairing,
    });
  });
  it.each<[string, ScanReading, string | null]>([
    ['nothing-to-retry', bay(2), null],
    ['nothing-to-retry', bay(3), null],
    ['drive-blocked', bay(4), 'It is mounted. It holds swap.'],
    ['bay-empty', bay(5), null],
    ['bay-unknown', bay(9), null],
    ['wrong-kind', machine('PC-2'), null],
    ['wrong-kind', command('START'), null],
    ['wrong-kind', command('RETRY'), null],
  ])('then refuses: %s %j', (reason, reading, detail) => {
    expectRefused(which, applyScan(which, reading, context), reason, 'bay-to-retry', detail);
  });
  it('is refused when no job ended badly, while a machine waits, and when armed', () => {
    const well = world({ jobs: new Map([['d1', 'passed']]) });
    expectRefused(paired, applyScan(paired, command('RETRY'), well), 'nothing-to-retry', 'machine');
    // No bay is free there.
    expectRefused(waiting, applyScan(waiting, command('RETRY'), context), 'wrong-kind', 'drive');
    expectRefused(armed, applyScan(armed, command('RETRY'), context), 'wrong-kind', 'start');
  });
});

describe('CLEAR', () => {
  const mixed = world({
    jobs: new Map([
      ['d1', 'passed'],
      ['d2', 'failed'],
      ['d3', 'testing'],
    ] as const),
  });
  it('takes off all that passed, and nothing else', () => {
    const result = applyScan(emptyPairing, command('CLEAR'), mixed);
    expect(result.outcome).toMatchObject({ effect: 'cards-cleared', count: 1 });
    expect(result.action).toEqual({ type: 'clear-jobs', driveIds: ['d1'] });
    expect(result.state).toBe(emptyPairing);
    // Also where a machine waits for a bay that a finished drive is in.
    expect(applyScan(waiting, command('CLEAR'), mixed).action).toEqual(result.action);
  });
  it('read twice asks for no bay', () => {
    const left = world({ jobs: new Map([['d2', 'failed']]), ...again });
    expectRefused(emptyPairing, applyScan(emptyPairing, command('CLEAR'), left), 'repeated-read');
  });
  it.each(['failed', 'stopped', 'boot-failed'] as const)('asks which bay where none passed: %s', (job) => {
    const context = world({ jobs: new Map([['d2', job]] as const) });
    const which = after([command('CLEAR')], context);
    expect(which.mode).toBe('clear');
    const result = applyScan(which, bay(2), context);
    expect(result).toMatchObject({
      state: { mode: 'pair' },
      outcome: { effect: 'card-cleared', bay: 'bay 2' },
      action: { type: 'clear-jobs', driveIds: ['d2'] },
    });
    expectRefused(which, applyScan(which, bay(1), context), 'nothing-to-clear', 'bay-to-clear');
    expectRefused(which, applyScan(which, bay(5), context), 'bay-empty', 'bay-to-clear');
    expectRefused(which, applyScan(which, machine('PC-9'), context), 'wrong-kind', 'bay-to-clear');
    expectRefused(waiting, applyScan(waiting, command('CLEAR'), context), 'wrong-kind', 'bay');
    for (const way of ['UNDO', 'CANCEL'] as const) {
      expect(applyScan(which, command(way), context).state.mode).toBe('pair');
    }
  });
  it('is refused where nothing has ended, while the list is shown, and while a bay is asked for', () => {
    const busy = world({ jobs: new Map([['d3', 'testing']]) });
    expectRefused(paired, applyScan(paired, command('CLEAR'), busy), 'nothing-to-clear');
    expectRefused(armed, applyScan(armed, command('CLEAR'), mixed), 'wrong-kind', 'start');
    const which = after([command('RETRY')], mixed);
    expectRefused(which, applyScan(which, command('CLEAR'), mixed), 'wrong-kind', 'bay-to-retry');
  });
});

describe('SHIP', () => {
  it('changes nothing, and is refused while the list is shown', () => {
    const result = applyScan(waiting, command('SHIP'), world());
    expect(result).toMatchObject({ outcome: { effect: 'ship-shown' }, action: { type: 'none' } });
    expect(result.state).toBe(waiting);
    expectRefused(armed, applyScan(armed, command('SHIP'), world()), 'wrong-kind', 'start');
    expectRefused(armed, applyScan(armed, command('SHIP'), world({ starting: true })), 'wrong-kind', 'wait');
  });

  it.each([null, { takenOut: 0 }])(
    'closes the work order when all of it is shipped, and not before',
    (line) => {
      const shipped = (open: number, toShip: number): PairingResult =>
        applyScan(
          emptyPairing,
          command('SHIP'),
          world({ line, openOrder: () => 'WO-7', orderLeft: () => ({ open, toShip }) }),
        );
      expect(shipped(0, 0)).toMatchObject({
        outcome: { effect: 'order-closed', text: 'WO-7' },
        action: { type: 'close-order' },
      });
      for (const left of [shipped(1, 0), shipped(0, 1)]) {
        expect(left.action.type).not.toBe('close-order');
      }
    },
  );
});

it('a question which bay ends when no bay is left that it could be', () => {
  const running = world({ jobs: new Map([['d1', 'running']]) });
  const which = after([command('CANCEL')], running);
  expect(settleMode(which, running)).toBe(which);
  expect(settleMode(which, world({ jobs: new Map([['d1', 'passed']]) })).mode).toBe('pair');
  const retry = { ...emptyPairing, mode: 'retry' } as const;
  expect(settleMode(retry, world({ jobs: new Map([['d1', 'boot-failed']]) })).mode).toBe('pair');
  const clear = { ...emptyPairing, mode: 'clear' } as const;
  expect(settleMode(clear, running).mode).toBe('pair');
  expect(settleMode(emptyPairing, running)).toBe(emptyPairing);
});

describe('START', () => {
  it('shows the list, and once more starts', () => {
    expect(applyScan(paired, command('START'), world())).toMatchObject({
      outcome: { effect: 'armed' },
      action: { type: 'none' },
      state: { ...paired, armed: true },
    });
    expect(applyScan(armed, command('START'), world(startLater))).toMatchObject({
      outcome: { effect: 'started' },
      action: { type: 'start' },
      state: armed,
    });
    expect(applyScan(armed, command('START'), world()).action).toEqual({ type: 'start' });
  });
  it('read twice starts nothing, nor in an unbroken row', () => {
    for (const repeat of [again, startAgain, { ...startLater, sinceLastRead: timeouts.doubleRead - 1 }]) {
      expectRefused(armed, applyScan(armed, command('START'), world(repeat)), 'repeated-read', 'start');
    }
  });
  it.each<[string, string, Partial<PairingContext>]>([
    ['no-operator', 'operator', { operator: '  ', mediaStatus: 'none' }],
    ['no-media', 'media', { mediaStatus: 'none' }],
    ['media-not-proved', 'media-hash', { mediaStatus: 'waiting-for-hash' }],
    ['media-not-proved', 'wait', { mediaStatus: 'hashing' }],
    ['media-not-proved', 'wait', { mediaStatus: 'inspecting' }],
    ['media-not-proved', 'media', { mediaStatus: 'refused' }],
  ])('is refused: %s, %s', (detail, expected, details) => {
    expectRefused(paired, applyScan(paired, command('START'), world(details)), 'not-ready', expected, detail);
    expectRefused(armed, applyScan(armed, command('START'), world(details)), 'not-ready', expected, detail);
  });
  it('is refused without pairs, and while a machine waits for its bay', () => {
    const none = applyScan(emptyPairing, command('START'), world());
    expectRefused(emptyPairing, none, 'not-ready', 'machine', 'no-pairs');
    const state = after([machine('PC-2')], world(), paired);
    expectRefused(state, applyScan(state, command('START'), world()), 'wrong-kind', 'bay');
    expectRefused(state, arm(state, world()), 'wrong-kind', 'bay');
  });
  it.each<[string, Partial<PairingContext>, string | null]>([
    ['bay-empty', { drives: [drive(1)] }, null],
    ['bay-empty', { drives: [drive(1)], bays: [] }, null],
    [
      'drive-blocked',
      { drives: [drive(2, { verdict: 'blocked', reasons })] },
      'It is mounted. It holds swap.',
    ],
    ['drive-running', { jobs: new Map([['d2', 'running']]) }, null],
    ['drive-finished', { jobs: new Map([['d2', 'passed']]) }, null],
    ['not-in-order', { inOrder: () => false }, 'PC-1'],
    ['machine-running', { runningMachines: new Set(['PC-1']) }, null],
    ['machine-shipped', { shippedOn: () => '2024-05-17T08:00:00Z' }, '2024-05-17'],
    [
      'pattern',
      { scanSettings: scanSettingsSchema.parse({ serialPatterns: [{ maker: 'Dell', pattern: 'X' }] }) },
      'Dell',
    ],
  ])('looks at the pairs again: %s', (reason, details, detail) => {
    expectRefused(paired, arm(paired, world(details)), reason, undefined, detail);
    expectRefused(armed, start(armed, world(details)), reason, undefined, detail);
    // Of many, it says which.
    const pair = { bay: 'bay 2', machineSerial: 'PC-1' };
    expect(arm(paired, world(details)).outcome).toMatchObject({ pair });
    expect(start(armed, world(details)).outcome).toMatchObject({ pair });
  });
  it('a button cannot start what was not shown', () => {
    expectRefused(paired, start(paired, world()), 'not-ready', 'start', 'not-armed');
  });
  it('when the list is shown, nothing but START, UNDO and CANCEL counts', () => {
    for (const reading of [machine('PC-2'), bay(1), inBay(1), badge, order, hash, command('NEXT')]) {
      expectRefused(armed, applyScan(armed, reading, world()), 'wrong-kind', 'start');
    }
  });
  it('while the start is under way, nothing counts', () => {
    const context = world({ starting: true });
    for (const state of [armed, paired]) {
      expectRefused(state, applyScan(state, command('START'), context), 'repeated-read', 'wait');
      expectRefused(state, arm(state, context), 'repeated-read', 'wait');
      expectRefused(state, start(state, context), 'repeated-read', 'wait');
      expectRefused(state, undo(state, context), 'wrong-kind', 'wait');
      expectRefused(state, pairByHand(state, 'PC-7', 'd3', context), 'wrong-kind', 'wait');
      for (const reading of [machine('PC-2'), bay(1), badge, command('UNDO'), command('CANCEL')]) {
        expectRefused(state, applyScan(state, reading, context), 'wrong-kind', 'wait');
      }
    }
  });
});

describe('startRefusalsOf', () => {
  it('names all, in the order in which they are put right', () => {
    const nothing = { operator: '', mediaStatus: 'none' } as const;
    expect(startRefusalsOf(emptyPairing, nothing)).toEqual(['no-operator', 'no-media', 'no-pairs']);
    expect(startRefusalsOf(emptyPairing, { operator: '', mediaStatus: 'refused' })).toEqual([
      'no-operator',
      'media-not-proved',
      'no-pairs',
    ]);
    expect(startRefusalsOf(paired, world())).toEqual([]);
  });
});
