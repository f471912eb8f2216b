import { describe, expect, it } from 'vitest';
import {
  benchModes,
  expectationOf,
  flowOf,
  flowSteps,
  nextActions,
  type FlowFacts,
  type NextAction,
  type OrderLeft,
} from '../../../../core/flow/flow';
import { cardOutcome, countOutcomes, type CardOutcome } from '../../../../core/flow/job-outcome';
import { applyScan, arm, emptyPairing, settleMode, type Pairing } from '../../../../core/pairing/pairing';
import { flowFacts, type PairingContext, type PairingResult } from '../../../../core/pairing/pairing-rules';
import type { ScanReading } from '../../../../core/scan/scan';
import { bay, command, drive, machine, startLater, world } from '../pairing/pairing-world';

/** Every state that the bench can be in, as real pairings in real worlds: what the flow asks for is taken by the pairing. */

interface BenchState {
  readonly state: Pairing;
  readonly context: PairingContext;
}

const no = [false, true] as const;
const medias = ['none', 'inspecting', 'hashing', 'waiting-for-hash', 'proved', 'refused'] as const;
const orders: readonly (OrderLeft | null)[] = [
  null,
  { open: 2, toShip: 1 },
  { open: 0, toShip: 3 },
  { open: 0, toShip: 0 },
];
const jobSets: readonly (readonly CardOutcome[])[] = [
  [],
  ...(['running', 'testing', 'passed', 'boot-failed', 'failed', 'stopped'] as const).map((one) => [one]),
  ['running', 'passed'],
  ['running', 'failed', 'boot-failed'],
  ['testing', 'passed'],
  ['passed', 'failed'],
  ['boot-failed', 'stopped'],
  ['running', 'testing', 'passed', 'boot-failed', 'failed', 'stopped'],
];

/** Numbers of drives that are out and not shipped: with none on the bench it may be some. */
const goneWith = (jobs: readonly CardOutcome[]): readonly number[] => (jobs.length === 0 ? [0, 2] : [0]);

/** Bay 1: free, or without a drive. Bay 2: the pair's. The jobs' bays come after. */
function benchOf(
  operator: boolean,
  media: (typeof medias)[number],
  free: boolean,
  jobs: readonly CardOutcome[],
  order: OrderLeft | null,
  gone: number,
  starting: boolean,
  state: Pairing,
): BenchState {
  const numbers = jobs.map((_, index) => index + 3);
  const context = world({
    operator: operator ? 'Ada' : '',
    mediaStatus: media,
    drives: [...(free ? [1] : []), 2, ...numbers].map((number) => drive(number)),
    bays: [1, 2, ...numbers].map((number) => ({
      ...{ label: `bay ${number}`, port: null },
      driveId: number === 1 && !free ? null : `d${number}`,
    })),
    jobs: new Map(jobs.map((job, index) => [`d${index + 3}`, job])),
    orderLeft: () => order,
    openOrder: () => (order === null ? null : 'WO-7'),
    gone,
    // Of an order that is done every machine has its drive.
    inOrder: () => order?.open !== 0,
    starting,
  });
  return { state, context };
}

const pair = { machineSerial: 'PC-1', driveId: 'd2', bay: 'bay 2' };
const history = [{ machineSerial: 'PC-1', byHand: false }];
const pairedState: Pairing = { ...emptyPairing, pairs: [pair], history };
const waitingOf = (from: Pairing): Pairing => ({
  ...from,
  waitingMachine: 'PC-2',
  history: [...from.history, { machineSerial: 'PC-2', byHand: false }],
});

/** Every one of the first with every one of the second. */
function product<One, Other>(ones: readonly One[], others: readonly Other[]): (readonly [One, Other])[] {
  return ones.flatMap((one) => others.map((other) => [one, other] as const));
}

const sets = jobSets.flatMap((jobs) => goneWith(jobs).map((gone) => ({ jobs, gone })));
const worlds = product(product(no, medias), product(product(no, sets), product(orders, no)));

function benchesOf([
  [operator, media],
  [[free, { jobs, gone }], [order, pairs]],
]: (typeof worlds)[number]): BenchState[] {
  // A machine that is paired, or waits, keeps its order open.
  if (pairs && order?.open === 0) return [];
  const from = pairs ? pairedState : emptyPairing;
  // Bay 2 holds the pair's drive, or is blocked: no bay but the first is free.
  const of = (state: Pairing, starting = false): BenchState => {
    const bench = benchOf(operator, media, free, jobs, order, gone, starting, state);
    if (pairs) return bench;
    const drives = bench.context.drives.map((one) =>
      one.id === 'd2' ? drive(2, { verdict: 'blocked' }) : one,
    );
    return { ...bench, context: { ...bench.context, drives } };
  };
  const armed: Pairing = { ...from, armed: true };
  return [
    ...benchModes.map((mode) => of({ ...from, mode })),
    ...(order?.open === 0 ? [] : [of(waitingOf(from))]),
    // What is armed has no refusal: every change disarms.
    ...(pairs && operator && media === 'proved' ? [of(armed), of(armed, true)] : []),
  ];
}

/** The station ends a question which bay as soon as no bay is left that it could be. */
const all = worlds.flatMap(benchesOf).filter(({ state, context }) => settleMode(state, context) === state);
const badge: ScanReading = { kind: 'operator', name: 'Ada' };
const hash: ScanReading = { kind: 'sha256', sha256: 'a'.repeat(64) };

/** Scans that do what is next; none where it is not done by a scan. */
function scansFor(next: NextAction, { context }: BenchState): readonly ScanReading[] {
  const bayOf = (...jobs: readonly CardOutcome[]): ScanReading => {
    const found = [...context.jobs].find(([, outcome]) => jobs.includes(outcome));
    if (found === undefined) throw new Error(`no bay for ${next}`);
    return bay(Number(found[0].slice(1)));
  };
  switch (next) {
    case 'operator':
      return [badge];
    case 'media-hash':
      return [hash];
    case 'machine':
    case 'running-or-machine':
      return [machine('PC-9')];
    case 'machine-to-fill':
      return [machine('PC-9'), command('FILL')];
    case 'machine-or-start':
      return [machine('PC-9'), command('START')];
    case 'start':
    case 'confirm-start':
      return [command('START')];
    case 'bay':
      return [bay(1), command('NEXT')];
    case 'bay-to-cancel':
      return [bayOf('running')];
    case 'bay-to-retry':
      return [bayOf('failed', 'stopped')];
    case 'bay-to-clear':
      return [bayOf('failed', 'stopped', 'boot-failed', 'passed')];
    case 'take-out':
    case 'clear-failed':
      return [command('CLEAR')];
    case 'failed':
      return [command('RETRY'), command('CLEAR')];
    case 'ship':
    case 'close-order':
      return [command('SHIP')];
    case 'wait-for-start':
    case 'insert-drive':
    case 'media':
    case 'wait-for-media':
    case 'running':
    case 'boot-test':
      return [];
  }
}

const did = (result: PairingResult): string =>
  result.outcome.result === 'accepted' ? 'accepted' : `refused: ${result.outcome.reason}`;

/** Collects, because an expectation for each of thousands of states is slow. */
function wrongs(check: (bench: BenchState, facts: FlowFacts) => string | null): string[] {
  return all
    .flatMap((bench) => {
      const facts = flowFacts(bench.state, bench.context);
      const wrong = check(bench, facts);
      return wrong === null ? [] : [`${wrong} ${JSON.stringify(facts)}`];
    })
    .slice(0, 5);
}

describe(`in each of ${all.length} states of the bench`, () => {
  it('the one next action is taken by the pairing, and by scanner where it can be', () => {
    expect(
      wrongs((bench, facts) => {
        const { next } = flowOf(facts);
        const context = { ...bench.context, ...startLater };
        for (const reading of scansFor(next, bench)) {
          const what = did(applyScan(bench.state, reading, context));
          if (what !== 'accepted') return `${next}: ${reading.kind} ${what}`;
        }
        return null;
      }),
    ).toEqual([]);
  });

  it('no scan is asked for that waits for something else: what takes no scan, takes none', () => {
    expect(
      wrongs(({ state, context }, facts) => {
        const { next, takesMachine } = flowOf(facts);
        const order = context.orderLeft();
        const taken =
          did(applyScan(state, machine('PC-9'), { ...context, inOrder: () => true })) === 'accepted';
        if (taken !== takesMachine) return `a machine is ${taken ? '' : 'not '}taken at ${next}`;
        const bayTaken = did(applyScan(state, bay(1), context)) === 'accepted';
        if (bayTaken !== (next === 'bay')) return `bay 1 is ${bayTaken ? '' : 'not '}taken at ${next}`;
        return next === 'machine' && order?.open === 0 ? 'a machine of an order that is done' : null;
      }),
    ).toEqual([]);
  });

  it('a button can be pressed exactly when the station would do it, and none contradicts what is next', () => {
    expect(
      wrongs(({ state, context }, facts) => {
        const { next, enabled } = flowOf(facts);
        const armed = did(arm(state, context)) === 'accepted';
        // The list that is shown has its own buttons.
        if (!state.armed && enabled.start !== armed) return `start, and the station: ${String(armed)}`;
        const canFollow = ['start', 'machine-or-start', 'machine-to-fill'].includes(next);
        if (enabled.start && !canFollow) return `start beside ${next}`;
        const cleared = applyScan(state, command('CLEAR'), context).outcome;
        const clears = cleared.result === 'accepted' && cleared.effect === 'cards-cleared';
        // A button is pressed on the card; a question which bay goes first.
        if (enabled.clearPassed !== clears) return `clear, and the station: ${String(clears)}`;
        const running = [...context.jobs.values()].includes('running');
        return enabled.cancelAll === running ? null : 'cancel all';
      }),
    ).toEqual([]);
  });

  it('exactly one step is the current one, and no step after an open one that is needed is said to be done', () => {
    expect(
      wrongs((_, facts) => {
        const { step, steps, next } = flowOf(facts);
        const current = flowSteps.filter((one) => steps[one] === 'current');
        if (current.join() !== step) return `current: ${current.join()}`;
        if (steps.operator === 'done' && !facts.operatorKnown) return 'operator done';
        if (steps.media === 'done' && facts.media !== 'proved') return 'media done';
        if (step === 'start' && steps.pair !== 'done') return `pair ${steps.pair} at ${next}`;
        if (steps['take-out'] === 'done') return 'taken out';
        return steps.running === 'done' && facts.jobs.running > 0 && facts.mode === 'pair' ? 'running' : null;
      }),
    ).toEqual([]);
  });

  it('what a refusal says was expected is what is next', () => {
    expect(
      wrongs(({ state, context }, facts) => {
        const { next, takesMachine } = flowOf(facts);
        const { outcome } = applyScan(state, { kind: 'ean', text: '4006381333931' }, context);
        if (outcome.result !== 'refused') return 'an EAN was taken';
        const doubtful = applyScan(state, { kind: 'ean', text: '1', doubtful: true }, context).outcome;
        const told = doubtful.result === 'refused' && doubtful.reason === 'doubtful';
        if (told !== takesMachine) return 'doubtful';
        return outcome.expected === expectationOf(next) ? null : `${outcome.expected} at ${next}`;
      }),
    ).toEqual([]);
  });

  it('every action comes somewhere', () => {
    const seen = new Set(all.map(({ state, context }) => flowOf(flowFacts(state, context)).next));
    expect(nextActions.filter((next) => !seen.has(next))).toEqual([]);
  });
});

describe('the day, from badge to shipment', () => {
  const begin: FlowFacts = {
    ...{ operatorKnown: false, media: 'none', mode: 'pair', machineWaits: false, pairs: 0, armed: false },
    ...{ starting: false, freeBays: 2, jobs: countOutcomes([]), order: null },
  };
  const known = { operatorKnown: true, media: 'proved' } as const;
  it.each<[string, Partial<FlowFacts>, NextAction]>([
    ['a new shift', {}, 'operator'],
    ['the badge was scanned', { operatorKnown: true }, 'media'],
    ['the media is read', { operatorKnown: true, media: 'hashing' }, 'wait-for-media'],
    ['nobody said its hash', { operatorKnown: true, media: 'waiting-for-hash' }, 'media-hash'],
    ['it is verified', { operatorKnown: true, media: 'proved' }, 'machine'],
    ['a machine before the badge', { machineWaits: true }, 'bay'],
    ['a machine, and no drive for it', { machineWaits: true, freeBays: 0 }, 'insert-drive'],
    ['one pair', { operatorKnown: true, media: 'proved', pairs: 1 }, 'machine-or-start'],
    ['all bays paired', { operatorKnown: true, media: 'proved', pairs: 2, freeBays: 0 }, 'start'],
    ['paired before the badge', { media: 'proved', pairs: 2 }, 'operator'],
    ['drives run', { operatorKnown: true, jobs: countOutcomes(['running', 'passed']) }, 'running-or-machine'],
    ['and no bay is free', { freeBays: 0, jobs: countOutcomes(['running', 'failed']) }, 'running'],
    ['a boot test', { jobs: countOutcomes(['testing', 'passed']) }, 'boot-test'],
    ['all ended', { jobs: countOutcomes(['passed', 'failed']) }, 'take-out'],
    ['one is left', { jobs: countOutcomes(['failed']) }, 'failed'],
    ['one that does not start', { jobs: countOutcomes(['boot-failed']) }, 'clear-failed'],
    ['the order is done', { operatorKnown: true, order: { open: 0, toShip: 2 } }, 'ship'],
    ['and shipped', { operatorKnown: true, order: { open: 0, toShip: 0 } }, 'close-order'],
    ['drives are out', { ...known, takenOut: 2 }, 'ship'],
    ['of an order, the others first', { ...known, takenOut: 2, order: { open: 3, toShip: 2 } }, 'machine'],
    [
      'but in line mode a full rack is shipped first',
      { ...known, takenOut: 2, line: true, freeBays: 0, order: { open: 3, toShip: 2 } },
      'ship',
    ],
    ['no drive at all', { operatorKnown: true, media: 'proved', freeBays: 0 }, 'insert-drive'],
  ])('%s', (_, more, next) => {
    expect(flowOf({ ...begin, ...more }).next).toBe(next);
  });
});

it('a drive that does not start has failed, and one in a boot test stays in its bay', () => {
  const done = { state: 'done' } as Parameters<typeof cardOutcome>[0];
  expect([null, 'passed', 'running', 'failed'].map((boot) => cardOutcome(done, boot as never))).toEqual([
    'passed',
    'passed',
    'testing',
    'boot-failed',
  ]);
  expect(cardOutcome({ state: 'interrupted' }, 'failed')).toBe('stopped');
});
