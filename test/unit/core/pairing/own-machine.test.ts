import { describe, expect, it } from 'vitest';
import {
  applyScan,
  askForDisk,
  emptyPairing,
  pairOwn,
  undo,
  type Pairing,
  type PairingContext,
} from '../../../../core/pairing/pairing';
import { scanSettingsSchema } from '../../../../core/scan/scan-settings';
import {
  after,
  again,
  armed,
  bay,
  command,
  expectRefused,
  inBay,
  later,
  machine,
  pairOf,
  startLater,
  world,
} from './pairing-world';

/** Role machine: one machine, whose firmware says who it is. And OFF, on every station on a stick. */

const serial = 'PF3A7KX9';
const onStick = (changes: Partial<PairingContext> = {}, told: string | null = serial): PairingContext =>
  world({ live: { own: { serial: told }, offAsked: false }, ...changes });
const asStation = (offAsked = false, changes: Partial<PairingContext> = {}): PairingContext =>
  world({ live: { own: null, offAsked }, ...changes });
const own = pairOwn(emptyPairing, serial, { model: 'ThinkPad' }, 'd1', onStick()).state;

describe('a machine that images itself', () => {
  it('gets its disk, with what its firmware tells, and another one in its place', () => {
    expect(own.pairs).toEqual([{ ...pairOf(serial, 1), machine: { model: 'ThinkPad' } }]);
    const other = pairOwn(own, serial, {}, 'd2', onStick());
    expect(other.outcome).toMatchObject({ result: 'accepted', effect: 'paired', bay: 'bay 2' });
    expect(other.state.pairs).toEqual([pairOf(serial, 2)]);
  });

  it('may be asked which disk is meant, by its barcode', () => {
    const asked = askForDisk(emptyPairing, serial, {}, onStick());
    expect(asked.state.waitingMachine).toBe(serial);
    expect(applyScan(asked.state, inBay(3), onStick()).state.pairs).toEqual([pairOf(serial, 3)]);
    expectRefused(asked.state, applyScan(asked.state, bay(4), onStick()), 'drive-blocked');
  });

  it('takes no other machine’s label, whatever is paired', () => {
    for (const state of [emptyPairing, own]) {
      const other = applyScan(state, machine('PF3A7KX8'), onStick());
      expectRefused(state, other, 'not-this-machine', 'machine', serial);
    }
    expectRefused(own, pairOwn(own, 'PF3A7KX8', {}, 'd1', onStick()), 'not-this-machine');
    // Without a serial of its own, its label says who it is.
    const scanned = after([machine('PF3A7KX8')], onStick({}, null));
    expect(pairOwn(scanned, 'PF3A7KX8', {}, 'd1', onStick({}, null)).state.pairs).toEqual([
      pairOf('PF3A7KX8', 1),
    ]);
  });

  it('is a machine by its firmware’s word, whatever form serials have elsewhere; a label must have it', () => {
    const patterns = scanSettingsSchema.parse({
      serialPatterns: [{ maker: 'Dell', pattern: '[A-Z0-9]{7}' }],
    });
    const strict = { scanSettings: patterns };
    expect(pairOwn(emptyPairing, serial, {}, 'd1', onStick(strict)).outcome.result).toBe('accepted');
    expectRefused(emptyPairing, pairOwn(emptyPairing, serial, {}, 'd1', onStick(strict, null)), 'pattern');
  });

  it('is refused where it is not in the order, has a drive, or the disk may not be written', () => {
    const refusedBy = (changes: Partial<PairingContext>, reason: string, driveId = 'd1'): void => {
      expectRefused(emptyPairing, pairOwn(emptyPairing, serial, {}, driveId, onStick(changes)), reason);
    };
    refusedBy({ inOrder: () => false }, 'not-in-order');
    refusedBy({ shippedOn: () => '2026-11-28T10:00:00.000Z' }, 'machine-shipped');
    refusedBy({ jobs: new Map([['d1', 'failed']]) }, 'drive-finished');
    refusedBy({}, 'drive-blocked', 'd4');
    refusedBy({}, 'bay-unknown', 'gone');
    expectRefused(
      emptyPairing,
      askForDisk(emptyPairing, serial, {}, onStick({ inOrder: () => false })),
      'not-in-order',
    );
  });

  it('changes nothing while the list of what will be erased is looked at', () => {
    const list = { ...own, armed: true };
    expectRefused(list, pairOwn(list, serial, {}, 'd2', onStick()), 'wrong-kind');
    expectRefused(list, askForDisk(list, serial, {}, onStick()), 'wrong-kind');
    expectRefused(own, pairOwn(own, serial, {}, 'd2', onStick({ starting: true })), 'wrong-kind');
  });

  it('is taken back whole by UNDO', () => {
    expect(undo(own, onStick()).state).toEqual(emptyPairing);
  });

  it('erases by START twice alone, as a bench does', () => {
    const shown = applyScan(own, command('START'), onStick());
    expect(shown.state.armed).toBe(true);
    expect(shown.action).toEqual({ type: 'none' });
    expect(applyScan(shown.state, command('START'), onStick(startLater)).action).toEqual({ type: 'start' });
  });

  it('stops by CANCEL twice and tries again by RETRY: which disk is meant is no question', () => {
    const running = onStick({ jobs: new Map([['d1', 'running']]) });
    const asked = applyScan(emptyPairing, command('CANCEL'), running);
    expect(asked.outcome).toMatchObject({ effect: 'cancel-which' });
    const stopped = applyScan(asked.state, command('CANCEL'), { ...running, ...later });
    expect(stopped.action).toEqual({ type: 'cancel-job', driveId: 'd1' });
    expectRefused(
      asked.state,
      applyScan(asked.state, command('CANCEL'), { ...running, ...again }),
      'repeated-read',
    );
    const failed = new Map([['d1', 'failed']] as const);
    const retried = applyScan(emptyPairing, command('RETRY'), onStick({ jobs: failed }));
    expect(retried.action).toEqual({ type: 'retry-job', driveId: 'd1' });
    // On a bench, bays are asked for.
    expect(applyScan(emptyPairing, command('RETRY'), asStation(false, { jobs: failed })).action.type).toBe(
      'none',
    );
  });

  it('leaves nothing to be taken out when its own label is scanned at the end', () => {
    const ended = onStick({
      jobs: new Map([['d1', 'passed']]),
      takeOut: [{ driveId: 'd1', bay: 'bay 1', machineSerial: serial }],
      shippedOn: () => '2026-11-29T10:00:00.000Z',
    });
    expectRefused(emptyPairing, applyScan(emptyPairing, machine(serial), ended), 'machine-shipped');
  });
});

describe('OFF', () => {
  const off = command('OFF');

  it('is refused on a station that does not run from a stick', () => {
    expectRefused(emptyPairing, applyScan(emptyPairing, off, world()), 'not-on-a-stick');
    expectRefused(emptyPairing, applyScan(emptyPairing, off, world({ live: null })), 'not-on-a-stick');
  });

  it('asks once more, and is not confirmed by a scanner that reads twice', () => {
    for (const context of [asStation(), onStick()]) {
      const asked = applyScan(emptyPairing, off, context);
      expect(asked.outcome).toMatchObject({ effect: 'off-asked' });
      expect(asked.action).toEqual({ type: 'none' });
    }
    expect(applyScan(emptyPairing, off, asStation(true, later)).action).toEqual({ type: 'turn-off' });
    expectRefused(emptyPairing, applyScan(emptyPairing, off, asStation(true, again)), 'repeated-read');
  });

  it('is at once in a machine that has imaged itself, or could not', () => {
    for (const outcome of ['passed', 'failed', 'stopped'] as const) {
      const context = onStick({ jobs: new Map([['d1', outcome]]) });
      expect(applyScan(emptyPairing, off, context).action).toEqual({ type: 'turn-off' });
      // The disk is meant to be written once more.
      expect(applyScan(own, off, { ...context, jobs: new Map([['d2', outcome]]) }).action.type).toBe('none');
    }
    const bench = asStation(false, { jobs: new Map([['d1', 'passed']]) });
    expect(applyScan(emptyPairing, off, bench).action.type).toBe('none');
  });

  it('is refused while drives are at work, and while the list of what will be erased is shown', () => {
    for (const outcome of ['running', 'testing'] as const) {
      for (const live of [asStation(true), onStick()]) {
        const context = { ...live, jobs: new Map([['d1', outcome]]) };
        expectRefused(emptyPairing, applyScan(emptyPairing, off, context), 'still-at-work');
      }
    }
    const shown: Pairing = armed;
    expectRefused(shown, applyScan(shown, off, asStation(true)), 'wrong-kind');
  });
});
