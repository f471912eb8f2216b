import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app, type BrowserWindow } from 'electron';
import type { lineWindowMethods } from '../core/contract/app-line';
import { lineShipment } from '../core/shipment/shipment-number';
import { dayOf } from '../core/base/day';
import type { AppService } from '../station/app/app-service';
import { bundleFileName } from '../station/shipment/bundle-names';
import type { AppHandlers } from './app-ipc';

/** Line mode's calls that need a window. None of them asks anything. */
export function lineHandlers(
  service: AppService,
  current: () => BrowserWindow,
): Pick<AppHandlers, keyof typeof lineWindowMethods> {
  return {
    showFullScreen: ({ on }) => {
      current().setFullScreen(on);
      return {};
    },
    shipLine: async () => {
      const { takenOut, shipments, settings } = service;
      const { waiting, shipments: shipped } = await shipments.list();
      const { stationName, desk } = settings.current;
      const shipment = lineShipment({
        ...{ takenOut: takenOut.machines, waiting, shipped, stationName },
        day: dayOf(new Date().toISOString()),
      });
      if (shipment === null) {
        takenOut.remove(takenOut.machines);
        return { report: null };
      }
      const { number, machineSerials } = shipment;
      const folder = desk.shipmentsFolder ?? app.getPath('documents');
      const file = freeFile(folder, bundleFileName(number));
      const report = await shipments.close(number, machineSerials, { file, replace: false });
      takenOut.remove(machineSerials);
      return { report };
    },
  };
}

/** A path where nothing lies. */
function freeFile(folder: string, name: string): string {
  const [stem, extension] = [name.replace(/\.zip$/, ''), '.zip'];
  let file = join(folder, name);
  for (let next = 2; existsSync(file); next += 1) file = join(folder, `${stem} (${next})${extension}`);
  return file;
}
