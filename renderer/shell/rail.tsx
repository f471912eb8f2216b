import {
  IconClipboardList,
  IconLayoutGrid,
  IconListDetails,
  IconPackages,
  IconPackageExport,
  IconSettings,
  type Icon,
} from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { showScreen, useView, type Screen } from '../store/view-store';
import { useText } from '../text';

/** In the order of their keys. */
export const railScreens = ['bench', 'batch', 'log', 'settings', 'order', 'ship'] as const;

const icons: Readonly<Record<(typeof railScreens)[number], Icon>> = {
  bench: IconLayoutGrid,
  batch: IconClipboardList,
  log: IconListDetails,
  settings: IconSettings,
  order: IconPackages,
  ship: IconPackageExport,
};

/** The sheet of barcodes and the scanner check belong to the settings. */
const railScreenOf = (screen: Screen): Screen =>
  screen === 'sheet' || screen === 'scanner-check' ? 'settings' : screen;

/** Goes from screen to screen. */
export function Rail(): ReactElement {
  const text = useText().common;
  const shown = useView((view) => railScreenOf(view.screen));
  return (
    <nav className="rail no-print" aria-label={text.navigation}>
      <ul>
        {railScreens.map((screen) => {
          const ScreenIcon = icons[screen];
          return (
            <li key={screen}>
              <button
                type="button"
                className="rail-button"
                aria-current={screen === shown ? 'page' : undefined}
                aria-keyshortcuts={text.screenKeys[screen]}
                onClick={() => {
                  showScreen(screen);
                }}
              >
                <ScreenIcon size={24} aria-hidden />
                <span>{text.screens[screen]}</span>
                <kbd>{text.screenKeys[screen]}</kbd>
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
