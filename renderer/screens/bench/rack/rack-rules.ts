import type { RackGrid } from '../../../../core/drive/rack-shape';
import type { AppState } from '../../../../core/contract/app';
import type { AppJob } from '../../../../core/contract/app-bench';
import { isRunning } from '../../../../core/job/job';
import { driveBefore } from '../../../../core/ledger/drive-before';
import { bayKindOf, type CardKind } from '../../../store/selectors';

/** Rules of the rack view: what the filters show, which bays are chosen, and what can be done with them. Pure. */

export const rackFilters = ['all', 'running', 'out', 'failed'] as const;
export type RackFilter = (typeof rackFilters)[number];

/** Whether a filter shows a bay. `out`: finished and good, to be taken out; `failed`: it ended in any other way. */
export function isShown(kind: CardKind, filter: RackFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'running':
      return kind === 'running';
    case 'out':
      return kind === 'pass';
    case 'failed':
      return kind === 'fail' || kind === 'cancelled' || kind === 'interrupted';
  }
}

/** How each bay stands, in the order of the bays. A new list. */
export function kindsOf(state: AppState): CardKind[] {
  return state.drives.bays.map(({ driveId }) => bayKindOf(state, driveId));
}

/** How many bays each filter shows. */
export function filterCounts(kinds: readonly CardKind[]): Readonly<Record<RackFilter, number>> {
  const count = (filter: RackFilter): number => kinds.filter((kind) => isShown(kind, filter)).length;
  return { all: count('all'), running: count('running'), out: count('out'), failed: count('failed') };
}

/** What is chosen in the rack. Bays are known by their labels: one without a drive can be looked at, too. */
export interface Choice {
  readonly chosen: ReadonlySet<string>;
  /** Where the arrow keys are. */
  readonly current: string | null;
  /** Where a block of bays begins. */
  readonly anchor: string | null;
}

export const nothingChosen: Choice = { chosen: new Set(), current: null, anchor: null };

/** One bay and no other. */
export function chooseOnly(label: string): Choice {
  return { chosen: new Set([label]), current: label, anchor: label };
}

/** One bay more, or one less. */
export function toggleChosen(choice: Choice, label: string): Choice {
  const chosen = new Set(choice.chosen);
  if (!chosen.delete(label)) chosen.add(label);
  return { chosen, current: label, anchor: label };
}

/** Goes to a bay and leaves what is chosen as it is. */
export function goTo(choice: Choice, label: string): Choice {
  return { ...choice, current: label };
}

/** The block of bays between where it began and this one; of them, those that are shown. */
export function extendTo(
  choice: Choice,
  label: string,
  labels: readonly string[],
  grid: RackGrid,
  shown: ReadonlySet<string>,
): Choice {
  const anchor = choice.anchor ?? label;
  const from = grid.places[labels.indexOf(anchor)];
  const to = grid.places[labels.indexOf(label)];
  if (from === undefined || to === undefined) return chooseOnly(label);
  const within = (value: number, one: number, other: number): boolean =>
    value >= Math.min(one, other) && value <= Math.max(one, other);
  const block = labels.filter((name, index) => {
    const place = grid.places[index];
    if (place === undefined || !shown.has(name)) return false;
    return within(place.row, from.row, to.row) && within(place.column, from.column, to.column);
  });
  return { chosen: new Set(block), current: label, anchor };
}

/** All bays that are shown; where the keys are stays. */
export function chooseAll(choice: Choice, shown: Iterable<string>): Choice {
  return { ...choice, chosen: new Set(shown) };
}

/** Without bays that are gone, or that a filter does not show: nothing is done to what nobody sees. */
export function withoutUnseen(choice: Choice, shown: ReadonlySet<string>): Choice {
  const left = [...choice.chosen].filter((label) => shown.has(label));
  return left.length === choice.chosen.size ? choice : { ...choice, chosen: new Set(left) };
}

/**
 * Whether a drive's last job failed, so that it is not tried again without a reason. For a drive that holds somebody's image the
 * station asks by itself, for each one.
 */
export function asksForReason({ pasts, jobs }: Pick<AppState, 'pasts' | 'jobs'>, driveId: string): boolean {
  const past = pasts.find((one) => one.driveId === driveId)?.past;
  if (past === undefined) return false;
  const { failed } = driveBefore(past);
  const said = jobs.find((job) => job.driveId === driveId)?.driveAgain;
  return failed !== null && failed.entry !== said?.failed?.entry;
}

export const rackActs = ['clear', 'retry', 'cancel', 'unpair', 'erase'] as const;
export type RackAct = (typeof rackActs)[number];

/** A chosen bay, as far as acts ask for it. */
export interface ChosenBay {
  readonly label: string;
  readonly driveId: string | null;
  readonly job: Pick<AppJob, 'state' | 'canCancel' | 'canRetry'> | null;
  readonly paired: boolean;
  /** It can be erased for no machine. */
  readonly erasable: boolean;
}

export interface ActChoice {
  readonly act: RackAct;
  /** Drives that it is done to. */
  readonly driveIds: readonly string[];
  /** Labels of the chosen bays that it cannot be done to: they are named, not left out in silence. */
  readonly left: readonly string[];
}

function allows(act: RackAct, { job, paired, erasable }: ChosenBay): boolean {
  switch (act) {
    case 'clear':
      return job !== null && !isRunning(job);
    case 'retry':
      return job?.canRetry === true;
    case 'cancel':
      return job?.canCancel === true;
    case 'unpair':
      return job === null && paired;
    case 'erase':
      return job === null && !paired && erasable;
  }
}

/** What can be done with at least one of the chosen bays. */
export function actsOf(bays: readonly ChosenBay[]): ActChoice[] {
  return rackActs.flatMap((act) => {
    const able = bays.filter((bay) => allows(act, bay));
    const driveIds = able.flatMap(({ driveId }) => (driveId === null ? [] : [driveId]));
    const left = bays.filter((bay) => !able.includes(bay)).map(({ label }) => label);
    return driveIds.length === 0 ? [] : [{ act, driveIds, left }];
  });
}
