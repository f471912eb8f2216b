import { describe, expect, it } from 'vitest';
import type { ScanOutcome } from '../../../core/scan/scan-outcome';
import { scanText } from '../../../renderer/text/en-scan';

type Refused = Extract<ScanOutcome, { result: 'refused' }>;

const refused = (kind: Refused['kind'], reason: Refused['reason'], detail: string | null = null): string =>
  scanText.refused({ result: 'refused', kind, reason, detail, expected: 'machine' });

describe('the words of a refused scan', () => {
  it.each([
    'ean',
    'iccid',
    'imei',
    'mac',
    'meid',
    'part-number',
    'part-serial',
    'ppid',
    'service-code',
    'uuid',
    'wwn',
  ] as const)('name the way on for %s', (kind) => {
    expect(refused(kind, 'wrong-kind')).toMatch(/Scan the .* add a serial pattern in Settings\.$/);
  });

  it('name no way to take a product key', () => {
    expect(refused('product-key', 'wrong-kind')).not.toContain('pattern');
  });

  it.each(['wrong-kind', 'doubtful'] as const)('show the tag of an express service code: %s', (reason) => {
    expect(refused('service-code', reason, '7KX9PQ3')).toContain('service tag 7KX9PQ3');
  });

  it.each([
    ['7', '5CD1', /^Bay 7, machine 5CD1: This drive failed on 2026-11-28 \(Write error\)\.$/],
    ['bay 7', '5CD1', /^Bay 7, machine 5CD1: /],
    // Of a rack: its place is called by its machine.
    ['5CD1', '5CD1', /^Machine 5CD1: This drive failed/],
    ['5CD1 disk 2', '5CD1', /^Machine 5CD1 disk 2: This drive failed/],
  ])('say which of many pairs keeps all from being started: %s', (bay, machineSerial, said) => {
    const outcome: Refused = {
      ...{ result: 'refused', kind: 'command', reason: 'drive-failed-before', expected: 'bay' },
      ...{ detail: '2026-11-28\nWrite error', pair: { bay, machineSerial } },
    };
    expect(scanText.refused(outcome)).toMatch(said);
  });
});
