import { describe, expect, it } from 'vitest';
import { applyScan, emptyPairing } from '../../../../core/pairing/pairing';
import { world } from './pairing-world';

const scanned = (number: string) => ({ kind: 'work-order', number }) as const;

describe('the number of a work order that is scanned', () => {
  it('is set where there is none', () => {
    const { outcome, action } = applyScan(emptyPairing, scanned('4711'), world());
    expect(outcome).toMatchObject({ result: 'accepted', effect: 'work-order-set' });
    expect(outcome).not.toHaveProperty('replaced');
    expect(action).toEqual({ type: 'set-work-order', number: '4711' });
  });
  it('does not take the place of another one in silence', () => {
    const { outcome, action } = applyScan(emptyPairing, scanned('4712'), world({ workOrder: '4711' }));
    expect(outcome).toMatchObject({ result: 'accepted', effect: 'work-order-set', replaced: '4711' });
    expect(action).toEqual({ type: 'set-work-order', number: '4712' });
  });
  it('is refused while a list of another order is open', () => {
    const context = world({ openOrder: () => 'WO-4711', workOrder: 'WO-4711' });
    const { outcome, action, state } = applyScan(emptyPairing, scanned('4712'), context);
    expect(outcome).toMatchObject({ result: 'refused', reason: 'order-open', detail: 'WO-4711' });
    expect(action).toEqual({ type: 'none' });
    expect(state).toBe(emptyPairing);
  });
  it.each(['4711', 'WO-4711'])('is the open one, which stays as it is written: %s', (open) => {
    const context = world({ openOrder: () => open, workOrder: open });
    const { outcome, action } = applyScan(emptyPairing, scanned('4711'), context);
    expect(outcome).toMatchObject({ result: 'accepted', effect: 'work-order-set' });
    expect(action).toEqual({ type: 'none' });
  });
});
