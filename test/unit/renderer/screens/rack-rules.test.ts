import { describe, expect, it } from 'vitest';
import { rackGrid } from '../../../../core/drive/rack-shape';
import {
  actsOf,
  asksForReason,
  chooseAll,
  chooseOnly,
  extendTo,
  filterCounts,
  goTo,
  isShown,
  nothingChosen,
  toggleChosen,
  withoutUnseen,
  type ChosenBay,
} from '../../../../renderer/screens/bench/rack/rack-rules';
import { result, someJob, writeFailed } from '../../../support/app-samples';

const labels = ['1', '2', '3', '4', '5', '6'];
const all = new Set(labels);
/** 1 2 3 above 4 5 6. */
const grid = rackGrid({ rows: 2, columns: 3, order: 'rows-from-top' }, 6);
const chosenOf = ({ chosen }: { readonly chosen: ReadonlySet<string> }): string[] => [...chosen];

describe('filters', () => {
  it('count what they show', () => {
    const kinds = ['running', 'pass', 'pass', 'fail', 'cancelled', 'interrupted', 'free', 'empty'] as const;
    expect(filterCounts(kinds)).toEqual({ all: 8, running: 1, out: 2, failed: 3 });
  });
  it('send no drive to the shipment that did not pass', () => {
    expect(
      (['fail', 'cancelled', 'interrupted', 'running'] as const).some((kind) => isShown(kind, 'out')),
    ).toBe(false);
  });
});

describe('choosing', () => {
  it('takes one, one more, and one less', () => {
    const one = chooseOnly('2');
    expect(chosenOf(one)).toEqual(['2']);
    const two = toggleChosen(one, '5');
    expect(chosenOf(two)).toEqual(['2', '5']);
    expect(toggleChosen(two, '2')).toEqual({ chosen: new Set(['5']), current: '2', anchor: '2' });
    expect(chosenOf(chooseOnly('3'))).toEqual(['3']);
  });
  it('takes the block between two bays, and only what is shown of it', () => {
    expect(chosenOf(extendTo(chooseOnly('1'), '5', labels, grid, all))).toEqual(['1', '2', '4', '5']);
    expect(chosenOf(extendTo(chooseOnly('6'), '2', labels, grid, all))).toEqual(['2', '3', '5', '6']);
    const shown = new Set(['1', '5']);
    expect(chosenOf(extendTo(chooseOnly('1'), '5', labels, grid, shown))).toEqual(['1', '5']);
  });
  it('lets a block grow and shrink from where it began', () => {
    const grown = extendTo(chooseOnly('1'), '3', labels, grid, all);
    expect(chosenOf(extendTo(grown, '2', labels, grid, all))).toEqual(['1', '2']);
  });
  it('goes somewhere without choosing, and chooses all that is shown', () => {
    const moved = goTo(chooseOnly('1'), '4');
    expect(moved).toMatchObject({ current: '4', chosen: new Set(['1']) });
    expect(chosenOf(chooseAll(moved, ['2', '3']))).toEqual(['2', '3']);
  });
  it('loses what is not shown any more', () => {
    const choice = chooseAll(nothingChosen, labels);
    expect(chosenOf(withoutUnseen(choice, new Set(['3'])))).toEqual(['3']);
    expect(withoutUnseen(choice, all)).toBe(choice);
  });
});

describe('acts on several bays', () => {
  const bay = (label: string, more: Partial<ChosenBay> = {}): ChosenBay => ({
    ...{ label, driveId: `drive-${label}`, job: null, paired: false, erasable: false },
    ...more,
  });
  const passed = bay('1', { job: someJob(1, { state: 'done', result }) });
  const running = bay('2', { job: someJob(2, { state: 'writing', bytesDone: 1, bytesTotal: 2 }) });
  const failed = bay('3', { job: someJob(3, writeFailed) });
  const paired = bay('4', { paired: true });
  const free = bay('5');
  const empty = bay('6', { driveId: null });

  it('are done where they can be, and name every other bay', () => {
    expect(actsOf([passed, running, failed, paired, free, empty])).toEqual([
      { act: 'clear', driveIds: ['drive-1', 'drive-3'], left: ['2', '4', '5', '6'] },
      { act: 'retry', driveIds: ['drive-3'], left: ['1', '2', '4', '5', '6'] },
      { act: 'cancel', driveIds: ['drive-2'], left: ['1', '3', '4', '5', '6'] },
      { act: 'unpair', driveIds: ['drive-4'], left: ['1', '2', '3', '5', '6'] },
    ]);
  });
  it('never clear a card whose drive is worked on, nor cancel one that has ended', () => {
    expect(actsOf([running]).map(({ act }) => act)).toEqual(['cancel']);
    expect(actsOf([passed]).map(({ act }) => act)).toEqual(['clear']);
  });
  it('ask for a reason where the last job failed, and not again for the same failure', () => {
    const lastBad = {
      state: 'failed',
      entry: 7,
      time: '2026-11-28T10:00:00.000Z',
      reason: 'Write error',
    } as const;
    const past = { holds: null, failures: 1, lastBad: { ...lastBad, touched: true } };
    const pasts = [{ driveId: 'drive-03', past }];
    const job = someJob(3, writeFailed);
    expect(asksForReason({ pasts, jobs: [job] }, 'drive-03')).toBe(true);
    expect(asksForReason({ pasts: [], jobs: [job] }, 'drive-03')).toBe(false);
    const untouched = [{ driveId: 'drive-03', past: { ...past, lastBad: { ...lastBad, touched: false } } }];
    expect(asksForReason({ pasts: untouched, jobs: [job] }, 'drive-03')).toBe(false);
    const failed = { entry: 7, time: lastBad.time, reason: 'Write error', failures: 1 };
    const said = { ...job, driveAgain: { reason: 'Cable', failed } };
    expect(asksForReason({ pasts, jobs: [said] }, 'drive-03')).toBe(false);
  });
  it('are none where nothing can be done', () => {
    expect(actsOf([free, empty])).toEqual([]);
  });
});
