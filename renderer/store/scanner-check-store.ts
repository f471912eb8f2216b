import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { ScannerCheck, UnreadCheck } from '../../core/scan/scanner-check';
import { showScreen } from './view-store';

/** What came of a scan of the check code. */
export type CheckResult =
  | {
      readonly kind: 'read';
      readonly check: ScannerCheck;
      /** The scanner's own settings must be changed first. */
      readonly refused: boolean;
      /** The station took over what was found. */
      readonly saved: boolean;
    }
  | UnreadCheck;

interface CheckState {
  readonly result: CheckResult | null;
  /** How often the code was scanned and taken, one after the other. */
  readonly times: number;
}

const checkStore = createStore<CheckState>(() => ({ result: null, times: 0 }));

/** Shows another result. */
export function showCheckResult(result: CheckResult): void {
  const { times } = checkStore.getState();
  const saved = result.kind === 'read' && result.saved;
  checkStore.setState({ result, times: saved ? times + 1 : 0 });
}

/** Begins again: nothing was scanned. */
export function beginCheck(): void {
  checkStore.setState({ result: null, times: 0 });
}

/** Opens the check as if nothing was scanned. */
export function openCheck(): void {
  beginCheck();
  showScreen('scanner-check');
}

/** The latest scan of the check code. */
export function useScannerCheck(): CheckState {
  return useStore(checkStore);
}
