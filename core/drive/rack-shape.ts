import { z } from 'zod';
import { maxBays } from './bays';

/** The rack as it stands before the operator: so many rows and columns, and which bay is where. Pure. */

/** How bays follow each other in a rack: along its rows or its columns, and from which end. */
export const bayOrders = [
  /** Left to right, the top row first. */
  'rows-from-top',
  /** Left to right, the bottom row first. */
  'rows-from-bottom',
  /** Top to bottom, the left column first. */
  'columns-from-top',
  /** Bottom to top, the left column first. */
  'columns-from-bottom',
] as const;
export type BayOrder = (typeof bayOrders)[number];

export const maxRackSide = 24;

export const rackShapeSchema = z
  .strictObject({
    rows: z.int().min(1).max(maxRackSide),
    columns: z.int().min(1).max(maxRackSide),
    order: z.enum(bayOrders).default('rows-from-top'),
  })
  .refine(({ rows, columns }) => rows * columns <= maxBays, {
    message: `a rack has at most ${maxBays} bays`,
  });
export type RackShape = z.infer<typeof rackShapeSchema>;

/** Row and column of a bay, counted from 1, as a grid on the screen counts them. */
export interface RackPlace {
  readonly row: number;
  readonly column: number;
}

/** The grid on the screen. */
export interface RackGrid {
  readonly rows: number;
  readonly columns: number;
  /** Of each bay, in the order of the bays. */
  readonly places: readonly RackPlace[];
}

/** Width of a card for its height that is aimed at where no shape is set. */
const cardRatio = 1.05;
/** Width of the room for its height: that of a window without what is around the bays. */
const roomRatio = 1.7;

/** A bay with a name, as machines of a rack have, is not read in a narrower column. */
const mostNamedColumns = 10;

/**
 * The grid for a number of bays. Without a shape: as close to the window's as it can be, with as few empty places as
 * possible, so that eight bays lie 4 by 2. Bays beyond a shape's last place come in rows below it: nothing that is
 * attached stays unseen.
 * @param named bays among them have names, not numbers: each column is so wide that one reads them
 */
export function rackGrid(shape: RackShape | null, bays: number, named = false): RackGrid {
  if (shape === null) {
    const columns = automaticColumns(named ? Math.min(bays, mostNamedColumns) : bays, bays);
    const rows = Math.max(1, Math.ceil(bays / columns));
    return { rows, columns, places: placesAcross(bays, columns, 0) };
  }
  const { rows, columns } = shape;
  const inside = Math.min(bays, rows * columns);
  const beyond = placesAcross(bays - inside, columns, rows);
  const places = Array.from({ length: inside }, (_, index) => placeIn(shape, index));
  return { rows: rows + Math.ceil(beyond.length / columns), columns, places: [...places, ...beyond] };
}

function placesAcross(count: number, columns: number, rowsAbove: number): RackPlace[] {
  return Array.from({ length: count }, (_, index) => ({
    row: rowsAbove + Math.floor(index / columns) + 1,
    column: (index % columns) + 1,
  }));
}

function placeIn({ rows, columns, order }: RackShape, index: number): RackPlace {
  const along = order.startsWith('rows') ? columns : rows;
  const line = Math.floor(index / along);
  const step = index % along;
  switch (order) {
    case 'rows-from-top':
      return { row: line + 1, column: step + 1 };
    case 'rows-from-bottom':
      return { row: rows - line, column: step + 1 };
    case 'columns-from-top':
      return { row: step + 1, column: line + 1 };
    case 'columns-from-bottom':
      return { row: rows - step, column: line + 1 };
  }
}

function automaticColumns(most: number, bays: number): number {
  let best = 1;
  let least = Infinity;
  for (let columns = 1; columns <= most; columns += 1) {
    const rows = Math.ceil(bays / columns);
    const shapeError = Math.abs(Math.log((roomRatio * rows) / columns / cardRatio));
    const empty = (rows * columns - bays) / bays;
    const cost = shapeError + 2 * empty;
    if (cost < least) [least, best] = [cost, columns];
  }
  return best;
}

export type Step = 'up' | 'down' | 'left' | 'right';

/**
 * The bay that an arrow key leads to: the next one in that direction in the same row or column, past empty places.
 * @returns its index, or that of the bay itself where there is none further
 */
export function stepFrom({ places }: RackGrid, index: number, step: Step): number {
  const from = places[index];
  if (from === undefined) return index;
  const ahead = places.flatMap((place, other) => {
    const right = place.column - from.column;
    const below = place.row - from.row;
    const distance = { up: -below, down: below, left: -right, right }[step];
    const aside = step === 'up' || step === 'down' ? right : below;
    return aside === 0 && distance > 0 ? [{ other, distance }] : [];
  });
  ahead.sort((one, other) => one.distance - other.distance);
  return ahead[0]?.other ?? index;
}
