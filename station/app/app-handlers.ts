import type { AppHandler, ServiceMethod } from '../../core/contract/app';
import { datesOfRecipe } from '../../core/recipe/recipe-dates';
import { readRecipe } from '../recipe/read-recipe';
import type { AppService } from './app-service';

export type ServiceHandlers = { readonly [M in ServiceMethod]: AppHandler<M> };

/** The methods of the page's contract that need no window, over the app's services. Requests have been parsed. */
export function serviceHandlers(app: AppService): ServiceHandlers {
  const done = {};
  return {
    getState: () => app.publisher.all(),
    refreshDrives: async () => {
      await app.drives.refresh();
      return done;
    },
    scan: ({ text, doubt = null, screen }) => app.scans.scan(text, doubt, screen),
    noteScan: (request) => {
      app.scans.note(request);
      return done;
    },
    forgetScan: () => {
      app.memory.forget();
      return done;
    },
    selectMedia: ({ path }) => {
      app.media.select(path);
      return done;
    },
    expectHash: ({ sha256 }) => {
      app.media.expect(sha256);
      return done;
    },
    readDates: async ({ password }) => {
      await app.media.readDates(password);
      return done;
    },
    selectRecipe: ({ path }) => {
      app.media.giveDates(datesOfRecipe(readRecipe(path).recipe));
      return done;
    },
    clearMedia: () => {
      app.media.clear();
      return done;
    },
    refreshLibrary: async () => {
      await app.library.refresh();
      return done;
    },
    takeDropped: ({ path }) => {
      if (app.library.isDelivery(path)) app.library.receive(path);
      else app.media.select(path);
      return done;
    },
    receiveOlder: ({ reason }) => {
      app.library.receiveOlder(reason);
      return done;
    },
    trustKey: async ({ name, text }) => {
      await app.library.trust(name, text);
      return done;
    },
    forgetKey: async ({ name }) => {
      await app.library.forget(name);
      return done;
    },
    cancelReceive: () => {
      app.library.cancel();
      return done;
    },
    closeReceived: () => {
      app.library.closeResult();
      return done;
    },
    chooseFromLibrary: ({ sha256 }) => {
      app.media.select(app.library.pathOf(sha256));
      return done;
    },
    removeFromLibrary: async ({ sha256 }) => {
      await app.library.remove(sha256);
      return done;
    },
    libraryDetails: ({ sha256 }) => app.library.details(sha256),
    listContents: ({ list }) => app.listContents(list),
    setBatch: async (change) => {
      if (change.workOrder !== undefined) app.orders.requireNumber(change.workOrder);
      await app.batch.change(change);
      return done;
    },
    openOrder: ({ number, text }) => app.orders.openText(text, number),
    exceptOrder: async ({ machineSerial, reason }) => {
      await app.orders.except(machineSerial, reason);
      return done;
    },
    returnComputer: async (request) => ({ said: await app.orders.returnComputer(request) }),
    closeOrder: async () => {
      await app.orders.close();
      return done;
    },
    pair: ({ machineSerial, driveId }) => {
      app.pairing.pairByHand(machineSerial, driveId);
      return done;
    },
    giveReason: async ({ reason, machineSerial, driveId }) => {
      await app.scans.giveReason(reason, { machineSerial, driveId });
      return done;
    },
    unpair: ({ driveId }) => {
      app.pairing.unpair(driveId);
      return done;
    },
    fill: () => {
      app.pairing.fill();
      return done;
    },
    undo: () => {
      app.pairing.undo();
      return done;
    },
    arm: ({ armed }) => {
      app.pairing.arm(armed);
      return done;
    },
    chooseEnd: ({ atEnd }) => {
      app.pairing.chooseEnd(atEnd);
      return done;
    },
    start: async ({ driveIds }) => {
      await app.starting.start(driveIds);
      return done;
    },
    cancelJob: ({ driveId }) => {
      app.jobs.cancel(driveId);
      return done;
    },
    cancelAll: () => {
      app.jobs.cancelAll();
      return done;
    },
    retryJob: async ({ driveId, reason = null }) => {
      await app.scans.retry(driveId, reason);
      return done;
    },
    dismissJob: ({ driveId }) => {
      app.scans.clear([driveId]);
      return done;
    },
    clearPassed: () => {
      app.scans.clear(app.pairing.passedDrives);
      return done;
    },
    bootTestDrive: ({ driveId }) => {
      app.starting.bootTest(driveId);
      return done;
    },
    cancelBootTest: ({ driveId }) => {
      app.bootTests.cancel(driveId);
      return done;
    },
    getPicture: ({ sha256 }) => ({ png: app.bootTests.picture(sha256)?.toString('base64') ?? null }),
    listLabelQueues: () => app.labels.queues(),
    printLabels: (wish) => app.labels.print(wish),
    dismissNotice: ({ id }) => {
      app.notices.dismiss(id);
      return done;
    },
    readHealth: async ({ driveId }) => {
      await app.healths.ask(driveId);
      return done;
    },
    checkSize: ({ driveId }) => {
      app.sizeChecks.start(driveId);
      return done;
    },
    cancelSizeCheck: ({ driveId }) => {
      app.sizeChecks.cancel(driveId);
      return done;
    },
    readErase: async ({ driveIds }) => {
      await app.erasePlans.ask(driveIds);
      return done;
    },
    eraseDrives: ({ drives, reason }) => {
      app.erasures.start(drives, reason);
      return done;
    },
    cancelErase: ({ driveId }) => {
      app.erasures.cancel(driveId);
      return done;
    },
    dismissErase: ({ driveId }) => {
      app.erasures.dismiss(driveId);
      return done;
    },
    queryLog: (query) => app.log.query(query),
    getLogEntry: ({ sequence }) => app.log.entry(sequence),
    verifyLog: () => app.log.verify(),
    listShipments: () => app.shipments.list(),
    getShipmentPapers: ({ number }) => app.shipments.papers(number),
    changeSettings: (change) => {
      if (change.rack !== undefined) app.rack.requireChange(change.rack);
      app.settings.change(change);
      return done;
    },
    cacheSize: async () => ({ bytes: await (await app.cache()).bytes() }),
    clearCache: async () => {
      const cache = await app.cache();
      await cache.clear();
      return { bytes: await cache.bytes() };
    },
    openStick: async (request) => {
      await app.live.open(request);
      return done;
    },
    setStick: async (request) => {
      await app.live.set(request);
      return done;
    },
    unlockDisk: async (request) => {
      await app.live.unlock(request);
      return done;
    },
    openDisk: async (request) => {
      await app.live.openDisk(request);
      return done;
    },
    closeDisk: async () => {
      await app.live.closeDisk();
      return done;
    },
    makeImageDisk: async (request) => {
      await app.live.makeImageDisk(request);
      return done;
    },
    openImageDisk: async () => {
      await app.live.openImageDisk();
      return done;
    },
    forgetImageDisk: async (request) => {
      await app.live.forgetImageDisk(request);
      return done;
    },
    useDisk: ({ driveId }) => {
      app.live.own.useDisk(driveId);
      return done;
    },
    pageStands: async () => {
      await app.live.pageStands();
      return done;
    },
    powerOff: async () => {
      await app.live.powerOff();
      return done;
    },
    reachStation: (request) => {
      app.mirror.reach(request);
      return done;
    },
    getFromStation: (request) => {
      app.mirror.get(request);
      return done;
    },
    cancelMirror: () => {
      app.mirror.cancel();
      return done;
    },
    leaveStation: () => {
      app.mirror.leave();
      return done;
    },
    serveRack: async (request) => {
      await app.rack.serve(request);
      return done;
    },
    lookAtInterfaces: async () => {
      await app.rack.lookAtInterfaces();
      return done;
    },
    stopRack: async () => {
      await app.rack.stop();
      return done;
    },
    admitMachine: async (request) => {
      await app.rack.admit(request);
      return done;
    },
    refuseMachine: async (request) => {
      await app.rack.refuse(request);
      return done;
    },
    pairInMachine: ({ driveId }) => {
      app.rackPairs.take(driveId);
      return done;
    },
    restartStick: async () => {
      await app.live.restart();
      return done;
    },
    cancelUpdate: () => {
      app.live.update.cancel();
      return done;
    },
    dismissUpdate: () => {
      app.live.update.dismiss();
      return done;
    },
    restoreState: async (request) => {
      await app.backup.restore(request);
      return done;
    },
    useTrainingMedia: async () => {
      app.media.select(await app.trainingMedia.get());
      return done;
    },
    useTrainingBench: async ({ training }) => {
      await app.station.useTrainingBench(training);
      return done;
    },
  };
}
