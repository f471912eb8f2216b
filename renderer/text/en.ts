import { batchText } from './en-batch';
import { benchText } from './en-bench';
import { commonText } from './en-common';
import { logText } from './en-log';
import { orderText } from './en-order';
import { settingsText } from './en-settings';
import { shipText } from './en-ship';

/** The English table, a member for each screen. */
export const en = {
  common: commonText,
  bench: benchText,
  batch: batchText,
  log: logText,
  order: orderText,
  settings: settingsText,
  ship: shipText,
};
