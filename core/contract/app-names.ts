import type { AppMethod } from './app';

/**
 * The names of desk.ts's methods, apart from it so that the preload script need not carry zod. Does not compile
 * when one is missing or unknown.
 */
const names = {
  getState: true,
  refreshDrives: true,
  scan: true,
  chooseMedia: true,
  selectMedia: true,
  expectHash: true,
  clearMedia: true,
  setBatch: true,
  chooseOrder: true,
  openOrder: true,
  exceptOrder: true,
  closeOrder: true,
  pair: true,
  unpair: true,
  undo: true,
  arm: true,
  start: true,
  cancelJob: true,
  cancelAll: true,
  retryJob: true,
  dismissJob: true,
  rehearseDrive: true,
  cancelRehearsal: true,
  getPicture: true,
  dismissNotice: true,
  queryLog: true,
  getLogEntry: true,
  verifyLog: true,
  exportLog: true,
  listShipments: true,
  closeShipment: true,
  remakeBundle: true,
  showBundle: true,
  changeSettings: true,
  cacheSize: true,
  clearCache: true,
  useTrainingBench: true,
  printPage: true,
  savePageAsPdf: true,
} as const satisfies Record<AppMethod, true>;

export const appMethodNames = Object.keys(names) as AppMethod[];
