import type { LabelContent } from '../../../../core/label/label-layout';

export const codeOfBox = `prestage:1:WO-118:5CD1234XYZ:${'0123456789abcdef'.repeat(4)}`;
export const labelOfMachine: LabelContent = {
  machineSerial: '5CD1234XYZ',
  names: 'PC-0042  ·  C-4711',
  verdict: 'PASS 2026-02-03 14:05 UTC  ·  bay 3',
  record: 'Entry 42, 0123456789abcdef',
  from: 'Work order WO-118  ·  Bench 7',
  shipment: null,
};
export const labelOfBox: LabelContent = {
  ...labelOfMachine,
  shipment: { number: 'WO-118', box: '1 of 3', code: codeOfBox },
};
