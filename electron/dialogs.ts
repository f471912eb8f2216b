import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { app, dialog, shell, type BrowserWindow } from 'electron';
import { sanitizeForDisplay } from '../core/base/display';
import { PrestageError } from '../core/base/errors';
import { datesOfRecipe } from '../core/recipe/recipe-dates';
import { requireNumber } from '../core/shipment/shipment-rules';
import { bundleFileName } from '../station/shipment/bundle-names';
import type { BundlePlace } from '../station/shipment/ship-service';
import type { WindowMethod } from '../core/contract/app';
import { dayOf } from '../core/base/day';
import { readRecipe } from '../station/recipe/read-recipe';
import { asDiskRefusal, namedPlace } from '../station/state/disk';
import { offeredKey } from '../station/app/offered-keys';
import type { AppService } from '../station/app/app-service';
import type { AppHandlers } from './app-ipc';
import { lineHandlers } from './line';
import { onWhitePaper } from './white-paper';

/** The methods of the page's contract that need a window: they ask for a file, show one, or print. */
export function windowHandlers(
  service: AppService,
  window: () => BrowserWindow | null,
): Pick<AppHandlers, WindowMethod> {
  const current = (): BrowserWindow => {
    const open = window();
    if (open === null) throw new Error('there is no open window');
    return open;
  };
  const savePath = async (
    name: string,
    extension: string,
    folder = service.live.diskFolder ?? app.getPath('documents'),
  ): Promise<string | null> => {
    const { canceled, filePath } = await dialog.showSaveDialog(current(), {
      defaultPath: join(folder, name),
      filters: [{ name: extension.toUpperCase(), extensions: [extension] }],
    });
    return canceled || filePath === '' ? null : filePath;
  };
  /** On a stick, files come from the disk that was opened for them, or from the one that brings media. */
  const begin = (): { readonly defaultPath?: string } => {
    const { filesFolder } = service.live;
    return filesFolder === null ? {} : { defaultPath: filesFolder };
  };
  const folderPath = async (): Promise<string | null> => {
    const { canceled, filePaths } = await dialog.showOpenDialog(current(), {
      ...begin(),
      properties: ['openDirectory'],
    });
    return canceled ? null : (filePaths[0] ?? null);
  };
  const filePath = async (name: string, extensions: string[]): Promise<string | null> => {
    const { canceled, filePaths } = await dialog.showOpenDialog(current(), {
      ...begin(),
      properties: ['openFile'],
      filters: [
        { name, extensions },
        { name: 'All files', extensions: ['*'] },
      ],
    });
    return canceled ? null : (filePaths[0] ?? null);
  };
  /** In the shipments folder without a question, unless a file of that name is there: another one may need it. */
  const bundlePlace = async (number: string): Promise<BundlePlace | null> => {
    const name = bundleFileName(number);
    const folder = service.settings.current.desk.shipmentsFolder ?? undefined;
    const usual = folder === undefined ? null : join(folder, name);
    if (usual !== null && !existsSync(usual)) return { file: usual, replace: false };
    const file = await savePath(name, 'zip', folder);
    return file === null ? null : { file, replace: true };
  };
  return {
    ...lineHandlers(service, current),
    chooseUpdate: async () => {
      const path = await filePath('Prestage Live', ['iso', 'ISO']);
      if (path !== null) service.live.beginUpdate(path);
      return { chosen: path !== null };
    },
    chooseBootImage: async () => {
      const path = await filePath('Prestage Live', ['iso', 'ISO']);
      if (path !== null) service.rack.useImage(path);
      return { chosen: path !== null };
    },
    saveBackup: async ({ password }) => {
      service.backup.requirePlace();
      const day = dayOf(new Date().toISOString());
      const station = service.settings.current.stationName.replace(/[^A-Za-z0-9._-]+/g, '-');
      const path = await savePath(`${station}-${day}.prestage`, 'prestage');
      if (path === null) return { saved: null };
      const { bytes, entries } = await service.backup.backUp(path, password);
      return { saved: { path, bytes, entries } };
    },
    chooseBackup: async () => ({ path: await filePath('Backups', ['prestage']) }),
    chooseShipmentsFolder: async () => {
      const { canceled, filePaths } = await dialog.showOpenDialog(current(), {
        properties: ['openDirectory', 'createDirectory'],
      });
      return { path: canceled ? null : (filePaths[0] ?? null) };
    },
    chooseMedia: async () => {
      const path = await filePath('Windows images', ['wim', 'swm', 'esd', 'WIM', 'SWM', 'ESD']);
      if (path === null) return { chosen: false };
      service.media.select(path);
      return { chosen: true };
    },
    chooseDelivery: async () => {
      const folder = await folderPath();
      if (folder !== null) service.library.receive(folder);
      return { chosen: folder !== null };
    },
    chooseKey: async () => {
      const path = await filePath('Keys', ['pub', 'pem', 'crt', 'cer', 'PUB', 'PEM', 'CRT', 'CER']);
      return { offered: path === null ? null : offeredKey(path, new Date()) };
    },
    chooseBase: async () => {
      const path = await filePath('Windows images', ['wim', 'esd', 'WIM', 'ESD']);
      if (path !== null) service.library.receiveWithBase(path);
      return { chosen: path !== null };
    },
    chooseParts: async () => {
      const folder = await folderPath();
      if (folder !== null) service.library.receiveMore(folder);
      return { chosen: folder !== null };
    },
    saveReceipt: async ({ sha256 }) => {
      const path = await savePath(service.library.receiptName(sha256), 'json');
      if (path !== null) service.library.saveReceipt(sha256, path);
      return { path };
    },
    chooseContentsList: async ({ kind }) => {
      const { canceled, filePaths } = await dialog.showOpenDialog(current(), {
        properties: [kind === 'folder' ? 'openDirectory' : 'openFile'],
        ...(kind === 'folder'
          ? {}
          : {
              filters: [
                { name: 'Lists of packages', extensions: ['json', 'csv', 'txt', 'JSON', 'CSV', 'TXT'] },
                { name: 'All files', extensions: ['*'] },
              ],
            }),
      });
      return { path: canceled ? null : (filePaths[0] ?? null) };
    },
    chooseRecipe: async () => {
      const path = await filePath('Recipes', ['yaml', 'yml', 'YAML', 'YML']);
      if (path === null) return { chosen: false };
      service.media.giveDates(datesOfRecipe(readRecipe(path).recipe));
      return { chosen: true };
    },
    chooseOrder: async ({ number }) => {
      const orders = ['csv', 'json', 'txt', 'tsv', 'CSV', 'JSON', 'TXT', 'TSV'];
      const path = await filePath('Work orders', orders);
      if (path === null) return { chosen: false, warnings: [] };
      return { chosen: true, ...(await service.orders.openFile(path, number)) };
    },
    exportLog: async ({ format }) => {
      const day = dayOf(new Date().toISOString());
      const station = service.settings.current.stationName.replace(/[^A-Za-z0-9._-]+/g, '-');
      const path = await savePath(`prestage-log-${station}-${day}.${format}`, format);
      if (path !== null) await service.log.export(format, path);
      return { path };
    },
    closeShipment: async ({ number, machineSerials }) => {
      requireNumber(number);
      const place = await bundlePlace(number);
      return { report: place === null ? null : await service.shipments.close(number, machineSerials, place) };
    },
    remakeBundle: async ({ number }) => {
      requireNumber(number);
      const place = await bundlePlace(number);
      return { report: place === null ? null : await service.shipments.again(number, place) };
    },
    showBundle: ({ number }) => {
      const path = service.shipments.fileOf(number);
      if (path !== null) shell.showItemInFolder(path);
      return {};
    },
    saveSupportBundle: async ({ withCrashDumps }) => {
      const day = dayOf(new Date().toISOString());
      const path = await savePath(`prestage-support-${day}.zip`, 'zip');
      if (path !== null) await service.saveSupportBundle(path, withCrashDumps);
      return { path };
    },
    saveEraseCertificate: async ({ sequence }) => {
      const { bytes, fileName } = await service.shipments.eraseCertificate(sequence);
      const path = await savePath(fileName, 'pdf');
      if (path !== null) await writePdf(path, bytes);
      return { path };
    },
    printPage: async () => {
      const window = current();
      const print = async (): Promise<void> => {
        await new Promise<void>((resolve, reject) => {
          window.webContents.print({ printBackground: true }, (printed, reason) => {
            // Somebody who closes the printer's dialog changed their mind.
            if (printed || /cancel/i.test(reason)) resolve();
            else reject(notPrinted(reason));
          });
        });
      };
      await onWhitePaper(window, print);
      return {};
    },
    savePageAsPdf: async () => {
      const path = await savePath('prestage-barcodes.pdf', 'pdf');
      if (path === null) return { path };
      const window = current();
      const options = { pageSize: 'A4', printBackground: true, preferCSSPageSize: true } as const;
      const pdf = await onWhitePaper(window, () => window.webContents.printToPDF(options));
      await writePdf(path, pdf);
      return { path };
    },
  };
}

function notPrinted(reason: string): PrestageError {
  return new PrestageError({
    code: 'tool-failed',
    message: 'The page was not printed.',
    cause: sanitizeForDisplay(reason, 300),
    remedy: 'Check the printer, or save the page as PDF and print that.',
  });
}

/** @throws PrestageError state-unavailable, disk-… */
async function writePdf(path: string, pdf: Uint8Array): Promise<void> {
  await writeFile(path, pdf).catch((error: unknown) => {
    const disk = asDiskRefusal(error, namedPlace(path));
    if (disk instanceof PrestageError) throw disk;
    throw new PrestageError({
      code: 'state-unavailable',
      message: `${sanitizeForDisplay(path, 300)} cannot be written.`,
      cause: error instanceof Error ? error.message : String(error),
      remedy: 'Choose a folder that you can write to, on a disk with free space.',
    });
  });
}
