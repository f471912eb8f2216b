import type { HelpedScreen } from '../../store/view-store';

/** The page of the guide that each screen's help is. */
export const pageOfScreen: Readonly<Record<HelpedScreen, string>> = {
  order: 'screens/order',
  media: 'screens/media',
  bench: 'screens/bench',
  ship: 'screens/ship',
  log: 'screens/log',
  settings: 'screens/settings',
  machines: 'screens/machines',
  sheet: 'screens/barcodes',
  'scanner-check': 'scanner',
};

/** The page that leads through a first drive, on training drives. */
export const firstPage = 'first-drive';

/** Pages that stand above the others in the contents: those of the screens, in the order of the work. */
export const screenPages: readonly string[] = Object.values(pageOfScreen);
