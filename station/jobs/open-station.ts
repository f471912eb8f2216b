import { userInfo } from 'node:os';
import { sanitizeForDisplay } from '../../core/base/display';
import { takeUpRestore } from '../backup/staged-restore';
import { closeLeftOpen, type LeftOpen } from './run-journal';
import { Ledger, type AppendContext } from '../ledger/ledger';
import { loadSettings, type Settings } from '../state/settings';
import { statePaths, type StatePaths } from '../state/state-paths';

/** The state of one station, open for writing. */
export interface OpenStation {
  readonly paths: StatePaths;
  readonly settings: Settings;
  readonly ledger: Ledger;
}

/**
 * Opens settings and ledger, after putting a backup in their place that was chosen for that. The caller closes the ledger.
 * @param stateDirectory null for the XDG places
 * @throws PrestageError state-unavailable, settings-invalid, ledger-…
 */
export function openStation(stateDirectory: string | null): OpenStation {
  const paths = statePaths(stateDirectory);
  takeUpRestore(paths);
  const settings = loadSettings(paths);
  return { paths, settings, ledger: Ledger.open(paths) };
}

/** Who sits at the keyboard, when nobody said. */
export function defaultOperator(): string {
  return userInfo().username;
}

/** What a technician must hear of jobs that a killed station left open; see closeLeftOpen. */
export interface LeftOpenReport extends LeftOpen {
  /** One sentence a machine. */
  readonly messages: readonly string[];
}

/**
 * Writes the end of jobs whose station was killed or lost its power.
 * @throws PrestageError ledger-…
 */
export async function recordLeftOpen(
  { paths, ledger }: OpenStation,
  context: AppendContext,
): Promise<LeftOpenReport> {
  const left = await closeLeftOpen(paths, ledger, context);
  const messages = [
    ...left.interrupted.map(
      ({ machineSerial }) =>
        `The job of machine ${sanitizeForDisplay(machineSerial)} was interrupted and is recorded as interrupted. Write its drive again.`,
    ),
    ...left.suspect.map(
      ({ machineSerial }) =>
        `Machine ${sanitizeForDisplay(machineSerial)} was finished just as Prestage stopped. Its drive may have no partition table: write it again.`,
    ),
  ];
  return { ...left, messages };
}
