import { Button, MantineProvider } from '@mantine/core';
import { useCallback, useEffect, useState, type ReactElement } from 'react';
import { useStore } from 'zustand';
import type { ErrorData } from '../core/base/errors';
import { errorOf } from './actions';
import { startAnnouncing } from './announce';
import { connect } from './bridge';
import { Busy } from './components/busy';
import { ErrorCard } from './components/error-card';
import { startScanCapture } from './scanner/capture';
import { takeScan } from './scanner/take-scan';
import { scannerSettings } from './scanner/scanner-settings';
import { Shell } from './shell/shell';
import { appStore } from './store/app-store';
import { useText } from './text';
import { mantineTheme } from './theme/mantine-theme';
import { useTheme } from './theme/use-theme';

/** Follows the station while the page is open. */
function useStation(): { readonly error: ErrorData | null; readonly retry: () => void } {
  const [error, setError] = useState<ErrorData | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let left = false;
    let disconnect = (): void => undefined;
    connect().then(
      (end) => {
        if (left) end();
        else disconnect = end;
      },
      (thrown: unknown) => {
        if (!left) setError(errorOf(thrown));
      },
    );
    return () => {
      left = true;
      disconnect();
    };
  }, [attempt]);
  const retry = useCallback(() => {
    setError(null);
    setAttempt((number) => number + 1);
  }, []);
  return { error, retry };
}

function Opening({
  error,
  onRetry,
}: {
  readonly error: ErrorData | null;
  readonly onRetry: () => void;
}): ReactElement {
  const text = useText().common;
  return (
    <main className="stack opening">
      <h1 className="screen-title">{text.product}</h1>
      {error === null ? (
        <Busy>{text.loading}</Busy>
      ) : (
        <>
          <p>{text.loadFailed}</p>
          <ErrorCard error={error}>
            <Button onClick={onRetry}>{text.tryAgain}</Button>
          </ErrorCard>
        </>
      )}
    </main>
  );
}

/** The page: waits for the station, then shows the screens. */
export function App(): ReactElement {
  const colorScheme = useTheme();
  const { error, retry } = useStation();
  const loaded = useStore(appStore, ({ state }) => state !== null);
  useEffect(() => {
    // A file that is dropped beside the place for it would be opened in place of this page.
    const refuseDrop = (event: DragEvent): void => {
      event.preventDefault();
    };
    document.addEventListener('dragover', refuseDrop);
    document.addEventListener('drop', refuseDrop);
    const ends = [startAnnouncing(), startScanCapture(scannerSettings, takeScan)];
    return () => {
      for (const end of ends) end();
      document.removeEventListener('dragover', refuseDrop);
      document.removeEventListener('drop', refuseDrop);
    };
  }, []);
  return (
    <MantineProvider
      theme={mantineTheme}
      forceColorScheme={colorScheme}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      {loaded ? <Shell /> : <Opening error={error} onRetry={retry} />}
    </MantineProvider>
  );
}
