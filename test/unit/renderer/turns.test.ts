import { describe, expect, test } from 'vitest';
import { bayShownOf } from '../../../renderer/store/bay-shown';
import { keepReferences } from '../../../renderer/store/keep-references';
import { Turns } from '../../../renderer/store/turns';
import { benchOfMachines } from '../../support/app-preview-machines-states';
import { someJob } from '../../support/app-samples';

const few = 6;

/** Cards that show a number each; `drawn` says which ones were drawn, in order. */
function someCards(
  count: number,
  {
    crowd = Infinity,
    beyond = new Set(),
  }: { readonly crowd?: number; readonly beyond?: ReadonlySet<string> } = {},
): {
  readonly turns: Turns;
  readonly shown: number[];
  readonly drawn: number[];
  readonly waits: () => number;
  readonly change: (...cards: readonly number[]) => void;
  readonly leave: (card: number) => void;
} {
  let waits = 0;
  const turns = new Turns({
    few,
    crowd,
    isBeyond: (driveId) => beyond.has(driveId),
    onWait: () => {
      waits += 1;
    },
  });
  const shown = Array.from({ length: count }, () => 0);
  const drawn: number[] = [];
  const ends = shown.map((_, card) =>
    turns.join({ look: () => shown[card], draw: () => void drawn.push(card), driveId: `drive ${card}` }),
  );
  const change = (...cards: readonly number[]): void => {
    for (const card of cards) shown[card] = (shown[card] ?? 0) + 1;
    turns.look();
  };
  return { turns, shown, drawn, waits: () => waits, change, leave: (card) => ends[card]?.() };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const drawNext = (turns: Turns, count: number): number => {
  const members = turns.next(count);
  for (const { draw } of members) draw();
  return members.length;
};

describe('turns', () => {
  test('what did not change is not drawn', () => {
    const { turns, drawn, waits } = someCards(200);
    turns.look();
    expect(drawn).toEqual([]);
    expect(waits()).toBe(0);
  });

  test('a few are drawn at once', () => {
    const { drawn, waits, change } = someCards(200);
    change(...upTo(few));
    expect(drawn).toEqual(upTo(few));
    expect(waits()).toBe(0);
  });

  test('many wait, and each is drawn once, in its turn', () => {
    const { turns, drawn, waits, change } = someCards(200);
    change(...upTo(200));
    expect(drawn).toEqual([]);
    expect(waits()).toBe(1);
    while (drawNext(turns, 7) > 0);
    expect(drawn).toEqual(upTo(200));
  });

  test('a card that changes alone does not wait behind those that do, and is not drawn a second time', () => {
    const { turns, drawn, change } = someCards(200);
    change(...upTo(200));
    drawNext(turns, 2);
    change(150);
    expect(drawn).toEqual([0, 1, 150]);
    while (drawNext(turns, 7) > 0);
    expect(drawn.filter((card) => card === 150)).toEqual([150]);
    expect(drawn).toHaveLength(200);
  });

  test('who waits keeps the place while all change again and again', () => {
    const { turns, drawn, change } = someCards(20);
    for (let time = 0; time < 4; time += 1) {
      change(...upTo(20));
      drawNext(turns, 5);
    }
    expect(drawn).toEqual(upTo(20));
  });

  test('in a crowd even a few wait', () => {
    const { turns, drawn, waits, change } = someCards(20, { crowd: 19 });
    expect(turns.isCrowd).toBe(true);
    change(3);
    expect(drawn).toEqual([]);
    expect(waits()).toBe(1);
    turns.look();
    expect(waits()).toBe(1);
    drawNext(turns, 7);
    expect(drawn).toEqual([3]);
    expect(turns.waits).toBe(false);
  });

  test('who is beyond the window has a turn apart, and comes at once where it is looked at', () => {
    const beyond = new Set(['drive 0', 'drive 1', 'drive 2']);
    const { turns, drawn, change } = someCards(10, { beyond });
    change(...upTo(10));
    expect(drawNext(turns, 5)).toBe(5);
    expect(drawn).toEqual([3, 4, 5, 6, 7]);
    expect(turns.seenWaiting).toBe(2);
    for (const { draw } of turns.nextBeyond(1)) draw();
    expect(drawn.at(-1)).toBe(0);
    beyond.delete('drive 2');
    for (const { draw } of turns.nextOf(new Set(['drive 2']))) draw();
    expect(drawn.at(-1)).toBe(2);
    drawNext(turns, 9);
    expect(drawn.slice(-2)).toEqual([8, 9]);
    expect(turns.waits).toBe(true);
    beyond.clear();
    drawNext(turns, 9);
    expect(drawn).toHaveLength(10);
    expect(turns.waits).toBe(false);
  });

  test('who is gone is not drawn', () => {
    const { turns, drawn, change, leave } = someCards(10);
    change(...upTo(10));
    leave(3);
    while (drawNext(turns, 7) > 0);
    expect(drawn).toEqual(upTo(10).filter((card) => card !== 3));
  });
});

describe('what is shown of a bay', () => {
  const bench = benchOfMachines(3);
  const ids = bench.drives.bays.map(({ driveId }) => driveId ?? '');
  const at = (bytesDone: number): typeof bench => ({
    ...bench,
    jobs: ids.map((driveId, index) => ({
      ...someJob(index + 1, { state: 'writing', bytesDone, bytesTotal: 21e9 }),
      ...{ driveId, startedAt: '2026-01-02T03:04:05.000Z' },
    })),
  });
  const [id = ''] = ids;

  test('is the very same while its job only moves', () => {
    const shown = bayShownOf(at(1e9), id, null);
    expect(shown.kind).toBe('running');
    expect(bayShownOf(at(2e9), id, shown)).toBe(shown);
  });

  test('is the very same when something of another bay changes', () => {
    const before = at(1e9);
    const shown = bayShownOf(before, id, null);
    const after = keepReferences(before, structuredClone({ ...before, jobs: before.jobs.slice(0, 2) }));
    expect(bayShownOf(after, id, shown)).toBe(shown);
    expect(bayShownOf(after, ids[2] ?? '', bayShownOf(before, ids[2] ?? '', null)).job).toBeNull();
  });

  test('is new when its job ends', () => {
    const shown = bayShownOf(at(1e9), id, null);
    const ended = { ...at(1e9), jobs: [] };
    expect(bayShownOf(ended, id, shown)).not.toBe(shown);
    expect(bayShownOf(ended, id, shown).kind).toBe('free');
  });
});
