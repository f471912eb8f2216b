import { describe, expect, it } from 'vitest';
import type { AppRackMachine } from '../../../core/contract/app-rack';
import {
  askingRows,
  noAskingRows,
  rowsSettle,
  rowStays,
  takesPress,
  type AskingRows,
} from '../../../renderer/screens/machines/asking-rows';
import { present } from '../../support/present';

/** Which machine a press on "Admit" is for, while machines come and go. */

function machine(id: string, state: AppRackMachine['state'] = 'waiting'): AppRackMachine {
  return {
    ...{ id, state, serial: id, model: null, station: null, code: `C${id}`, problem: null },
    ...{ connected: true, address: '10.0.0.7', how: state === 'admitted' ? 'code' : null, disks: null },
  };
}

const waits = ({ state }: AppRackMachine): boolean => state === 'waiting';
const idsOf = ({ rows }: AskingRows): string[] => rows.map((row) => row.machine.id);
const show = (before: AskingRows, machines: readonly AppRackMachine[], now: number): AskingRows =>
  askingRows(before, machines, waits, now);

describe('machines that ask to be admitted', () => {
  it('a machine that was admitted keeps its row, with dead buttons: the second tap of two admits no other one', () => {
    const three = [machine('1'), machine('2'), machine('3')];
    const before = show(noAskingRows, three, 0);
    const [first] = before.rows;
    expect(takesPress(present(first), before, 0)).toBe(true);
    const after = show(before, [machine('1', 'admitted'), machine('2'), machine('3')], 100);
    expect(idsOf(after)).toEqual(['1', '2', '3']);
    expect(takesPress(present(after.rows[0]), after, 350)).toBe(false);
    // The others stand where they stood, and go on.
    expect(takesPress(present(after.rows[1]), after, 350)).toBe(true);
  });

  it('then it goes, and what moves up into its place is dead for a moment', () => {
    const machines = [machine('1', 'admitted'), machine('2')];
    const left = show(show(noAskingRows, [machine('1'), machine('2')], 0), machines, 100);
    expect(idsOf(show(left, machines, 100 + rowStays - 1))).toEqual(['1', '2']);
    const gone = show(left, machines, 100 + rowStays);
    expect(idsOf(gone)).toEqual(['2']);
    const [row] = gone.rows;
    expect(takesPress(present(row), gone, 100 + rowStays + rowsSettle - 1)).toBe(false);
    expect(takesPress(present(row), gone, 100 + rowStays + rowsSettle)).toBe(true);
  });

  it('one that is forgotten goes in the same way, one that asks again has its row back, and new ones come last', () => {
    const before = show(noAskingRows, [machine('1'), machine('2')], 0);
    const gone = show(before, [machine('3'), machine('2')], 50);
    expect(idsOf(gone)).toEqual(['1', '2', '3']);
    const again = show(gone, [machine('3'), machine('2'), machine('1')], 500);
    expect(idsOf(again)).toEqual(['1', '2', '3']);
    expect(again.rows.every(({ leftAt }) => leftAt === null)).toBe(true);
    expect(again.movedAt).toBeNull();
  });
});
