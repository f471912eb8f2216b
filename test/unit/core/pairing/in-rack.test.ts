import { describe, expect, it } from 'vitest';
import {
  applyScan,
  arm,
  chooseEnd,
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
import { after, command, drive, expectRefused, inBay, machine, world } from './pairing-world';

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
