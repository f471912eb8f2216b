import { describe, expect, it } from 'vitest';
import { timeouts } from '../../../core/base/timeouts';
import { BatchService } from '../../../station/app/batch-service';

/** A service on a clock that is turned by hand. */
function onClock(): { readonly batch: BatchService; readonly turn: (milliseconds: number) => void } {
  let now = 1_000_000;
  return {
    batch: new BatchService(
      () => Promise.resolve(),
      () => now,
    ),
    turn: (milliseconds) => {
      now += milliseconds;
    },
  };
}

describe('the operator', () => {
  it('is asked for again after a shift, and it is told who it was', async () => {
    const { batch, turn } = onClock();
    await batch.change({ operator: 'Ada Byron' });
    turn(timeouts.operatorShift - 1);
    batch.endShift();
    expect(batch.state.operator).toBe('Ada Byron');
    let changes = 0;
    batch.onChange(() => (changes += 1));
    turn(1);
    batch.endShift();
    expect(batch.state).toMatchObject({ operator: '', lastOperator: 'Ada Byron' });
    batch.endShift();
    expect(changes).toBe(1);
    await batch.change({ operator: 'Zoe Quark' });
    expect(batch.state).toMatchObject({ operator: 'Zoe Quark', lastOperator: '' });
  });
  it('has a whole shift from the latest scan of the badge, whatever else is changed', async () => {
    const { batch, turn } = onClock();
    await batch.change({ operator: 'Ada Byron' });
    turn(timeouts.operatorShift / 2);
    await batch.change({ operator: 'Ada Byron' });
    turn(timeouts.operatorShift / 2);
    await batch.change({ layout: 'uefi' });
    batch.endShift();
    expect(batch.state.operator).toBe('Ada Byron');
    turn(timeouts.operatorShift / 2);
    batch.endShift();
    expect(batch.state.operator).toBe('');
  });
});
