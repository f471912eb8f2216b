import type { AppendContext } from '../ledger/ledger';
import { openStation, recordLeftOpen, type OpenStation } from '../jobs/open-station';
import type { CommandContext } from './command-context';

/** What a command that writes to the ledger works with. */
export interface StationContext extends OpenStation {
  readonly append: AppendContext;
}

/**
 * Opens the station's state for a command, and first writes the end of jobs that were interrupted.
 * @throws PrestageError state-unavailable, settings-invalid, ledger-…
 */
export async function withStation<T>(
  { helpers, output, stateDirectory }: CommandContext,
  operator: string,
  work: (station: StationContext) => Promise<T>,
): Promise<T> {
  // The helper starts beside the opening of the ledger. Awaited below; a rejection before that is not unhandled.
  const greeting = helpers.greeting();
  greeting.catch(() => undefined);
  const station = openStation(stateDirectory);
  const { settings, ledger } = station;
  try {
    const { versions } = await greeting;
    const append = { operator, stationName: settings.stationName, versions };
    const { messages } = await recordLeftOpen(station, append);
    for (const message of messages) output.message(message);
    return await work({ ...station, append });
  } finally {
    ledger.close();
  }
}
