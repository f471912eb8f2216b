import { parentPort, workerData } from 'node:worker_threads';
import type { FleetSettings } from '../../core/settings/fleet';
import type { OutboxPlaces } from './outbox';
import { runPusher } from './pusher';

/** The thread that pushes while the desktop app is open. */
export interface FleetWorkerData {
  readonly places: OutboxPlaces;
  readonly settings: FleetSettings;
}

const { places, settings } = workerData as FleetWorkerData;
const controller = new AbortController();
// Any word from the other side means that it is over.
parentPort?.once('message', () => {
  controller.abort();
});
void runPusher(
  {
    places,
    settings,
    onState: (state) => {
      parentPort?.postMessage(state);
    },
  },
  controller.signal,
).finally(() => {
  parentPort?.close();
});
