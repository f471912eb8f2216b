import { userInfo } from 'node:os';
import { closeLeftOpen } from '../batch/runs';
import { Ledger, type AppendContext } from '../ledger/ledger';
import { loadSettings, type Settings } from '../settings';
import { statePlaces, type StatePlaces } from '../state';
import type { CommandContext } from './context';

/** What a command that writes to the ledger works with. */
export interface StationContext {
  readonly places: StatePlaces;
  readonly settings: Settings;
  readonly ledger: Ledger;
  readonly append: AppendContext;
}

/** Who sits at the keyboard, when nobody said. */
export function defaultOperator(): string {
  return userInfo().username;
}

/**
 * Opens the station's state for a command, and first writes the end of jobs that were interrupted.
 * @throws PrestageError state-unavailable, settings-invalid, ledger-…
 */
export async function withStation<T>(
  { engines, output, stateDirectory }: CommandContext,
  operator: string,
  work: (station: StationContext) => Promise<T>,
): Promise<T> {
  const places = statePlaces(stateDirectory);
  const settings = loadSettings(places);
  const ledger = Ledger.open(places);
  try {
    const { versions } = await engines.greeting();
    const append = { operator, stationName: settings.stationName, versions };
    const { interrupted, doubtful } = await closeLeftOpen(places.runs, ledger, append);
    for (const serial of interrupted) {
      output.message(
        `The job of machine ${serial} was interrupted. It is recorded as such: write its drive again.`,
      );
    }
    for (const serial of doubtful) {
      output.message(
        `Machine ${serial} was finished in the moment in which Prestage ended. Its drive may have no partition table: write it again.`,
      );
    }
    return await work({ places, settings, ledger, append });
  } finally {
    ledger.close();
  }
}
