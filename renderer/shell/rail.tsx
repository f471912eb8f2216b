import {
  IconDatabaseImport,
  IconHelpCircle,
  IconLayoutGrid,
  IconListDetails,
  IconPackages,
  IconPackageExport,
  IconSchool,
  IconServer2,
  IconSettings,
  IconUsb,
  type Icon,
} from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { isOwnMachine } from '../screens/machine/own-state';
import { useApp } from '../store/app-store';
import { askingMachines } from '../store/selectors';
import { showScreen, toggleHelp, useView, type Screen } from '../store/view-store';
import { useText } from '../text';
import { OperatorButton } from './operator';

/** The screens of the work, in its order. */
const workScreens = ['order', 'media', 'bench', 'ship'] as const;
const otherScreens = ['log', 'settings', 'machines'] as const;
/** In the order of their keys. */
export const railScreens: readonly RailScreen[] = [...workScreens, ...otherScreens];
type RailScreen = (typeof workScreens)[number] | (typeof otherScreens)[number];

const icons: Readonly<Record<RailScreen, Icon>> = {
  order: IconPackages,
  media: IconDatabaseImport,
  bench: IconLayoutGrid,
  ship: IconPackageExport,
  log: IconListDetails,
  settings: IconSettings,
  machines: IconServer2,
};

/** The sheet of barcodes and the scanner check belong to the settings. */
const railScreenOf = (screen: Screen): Screen =>
  screen === 'sheet' || screen === 'scanner-check' ? 'settings' : screen;

function RailItem({ screen }: { readonly screen: RailScreen }): ReactElement {
  const { common: text, machine } = useText();
  const shown = useView((view) => railScreenOf(view.screen));
  const own = useApp(isOwnMachine);
  const ScreenIcon = icons[screen];
  return (
    <li>
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
        {screen === 'machines' && <AskingMark />}
        <span>{own && screen === 'bench' ? machine.screen : text.screens[screen]}</span>
        <kbd>{text.screenKeys[screen]}</kbd>
      </button>
    </li>
  );
}

/** How many machines ask to be let into the rack. */
function AskingMark(): ReactElement | null {
  const text = useText().machines.asking;
  const asking = useApp(askingMachines);
  return asking === 0 ? null : (
    <strong className="rail-mark" title={text.count(asking)}>
      {asking}
    </strong>
  );
}

/** Help on the screen that is shown; pressed again, the way back to it. */
function HelpItem(): ReactElement {
  const text = useText().common;
  const shown = useView(({ screen }) => screen === 'help');
  return (
    <li>
      <button
        type="button"
        className="rail-button"
        aria-current={shown ? 'page' : undefined}
        aria-keyshortcuts={text.helpKey}
        onClick={toggleHelp}
      >
        <IconHelpCircle size={24} aria-hidden />
        <span>{text.screens.help}</span>
        <kbd>{text.helpKey}</kbd>
      </button>
    </li>
  );
}

/** Says that the drives are files; leads to where training is left. */
function TrainingChip(): ReactElement | null {
  const text = useText().common;
  const directory = useApp(({ station }) => station.benchDirectory);
  if (directory === null) return null;
  return (
    <button
      type="button"
      className="rail-foot-button rail-training"
      title={text.trainingHint(directory)}
      onClick={() => {
        showScreen('settings');
        // The screen is drawn by then.
        requestAnimationFrame(() => {
          document.getElementById('settings-training')?.scrollIntoView();
        });
      }}
    >
      <IconSchool size={18} aria-hidden />
      <span>{text.training}</span>
    </button>
  );
}

/** Says that the station runs from a stick; leads to what is told of it. */
function StickChip(): ReactElement | null {
  const text = useText().live;
  const live = useApp((state) => state.live.live);
  if (live === null) return null;
  return (
    <button
      type="button"
      className="rail-foot-button"
      title={text.chipHint}
      onClick={() => {
        showScreen('settings');
        // The screen is drawn by then.
        requestAnimationFrame(() => {
          document.getElementById('settings-stick')?.scrollIntoView();
        });
      }}
    >
      <IconUsb size={18} aria-hidden />
      <span>{text.chip}</span>
    </button>
  );
}

/** Goes from screen to screen, in the order of the work; at its foot who works. */
export function Rail(): ReactElement {
  const text = useText().common;
  // A machine that images itself has no rack.
  const own = useApp(isOwnMachine);
  return (
    <div className="rail no-print">
      <nav aria-label={text.navigation}>
        <ul>
          {workScreens.map((screen) => (
            <RailItem key={screen} screen={screen} />
          ))}
        </ul>
        <ul className="rail-others">
          {otherScreens
            .filter((screen) => !own || screen !== 'machines')
            .map((screen) => (
              <RailItem key={screen} screen={screen} />
            ))}
          <HelpItem />
        </ul>
      </nav>
      <section className="rail-foot" aria-label={text.operator.region}>
        <StickChip />
        <TrainingChip />
        <OperatorButton />
      </section>
    </div>
  );
}
