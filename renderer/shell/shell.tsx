import { useEffect, useState, type ReactElement } from 'react';
import { assertNever } from '../../core/base/errors';
import { send } from '../actions';
import { useAnnouncement } from '../announce';
import { isDialogOpen } from '../dialog';
import { ErrorBoundary } from '../components/error-boundary';
import { BenchScreen } from '../screens/bench/bench-screen';
import { FirstDriveCard } from '../screens/first-drive/first-drive-card';
import { HelpScreen } from '../screens/help/help-screen';
import { LineScreen } from '../screens/line/line-screen';
import { LiveGate } from '../screens/live/live-gate';
import { MachineEnded } from '../screens/machine/machine-ended';
import { MachineScreen } from '../screens/machine/machine-screen';
import { MachinesScreen } from '../screens/machines/machines-screen';
import { isOwnMachine, ownJobOf, ownResultOf } from '../screens/machine/own-state';
import { LogScreen } from '../screens/log/log-screen';
import { MediaScreen } from '../screens/media/media-screen';
import { OrderScreen } from '../screens/order/order-screen';
import { ScannerCheckScreen } from '../screens/scanner-check/scanner-check-screen';
import { useAppSettings } from '../screens/settings/app-settings';
import { SettingsScreen } from '../screens/settings/settings-screen';
import { ShipScreen } from '../screens/ship/ship-screen';
import { SheetScreen } from '../screens/sheet/sheet-screen';
import { StartOverlay } from '../screens/start/start-overlay';
import { useApp } from '../store/app-store';
import { showScreen, toggleHelp, useView, viewStore, type Screen } from '../store/view-store';
import { useText } from '../text';
import { Messages, Notices } from './messages';
import { Rail, railScreens } from './rail';
import { ScanBar } from './scan-bar';
import { ScannerOffer } from './scanner-offer';

interface ScreenOfProps {
  readonly screen: Screen;
  /** A machine that images itself shows how it ended over the whole window again. */
  readonly onLarge: () => void;
}

function ScreenOf({ screen, onLarge }: ScreenOfProps): ReactElement {
  const own = useApp(isOwnMachine);
  switch (screen) {
    case 'bench':
      return own ? <MachineScreen onLarge={onLarge} /> : <BenchScreen />;
    case 'media':
      return <MediaScreen />;
    case 'log':
      return <LogScreen />;
    case 'settings':
      return <SettingsScreen />;
    case 'machines':
      return <MachinesScreen />;
    case 'order':
      return <OrderScreen />;
    case 'ship':
      return <ShipScreen />;
    case 'sheet':
      return <SheetScreen />;
    case 'scanner-check':
      return <ScannerCheckScreen />;
    case 'help':
      return <HelpScreen />;
    default:
      return assertNever(screen);
  }
}

/** Place in the rail that a key stands for; -1 when it stands for none. */
function placeOfKey({ key, ctrlKey, altKey, shiftKey }: KeyboardEvent): number {
  const digit = ctrlKey && !altKey && !shiftKey ? /^[1-9]$/.exec(key)?.[0] : undefined;
  if (digit !== undefined) return Number(digit) - 1;
  const functionKey = /^F([2-9])$/.exec(key)?.[1];
  return functionKey === undefined ? -1 : Number(functionKey) - 2;
}

/** F1 opens and closes the help, Escape closes it. */
function isHelpKey({ key, ctrlKey, altKey, shiftKey, defaultPrevented }: KeyboardEvent): boolean {
  if (ctrlKey || altKey || shiftKey || defaultPrevented) return false;
  return key === 'F1' || (key === 'Escape' && viewStore.getState().screen === 'help');
}

/** F2 and the keys after it, or Control with 1 and the digits after it, in the rail's order; F1 is help. */
function useScreenKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const help = isHelpKey(event);
      const screen = railScreens[placeOfKey(event)];
      if ((screen === undefined && !help) || isDialogOpen()) return;
      event.preventDefault();
      if (screen === undefined) toggleHelp();
      else showScreen(screen);
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, []);
}

/** How long the page has to stand before this version is known to come up. Milliseconds. */
const standing = 30_000;

/** On a stick: tells the station once that the page stands, drawn. A page that is loaded again begins again. */
function usePageStands(): void {
  const onStick = useApp(({ live }) => live.live !== null);
  useEffect(() => {
    if (!onStick) return undefined;
    const timer = setTimeout(() => {
      requestAnimationFrame(() => {
        send('pageStands', {});
      });
    }, standing);
    return () => {
      clearTimeout(timer);
    };
  }, [onStick]);
}

function Announcer(): ReactElement {
  const { number, polite, urgent } = useAnnouncement();
  return (
    <div className="unseen">
      <div aria-live="polite">
        <span key={number}>{polite}</span>
      </div>
      <div aria-live="assertive">
        <span key={number}>{urgent}</span>
      </div>
    </div>
  );
}

/** Line mode has the window for itself: it says everything in its own words and sizes. */
function LineShell(): ReactElement {
  return (
    <>
      <main id="content" tabIndex={-1}>
        <ErrorBoundary>
          <LiveGate />
          <LineScreen />
        </ErrorBoundary>
      </main>
      <Announcer />
    </>
  );
}

/** A machine that imaged itself has the window for how that ended, until somebody puts it away: for this end, not for the next. */
function useOwnEnd(): { readonly result: 'pass' | 'fail' | null; readonly put: (away: boolean) => void } {
  const result = useApp((state) => (isOwnMachine(state) ? ownResultOf(state) : null));
  const end = useApp((state) => ownJobOf(state)?.endedAt ?? null);
  const [away, setAway] = useState<string | null>(null);
  return {
    result: end !== null && end === away ? null : result,
    put: (isAway) => {
      setAway(isAway ? end : null);
    },
  };
}

/** What is around every screen: the rail, notices, messages, and the start when it is armed. */
export function Shell(): ReactElement {
  const text = useText().common;
  const screen = useView((view) => view.screen);
  const own = useApp(isOwnMachine);
  const line = useAppSettings().benchView === 'line' && !own;
  const { result, put } = useOwnEnd();
  useScreenKeys();
  usePageStands();
  if (result !== null && screen === 'bench') {
    return (
      <>
        <main id="content" tabIndex={-1}>
          <ErrorBoundary>
            <MachineEnded
              result={result}
              onLeave={() => {
                put(true);
              }}
            />
          </ErrorBoundary>
        </main>
        {/* What is refused there, such as to turn it off, is said nowhere else. */}
        <Messages />
        <Announcer />
      </>
    );
  }
  if (line && screen === 'bench') return <LineShell />;
  return (
    <div className="shell">
      <a className="skip-link no-print" href="#content">
        {text.skipToContent}
      </a>
      <Rail />
      <div className="shell-column">
        <ErrorBoundary>
          <ScanBar />
        </ErrorBoundary>
        <ScannerOffer />
        <LiveGate />
        <Notices />
        <div className="shell-row">
          <main id="content" tabIndex={-1} className="shell-main">
            <ErrorBoundary key={screen}>
              <ScreenOf
                screen={screen}
                onLarge={() => {
                  put(false);
                }}
              />
            </ErrorBoundary>
          </main>
          <ErrorBoundary>
            <FirstDriveCard />
          </ErrorBoundary>
        </div>
      </div>
      <ErrorBoundary>
        <StartOverlay />
      </ErrorBoundary>
      <Messages />
      <Announcer />
    </div>
  );
}
