import type { AppMethod, AppRequest, AppResponse } from '../../core/contract/app';
import type { AppService } from './app-service';

/** Methods of the desk that ask for a file, show one, or print: they need a window (electron/dialogs.ts). */
export type WindowMethod =
  | 'chooseMedia'
  | 'chooseOrder'
  | 'exportLog'
  | 'closeShipment'
  | 'remakeBundle'
  | 'showBundle'
  | 'printPage'
  | 'savePageAsPdf';
/** What needs no window. */
export type ServiceMethod = Exclude<AppMethod, WindowMethod>;
export type ServiceHandlers = {
  readonly [M in ServiceMethod]: (request: AppRequest<M>) => Promise<AppResponse<M>>;
};

/** The methods of the desk's contract over a service. Requests have been parsed. */
export function serviceHandlers(place: AppService): ServiceHandlers {
  const done = {};
  return {
    getState: () => Promise.resolve(place.patches.all()),
    refreshDrives: async () => {
      await place.drives.refresh();
      return done;
    },
    scan: async ({ text }) => {
      await place.scan(text);
      return done;
    },
    selectMedia: ({ path }) => {
      place.selectMedia(path);
      return Promise.resolve(done);
    },
    expectHash: async ({ sha256 }) => {
      await Promise.resolve();
      place.media.expect(sha256);
      return done;
    },
    clearMedia: () => {
      place.media.clear();
      return Promise.resolve(done);
    },
    setBatch: async (change) => {
      await place.setBatch(change);
      return done;
    },
    openOrder: ({ number, text }) => place.orders.openText(text, number),
    exceptOrder: async ({ machineSerial, reason }) => {
      await place.orders.except(machineSerial, reason);
      return done;
    },
    closeOrder: async () => {
      await place.orders.close();
      return done;
    },
    pair: async ({ machineSerial, driveId }) => {
      await Promise.resolve();
      place.pairing.pairByHand(machineSerial, driveId);
      return done;
    },
    unpair: ({ driveId }) => {
      place.pairing.unpair(driveId);
      return Promise.resolve(done);
    },
    undo: () => {
      place.pairing.undo();
      return Promise.resolve(done);
    },
    arm: async ({ armed }) => {
      await Promise.resolve();
      place.pairing.arm(armed);
      return done;
    },
    start: async ({ driveIds }) => {
      await place.start(driveIds);
      return done;
    },
    cancelJob: ({ driveId }) => {
      place.jobs.cancel(driveId);
      return Promise.resolve(done);
    },
    cancelAll: () => {
      place.cancelAll();
      return Promise.resolve(done);
    },
    retryJob: async ({ driveId }) => {
      await place.retry(driveId);
      return done;
    },
    dismissJob: ({ driveId }) => {
      if (place.jobs.dismiss(driveId)) place.rehearsals.forget(driveId);
      return Promise.resolve(done);
    },
    rehearseDrive: async ({ driveId }) => {
      await Promise.resolve();
      place.rehearse(driveId);
      return done;
    },
    cancelRehearsal: ({ driveId }) => {
      place.rehearsals.cancel(driveId);
      return Promise.resolve(done);
    },
    getPicture: async ({ sha256 }) => {
      await Promise.resolve();
      return { png: place.picture(sha256)?.toString('base64') ?? null };
    },
    dismissNotice: ({ id }) => {
      place.dismissNotice(id);
      return Promise.resolve(done);
    },
    queryLog: (query) => place.log.query(query),
    getLogEntry: ({ sequence }) => place.log.entry(sequence),
    verifyLog: () => place.log.verify(),
    listShipments: () => place.shipments.list(),
    changeSettings: async (change) => {
      await Promise.resolve();
      place.changeSettings(change);
      return done;
    },
    cacheSize: async () => ({ bytes: await (await place.cache()).bytes() }),
    clearCache: async () => {
      const cache = await place.cache();
      await cache.clear();
      return { bytes: await cache.bytes() };
    },
    useTrainingBench: async ({ training }) => {
      await place.useTrainingBench(training);
      return done;
    },
  };
}
