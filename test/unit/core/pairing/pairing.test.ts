import { describe, expect, it } from 'vitest';
import type { MediaState } from '../../../../core/media/media-state';
import {
  applyScan,
  arm,
  canUndo,
  clearPairs,
  disarm,
  dropDrives,
  emptyPairing,
  pairByHand,
  start,
  startObstaclesOf,
  takeOver,
  undo,
  unpair,
  type Pairing,
  type PairingFacts,
  type PairingResult,
} from '../../../../core/pairing/pairing';
import type { ScanReading } from '../../../../core/scan/scan';
import type { ScanCommand } from '../../../../core/scan/scan-outcome';
import { timeouts } from '../../../../core/base/timeouts';
import { sampleDrive } from '../drive/drives';

const drive = (number: number, changes = {}): ReturnType<typeof sampleDrive> =>
  sampleDrive({ id: `d${number}`, serial: `DRIVE-000${number}`, wwn: null, ...changes });
const reasons = [
  { code: 'mounted', message: 'It is mounted.' },
  { code: 'swap', message: 'It holds swap.' },
] as const;

/** Bays 1 to 3 with free drives, 4 with a blocked one, 5 empty; operator and media are there. */
function world(changes: Partial<PairingFacts> = {}): PairingFacts {
  return {
    operator: 'Ada',
    mediaStatus: 'proved',
    drives: [drive(1), drive(2), drive(3), drive(4, { verdict: 'blocked', reasons })],
    bays: [1, 2, 3, 4, 5].map((number) => ({
      label: `bay ${number}`,
      port: null,
      driveId: number === 5 ? null : `d${number}`,
    })),
    jobs: new Map(),
    runningMachines: new Set(),
    serialPatterns: [],
    inOrder: () => true,
    shippedOn: () => null,
    againAllowed: false,
    sinceLastSame: null,
    sinceLastPair: null,
    starting: false,
    ...changes,
  };
}

const machine = (serial: string): ScanReading => ({ kind: 'machine', serial });
const bay = (number: number): ScanReading => ({ kind: 'bay', label: `bay ${number}` });
const inBay = (number: number): ScanReading => ({ kind: 'drive', driveId: `d${number}` });
const command = (name: ScanCommand): ScanReading => ({ kind: 'command', command: name });
const badge: ScanReading = { kind: 'operator', name: 'Ada' };
const order: ScanReading = { kind: 'work-order', number: '4711' };
const hash: ScanReading = { kind: 'sha256', sha256: 'a'.repeat(64) };
const again = { sinceLastSame: timeouts.startRepeat - 1 };
const later = { sinceLastSame: timeouts.startRepeat };

/** Scans that must all be accepted. */
function after(readings: readonly ScanReading[], facts = world(), from: Pairing = emptyPairing): Pairing {
  return readings.reduce((state, reading) => {
    const result = applyScan(state, reading, facts);
    expect(result.outcome).toMatchObject({ result: 'accepted' });
    return result.state;
  }, from);
}

function expectRefused(
  state: Pairing,
  result: PairingResult,
  reason: string,
  expected?: string,
  detail?: string | null,
): void {
  expect(result.outcome).toMatchObject({
    result: 'refused',
    reason,
    ...(expected === undefined ? {} : { expected }),
    ...(detail === undefined ? {} : { detail }),
  });
  expect(result.state).toBe(state);
  expect(result.action).toEqual({ type: 'none' });
}

const waiting = after([machine('PC-1')]);
const paired = after([machine('PC-1'), bay(2)]);
const armed = after([command('START')], world(), paired);
const pairOf = (serial: string, number: number): object => ({
  machineSerial: serial,
  driveId: `d${number}`,
  bay: `bay ${number}`,
});

describe('a machine', () => {
  it('waits for its bay', () => {
    const { state, outcome } = applyScan(emptyPairing, machine('PC-1'), world());
    expect(outcome).toEqual({
      result: 'accepted',
      kind: 'machine',
      effect: 'machine-waiting',
      machineSerial: 'PC-1',
      bay: null,
    });
    expect(state).toMatchObject({ waitingMachine: 'PC-1', pairs: [] });
  });
  it('may come before operator and media', () => {
    after([machine('PC-1'), bay(1)], world({ operator: '', mediaStatus: 'none' }));
  });
  it('is refused while another one waits: a bay was forgotten', () => {
    expectRefused(waiting, applyScan(waiting, machine('PC-2'), world()), 'wrong-kind', 'bay');
  });
  it.each([again, later, {}])('that waits and is read again counts once %j', (facts) => {
    expectRefused(waiting, applyScan(waiting, machine('PC-1'), world(facts)), 'repeated-read', 'bay');
  });
  it.each<[string, Partial<PairingFacts>, string | null]>([
    [
      'pattern',
      {
        serialPatterns: [
          { maker: 'Dell', pattern: '[0-9A-Z]{7}' },
          { maker: 'HP', pattern: '5CG.{7}' },
        ],
      },
      'Dell, HP',
    ],
    ['not-in-order', { inOrder: (serial) => serial !== 'PC-9' }, 'PC-9'],
    ['machine-running', { runningMachines: new Set(['PC-9']) }, null],
    [
      'machine-shipped',
      { shippedOn: (serial) => (serial === 'PC-9' ? '2024-05-17T08:00:00.000Z' : null) },
      '2024-05-17',
    ],
  ])('is refused: %s', (reason, facts, detail) => {
    expectRefused(paired, applyScan(paired, machine('PC-9'), world(facts)), reason, 'machine', detail);
    expectRefused(paired, pairByHand(paired, 'PC-9', 'd1', world(facts)), reason, 'machine', detail);
    // And when that became so while it waited.
    const before = after([machine('PC-9')]);
    expectRefused(before, applyScan(before, bay(1), world(facts)), reason, 'bay');
    expectRefused(before, applyScan(before, command('NEXT'), world(facts)), reason, 'bay');
  });
  it('is refused when it is in a pair', () => {
    expectRefused(paired, applyScan(paired, machine('PC-1'), world()), 'machine-in-batch', 'machine');
    expectRefused(paired, pairByHand(paired, 'pc-1', 'd1', world()), 'machine-in-batch', 'machine');
  });
  it('that was shipped is taken when somebody gave a reason', () => {
    after([machine('PC-1'), bay(1)], world({ shippedOn: () => '2024-05-17T08:00:00Z', againAllowed: true }));
  });
});

describe('a bay', () => {
  it.each([
    ['its label', bay(2), 'bay'],
    ['the serial of the drive in it', inBay(2), 'drive'],
  ])('is paired by %s', (_how, reading, kind) => {
    const { state, outcome, action } = applyScan(waiting, reading, world());
    expect(outcome).toEqual({
      result: 'accepted',
      kind,
      effect: 'paired',
      machineSerial: 'PC-1',
      bay: 'bay 2',
    });
    expect(action).toEqual({ type: 'none' });
    expect(state).toMatchObject({ waitingMachine: null, pairs: [pairOf('PC-1', 2)] });
  });
  it.each<[string, ScanReading, Partial<PairingFacts>, string | null]>([
    ['bay-unknown', bay(9), {}, null],
    ['bay-empty', bay(5), {}, null],
    ['bay-empty', inBay(9), {}, null],
    ['bay-empty', bay(1), { drives: [] }, null],
    ['drive-blocked', bay(4), {}, 'It is mounted. It holds swap.'],
    ['drive-running', bay(1), { jobs: new Map([['d1', 'running']]) }, null],
    ['drive-running', bay(4), { jobs: new Map([['d4', 'running']]) }, null],
    ['drive-finished', bay(1), { jobs: new Map([['d1', 'ended-well']]) }, null],
    ['drive-finished', inBay(1), { jobs: new Map([['d1', 'ended-badly']]) }, null],
  ])('is refused: %s %j', (reason, reading, facts, detail) => {
    expectRefused(waiting, applyScan(waiting, reading, world(facts)), reason, 'bay', detail);
  });
  it('is refused when it is paired', () => {
    const state = after([machine('PC-2')], world(), paired);
    expectRefused(state, applyScan(state, bay(2), world()), 'drive-paired', 'bay');
    expectRefused(state, applyScan(state, inBay(2), world()), 'drive-paired', 'bay');
  });
  it('is refused without a machine', () => {
    expectRefused(emptyPairing, applyScan(emptyPairing, bay(1), world()), 'wrong-kind', 'machine');
    const nobody = world({ operator: ' ' });
    expectRefused(emptyPairing, applyScan(emptyPairing, inBay(1), nobody), 'wrong-kind', 'operator');
    expectRefused(emptyPairing, applyScan(emptyPairing, bay(9), world()), 'bay-unknown', 'machine');
  });
  it('that was just paired and is read again counts once', () => {
    expectRefused(paired, applyScan(paired, bay(2), world(again)), 'repeated-read', 'machine');
    expectRefused(paired, applyScan(paired, bay(2), world(later)), 'wrong-kind', 'machine');
    expectRefused(paired, applyScan(paired, bay(1), world(again)), 'wrong-kind', 'machine');
  });
});

describe('what is no serial', () => {
  const kinds = ['ean', 'part-number', 'service-code', 'web-address', 'placeholder', 'unreadable'] as const;
  it.each(kinds)('%s is refused with what was waited for', (kind) => {
    const reading: ScanReading = { kind, text: 'x' };
    expectRefused(emptyPairing, applyScan(emptyPairing, reading, world()), 'wrong-kind', 'machine');
    expectRefused(waiting, applyScan(waiting, reading, world()), 'wrong-kind', 'bay');
    expectRefused(armed, applyScan(armed, reading, world()), 'wrong-kind', 'start');
  });
});

describe('a label that tells more of a machine', () => {
  const uuid = '4C4C4544-0031-4710-8043-C3C04F373132';
  const otherUuid = '4C4C4544-0056-3010-8033-B7C04F323733';
  const mac: ScanReading = { kind: 'mac', text: 'x', facts: { macs: ['00:1B:44:11:3A:B7'] } };
  const secondMac: ScanReading = { kind: 'mac', text: 'x', facts: { macs: ['00:1B:44:11:3A:B8'] } };
  const asset = (assetTag: string): ScanReading => ({ kind: 'asset-tag', text: 'x', facts: { assetTag } });
  const uuidOf = (text: string): ScanReading => ({ kind: 'uuid', text: 'x', facts: { uuid: text } });
  const labelled = (serial: string, facts: object): ScanReading => ({ kind: 'machine', serial, facts });
  const inHand = world({ sinceLastPair: timeouts.labelInHand - 1 });

  it('is taken to the machine that waits, and goes with it into the pair', () => {
    const result = applyScan(waiting, mac, world());
    expect(result.outcome).toEqual({
      result: 'accepted',
      kind: 'mac',
      effect: 'facts-taken',
      machineSerial: 'PC-1',
      bay: null,
    });
    const both = after([secondMac, uuidOf(uuid), asset('C-1')], world(), result.state);
    const facts = { macs: ['00:1B:44:11:3A:B7', '00:1B:44:11:3A:B8'], uuid, assetTag: 'C-1' };
    expect(both.waitingFacts).toEqual(facts);
    expect(after([bay(2)], world(), both)).toMatchObject({
      waitingMachine: null,
      waitingFacts: {},
      pairs: [{ ...pairOf('PC-1', 2), machine: facts }],
    });
  });
  it('comes with the serial when one code holds both, and a second code of the label adds to it', () => {
    const state = after([labelled('PC-1', { uuid }), labelled('PC-1', { assetTag: 'C-1' })]);
    expect(state.waitingFacts).toEqual({ uuid, assetTag: 'C-1' });
    expectRefused(state, applyScan(state, labelled('PC-1', { uuid }), world()), 'repeated-read', 'bay');
  });
  it('is taken to the machine that was just paired, while its label is in the hand', () => {
    const state = after([mac], inHand, paired);
    expect(state.pairs).toEqual([{ ...pairOf('PC-1', 2), machine: { macs: ['00:1B:44:11:3A:B7'] } }]);
    const more = applyScan(state, labelled('PC-1', { uuid }), inHand);
    expect(more.outcome).toMatchObject({ result: 'accepted', kind: 'machine', effect: 'facts-taken' });
    for (const facts of [world(), world({ sinceLastPair: timeouts.labelInHand })]) {
      expectRefused(paired, applyScan(paired, mac, facts), 'wrong-kind', 'machine');
      expectRefused(
        paired,
        applyScan(paired, labelled('PC-1', { uuid }), facts),
        'machine-in-batch',
        'machine',
      );
    }
  });
  it.each([mac, uuidOf(uuid), asset('C-1')])('is refused when no machine waits: %j', (reading) => {
    expectRefused(emptyPairing, applyScan(emptyPairing, reading, inHand), 'wrong-kind', 'machine');
    const byHand = pairByHand(emptyPairing, 'PC-2', 'd1', world()).state;
    expectRefused(byHand, applyScan(byHand, reading, inHand), 'wrong-kind', 'machine');
    expectRefused(armed, applyScan(armed, reading, inHand), 'wrong-kind', 'start');
    const running = world({ jobs: new Map([['d3', 'running']]) });
    const which = after([command('CANCEL')], running, paired);
    expectRefused(
      which,
      applyScan(which, reading, { ...running, sinceLastPair: 1 }),
      'wrong-kind',
      'bay-to-cancel',
    );
  });
  it('read twice counts once', () => {
    const state = after([mac], world(), waiting);
    expectRefused(state, applyScan(state, mac, world()), 'repeated-read', 'bay');
  });
  it('is refused when it says something else than is known', () => {
    const state = after([uuidOf(uuid), asset('C-1')], world(), waiting);
    const detail = `PC-1: ${uuid}, ${otherUuid}`;
    expectRefused(state, applyScan(state, uuidOf(otherUuid), world()), 'contradicts', 'bay', detail);
    expectRefused(
      state,
      applyScan(state, labelled('PC-1', { uuid: otherUuid }), world()),
      'contradicts',
      'bay',
      detail,
    );
    expectRefused(state, applyScan(state, asset('C-2'), world()), 'contradicts', 'bay', 'PC-1: C-1, C-2');
    // Swapped byte order is the same; so is another case.
    expectRefused(
      state,
      applyScan(state, uuidOf('44454C4C-3100-1047-8043-C3C04F373132'), world()),
      'repeated-read',
    );
    expectRefused(state, applyScan(state, asset('c-1'), world()), 'repeated-read');
  });
  it('is refused when another machine of the batch has it', () => {
    const first = after([labelled('PC-1', { uuid, macs: ['00:1B:44:11:3A:B7'] }), bay(2)]);
    const both = after([machine('PC-2')], world(), first);
    expectRefused(both, applyScan(both, mac, world()), 'contradicts', 'bay', 'PC-1: 00:1B:44:11:3A:B7');
    expectRefused(both, applyScan(both, uuidOf(uuid), world()), 'contradicts', 'bay', `PC-1: ${uuid}`);
    const result = applyScan(first, labelled('PC-2', { uuid }), world());
    expectRefused(first, result, 'contradicts', 'machine', `PC-1: ${uuid}`);
  });
  it('of a machine is refused when it has more MACs than any machine', () => {
    const macs = Array.from(
      { length: 16 },
      (_, index) => `00:1B:44:11:3A:${(index + 16).toString(16).toUpperCase()}`,
    );
    const state = after([labelled('PC-1', { macs })]);
    expectRefused(state, applyScan(state, mac, world()), 'contradicts', 'bay');
  });
  it('UNDO takes the whole machine back: first the pair, then the machine with all that is known of it', () => {
    const state = after([bay(2)], world(), after([mac], world(), waiting));
    const first = undo(state, world());
    expect(first.state).toMatchObject({
      waitingMachine: 'PC-1',
      waitingFacts: { macs: ['00:1B:44:11:3A:B7'] },
      pairs: [],
    });
    expect(undo(first.state, world()).state).toEqual(emptyPairing);
    expect(applyScan(first.state, command('CANCEL'), world()).state).toEqual(emptyPairing);
  });
});

describe('operator, work order and hash', () => {
  it.each<[ScanReading, string, object]>([
    [badge, 'operator-set', { type: 'set-operator', name: 'Ada' }],
    [order, 'work-order-set', { type: 'set-work-order', number: '4711' }],
    [hash, 'hash-given', { type: 'give-hash', sha256: 'a'.repeat(64) }],
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
  it('a hash without a media is not wanted', () => {
    const facts = world({ mediaStatus: 'none' });
    expectRefused(paired, applyScan(paired, hash, facts), 'hash-not-wanted', 'media');
  });
});

describe('NEXT', () => {
  it('takes the first bay with a free drive', () => {
    const facts = world({ jobs: new Map([['d1', 'ended-well']]) });
    const state = after([machine('PC-2')], world(), paired);
    expect(applyScan(state, command('NEXT'), facts)).toMatchObject({
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
    const facts = world({ jobs: new Map([['d3', 'running']]) });
    const which = after([command('CANCEL')], facts, paired);
    expect(undo(which, facts)).toMatchObject({ outcome: { effect: 'undone' }, state: paired });
  });
  it('read twice undoes once', () => {
    expectRefused(paired, applyScan(paired, command('UNDO'), world(again)), 'repeated-read');
  });
  it('is offered when there is something', () => {
    expect(
      [emptyPairing, waiting, paired, armed, { ...emptyPairing, mode: 'retry' as const }].map(canUndo),
    ).toEqual([false, true, true, true, true]);
    expect(canUndo(clearPairs(paired, ['d2']))).toBe(false);
  });
});

describe('CANCEL', () => {
  const facts = world({
    jobs: new Map([
      ['d1', 'running'],
      ['d3', 'ended-badly'],
    ]),
  });
  it('puts the list away, then drops the machine that waits, then asks which job', () => {
    expect(applyScan(armed, command('CANCEL'), facts)).toMatchObject({
      outcome: { effect: 'disarmed' },
      state: paired,
    });
    expect(applyScan(waiting, command('CANCEL'), facts)).toMatchObject({
      outcome: { effect: 'cleared', machineSerial: 'PC-1' },
      state: emptyPairing,
    });
    expect(applyScan(paired, command('CANCEL'), facts)).toMatchObject({
      outcome: { effect: 'cancel-which' },
      state: { ...paired, mode: 'cancel' },
    });
  });
  const which = after([command('CANCEL')], facts, paired);
  it.each([bay(1), inBay(1)])('cancels the job of the bay %j', (reading) => {
    expect(applyScan(which, reading, facts)).toMatchObject({
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
    expectRefused(which, applyScan(which, reading, facts), reason, 'bay-to-cancel');
  });
  it('once more goes back to pairing', () => {
    expect(applyScan(which, command('CANCEL'), facts)).toMatchObject({
      outcome: { effect: 'cleared' },
      state: paired,
    });
    expectRefused(which, applyScan(which, command('CANCEL'), { ...facts, ...again }), 'repeated-read');
  });
  it('the bay read twice cancels once', () => {
    expectRefused(paired, applyScan(paired, bay(1), { ...facts, ...again }), 'repeated-read');
  });
  it('is refused when nothing runs', () => {
    const ended = world({ jobs: new Map([['d1', 'ended-well']]) });
    expectRefused(paired, applyScan(paired, command('CANCEL'), ended), 'nothing-to-cancel', 'machine');
  });
});

describe('RETRY', () => {
  const jobs = new Map([
    ['d1', 'ended-badly'],
    ['d2', 'ended-well'],
    ['d3', 'running'],
    ['d4', 'ended-badly'],
  ] as const);
  const facts = world({ jobs });
  const which = after([command('RETRY')], facts);
  it('asks which, and the bay is tried again', () => {
    expect(which).toEqual({ ...emptyPairing, mode: 'retry' });
    expect(applyScan(which, bay(1), facts)).toMatchObject({
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
    expectRefused(which, applyScan(which, reading, facts), reason, 'bay-to-retry', detail);
  });
  it('is refused when no job ended badly, while a machine waits, and when armed', () => {
    const well = world({ jobs: new Map([['d1', 'ended-well']]) });
    expectRefused(paired, applyScan(paired, command('RETRY'), well), 'nothing-to-retry', 'machine');
    expectRefused(waiting, applyScan(waiting, command('RETRY'), facts), 'wrong-kind', 'bay');
    expectRefused(armed, applyScan(armed, command('RETRY'), facts), 'wrong-kind', 'start');
  });
});

describe('START', () => {
  it('shows the list, and once more starts', () => {
    expect(applyScan(paired, command('START'), world())).toMatchObject({
      outcome: { effect: 'armed' },
      action: { type: 'none' },
      state: { ...paired, armed: true },
    });
    expect(applyScan(armed, command('START'), world(later))).toMatchObject({
      outcome: { effect: 'started' },
      action: { type: 'start' },
      state: armed,
    });
    expect(applyScan(armed, command('START'), world()).action).toEqual({ type: 'start' });
  });
  it('read twice starts nothing', () => {
    for (const sinceLastSame of [0, timeouts.startRepeat - 1]) {
      const facts = world({ sinceLastSame });
      expectRefused(armed, applyScan(armed, command('START'), facts), 'repeated-read', 'start');
    }
  });
  it.each<[string, string, Partial<PairingFacts>]>([
    ['no-operator', 'operator', { operator: '  ', mediaStatus: 'none' }],
    ['no-media', 'media', { mediaStatus: 'none' }],
    ['media-not-proved', 'media-hash', { mediaStatus: 'waiting-for-hash' }],
    ['media-not-proved', 'media', { mediaStatus: 'hashing' }],
    ['media-not-proved', 'media', { mediaStatus: 'inspecting' }],
    ['media-not-proved', 'media', { mediaStatus: 'refused' }],
  ])('is refused: %s, %s', (detail, expected, facts) => {
    expectRefused(paired, applyScan(paired, command('START'), world(facts)), 'not-ready', expected, detail);
    expectRefused(armed, applyScan(armed, command('START'), world(facts)), 'not-ready', expected, detail);
  });
  it('is refused without pairs, and while a machine waits for its bay', () => {
    const none = applyScan(emptyPairing, command('START'), world());
    expectRefused(emptyPairing, none, 'not-ready', 'machine', 'no-pairs');
    const state = after([machine('PC-2')], world(), paired);
    expectRefused(state, applyScan(state, command('START'), world()), 'wrong-kind', 'bay');
    expectRefused(state, arm(state, world()), 'wrong-kind', 'bay');
  });
  it.each<[string, Partial<PairingFacts>, string | null]>([
    ['bay-empty', { drives: [drive(1)] }, 'bay 2'],
    ['bay-empty', { drives: [drive(1)], bays: [] }, 'bay 2'],
    [
      'drive-blocked',
      { drives: [drive(2, { verdict: 'blocked', reasons })] },
      'bay 2: It is mounted. It holds swap.',
    ],
    ['drive-running', { jobs: new Map([['d2', 'running']]) }, 'bay 2'],
    ['drive-finished', { jobs: new Map([['d2', 'ended-well']]) }, 'bay 2'],
    ['not-in-order', { inOrder: () => false }, 'PC-1'],
    ['machine-running', { runningMachines: new Set(['PC-1']) }, null],
    ['machine-shipped', { shippedOn: () => '2024-05-17T08:00:00Z' }, '2024-05-17'],
    ['pattern', { serialPatterns: [{ maker: 'Dell', pattern: 'X' }] }, 'Dell'],
  ])('looks at the pairs again: %s', (reason, facts, detail) => {
    expectRefused(paired, arm(paired, world(facts)), reason, undefined, detail);
    expectRefused(armed, start(armed, world(facts)), reason, undefined, detail);
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
    const facts = world({ starting: true });
    for (const state of [armed, paired]) {
      expectRefused(state, applyScan(state, command('START'), facts), 'repeated-read', 'start');
      expectRefused(state, arm(state, facts), 'repeated-read', 'start');
      expectRefused(state, start(state, facts), 'repeated-read', 'start');
      expectRefused(state, undo(state, facts), 'wrong-kind', 'start');
      expectRefused(state, pairByHand(state, 'PC-7', 'd3', facts), 'wrong-kind', 'start');
      for (const reading of [machine('PC-2'), bay(1), badge, command('UNDO'), command('CANCEL')]) {
        expectRefused(state, applyScan(state, reading, facts), 'wrong-kind', 'start');
      }
    }
  });
});

describe('startObstaclesOf', () => {
  it('names all, in the order in which they are put right', () => {
    const nothing = { operator: '', mediaStatus: 'none' } as const;
    expect(startObstaclesOf(emptyPairing, nothing)).toEqual(['no-operator', 'no-media', 'no-pairs']);
    expect(startObstaclesOf(emptyPairing, { operator: '', mediaStatus: 'refused' })).toEqual([
      'no-operator',
      'media-not-proved',
      'no-pairs',
    ]);
    expect(startObstaclesOf(paired, world())).toEqual([]);
  });
});

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
  it.each<[string, string, string, string, Partial<PairingFacts>]>([
    ['wrong-kind', 'unreadable', '', 'd1', {}],
    ['wrong-kind', 'unreadable', 'A=B=C', 'd1', {}],
    ['wrong-kind', 'placeholder', 'Default string', 'd1', {}],
    ['wrong-kind', 'drive', 'drive-0003', 'd1', {}],
    ['bay-unknown', 'machine', 'PC-9', 'd9', {}],
    ['bay-empty', 'machine', 'PC-9', 'd1', { drives: [] }],
    ['drive-blocked', 'machine', 'PC-9', 'd4', {}],
    ['drive-paired', 'machine', 'PC-9', 'd2', {}],
    ['drive-running', 'machine', 'PC-9', 'd1', { jobs: new Map([['d1', 'running']]) }],
    ['drive-finished', 'machine', 'PC-9', 'd1', { jobs: new Map([['d1', 'ended-badly']]) }],
  ])('refuses: %s, %s %j in %s', (reason, kind, serial, driveId, facts) => {
    const result = pairByHand(paired, serial, driveId, world(facts));
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
  const kept = { pairs: two.pairs, waitingMachine: 'PC-3' };
  it('comes back, disarmed, with the machine that waited', () => {
    const { state, taken, left } = takeOver(emptyPairing, kept, world());
    expect(state).toMatchObject({ pairs: two.pairs, waitingMachine: 'PC-3', armed: false, mode: 'pair' });
    expect({ taken, left }).toEqual({ taken: 2, left: [] });
    expect(start({ ...state, waitingMachine: null }, world()).outcome).toMatchObject({ reason: 'not-ready' });
  });
  it.each<[string, Partial<PairingFacts>]>([
    ['bay-empty', { drives: [drive(1)], bays: [{ label: 'bay 1', port: null, driveId: 'd1' }] }],
    ['drive-blocked', { drives: [drive(1), drive(2, { verdict: 'blocked', reasons })] }],
    ['drive-finished', { jobs: new Map([['d2', 'ended-badly']]) }],
    ['machine-shipped', { shippedOn: (serial) => (serial === 'PC-1' ? '2024-05-17T08:00:00Z' : null) }],
    ['not-in-order', { inOrder: (serial) => serial !== 'PC-1' }],
  ])('comes back only where it holds: %s', (reason, facts) => {
    const { state, taken, left } = takeOver(emptyPairing, kept, world(facts));
    expect(state.pairs).toEqual([pairOf('PC-2', 1)]);
    expect(taken).toBe(1);
    expect(left).toEqual([{ pair: pairOf('PC-1', 2), reason }]);
  });
  it('gives way to what was paired since', () => {
    const since = after([machine('PC-9'), bay(2), machine('PC-8')]);
    const { state, left } = takeOver(since, kept, world());
    expect(state.pairs).toEqual([pairOf('PC-9', 2), pairOf('PC-2', 1)]);
    expect(state.waitingMachine).toBe('PC-8');
    expect(left).toEqual([{ pair: pairOf('PC-1', 2), reason: 'drive-paired' }]);
  });
  it('is taken apart by UNDO', () => {
    const { state } = takeOver(emptyPairing, { ...kept, waitingMachine: null }, world());
    expect(undo(state, world()).state.pairs).toEqual(paired.pairs);
  });
});
