import { expect, it } from 'vitest';
import { emptyPairing, pairInRack } from '../../../../core/pairing/pairing';
import { takeOver } from '../../../../core/pairing/take-over';
import { scanSettingsSchema } from '../../../../core/scan/scan-settings';
import { drive, world } from './pairing-world';

/** A drive on the bench, and one in a machine of the rack. */
const rack = world({
  drives: [drive(1), drive(3, { rack: { machine: '0123456789ab', serial: 'MACHINE1' }, bay: 'MACHINE1' })],
  bays: [
    { label: 'bay 1', port: null, driveId: 'd1' },
    { label: 'MACHINE1', port: null, driveId: 'd3' },
  ],
});

it('a pair of a machine of the rack is taken over by its firmware’s serial, whatever labels look like', () => {
  const patterns = scanSettingsSchema.parse({
    serialPatterns: [{ maker: 'Contoso', pattern: '^CX[0-9]{6}$' }],
  });
  const stored = {
    pairs: [{ machineSerial: 'MACHINE1', driveId: 'd3', bay: 'MACHINE1' }],
    waitingMachine: null,
  };
  const context = { ...rack, scanSettings: patterns };
  expect(pairInRack(emptyPairing, 'd3', {}, context).outcome).toMatchObject({ effect: 'paired' });
  expect(takeOver(emptyPairing, stored, context)).toMatchObject({ taken: 1, left: [] });
  // Admitted with another serial since, it is another machine.
  const before = { ...stored, pairs: [{ machineSerial: 'MACHINE9', driveId: 'd3', bay: 'MACHINE1' }] };
  expect(takeOver(emptyPairing, before, rack).left).toMatchObject([{ reason: 'disk-of-another' }]);
  // On the bench, the label is all that is known.
  const onBench = { ...stored, pairs: [{ machineSerial: 'MACHINE1', driveId: 'd1', bay: 'bay 1' }] };
  expect(takeOver(emptyPairing, onBench, context)).toMatchObject({ taken: 0, left: [{ reason: 'pattern' }] });
});
