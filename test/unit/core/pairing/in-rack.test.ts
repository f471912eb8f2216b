import { describe, expect, it } from 'vitest';
import {
  applyScan,
  arm,
  chooseEnd,
  dropUnlisted,
  emptyPairing,
  pairByHand,
  pairInRack,
  start,
  takeOffers,
  toggleFill,
  undo,
  type Pairing,
  type PairingContext,
} from '../../../../core/pairing/pairing';
import { startRefusal } from '../../../../core/pairing/start-refusal';
import { flowOf } from '../../../../core/flow/flow';
import { flowFacts } from '../../../../core/pairing/pairing-rules';
import { scanSettingsSchema } from '../../../../core/scan/scan-settings';
import type { ScanReading } from '../../../../core/scan/scan';
import { after, again, command, drive, expectRefused, inBay, machine, world } from './pairing-world';

/** Two drives of the bench, then machine M1 with one disk, and M2 with two. */

const inMachine = (number: number, serial: string): ReturnType<typeof drive> =>
  drive(number, { rack: { machine: '0123456789ab', serial }, bay: serial });

const rack = (changes: Partial<PairingContext> = {}): PairingContext =>
  world({
    drives: [
      drive(1),
      drive(2),
      inMachine(3, 'MACHINE1'),
      inMachine(4, 'MACHINE2'),
      inMachine(5, 'MACHINE2'),
    ],
    bays: [
      ...[1, 2].map((number) => ({ label: `bay ${number}`, port: null, driveId: `d${number}` })),
      { label: 'MACHINE1', port: null, driveId: 'd3' },
      { label: 'MACHINE2 disk 1', port: null, driveId: 'd4' },
      { label: 'MACHINE2 disk 2', port: null, driveId: 'd5' },
    ],
    ...changes,
  });
const labelled = (label: string): ScanReading => ({ kind: 'bay', label });
const paired = (state: Pairing): string[] =>
  state.pairs.map(({ machineSerial, driveId }) => `${machineSerial} ${driveId}`);

describe('a disk in a machine of a rack', () => {
  it('gets its own machine’s image, by its button, its label or the machine’s', () => {
    expect(paired(pairInRack(emptyPairing, 'd3', {}, rack()).state)).toEqual(['MACHINE1 d3']);
    for (const reading of [labelled('MACHINE1'), machine('MACHINE1'), inBay(3)]) {
      expect(paired(after([reading], rack()))).toEqual(['MACHINE1 d3']);
    }
    // Of two disks one is meant: the machine waits for it.
    const waits = after([machine('MACHINE2')], rack());
    expect(waits.waitingMachine).toBe('MACHINE2');
    expect(paired(after([labelled('MACHINE2 disk 2')], rack(), waits))).toEqual(['MACHINE2 d5']);
    expect(paired(after([labelled('MACHINE2 disk 1')], rack()))).toEqual(['MACHINE2 d4']);
  });

  it('gets no other machine’s, whatever is scanned or typed', () => {
    const waits = after([machine('7KX9PQ3')], rack());
    for (const reading of [labelled('MACHINE1'), inBay(3)]) {
      expectRefused(waits, applyScan(waits, reading, rack()), 'disk-of-another', 'bay', 'MACHINE1');
    }
    const typed = pairByHand(emptyPairing, '7KX9PQ3', 'd3', rack());
    expectRefused(emptyPairing, typed, 'disk-of-another', 'machine', 'MACHINE1');
    // Nor by a pair of before, when another machine came to have its place.
    const old: Pairing = {
      ...emptyPairing,
      pairs: [{ machineSerial: '7KX9PQ3', driveId: 'd3', bay: 'MACHINE1' }],
    };
    expect(startRefusal(old, rack())).toMatchObject({ reason: 'disk-of-another', detail: 'MACHINE1' });
    const armed = { ...old, armed: true };
    expectRefused(armed, start(armed, rack()), 'disk-of-another');
  });

  it('is no free bay for machines that are scanned in a row, nor for NEXT', () => {
    const filling = toggleFill(emptyPairing, rack());
    expect(filling.outcome).toMatchObject({ effect: 'filling', count: 2 });
    const full = after([machine('7KX9PQ3'), machine('7KX9PQ4')], rack(), filling.state);
    expect(paired(full)).toEqual(['7KX9PQ3 d1', '7KX9PQ4 d2']);
    expectRefused(full, applyScan(full, machine('7KX9PQ5'), rack()), 'no-free-bay');
    const busy = rack({
      jobs: new Map([
        ['d1', 'running'],
        ['d2', 'running'],
      ]),
    });
    const waits = after([machine('7KX9PQ3')], busy);
    expectRefused(waits, applyScan(waits, command('NEXT'), busy), 'no-free-bay');
  });

  it('has the serial of its machine, whatever form serials have elsewhere', () => {
    const scanSettings = scanSettingsSchema.parse({
      serialPatterns: [{ maker: 'Dell', pattern: '[A-Z0-9]{7}' }],
    });
    const strict = rack({ scanSettings });
    const state = pairInRack(emptyPairing, 'd3', { model: 'Latitude' }, strict).state;
    expect(state.pairs).toMatchObject([{ machineSerial: 'MACHINE1', machine: { model: 'Latitude' } }]);
    expect(startRefusal(state, strict)).toBeNull();
    expect(arm(state, strict).outcome).toMatchObject({ result: 'accepted', effect: 'armed' });
  });

  it('is not paired while its machine is not connected, and the refusal names that', () => {
    const away = rack({ connected: new Set(['anothermachine']) });
    expect(startRefusal(pairInRack(emptyPairing, 'd3', {}, rack()).state, away)).toBeNull();
    expectRefused(
      emptyPairing,
      pairInRack(emptyPairing, 'd3', {}, away),
      'machine-away',
      'machine',
      'MACHINE1',
    );
    const typed = pairByHand(emptyPairing, 'MACHINE1', 'd3', away);
    expectRefused(emptyPairing, typed, 'machine-away', 'bay', 'MACHINE1');
    for (const reading of [labelled('MACHINE1'), machine('MACHINE1'), inBay(3)]) {
      expectRefused(emptyPairing, applyScan(emptyPairing, reading, away), 'machine-away');
    }
    const waits = after([machine('MACHINE2')], away);
    expectRefused(
      waits,
      applyScan(waits, labelled('MACHINE2 disk 1'), away),
      'machine-away',
      'bay',
      'MACHINE2',
    );
    // A drive of the bench is in no machine.
    expect(paired(after([machine('7KX9PQ3'), inBay(1)], away))).toEqual(['7KX9PQ3 d1']);
  });

  it('is what is next where no drive of the bench is free', () => {
    const nextOf = (state: Pairing, context: PairingContext): string =>
      flowOf(flowFacts(state, context)).next;
    const none = { bays: rack().bays.slice(2) };
    expect(nextOf(emptyPairing, rack(none))).toBe('machine');
    expect(nextOf(emptyPairing, rack({ ...none, connected: new Set() }))).toBe('insert-drive');
    // Of two disks one is meant.
    expect(nextOf(after([machine('MACHINE2')], rack(none)), rack(none))).toBe('bay');
    expect(nextOf(after([machine('7KX9PQ3')], rack(none)), rack(none))).toBe('insert-drive');
  });

  it('is refused where the order, the record or its job says so', () => {
    const refusedBy = (changes: Partial<PairingContext>, reason: string): void => {
      expectRefused(emptyPairing, pairInRack(emptyPairing, 'd3', {}, rack(changes)), reason);
    };
    refusedBy({ inOrder: () => false }, 'not-in-order');
    refusedBy({ shippedOn: () => '2026-11-28T10:00:00.000Z' }, 'machine-shipped');
    refusedBy({ runningMachines: new Set(['MACHINE1']) }, 'machine-running');
    refusedBy({ jobs: new Map([['d3', 'failed']]) }, 'drive-finished');
    refusedBy({ starting: true }, 'wrong-kind');
    expectRefused(emptyPairing, pairInRack(emptyPairing, 'd1', {}, rack()), 'bay-empty');
  });

  it('is taken out by its machine when it has passed', () => {
    const takeOut = [{ driveId: 'd3', bay: 'MACHINE1', machineSerial: 'MACHINE1' }];
    const passed = rack({ takeOut, jobs: new Map([['d3', 'passed']]) });
    for (const reading of [labelled('MACHINE1'), machine('MACHINE1')]) {
      expect(applyScan(emptyPairing, reading, passed).outcome).toMatchObject({ effect: 'taken-out' });
    }
  });
});

describe('disks that are offered by themselves', () => {
  it('are taken as far as nothing stands against them, and UNDO takes back what somebody did', () => {
    const byHand = after([machine('7KX9PQ3'), inBay(1)], rack());
    const offers = ['d3', 'd4', 'd5', 'd2'].map((driveId) => ({ driveId, said: {} }));
    const { state, taken } = takeOffers(byHand, offers, rack());
    // One disk for a machine, and none of the bench.
    expect(taken).toEqual(['d3', 'd4']);
    expect(paired(state)).toEqual(['7KX9PQ3 d1', 'MACHINE1 d3', 'MACHINE2 d4']);
    expect(undo(state, rack()).outcome).toMatchObject({ effect: 'undone', machineSerial: '7KX9PQ3' });
    const armed = { ...state, armed: true };
    expect(takeOffers(armed, [{ driveId: 'd5', said: {} }], rack())).toEqual({ state: armed, taken: [] });
  });
});

describe('a machine of the rack that is in the batch', () => {
  const offered = (serials: readonly string[], from = emptyPairing, context = rack()): Pairing =>
    takeOffers(
      from,
      serials.map((driveId) => ({ driveId, said: {} })),
      context,
    ).state;

  it.each([
    ['its serial', machine('MACHINE1')] as const,
    ['its bay', labelled('MACHINE1')],
    ['its disk', inBay(3)],
  ])('is taken out by %s and UNDO, and by nothing else that is scanned', (_what, reading) => {
    const byHand = after([machine('7KX9PQ3'), inBay(1)], rack(), offered(['d3', 'd4']));
    const marked = applyScan(byHand, reading, rack());
    expect(marked.outcome).toMatchObject({ effect: 'in-batch', machineSerial: 'MACHINE1', bay: 'MACHINE1' });
    expect(paired(marked.state)).toEqual(paired(byHand));
    // A scanner that reads twice says nothing twice.
    expectRefused(marked.state, applyScan(marked.state, reading, rack(again)), 'repeated-read');
    const undone = undo(marked.state, rack());
    expect(undone.outcome).toMatchObject({ effect: 'undone', machineSerial: 'MACHINE1' });
    expect(paired(undone.state)).toEqual(['MACHINE2 d4', '7KX9PQ3 d1']);
    // What was done before is what UNDO takes back next.
    expect(undo(undone.state, rack()).outcome).toMatchObject({ machineSerial: '7KX9PQ3' });
  });

  it('is taken out by scan while machines are scanned in a row, and gets its own disk there', () => {
    const filling = toggleFill(emptyPairing, rack()).state;
    const own = after([machine('MACHINE1')], rack(), filling);
    expect(paired(own)).toEqual(['MACHINE1 d3']);
    const marked = applyScan(own, machine('MACHINE1'), rack());
    expect(marked.outcome).toMatchObject({ effect: 'in-batch' });
    expect(undo(marked.state, rack()).state).toMatchObject({ mode: 'fill', pairs: [], waitingMachine: null });
    // Of two disks one is chosen: no drive of the bench takes its place.
    expectRefused(
      filling,
      applyScan(filling, machine('MACHINE2'), rack()),
      'own-disk',
      'machine',
      'MACHINE2',
    );
  });

  it('is dropped where it paired by itself and an order that is opened does not list it', () => {
    const ordered = rack({ inOrder: (serial) => serial === 'MACHINE1' });
    const both = offered(['d3', 'd4'], after([machine('7KX9PQ3'), inBay(1)], rack()));
    const { state, dropped } = dropUnlisted(both, ordered);
    expect(paired(state)).toEqual(['7KX9PQ3 d1', 'MACHINE1 d3']);
    expect(dropped).toMatchObject([{ machineSerial: 'MACHINE2', driveId: 'd4' }]);
    // Scanned since, it has paired by itself all the same; what somebody paired is left for START to name.
    const scanned = after([labelled('MACHINE2 disk 1')], rack(), both);
    expect(dropUnlisted(scanned, ordered).dropped).toMatchObject([{ machineSerial: 'MACHINE2' }]);
    const byHand = pairInRack(emptyPairing, 'd4', {}, rack()).state;
    expect(dropUnlisted(byHand, ordered)).toEqual({ state: byHand, dropped: [] });
    const starting = { ...ordered, starting: true };
    expect(dropUnlisted(both, starting)).toEqual({ state: both, dropped: [] });
  });
});

it('a machine of the rack with several disks waits for one of them: NEXT gives it no drive of the bench', () => {
  const waits = after([machine('MACHINE2')], rack());
  expectRefused(waits, applyScan(waits, command('NEXT'), rack()), 'own-disk', 'bay', 'MACHINE2');
  expect(paired(pairInRack(waits, 'd5', {}, rack()).state)).toEqual(['MACHINE2 d5']);
});

describe('what is next with a rack', () => {
  const nextOf = (state: Pairing, context: PairingContext): string => flowOf(flowFacts(state, context)).next;
  const none = { bays: rack().bays.slice(2) };
  const freeOf = (state: Pairing, changes: Partial<PairingContext> = {}): number | undefined =>
    flowFacts(state, rack({ ...none, ...changes })).freeInRack;

  it('is START when all of its machines are paired, and not before', () => {
    const one = pairInRack(emptyPairing, 'd3', {}, rack()).state;
    expect(nextOf(one, rack(none))).toBe('machine-or-start');
    const both = pairInRack(one, 'd4', {}, rack()).state;
    expect(nextOf(both, rack(none))).toBe('start');
  });

  it('counts machines, not disks, and none that would be refused', () => {
    expect(freeOf(emptyPairing)).toBe(2);
    expect(freeOf(pairInRack(emptyPairing, 'd4', {}, rack()).state)).toBe(1);
    expect(freeOf(emptyPairing, { inOrder: (serial) => serial === 'MACHINE2' })).toBe(1);
    const done = (serial: string): string | null =>
      serial === 'MACHINE1' ? '2026-11-28T10:00:00.000Z' : null;
    expect(freeOf(emptyPairing, { shippedOn: done })).toBe(1);
    expect(freeOf(emptyPairing, { connected: new Set() })).toBe(0);
  });

  it('is no machine for a bay while a rack without free bays is filled', () => {
    const filling = { ...emptyPairing, mode: 'fill' } as const;
    expect(nextOf(filling, rack(none))).not.toBe('machine-to-fill');
  });
});

describe('what machines do at the end', () => {
  const ofRack = after([labelled('MACHINE1'), command('START')], rack());

  it('is chosen by scan on the list of what will be erased, which stays', () => {
    const chosen = applyScan(ofRack, command('ENDOFF'), rack());
    expect(chosen.outcome).toMatchObject({ effect: 'end-chosen', text: 'off' });
    expect(chosen.state).toEqual({ ...ofRack, atEnd: 'off' });
    const other = applyScan(chosen.state, command('ENDBOOT'), rack());
    expect(other.state).toMatchObject({ armed: true, atEnd: 'restart' });
    expect(applyScan(other.state, command('ENDWAIT'), rack()).state.atEnd).toBe('wait');
    expect(start(other.state, rack()).action).toEqual({ type: 'start' });
  });

  it('counts for that list alone', () => {
    const chosen = after([command('ENDOFF')], rack(), ofRack);
    const away = after([command('CANCEL')], rack(), chosen);
    expect(after([command('START')], rack(), away).atEnd).toBeNull();
  });

  it('is refused without the list, without a machine of the rack, while it starts, and where the order says it', () => {
    const unarmed = after([labelled('MACHINE1')], rack());
    expectRefused(unarmed, applyScan(unarmed, command('ENDOFF'), rack()), 'wrong-kind');
    const bench = after([machine('PC-1'), labelled('bay 1'), command('START')], rack());
    expectRefused(bench, applyScan(bench, command('ENDOFF'), rack()), 'no-rack-machine');
    const starting = rack({ starting: true });
    expectRefused(ofRack, applyScan(ofRack, command('ENDOFF'), starting), 'wrong-kind');
    expectRefused(ofRack, chooseEnd(ofRack, 'off', starting), 'wrong-kind');
    const ordered = rack({ orderEnd: () => 'restart' });
    expectRefused(ofRack, applyScan(ofRack, command('ENDOFF'), ordered), 'end-ordered', 'start', 'restart');
  });
});
