import { Button } from '@mantine/core';
import { IconSchool } from '@tabler/icons-react';
import { useEffect, type ReactElement } from 'react';
import { assertNever } from '../../core/base/errors';
import { send } from '../actions';
import { useAnnouncement } from '../announce';
import { isDialogOpen } from '../dialog';
import { ErrorBoundary } from '../components/error-boundary';
import { BatchScreen } from '../screens/batch/batch-screen';
import { BenchScreen } from '../screens/bench/bench-screen';
import { LogScreen } from '../screens/log/log-screen';
import { OrderScreen } from '../screens/order/order-screen';
import { ScannerCheckScreen } from '../screens/scanner-check/scanner-check-screen';
import { SettingsScreen } from '../screens/settings/settings-screen';
import { ShipScreen } from '../screens/ship/ship-screen';
import { SheetScreen } from '../screens/sheet/sheet-screen';
import { StartOverlay } from '../screens/start/start-overlay';
import { useApp } from '../store/app-store';
import { showScreen, useView, type Screen } from '../store/view-store';
import { useText } from '../text';
import { Messages, Notices } from './messages';
import { Rail, railScreens } from './rail';
import { ScannerOffer } from './scanner-offer';

function ScreenOf({ screen }: { readonly screen: Screen }): ReactElement {
  switch (screen) {
    case 'bench':
      return <BenchScreen />;
    case 'batch':
      return <BatchScreen />;
    case 'log':
      return <LogScreen />;
    case 'settings':
      return <SettingsScreen />;
    case 'order':
      return <OrderScreen />;
    case 'ship':
      return <ShipScreen />;
    case 'sheet':
      return <SheetScreen />;
    case 'scanner-check':
      return <ScannerCheckScreen />;
    default:
      return assertNever(screen);
  }
}

/** F1 to F6, or Control with 1 to 6: a number for each screen of the rail. */
function useScreenKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const digit = event.ctrlKey && !event.altKey && !event.shiftKey ? /^[1-6]$/.exec(event.key) : null;
      const number = digit?.[0] ?? /^F([1-6])$/.exec(event.key)?.[1];
      const screen = number === undefined ? undefined : railScreens[Number(number) - 1];
      if (screen === undefined || isDialogOpen()) return;
      event.preventDefault();
      showScreen(screen);
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, []);
}

function TrainingBanner(): ReactElement | null {
  const text = useText();
  const directory = useApp(({ station }) => station.benchDirectory);
  if (directory === null) return null;
  return (
    <div className="row banner no-print" data-tone="warn" role="status">
      <IconSchool aria-hidden />
      <p>
        <strong>{text.common.virtualBench(directory)}</strong> {text.common.virtualBenchHint}
      </p>
      <Button
        size="sm"
        onClick={() => {
          send('useTrainingBench', { training: false });
        }}
      >
        {text.bench.leaveTraining}
      </Button>
    </div>
  );
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

/** What is around every screen: the rail, notices, messages, and the start when it is armed. */
export function Shell(): ReactElement {
  const text = useText().common;
  const screen = useView((view) => view.screen);
  useScreenKeys();
  return (
    <div className="shell">
      <a className="skip-link no-print" href="#content">
        {text.skipToContent}
      </a>
      <Rail />
      <div className="shell-column">
        <TrainingBanner />
        <ScannerOffer />
        <Notices />
        <main id="content" tabIndex={-1} className="shell-main">
          <ErrorBoundary key={screen}>
            <ScreenOf screen={screen} />
          </ErrorBoundary>
        </main>
      </div>
      <ErrorBoundary>
        <StartOverlay />
      </ErrorBoundary>
      <Messages />
      <Announcer />
    </div>
  );
}
