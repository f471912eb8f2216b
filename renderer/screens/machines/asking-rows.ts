import type { AppRackMachine } from '../../../core/contract/app-rack';

/**
 * The rows of machines that ask to be admitted. A machine that does not ask any more keeps its row for a moment, and what moves up into
 * its place is dead for another: the second tap of two, or one that was on its way, must not admit a machine whose code nobody compared.
 * Pure.
 */

/** Milliseconds that a row stays where it is after its machine has gone from it. */
export const rowStays = 1000;
/** Milliseconds in which rows that have moved take no press. */
export const rowsSettle = 600;

export interface AskingRow {
  readonly machine: AppRackMachine;
  /** When it stopped asking, in milliseconds; null: it asks. */
  readonly leftAt: number | null;
}

export interface AskingRows {
  readonly rows: readonly AskingRow[];
  /** When rows last moved up, in milliseconds; null: never. */
  readonly movedAt: number | null;
}

export const noAskingRows: AskingRows = { rows: [], movedAt: null };

/**
 * What is shown from now on: whoever asks anew comes last, and nobody moves but where a row has stayed long enough.
 * @param machines all of the rack
 * @param asks whether a machine asks, or is asked about once more
 */
export function askingRows(
  before: AskingRows,
  machines: readonly AppRackMachine[],
  asks: (machine: AppRackMachine) => boolean,
  now: number,
): AskingRows {
  const byId = new Map(machines.map((machine) => [machine.id, machine]));
  const kept: AskingRow[] = [];
  let moved = false;
  for (const { machine: shown, leftAt } of before.rows) {
    const machine = byId.get(shown.id);
    if (machine !== undefined && asks(machine)) kept.push({ machine, leftAt: null });
    else if (leftAt === null || now - leftAt < rowStays) {
      kept.push({ machine: machine ?? shown, leftAt: leftAt ?? now });
    } else moved = true;
  }
  const known = new Set(kept.map(({ machine }) => machine.id));
  const added = machines.filter((machine) => asks(machine) && !known.has(machine.id));
  return {
    rows: [...kept, ...added.map((machine) => ({ machine, leftAt: null }))],
    // The last row may go without another one in its place.
    movedAt: moved && kept.length > 0 ? now : before.movedAt,
  };
}

/** Whether a press on a row's buttons counts. */
export function takesPress({ leftAt }: AskingRow, { movedAt }: AskingRows, now: number): boolean {
  return leftAt === null && (movedAt === null || now - movedAt >= rowsSettle);
}
