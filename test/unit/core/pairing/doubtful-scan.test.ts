import { describe, expect, test } from 'vitest';
import { refuseDoubtful } from '../../../../core/pairing/doubtful-scan';
import { required } from '../../../../core/base/required';
import type { ScanReading } from '../../../../core/scan/scan';
import { bay, command, expectRefused, inBay, machine, paired, waiting, world } from './pairing-world';

/** A scan whose text cannot be relied on changes nothing, and says why. */

const readings: readonly ScanReading[] = [
  machine('5CG4123XYZ'),
  { kind: 'operator', name: 'Zoe' },
  { kind: 'work-order', number: 'WO-7' },
  { kind: 'unreadable', text: 'PRESTQGE' },
];
const exact: readonly ScanReading[] = [
  command('UNDO'),
  bay(2),
  inBay(3),
  { kind: 'sha256', sha256: 'a'.repeat(64) },
];

/** A ticket proves itself. */
const ticket = { orderNumber: 'WO-7', mediaSha256: 'a'.repeat(64), mediaName: 'contoso' };
const whole: ScanReading = { kind: 'ticket', reading: { problem: null, ticket } };
const part: ScanReading = { kind: 'ticket', reading: { problem: 'cut' } };

describe('a doubtful scan', () => {
  test('of a whole job ticket is none, however it came; of a part it is', () => {
    for (const doubt of ['slow', 'cut', 'layout'] as const) {
      expect(refuseDoubtful(paired, whole, doubt, world())).toBeNull();
    }
    const result = refuseDoubtful(paired, part, 'cut', world());
    expectRefused(paired, required(result, 'a refusal'), 'cut-short', 'machine');
  });

  test.each([
    ['slow', 'too-slow'],
    ['cut', 'cut-short'],
  ] as const)('that came %s is refused, whatever it says', (doubt, reason) => {
    for (const reading of [...readings, ...exact]) {
      const result = refuseDoubtful(paired, reading, doubt, world());
      expectRefused(paired, required(result, 'a refusal'), reason, 'machine');
    }
  });

  test('on an unknown layout is refused when it could have been something else', () => {
    for (const reading of readings) {
      const result = refuseDoubtful(waiting, reading, 'layout', world());
      expectRefused(waiting, required(result, 'a refusal'), 'layout-unknown', 'bay');
    }
    for (const reading of exact) expect(refuseDoubtful(waiting, reading, 'layout', world())).toBeNull();
  });
});
