import { describe, expect, it } from 'vitest';
import type { DriveBefore } from '../../../../core/job/drive-again';
import {
  arm,
  emptyPairing,
  pairByHand,
  retryByHand,
  type PairingContext,
} from '../../../../core/pairing/pairing';
import { applyScan } from '../../../../core/pairing/pairing';
import { takeOver } from '../../../../core/pairing/take-over';
import { readScan } from '../../../../core/scan/scan';
import { reasonBarcode, scanReasons } from '../../../../core/scan/reasons';
import { again, bay, command, machine, world } from './pairing-world';

const held: DriveBefore = {
  held: {
    machineSerial: 'PC-1',
    entry: 4,
    time: '2026-05-17T08:00:00Z',
    shipped: { number: 'S-7', time: '2026-05-18T08:00:00Z' },
  },
  failed: null,
};
const failed: DriveBefore = {
  held: null,
  failed: { entry: 5, time: '2026-05-19T08:00:00Z', reason: 'Read-back differs', failures: 1 },
};
const nothing: DriveBefore = { held: null, failed: null };

/** Bay 1 has a drive with a past. */
const past = (before: DriveBefore, changes: Partial<PairingContext> = {}): PairingContext =>
  world({ driveBefore: (id) => (id === 'd1' ? before : nothing), ...changes });
const waiting = (serial: string, context: PairingContext): typeof emptyPairing =>
  applyScan(emptyPairing, machine(serial), context).state;

describe('a drive that is not written without a reason', () => {
  it.each([
    ['drive-holds', held, 'PC-1\n2026-05-17\nS-7\n2026-05-18'],
    ['drive-failed-before', failed, '2026-05-19\nRead-back differs'],
  ] as const)('is not paired by scan, by hand or from an earlier run: %s', (reason, before, detail) => {
    const context = past(before);
    const state = waiting('PC-2', context);
    const refused = applyScan(state, bay(1), context);
    expect(refused).toMatchObject({
      outcome: { result: 'refused', reason, detail, driveId: 'd1' },
      action: { type: 'none' },
    });
    expect(refused.state).toBe(state);
    expect(pairByHand(emptyPairing, 'PC-2', 'd1', context).outcome).toMatchObject({ reason });
    const pair = { machineSerial: 'PC-2', driveId: 'd1', bay: 'bay 1' };
    expect(takeOver(emptyPairing, { pairs: [pair], waitingMachine: null }, context)).toMatchObject({
      ...{ taken: 0, left: [{ reason }] },
    });
  });

  it('is paired with a reason, which is of this drive alone', () => {
    const context = past(held, { driveAllowed: (id) => id === 'd1' });
    expect(applyScan(waiting('PC-2', context), bay(1), context).outcome).toMatchObject({ effect: 'paired' });
    const other = past(held, { driveAllowed: (id) => id === 'd2' });
    expect(applyScan(waiting('PC-2', other), bay(1), other).outcome).toMatchObject({ reason: 'drive-holds' });
  });

  it('asks once when its own machine was given a reason, and still when the drive failed', () => {
    const allowed = { shippedOn: () => '2026-05-17T08:00:00Z', againAllowed: () => true };
    const own = past(held, allowed);
    expect(applyScan(waiting('PC-1', own), bay(1), own).outcome).toMatchObject({ effect: 'paired' });
    expect(applyScan(waiting('PC-2', own), bay(1), own).outcome).toMatchObject({ reason: 'drive-holds' });
    const broken = past({ ...held, ...{ failed: failed.failed } }, allowed);
    expect(applyScan(waiting('PC-1', broken), bay(1), broken).outcome).toMatchObject({
      reason: 'drive-failed-before',
    });
  });

  it('is the last that NEXT takes, and then asks', () => {
    const context = past(held);
    expect(applyScan(waiting('PC-2', context), command('NEXT'), context).outcome).toMatchObject({
      bay: 'bay 2',
    });
    const all = world({ driveBefore: () => held });
    expect(applyScan(waiting('PC-2', all), command('NEXT'), all).outcome).toMatchObject({
      ...{ reason: 'drive-holds', driveId: 'd1' },
    });
  });

  it('keeps the list from being shown when its past is known only after it was paired', () => {
    const before = world();
    const paired = applyScan(waiting('PC-2', before), bay(1), before).state;
    const result = arm(paired, past(held));
    expect(result.outcome).toMatchObject({ result: 'refused', reason: 'drive-holds', driveId: 'd1' });
    expect(result.state.armed).toBe(false);
  });

  it('is not tried again without a reason, by scan or by button; what was stopped is', () => {
    const jobs = new Map([['d1', 'failed' as const]]);
    const context = past(failed, { jobs });
    const asked = applyScan(emptyPairing, command('RETRY'), context).state;
    expect(applyScan(asked, bay(1), context)).toMatchObject({
      outcome: { reason: 'drive-failed-before' },
      action: { type: 'none' },
    });
    expect(retryByHand(emptyPairing, 'd1', context)).toMatchObject({
      outcome: { result: 'refused', reason: 'drive-failed-before' },
      action: { type: 'none' },
    });
    const stopped = past(nothing, { jobs });
    expect(retryByHand(emptyPairing, 'd1', stopped).action).toEqual({ type: 'retry-job', driveId: 'd1' });
  });
});

describe('the barcode of a reason', () => {
  it.each(scanReasons.map((reason) => [reason.code, reason] as const))(
    'is read as what it is: %s',
    (_, reason) => {
      const code = reasonBarcode(reason);
      const context = world();
      expect(readScan(code, { settings: context.scanSettings, ...context })).toEqual({
        kind: 'reason',
        reason,
      });
      // As scanners behind another keyboard layout type the hyphen.
      const other = code.toLowerCase().replaceAll('-', 'ß');
      expect(readScan(other, { settings: context.scanSettings, ...context }).kind).toBe('reason');
      expect(code.length).toBeLessThanOrEqual(40);
    },
  );

  it('is refused where nothing asks for one, and counts once', () => {
    const reading = { kind: 'reason', reason: scanReasons[0] } as const;
    expect(applyScan(emptyPairing, reading, world()).outcome).toMatchObject({ reason: 'no-reason-asked' });
    expect(applyScan(emptyPairing, reading, world(again)).outcome).toMatchObject({ reason: 'repeated-read' });
  });

  it('of another version is no machine', () => {
    const context = world();
    expect(readScan('PRESTAGE-REASON-BORED', { settings: context.scanSettings, ...context }).kind).toBe(
      'unreadable',
    );
  });
});
