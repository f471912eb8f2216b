import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeByScan, linesNamed, tickScanned } from '../../../renderer/screens/ship/ship-scans';
import { choose, proposedNumber, shipStore } from '../../../renderer/screens/ship/ship-store';
import { appStore } from '../../../renderer/store/app-store';
import {
  emptyState,
  machineOf,
  ready,
  shipments,
  shipReport,
  someDrive,
  someOrder,
} from '../../support/app-samples';

/** What is scanned on Ship. */

/** What the station is asked, and answers. */
const call = vi.fn((method: string, request: unknown): Promise<unknown> => {
  if (method !== 'returnComputer') {
    return Promise.resolve({
      ok: true,
      value: method === 'closeShipment' ? { report: shipReport } : shipments,
    });
  }
  const { text } = request as { readonly text: string };
  const code = { OLD1: null, OLD2: 'return-repeated' }[text];
  if (code === null) return Promise.resolve({ ok: true, value: { said: 'OLD1 came back.' } });
  const error = { code: code ?? 'return-unknown', message: 'why', cause: null, remedy: '' };
  return Promise.resolve({ ok: false, error });
});

const initial = shipStore.getInitialState();
beforeEach(() => {
  call.mockClear();
  vi.stubGlobal('window', { prestage: { call } });
  shipStore.setState({ ...initial, list: shipments }, true);
});
afterEach(() => {
  vi.unstubAllGlobals();
  shipStore.setState(initial, true);
});
const ticked = (): string[] => [...shipStore.getState().chosen];

describe('a scan on Ship', () => {
  it.each([
    ['the machine', machineOf(3)],
    ['the machine, with what stands before it', `S/N: ${machineOf(3).toLowerCase()}`],
    ['the drive', someDrive(3).serial ?? ''],
    ['the bay', 'BAY-3'],
    ['the bay by its number', '3'],
  ])('ticks the line by %s, once', async (_, text) => {
    expect(await tickScanned(text)).toMatchObject({
      effect: 'ticked',
      machineSerial: machineOf(3),
      count: 1,
    });
    expect(ticked()).toEqual([machineOf(3)]);
    expect(await tickScanned(text)).toMatchObject({ reason: 'ticked-already', detail: machineOf(3) });
    expect(ticked()).toEqual([machineOf(3)]);
  });
  it('SHIP closes the work order when all of it is shipped and nothing is ticked', async () => {
    expect(await closeByScan()).toMatchObject({ reason: 'not-shippable', detail: 'nothing-chosen' });
    const order = someOrder();
    const left = { ...order, open: 0, counts: { ...order.counts, done: 0 } };
    appStore.setState({ state: { ...emptyState, batch: ready.batch, order: left } });
    expect(await closeByScan()).toMatchObject({ effect: 'order-closed', text: order.number });
    expect(call.mock.calls.map(([method]) => method)).toContain('closeOrder');
    appStore.setState({ state: null });
  });
  it('is refused when nothing of that name waits, or more than one drive of the bay', async () => {
    expect(await tickScanned('PC-9')).toMatchObject({ result: 'refused', reason: 'not-waiting' });
    const [first] = shipments.waiting;
    if (first === undefined) throw new Error('no sample');
    const waiting = [...shipments.waiting, { ...first, machineSerial: 'PC-OLD', driveSerial: 'OLD' }];
    shipStore.setState({ list: { ...shipments, waiting } });
    expect(await tickScanned('bay 1')).toMatchObject({ result: 'refused', reason: 'several-waiting' });
    expect(linesNamed(waiting, '')).toEqual([]);
    expect(ticked()).toEqual([]);
  });
  it('records a replaced computer that comes back, and says why it cannot', async () => {
    expect(await tickScanned('S/N: OLD1')).toMatchObject({ effect: 'returned', text: 'OLD1 came back' });
    expect(call).toHaveBeenCalledWith('returnComputer', { text: 'OLD1', note: '' });
    expect(await tickScanned('OLD2')).toMatchObject({ reason: 'return-refused', detail: 'why' });
    expect(ticked()).toEqual([]);
    call.mockClear();
    // What waits to be shipped is ticked, and nothing else is asked.
    await tickScanned(machineOf(3));
    expect(call).not.toHaveBeenCalled();
  });
  it('shows what it ticks, whichever work order was shown', async () => {
    shipStore.setState({ order: 'WO-2025-00422' });
    await tickScanned(machineOf(1));
    expect(shipStore.getState().order).toBeNull();
  });
});

describe('the number that is proposed', () => {
  const of = (...numbers: number[]): typeof shipments.waiting =>
    shipments.waiting.filter((_, index) => numbers.includes(index + 1));
  it('is the work order’s, then the next', () => {
    expect(proposedNumber(of(1, 2), [])).toBe('WO-2025-00417');
    expect(proposedNumber(of(1), [{ number: 'WO-2025-00417' }])).toBe('WO-2025-00417-2');
    const two = [{ number: 'WO-2025-00417' }, { number: 'WO-2025-00417-2' }];
    expect(proposedNumber(of(1), two)).toBe('WO-2025-00417-3');
  });
  it('is none without a work order, with two, and with one that is no number of a shipment', () => {
    expect(proposedNumber([], [])).toBe('');
    expect(proposedNumber(of(1, 9), [])).toBe('');
    const odd = of(1).map((machine) => ({ ...machine, orderNumber: 'Nr. 5 #' }));
    expect(proposedNumber(odd, [])).toBe('');
  });
});

describe('SHIP', () => {
  it('closes the shipment of what is ticked, under the proposed number', async () => {
    await tickScanned(machineOf(1));
    await tickScanned(machineOf(2));
    expect(await closeByScan()).toMatchObject({ effect: 'shipped', text: 'WO-2025-00417', count: 2 });
    expect(call).toHaveBeenCalledWith('closeShipment', {
      number: 'WO-2025-00417',
      machineSerials: [machineOf(1), machineOf(2)],
    });
  });
  it('closes nothing when nothing is ticked, orders are mixed, or one is being closed', async () => {
    expect(await closeByScan()).toMatchObject({ reason: 'not-shippable', detail: 'nothing-chosen' });
    choose([machineOf(1), machineOf(9)], true);
    expect(await closeByScan()).toMatchObject({ reason: 'not-shippable', detail: 'mixed-orders' });
    shipStore.setState({ doing: 'closing' });
    expect(await closeByScan()).toMatchObject({ reason: 'not-shippable', detail: 'busy' });
    expect(call).not.toHaveBeenCalled();
  });
  it('asks for a number where none can be proposed, and takes the next scan as one', async () => {
    const waiting = shipments.waiting.map((machine) => ({ ...machine, orderNumber: null }));
    shipStore.setState({ list: { ...shipments, waiting } });
    await tickScanned(machineOf(1));
    expect(await tickScanned('LS-9')).toMatchObject({ reason: 'not-waiting' });
    expect(await closeByScan()).toMatchObject({ reason: 'not-shippable', detail: 'number-missing' });
    expect(await tickScanned('LS-9')).toMatchObject({ effect: 'number-taken', text: 'LS-9' });
    expect(shipStore.getState()).toMatchObject({ number: 'LS-9', asksNumber: false });
  });
});
