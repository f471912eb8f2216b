import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { AppSettings } from '../../core/settings/settings';
import { appStore } from '../store/app-store';
import { backupText } from './en-backup';
import { benchText } from './en-bench';
import { commonText } from './en-common';
import { eraseText } from './en-erase';
import { firstDriveText } from './en-first-drive';
import { flowText } from './en-flow';
import { healthText } from './en-health';
import { helpText } from './en-help';
import { libraryText } from './en-library';
import { lineText } from './en-line';
import { liveText } from './en-live';
import { logText } from './en-log';
import { machineText } from './en-machine';
import { machinesText } from './en-machines';
import { mediaText } from './en-media';
import { mirrorText } from './en-mirror';
import { orderText } from './en-order';
import { pastText } from './en-past';
import { progressText } from './en-progress';
import { rackText } from './en-rack';
import { remedies } from './en-remedies';
import { scannerCheckText } from './en-scanner-check';
import { settingsText } from './en-settings';
import { shipText } from './en-ship';

/** The English table, a member for each screen. */
export const en = {
  common: commonText,
  backup: backupText,
  bench: benchText,
  erase: eraseText,
  firstDrive: firstDriveText,
  flow: flowText,
  health: healthText,
  help: helpText,
  library: libraryText,
  line: lineText,
  live: liveText,
  log: logText,
  machine: machineText,
  machines: machinesText,
  media: mediaText,
  mirror: mirrorText,
  order: orderText,
  past: pastText,
  progress: progressText,
  rack: rackText,
  remedies,
  scannerCheck: scannerCheckText,
  settings: settingsText,
  ship: shipText,
};

/**
 * Every word that the page itself says, by language. A new language is one more table of this type. Errors that
 * come from the station are shown as they come, but for remedies that need a terminal.
 */
export type Text = typeof en;

const tables: Readonly<Record<AppSettings['language'], Text>> = { en };

/** The table of the language in the settings, for code that is no component. */
export function currentText(): Text {
  return tables[appStore.getState().state?.settings.desk.language ?? 'en'];
}

/** The language apart from all else: each word on the screen asks for it, and hardly anything changes it. */
const languageStore = createStore<AppSettings['language']>(() => 'en');
appStore.subscribe(({ state }) => {
  languageStore.setState(state?.settings.desk.language ?? 'en', true);
});

/** The table of the language in the settings. */
export function useText(): Text {
  return tables[useStore(languageStore)];
}
