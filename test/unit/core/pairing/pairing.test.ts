import { describe, expect, it } from 'vitest';
import {
  applyScan,
  emptyPairing,
  pairByHand,
  undo,
  type PairingContext,
} from '../../../../core/pairing/pairing';
import type { ScanReading } from '../../../../core/scan/scan';
import { scanSettingsSchema } from '../../../../core/scan/scan-settings';
import { timeouts } from '../../../../core/base/timeouts';
import {
  world,
  machine,
  bay,
  inBay,
  command,
  again,
  later,
  after,
  expectRefused,
  waiting,
  paired,
  armed,
  pairOf,
} from './pairing-world';

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
  it.each([again, later, {}])('that waits and is read again counts once %j', (details) => {
    expectRefused(waiting, applyScan(waiting, machine('PC-1'), world(details)), 'repeated-read', 'bay');
  });
  it.each<[string, Partial<PairingContext>, string | null]>([
    [
      'pattern',
      {
        scanSettings: scanSettingsSchema.parse({
          serialPatterns: [
            { maker: 'Dell', pattern: '[0-9A-Z]{7}' },
            { maker: 'HP', pattern: '5CG.{7}' },
          ],
        }),
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
  ])('is refused: %s', (reason, details, detail) => {
    expectRefused(paired, applyScan(paired, machine('PC-9'), world(details)), reason, 'machine', detail);
    expectRefused(paired, pairByHand(paired, 'PC-9', 'd1', world(details)), reason, 'machine', detail);
    // And when that became so while it waited.
    const before = after([machine('PC-9')]);
    expectRefused(before, applyScan(before, bay(1), world(details)), reason, 'bay');
    expectRefused(before, applyScan(before, command('NEXT'), world(details)), reason, 'bay');
  });
  it('is refused when it is in a pair', () => {
    expectRefused(paired, applyScan(paired, machine('PC-1'), world()), 'machine-in-batch', 'machine');
    expectRefused(paired, pairByHand(paired, 'pc-1', 'd1', world()), 'machine-in-batch', 'machine');
  });
  it('that was shipped is taken when somebody gave a reason', () => {
    after(
      [machine('PC-1'), bay(1)],
      world({ shippedOn: () => '2024-05-17T08:00:00Z', againAllowed: (serial) => serial === 'PC-1' }),
    );
    const others = world({
      shippedOn: () => '2024-05-17T08:00:00Z',
      againAllowed: (serial) => serial === 'PC-1',
    });
    const { outcome } = applyScan(emptyPairing, machine('PC-2'), others);
    expect(outcome).toMatchObject({ result: 'refused', reason: 'machine-shipped', machineSerial: 'PC-2' });
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
  it.each<[string, ScanReading, Partial<PairingContext>, string | null]>([
    ['bay-unknown', bay(9), {}, null],
    ['bay-empty', bay(5), {}, null],
    ['bay-empty', inBay(9), {}, null],
    ['bay-empty', bay(1), { drives: [] }, null],
    ['drive-blocked', bay(4), {}, 'It is mounted. It holds swap.'],
    ['drive-running', bay(1), { jobs: new Map([['d1', 'running']]) }, null],
    ['drive-running', bay(4), { jobs: new Map([['d4', 'running']]) }, null],
    ['drive-finished', bay(1), { jobs: new Map([['d1', 'passed']]) }, null],
    ['drive-finished', inBay(1), { jobs: new Map([['d1', 'failed']]) }, null],
  ])('is refused: %s %j', (reason, reading, details, detail) => {
    expectRefused(waiting, applyScan(waiting, reading, world(details)), reason, 'bay', detail);
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

describe('what may be a serial, but has the form of another number', () => {
  const reading: ScanReading = { kind: 'ean', text: 'x', doubtful: true };

  it('is refused by scan with the way on, and taken by hand with a word', () => {
    expectRefused(emptyPairing, applyScan(emptyPairing, reading, world()), 'doubtful', 'machine');
    expectRefused(waiting, applyScan(waiting, reading, world()), 'wrong-kind', 'bay');
    const { outcome } = pairByHand(emptyPairing, '012345678912', 'd1', world());
    expect(outcome).toMatchObject({ result: 'accepted', machineSerial: '012345678912', mayBe: 'ean' });
    const ordered = world({ isOrdered: () => true });
    expect(pairByHand(emptyPairing, '012345678912', 'd1', ordered).outcome).not.toHaveProperty('mayBe');
  });
  it('a number that is surely none is refused by hand, too, with its name', () => {
    const { outcome } = pairByHand(emptyPairing, 'CN0WF28J7016635V0A5DA00', 'd1', world());
    expect(outcome).toMatchObject({ result: 'refused', kind: 'ppid', reason: 'wrong-kind' });
    expect(JSON.stringify(outcome)).toContain('Dell part (PPID)');
  });
  it('Dell’s express service code is refused with its tag', () => {
    const code: ScanReading = { kind: 'service-code', text: 'x', tag: '7KX9PQ3' };
    expectRefused(emptyPairing, applyScan(emptyPairing, code, world()), 'wrong-kind', 'machine', '7KX9PQ3');
  });
});

describe('a label that tells more of a machine', () => {
  const uuid = '4C4C4544-0031-4710-8043-C3C04F373132';
  const otherUuid = '4C4C4544-0056-3010-8033-B7C04F323733';
  const mac: ScanReading = { kind: 'mac', text: 'x', details: { macs: ['00:1B:44:11:3A:B7'] } };
  const secondMac: ScanReading = { kind: 'mac', text: 'x', details: { macs: ['00:1B:44:11:3A:B8'] } };
  const asset = (assetTag: string): ScanReading => ({ kind: 'asset-tag', text: 'x', details: { assetTag } });
  const uuidOf = (text: string): ScanReading => ({ kind: 'uuid', text: 'x', details: { uuid: text } });
  const labelled = (serial: string, details: object): ScanReading => ({ kind: 'machine', serial, details });
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
    const details = { macs: ['00:1B:44:11:3A:B7', '00:1B:44:11:3A:B8'], uuid, assetTag: 'C-1' };
    expect(both.waitingDetails).toEqual(details);
    expect(after([bay(2)], world(), both)).toMatchObject({
      waitingMachine: null,
      waitingDetails: {},
      pairs: [{ ...pairOf('PC-1', 2), machine: details }],
    });
  });
  it('comes with the serial when one code holds both, and a second code of the label adds to it', () => {
    const state = after([labelled('PC-1', { uuid }), labelled('PC-1', { assetTag: 'C-1' })]);
    expect(state.waitingDetails).toEqual({ uuid, assetTag: 'C-1' });
    expectRefused(state, applyScan(state, labelled('PC-1', { uuid }), world()), 'repeated-read', 'bay');
  });
  it('is taken to the machine that was just paired, while its label is in the hand', () => {
    const state = after([mac], inHand, paired);
    expect(state.pairs).toEqual([{ ...pairOf('PC-1', 2), machine: { macs: ['00:1B:44:11:3A:B7'] } }]);
    const more = applyScan(state, labelled('PC-1', { uuid }), inHand);
    expect(more.outcome).toMatchObject({ result: 'accepted', kind: 'machine', effect: 'facts-taken' });
    for (const context of [world(), world({ sinceLastPair: timeouts.labelInHand })]) {
      expectRefused(paired, applyScan(paired, mac, context), 'wrong-kind', 'machine');
      expectRefused(
        paired,
        applyScan(paired, labelled('PC-1', { uuid }), context),
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
      waitingDetails: { macs: ['00:1B:44:11:3A:B7'] },
      pairs: [],
    });
    expect(undo(first.state, world()).state).toEqual(emptyPairing);
    expect(applyScan(first.state, command('CANCEL'), world()).state).toEqual(emptyPairing);
  });
});
