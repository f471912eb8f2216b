import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  applyScan,
  arm,
  clearPairs,
  disarm,
  dropDrives,
  emptyPairing,
  pairByHand,
  start,
  startRefusalsOf,
  undo,
  unpair,
  type Pairing,
  type PairingContext,
  type PairingResult,
} from '../../../../core/pairing/pairing';
import { cardOutcomes } from '../../../../core/flow/job-outcome';
import { commandBarcode, readScan } from '../../../../core/scan/scan';
import { scanCommands } from '../../../../core/scan/scan-outcome';
import { appSettingsSchema } from '../../../../core/settings/settings';
import { scanSettingsSchema } from '../../../../core/scan/scan-settings';
import { timeouts } from '../../../../core/base/timeouts';
import { makeTicket } from '../../../../core/scan/job-ticket';
import { sampleDrive } from '../drive/drives';
import { theMedia } from './pairing-world';
import { nothingBefore, type DriveBefore } from '../../../../core/job/drive-again';

const heldBefore: DriveBefore = {
  held: { machineSerial: '7KX9PQ3', entry: 4, time: '2024-05-17T08:00:00Z', shipped: null },
  failed: null,
};

/** Few of each, so that sequences meet each other. */
const serials = ['7KX9PQ3', '5CG1234ABC', 'PF2ABCDE', 'R90XXXXX'];
const driveIds = ['D1', 'D2', 'D3', 'D4'];
const drives = driveIds.map((id) => sampleDrive({ id, serial: `DRIVE-${id}`, wwn: null }));
const bays = [
  ...driveIds.map((driveId, index) => ({ label: String(index + 1), port: null, driveId })),
  { label: '5', port: null, driveId: null },
];
const settings = appSettingsSchema.parse({});

const detailsArbitrary = fc.record({
  operator: fc.constantFrom('Ada', 'Ada', 'Ada', ''),
  mediaStatus: fc.constantFrom('proved', 'proved', 'proved', 'waiting-for-hash', 'none'),
  jobMedia: fc
    .record({ chosen: fc.boolean(), known: fc.boolean() })
    .map(({ chosen, known }) => theMedia({ isKnown: () => known, ...(chosen ? {} : { chosen: null }) })),
  drives: fc.subarray(drives, { minLength: 3 }).chain((present) =>
    fc.constantFrom(
      present,
      present,
      present.map((drive, index) => ({ ...drive, verdict: index === 0 ? 'blocked' : drive.verdict })),
    ),
  ),
  bays: fc.constant(bays),
  jobs: fc
    .array(fc.tuple(fc.constantFrom(...driveIds), fc.constantFrom(...cardOutcomes)), {
      maxLength: 2,
    })
    .map((entries) => new Map(entries)),
  takeOut: fc
    .subarray(serials, { maxLength: 2 })
    .map((some) => some.map((machineSerial, at) => ({ machineSerial, driveId: `t${at}`, bay: `bay ${at}` }))),
  gone: fc.constantFrom(0, 2),
  line: fc.constantFrom(null, { takenOut: 0 }, { takenOut: 2 }),
  notices: fc.constantFrom(0, 0, 1),
  runningMachines: fc.subarray(serials, { maxLength: 1 }).map((some) => new Set(some)),
  scanSettings: fc.constant(scanSettingsSchema.parse({})),
  isOrdered: fc.constant(() => false),
  inOrder: fc.subarray(serials, { maxLength: 1 }).map((some) => (serial: string) => !some.includes(serial)),
  shippedOn: fc
    .subarray(serials, { maxLength: 1 })
    .map((some) => (serial: string) => (some.includes(serial) ? '2024-05-17T08:00:00Z' : null)),
  againAllowed: fc.boolean().map((allowed) => () => allowed),
  driveBefore: fc.constantFrom(nothingBefore, nothingBefore, heldBefore).map((before) => () => before),
  driveAllowed: fc.boolean().map((allowed) => () => allowed),
  openOrder: fc.constantFrom(null, null, '77').map((number) => () => number),
  orderLeft: fc.constantFrom(null, { open: 2, toShip: 1 }, { open: 0, toShip: 3 }).map((left) => () => left),
  workOrder: fc.constantFrom('', '77', '78'),
  sinceLastSame: fc.constantFrom(null, null, 10, timeouts.startRepeat),
  sinceLastRead: fc.constantFrom(null, null, 10, timeouts.startRepeat),
  sinceLastPair: fc.constantFrom(null, 10, timeouts.labelInHand),
  starting: fc.constantFrom(false, false, false, false, true),
}) satisfies fc.Arbitrary<PairingContext>;

type Step = (state: Pairing, context: PairingContext) => PairingResult | Pairing;

const scanned = fc
  .constantFrom(
    ...serials,
    ...serials,
    ...['BAY-1', '2', 'bay 3', '4', '5', 'BAY-9'],
    ...driveIds.map((id) => `DRIVE-${id}`),
    ...scanCommands.map(commandBarcode),
    ...['77', '79'].map((orderNumber) =>
      makeTicket({ orderNumber, mediaSha256: 'b'.repeat(64), mediaName: 'contoso' }),
    ),
    ...['001B44113AB7', '001B44113AB8', 'Asset: C-1', 'Asset: C-2', '4C4C4544-0031-4710-8043-C3C04F373132'],
    ...[`S/N: ${serials[0] ?? ''}; MAC: 001B44113AB7`, `SN: ${serials[1] ?? ''}; Asset: C-1`],
    ...['PRESTAGE-START', 'PRESTAGE-START', 'OP-Ada', 'WO-1', 'a'.repeat(64), '4006381333931', ''],
  )
  .map(
    (text): Step =>
      (state, context) =>
        applyScan(state, readScan(text, { settings, bays: context.bays, drives: context.drives }), context),
  );
const pressed = fc.oneof(
  fc.tuple(fc.constantFrom(...serials, 'DRIVE-D1'), fc.constantFrom(...driveIds)).map(
    ([serial, driveId]): Step =>
      (state, context) =>
        pairByHand(state, serial, driveId, context),
  ),
  fc.constantFrom(...driveIds).map(
    (driveId): Step =>
      (state) =>
        unpair(state, driveId),
  ),
  fc.subarray(driveIds).map(
    (some): Step =>
      (state) =>
        clearPairs(state, some),
  ),
  fc.constantFrom<Step>(undo, arm, start, disarm, (state, context) => {
    return dropDrives(state, new Set(context.drives.map(({ id }) => id))).state;
  }),
);
const steps = fc.array(fc.oneof({ weight: 5, arbitrary: scanned }, { weight: 1, arbitrary: pressed }), {
  minLength: 1,
  maxLength: 40,
});

function expectSound(state: Pairing): void {
  const machines = [
    ...state.pairs.map(({ machineSerial }) => machineSerial),
    ...(state.waitingMachine === null ? [] : [state.waitingMachine]),
  ];
  expect(new Set(machines).size).toBe(machines.length);
  expect(new Set(state.pairs.map(({ driveId }) => driveId)).size).toBe(state.pairs.length);
  // What UNDO takes back is what there is.
  expect(state.history.map(({ machineSerial }) => machineSerial).sort()).toEqual([...machines].sort());
  if (state.armed || state.mode !== 'pair') expect(state.waitingMachine).toBeNull();
  if (state.waitingMachine === null) expect(state.waitingDetails).toEqual({});
  // What names a machine names one only.
  const known = [...state.pairs.map(({ machine = {} }) => machine), state.waitingDetails];
  for (const values of [
    known.flatMap(({ uuid = [] }) => uuid),
    known.flatMap(({ assetTag = [] }) => assetTag),
    known.flatMap(({ macs = [] }) => macs),
  ]) {
    expect(new Set(values).size).toBe(values.length);
  }
  if (state.armed) expect(state.mode).toBe('pair');
}

function expectHonest(
  before: Pairing,
  { state, outcome, action }: PairingResult,
  context: PairingContext,
): void {
  if (outcome.result === 'refused') {
    expect(state).toBe(before);
    expect(action).toEqual({ type: 'none' });
    return;
  }
  expect(context.starting).toBe(false);
  if (outcome.effect === 'paired') {
    const added = state.pairs.filter((pair) => !before.pairs.includes(pair));
    expect(added).toHaveLength(1);
    const drive = context.drives.find(({ id }) => id === added[0]?.driveId);
    expect(drive?.verdict).toBe('eligible');
    expect(context.jobs.has(added[0]?.driveId ?? '')).toBe(false);
    expect(context.runningMachines.has(added[0]?.machineSerial ?? '')).toBe(false);
  }
  if (outcome.effect === 'armed' || action.type === 'start') {
    expect(startRefusalsOf(state, context)).toEqual([]);
    for (const { driveId } of state.pairs) {
      expect(context.drives.find(({ id }) => id === driveId)?.verdict).toBe('eligible');
      expect(context.jobs.has(driveId)).toBe(false);
    }
  }
  if (action.type === 'start') expect(before.armed).toBe(true);
  if (action.type === 'cancel-job') expect(context.jobs.get(action.driveId)).toBe('running');
  if (action.type === 'retry-job') expect(context.jobs.get(action.driveId)).toMatch(/^(?:failed|stopped)$/);
}

/** Freezes, so that a step that changes what it was given throws. */
function frozen(state: Pairing): Pairing {
  for (const one of [...state.pairs, ...state.history]) Object.freeze(one);
  Object.freeze(state.pairs);
  Object.freeze(state.history);
  return Object.freeze(state);
}

function take(state: Pairing, step: Step, context: PairingContext): Pairing {
  const before = structuredClone(state);
  const result = step(state, context);
  expect(state).toEqual(before);
  const next = 'outcome' in result ? result.state : result;
  if ('outcome' in result) expectHonest(state, result, context);
  expectSound(next);
  return frozen(next);
}

it('in a world that stands still, no sequence pairs twice, and what is armed has no refusal', () => {
  fc.assert(
    fc.property(detailsArbitrary, steps, (details, sequence) => {
      let state = frozen(emptyPairing);
      for (const step of sequence) {
        state = take(state, step, details);
        if (state.armed) expect(startRefusalsOf(state, details)).toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
});

it('nor does one in a world that changes between any two scans', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(detailsArbitrary, steps), { minLength: 1, maxLength: 8 }), (worlds) => {
      let state = frozen(emptyPairing);
      for (const [details, sequence] of worlds) {
        // As the station does when operator or media change.
        state = frozen(disarm(state));
        for (const step of sequence) state = take(state, step, details);
      }
    }),
    { numRuns: 200 },
  );
});

it('a scanner that reads everything twice at once pairs the same, and never starts', () => {
  const context: PairingContext = {
    operator: 'Ada',
    mediaStatus: 'proved',
    jobMedia: theMedia(),
    takeOut: [],
    gone: 0,
    line: null,
    notices: 0,
    drives,
    bays,
    jobs: new Map(),
    runningMachines: new Set(),
    scanSettings: scanSettingsSchema.parse({}),
    isOrdered: () => false,
    inOrder: () => true,
    shippedOn: () => null,
    againAllowed: () => false,
    driveBefore: () => nothingBefore,
    driveAllowed: () => false,
    openOrder: () => null,
    orderLeft: () => null,
    workOrder: '',
    sinceLastSame: null,
    sinceLastRead: null,
    sinceLastPair: 10,
    starting: false,
  };
  fc.assert(
    fc.property(fc.array(scanned, { maxLength: 40 }), (sequence) => {
      let once = emptyPairing;
      for (const step of sequence) {
        const first = step(once, context) as PairingResult;
        const second = step(first.state, { ...context, sinceLastSame: 0, sinceLastRead: 0 }) as PairingResult;
        expect(second.state).toEqual(first.state);
        expect(second.action.type).not.toBe('start');
        once = first.state;
      }
    }),
  );
});
