/** Pushes for ever, and waits longer after each failure. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isCancellation, toErrorData } from '../../core/base/errors';
import type { FleetSettings, FleetState } from '../../core/settings/fleet';
import { timeouts } from '../../core/base/timeouts';
import { fleetWaits, targetOf, withFleetClient, type FleetWaits } from './connection';
import { Outbox, type OutboxPaths } from './outbox';
import { tellState, type ToldPaths } from './station-state';
import { pushAll } from './push';

/** How fast the pusher goes. Tests are shorter. */
export interface FleetPace extends FleetWaits {
  readonly look: number;
  readonly retryFirst: number;
  readonly retryLongest: number;
}
export const fleetPace: FleetPace = {
  ...fleetWaits,
  look: timeouts.fleetLook,
  retryFirst: timeouts.fleetRetryFirst,
  retryLongest: timeouts.fleetRetryLongest,
};

/**
 * The pause before a try: doubled with each failure, and spread over its upper half so that the stations of a plant do
 * not all come back in the same moment.
 * @param failures in a row, from 1 on
 * @param random from 0 to below 1
 */
export function retryDelay(
  failures: number,
  { retryFirst, retryLongest }: Pick<FleetPace, 'retryFirst' | 'retryLongest'>,
  random: number,
): number {
  const full = Math.min(retryLongest, retryFirst * 2 ** Math.min(failures - 1, 30));
  return Math.round(full * (0.5 + random / 2));
}

export interface PusherOptions {
  readonly paths: OutboxPaths & ToldPaths;
  readonly settings: FleetSettings;
  readonly onState: (state: FleetState) => void;
  readonly pace?: FleetPace;
}

/**
 * Keeps the plant's database caught up until it is told to stop, or until the database refuses. Never rejects: what goes
 * wrong becomes the state. Between two pushes there is no connection, so that an idle station costs the server nothing.
 */
export async function runPusher(options: PusherOptions, signal: AbortSignal): Promise<void> {
  const pace = options.pace ?? fleetPace;
  const outbox = new Outbox(options.paths);
  const confirmedAtStart = outbox.confirmed();
  let state: FleetState = {
    status: 'connecting',
    behind: null,
    caughtUpAt: null,
    lastError: null,
  };
  const send = (change: Partial<FleetState>): void => {
    state = { ...state, ...change };
    options.onState(state);
  };
  let confirmed = confirmedAtStart?.sequence ?? 0;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const entries = outbox.count();
      send({ behind: Math.max(0, entries - confirmed) });
      const { sequence } = await withFleetClient(
        targetOf(options.settings),
        signal,
        async (client) => {
          const pushed = await pushAll(client, outbox, (there, all) => {
            confirmed = there.sequence;
            failures = 0;
            const behind = Math.max(0, all - confirmed);
            if (behind > 0) send({ status: 'pushing', behind });
          });
          await tellState(client, outbox, options.paths);
          return pushed;
        },
        pace,
      );
      confirmed = sequence;
      failures = 0;
      send({ status: 'caught-up', behind: 0, caughtUpAt: new Date().toISOString(), lastError: null });
      await untilMore(outbox, confirmed, pace, signal);
    } catch (error) {
      if (isCancellation(error)) return;
      const data = toErrorData(error);
      const behind = state.behind === null ? null : (behindNow(outbox, confirmed) ?? state.behind);
      // Waiting mends a network and a busy ledger. It does not mend the rest.
      if (data.code !== 'fleet-unavailable' && data.code !== 'ledger-unavailable') {
        send({ status: 'refused', behind, lastError: data });
        return;
      }
      failures += 1;
      send({ status: 'unavailable', behind, lastError: data });
      await pause(retryDelay(failures, pace, Math.random()), signal);
    }
  }
}

/** Resolves when the ledger has more entries than the database. */
async function untilMore(
  outbox: Outbox,
  confirmed: number,
  pace: FleetPace,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && outbox.count() <= confirmed) await pause(pace.look, signal);
}

function behindNow(outbox: Outbox, confirmed: number): number | null {
  try {
    return Math.max(0, outbox.count() - confirmed);
  } catch {
    return null;
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
