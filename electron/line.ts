import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { app, type BrowserWindow, type WebContentsPrintOptions } from 'electron';
import { sanitizeForDisplay } from '../core/base/display';
import { PrestageError, toErrorData } from '../core/base/errors';
import { timeouts } from '../core/base/timeouts';
import { labelMillimetres, type lineWindowMethods } from '../core/contract/app-line';
import { lineShipment } from '../core/shipment/shipment-number';
import type { AppService } from '../station/app/app-service';
import { bundleFileName } from '../station/shipment/bundle-names';
import type { AppHandlers } from './app-ipc';
import { onWhitePaper } from './white-paper';

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
        day: new Date().toISOString().slice(0, 10),
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
    printLabel: async () => {
      try {
        const window = current();
        await onWhitePaper(window, () => printSilently(window.webContents));
      } catch (error) {
        service.notices.show('error', toErrorData(error));
      }
      return {};
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

/** What the printer is told: no dialog, one label a sheet, no margins but the label's own. Sizes in micrometres. */
export const labelPrint: WebContentsPrintOptions = {
  silent: true,
  printBackground: true,
  landscape: false,
  margins: { marginType: 'none' },
  pageSize: { width: labelMillimetres.width * 1000, height: labelMillimetres.height * 1000 },
};

/** @throws PrestageError tool-failed when the printer did not take it, or says nothing */
async function printSilently(page: Pick<Electron.WebContents, 'print'>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(notPrinted('the printer did not answer'));
    }, timeouts.printLabel);
    page.print(labelPrint, (printed, reason) => {
      clearTimeout(timer);
      if (printed) resolve();
      else reject(notPrinted(reason));
    });
  });
}

function notPrinted(reason: string): PrestageError {
  return new PrestageError({
    code: 'tool-failed',
    message: 'A label was not printed.',
    cause: sanitizeForDisplay(reason, 300),
    remedy: 'Check the default printer. The labels of a shipment can also be printed on Ship.',
  });
}
