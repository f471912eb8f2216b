import { expect, it } from 'vitest';
import { emptyPairing } from '../../../../core/pairing/pairing';
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

it('a pair is taken over by the label that was read, and never for another machine than the one that its drive is in', () => {
  const stored = {
    pairs: [{ machineSerial: 'MACHINE1', driveId: 'd1', bay: 'bay 1' }],
    waitingMachine: null,
  };
  expect(takeOver(emptyPairing, stored, rack)).toMatchObject({ taken: 1, left: [] });
  const patterns = scanSettingsSchema.parse({
    serialPatterns: [{ maker: 'Contoso', pattern: '^CX[0-9]{6}$' }],
  });
  const strict = takeOver(emptyPairing, stored, { ...rack, scanSettings: patterns });
  expect(strict).toMatchObject({ taken: 0, left: [{ reason: 'pattern' }] });
  const other = { ...stored, pairs: [{ machineSerial: 'MACHINE9', driveId: 'd3', bay: 'MACHINE1' }] };
  expect(takeOver(emptyPairing, other, rack).left).toMatchObject([{ reason: 'disk-of-another' }]);
});
