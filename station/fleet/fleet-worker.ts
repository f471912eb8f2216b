import { parentPort, workerData } from 'node:worker_threads';
import type { FleetSettings } from '../../core/settings/fleet';
import { runPusher, type PusherOptions } from './pusher';

/** The thread that pushes while the desktop app is open. */
export interface FleetWorkerData {
  readonly paths: PusherOptions['paths'];
  readonly settings: FleetSettings;
}

const { paths, settings } = workerData as FleetWorkerData;
const controller = new AbortController();
// Any word from the other side means that it is over.
parentPort?.once('message', () => {
  controller.abort();
});
void runPusher(
  {
    paths,
    settings,
    onState: (state) => {
      parentPort?.postMessage(state);
    },
  },
  controller.signal,
).finally(() => {
  parentPort?.close();
});
