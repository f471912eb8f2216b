import type { OrderLine } from './order';
import type { OrderIssue } from './raw-order';

/** Which machine takes the place of which computer: what an order cannot mean. */

/** A line of the order, and where it stands in the file. */
interface PlacedLine {
  readonly at: number | null;
  readonly machine: OrderLine;
}

/** What is wrong with the pairs of an order: a machine for itself, one for a new machine, two for one. */
export function pairProblems(lines: readonly PlacedLine[]): OrderIssue[] {
  const serials = new Map(lines.map((line) => [line.machine.serial, line]));
  const names = new Map(
    lines.flatMap((line) => {
      const { computerName } = line.machine;
      return computerName === undefined ? [] : [[fold(computerName), line] as const];
    }),
  );
  const taken = new Map<string, PlacedLine>();
  return lines.flatMap((line) => pairProblem(line, { serials, names, taken }));
}

interface Known {
  readonly serials: ReadonlyMap<string, PlacedLine>;
  /** By folded name. */
  readonly names: ReadonlyMap<string, PlacedLine>;
  /** Replaced computers so far, and by which line. */
  readonly taken: Map<string, PlacedLine>;
}

function pairProblem(line: PlacedLine, { serials, names, taken }: Known): OrderIssue[] {
  const { at, machine } = line;
  const { serial, replaces, replacesSerial } = machine;
  const problems: OrderIssue[] = [];
  const say = (message: string): void => {
    problems.push({ line: at, message: `machine ${serial} ${message}` });
  };
  // A machine may take over the name of another computer, where the serial says that it is another.
  const ownName = replaces !== undefined && fold(replaces) === fold(machine.computerName ?? '');
  if (replacesSerial === serial || (ownName && replacesSerial === undefined)) {
    say(`replaces itself (${replacesSerial === serial ? `serial ${serial}` : (replaces ?? '')})`);
    return problems;
  }
  const other = serials.get(replacesSerial ?? '');
  if (other !== undefined) {
    say(`replaces serial ${other.machine.serial}, which is itself a new machine ${placeOf(other)}`);
  }
  const named = replaces === undefined || ownName ? undefined : names.get(fold(replaces));
  if (replaces !== undefined && named !== undefined) {
    say(`replaces ${replaces}, which is the name of a new machine ${placeOf(named)}`);
  }
  for (const [key, what] of [
    [replaces === undefined ? null : `name ${fold(replaces)}`, replaces],
    [replacesSerial === undefined ? null : `serial ${replacesSerial}`, `serial ${replacesSerial ?? ''}`],
  ] as const) {
    if (key === null || what === undefined) continue;
    const first = taken.get(key);
    if (first === undefined) taken.set(key, line);
    else say(`replaces ${what}, which machine ${first.machine.serial} ${placeOf(first)} replaces already`);
  }
  return problems;
}

function placeOf({ at, machine }: PlacedLine): string {
  return at === null ? `of this order (${machine.serial})` : `in line ${at}`;
}

function fold(name: string): string {
  return name.toUpperCase();
}
