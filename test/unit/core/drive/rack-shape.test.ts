import { describe, expect, it } from 'vitest';
import { maxBays } from '../../../../core/drive/bays';
import {
  bayOrders,
  rackGrid,
  rackShapeSchema,
  stepFrom,
  type BayOrder,
} from '../../../../core/drive/rack-shape';

/** Row by row, which bay is where; 0: none. */
function drawn(order: BayOrder, rows: number, columns: number, bays: number): number[][] {
  const grid = rackGrid({ rows, columns, order }, bays);
  return Array.from({ length: grid.rows }, (_, row) =>
    Array.from(
      { length: grid.columns },
      (__, column) =>
        grid.places.findIndex((place) => place.row === row + 1 && place.column === column + 1) + 1,
    ),
  );
}

describe('a rack with a shape', () => {
  it.each<[BayOrder, number[][]]>([
    [
      'rows-from-top',
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      'rows-from-bottom',
      [
        [4, 5, 6],
        [1, 2, 3],
      ],
    ],
    [
      'columns-from-top',
      [
        [1, 3, 5],
        [2, 4, 6],
      ],
    ],
    [
      'columns-from-bottom',
      [
        [2, 4, 6],
        [1, 3, 5],
      ],
    ],
  ])('numbers its bays %s', (order, expected) => {
    expect(drawn(order, 2, 3, 6)).toEqual(expected);
  });
  it.each(bayOrders)('gives each of its bays a place of its own, %s', (order) => {
    const { places } = rackGrid({ rows: 4, columns: 6, order }, 24);
    expect(new Set(places.map(({ row, column }) => `${row} ${column}`)).size).toBe(24);
  });
  it('keeps the places of bays that are not there', () => {
    expect(drawn('columns-from-bottom', 3, 2, 4)).toEqual([
      [3, 0],
      [2, 0],
      [1, 4],
    ]);
  });
  it('shows bays beyond its last place below it', () => {
    expect(drawn('columns-from-bottom', 2, 2, 7)).toEqual([
      [2, 4],
      [1, 3],
      [5, 6],
      [7, 0],
    ]);
  });
  it('has no more places than a bench has bays, and no side of none', () => {
    expect(rackShapeSchema.safeParse({ rows: 6, columns: 8 }).success).toBe(true);
    for (const [rows, columns] of [
      [7, 7],
      [0, 4],
      [4, 0],
      [2.5, 4],
      [1, maxBays],
    ]) {
      expect(rackShapeSchema.safeParse({ rows, columns }).success).toBe(false);
    }
  });
});

describe('bays without a shape', () => {
  it.each([
    [1, 1, 1],
    [4, 2, 2],
    [8, 2, 4],
    [12, 3, 4],
    [24, 4, 6],
    [48, 6, 8],
  ])('%i lie in %i rows of %i', (bays, rows, columns) => {
    expect(rackGrid(null, bays)).toMatchObject({ rows, columns });
  });
  it('with names lie in so few columns that one reads them', () => {
    expect(rackGrid(null, 200, true)).toMatchObject({ rows: 20, columns: 10 });
    expect(rackGrid(null, 8, true)).toEqual(rackGrid(null, 8));
    expect(rackGrid(null, 0, true)).toEqual(rackGrid(null, 0));
  });
  it('leave less than a row empty, whatever their number', () => {
    for (let bays = 0; bays <= 64; bays += 1) {
      const { rows, columns, places } = rackGrid(null, bays);
      expect(places).toHaveLength(bays);
      expect(rows * columns - bays).toBeLessThan(columns + Number(bays === 0));
    }
  });
});

describe('an arrow key', () => {
  // 2 4
  // 1 3, and below them 5
  const grid = rackGrid({ rows: 2, columns: 2, order: 'columns-from-bottom' }, 5);
  it.each([
    [1, 'up', 2],
    [1, 'right', 3],
    [3, 'left', 1],
    [1, 'down', 5],
    [2, 'down', 1],
    [2, 'up', 2],
    [4, 'right', 4],
    [5, 'right', 5],
  ] as const)('leads from bay %i %s to bay %i', (from, step, to) => {
    expect(stepFrom(grid, from - 1, step)).toBe(to - 1);
  });
  it('leads past a place without a bay', () => {
    const gap = {
      rows: 1,
      columns: 3,
      places: [
        { row: 1, column: 1 },
        { row: 1, column: 3 },
      ],
    };
    expect(stepFrom(gap, 0, 'right')).toBe(1);
  });
});
