import { beforeEach, describe, expect, it } from 'vitest';
import type { WaitingMachine } from '../../../../core/contract/app-shipments';
import {
  choose,
  refusalOf,
  ordersIn,
  shipStore,
  shownOf,
  sortedBy,
} from '../../../../renderer/screens/ship/ship-store';

const machine = (machineSerial: string, orderNumber: string | null): WaitingMachine => ({
  ...{ machineSerial, orderNumber, computerName: null, assetTag: null, driveSerial: null, bay: null },
  ...{ finishedAt: '2025-03-04T09:31:40.000Z', rehearsed: null },
});
const waiting = [machine('A1', 'WO-2'), machine('B1', 'WO-1'), machine('C1', null), machine('D1', 'WO-1')];
const serials = (machines: readonly WaitingMachine[]): string[] => machines.map((one) => one.machineSerial);

beforeEach(() => {
  shipStore.setState(shipStore.getInitialState(), true);
});

describe('the list of what waits', () => {
  it('is shown by order, those without one among themselves', () => {
    expect(ordersIn(waiting)).toEqual(['', 'WO-1', 'WO-2']);
    expect(serials(shownOf(waiting, null))).toEqual(['A1', 'B1', 'C1', 'D1']);
    expect(serials(shownOf(waiting, 'WO-1'))).toEqual(['B1', 'D1']);
    expect(serials(shownOf(waiting, ''))).toEqual(['C1']);
  });

  it('is sorted by bay as bays are counted, those of no bay last, or by serial, or as it came', () => {
    const inBays = waiting.map((one, index) => ({
      ...one,
      bay: ['bay 10', null, 'bay 2', 'bay 2'][index] ?? null,
    }));
    expect(serials(sortedBy('bay', inBays))).toEqual(['C1', 'D1', 'A1', 'B1']);
    expect(serials(sortedBy('machine', inBays.toReversed()))).toEqual(['A1', 'B1', 'C1', 'D1']);
    expect(serials(sortedBy('newest', inBays))).toEqual(['A1', 'B1', 'C1', 'D1']);
  });

  it('is ticked and unticked', () => {
    choose(['A1', 'B1'], true);
    choose(['A1'], false);
    expect([...shipStore.getState().chosen]).toEqual(['B1']);
  });
});

describe('a shipment can be closed', () => {
  const one = shownOf(waiting, 'WO-1');
  it('with machines of one order and a number', () => {
    expect(refusalOf(one, 'LS-1')).toBeNull();
    expect(refusalOf(shownOf(waiting, ''), 'LS 1/2025')).toBeNull();
  });
  it('not without machines, with those of two orders, or without a number that fits on a label', () => {
    expect(refusalOf([], 'LS-1')).toBe('nothing-chosen');
    expect(refusalOf(waiting, 'LS-1')).toBe('mixed-orders');
    expect(refusalOf(one, '')).toBe('number-missing');
    expect(refusalOf(one, '=1+1')).toBe('number-wrong');
  });
});
