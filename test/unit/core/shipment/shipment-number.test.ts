import { expect, it } from 'vitest';
import { freeNumber, lineShipment, numberOfDay } from '../../../../core/shipment/shipment-number';

/** Numbers of shipments that nobody types. */

const base = { stationName: 'Depot 3', day: '2026-11-28', shipped: [] };
const waits = (machineSerial: string, orderNumber: string | null = null) => ({ machineSerial, orderNumber });

it('is the order’s, and behind it how many shipments it has had', () => {
  const waiting = [waits('A', 'WO-7'), waits('B', 'WO-7'), waits('C', 'WO-7')];
  const takenOut = ['B', 'A'];
  expect(lineShipment({ ...base, takenOut, waiting })).toEqual({
    number: 'WO-7',
    machineSerials: ['B', 'A'],
  });
  const shipped = [{ number: 'WO-7' }, { number: 'WO-7-2' }];
  expect(lineShipment({ ...base, takenOut, waiting, shipped })?.number).toBe('WO-7-3');
});

it('is made of station and day without an order, and where the order’s cannot be one', () => {
  expect(lineShipment({ ...base, takenOut: ['A'], waiting: [waits('A')] })?.number).toBe(
    'Depot-3-2026-11-28',
  );
  expect(lineShipment({ ...base, takenOut: ['A'], waiting: [waits('A', '#?')] })?.number).toBe(
    'Depot-3-2026-11-28',
  );
  expect(freeNumber(numberOfDay('日本', '2026-11-28'), new Set())).toBe('LINE-2026-11-28');
  expect(freeNumber(numberOfDay('x'.repeat(128), '2026-11-28'), new Set())).toMatch(/^x{20}-2026-11-28$/);
});

it('takes one order at a time, and nothing that does not wait', () => {
  const waiting = [waits('A', 'WO-7'), waits('B', 'WO-8')];
  expect(lineShipment({ ...base, takenOut: ['X', 'B', 'A'], waiting })?.machineSerials).toEqual(['B']);
  expect(lineShipment({ ...base, takenOut: ['X'], waiting })).toBeNull();
});
