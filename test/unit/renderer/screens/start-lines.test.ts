import { expect, it } from 'vitest';
import { arrangeLines, blankUnfolded, type EraseLine } from '../../../../renderer/screens/start/start-lines';
import { machineOf, numbers, someDrive } from '../../../support/app-samples';

const line = (
  number: number,
  drive: Partial<ReturnType<typeof someDrive>> = {},
  pair: object = {},
): EraseLine => ({
  pair: { machineSerial: machineOf(number), driveId: someDrive(number).id, bay: `bay ${number}`, ...pair },
  drive: someDrive(number, { contents: [], ...drive }),
});
const bays = (lines: readonly EraseLine[]): string[] => lines.map(({ pair }) => pair.bay);

it('the list begins with what has to be looked at, the worst first, and folds blank drives', () => {
  const lines = [
    ...numbers(6).map((number) => line(number)),
    line(7, { contents: ['GPT partition table'] }),
    line(8, { notes: [{ code: 'disk-guid-shared', message: 'A copy is attached.' }] }),
    line(9, {}, { againReason: 'lost' }),
    line(10, {}, { holdsMachine: machineOf(3) }),
    { ...line(11), drive: null },
  ];
  const { first, folded } = arrangeLines(lines);
  expect(bays(first)).toEqual(['bay 11', 'bay 10', 'bay 9', 'bay 8', 'bay 7']);
  expect(bays(folded)).toEqual(numbers(6).map((number) => `bay ${number}`));
});

it('a drive of which anything is known is never folded', () => {
  const many = numbers(9).map((number) => line(number, { contents: ['sda1: NTFS'] }));
  expect(arrangeLines(many)).toEqual({ first: many, folded: [] });
});

it('few blank drives have a line each, and no line is ever lost', () => {
  const few = numbers(blankUnfolded).map((number) => line(number));
  expect(arrangeLines(few)).toEqual({ first: few, folded: [] });
  const more = numbers(blankUnfolded + 1).map((number) => line(number));
  expect(arrangeLines(more)).toEqual({ first: [], folded: more });
});
