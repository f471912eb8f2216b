import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { LogReport } from '../../../core/contract/app-log';
import { act } from '../../actions';

interface LedgerTasks {
  readonly doing: 'nothing' | 'verifying' | 'exporting';
  readonly report: LogReport | null;
  /** Where the last export was written. */
  readonly exported: string | null;
}

/** Apart from the screen: verifying takes a minute, and what it found must not go when another screen is shown. */
const tasksStore = createStore<LedgerTasks>(() => ({ doing: 'nothing', report: null, exported: null }));

/** What is done with the whole ledger, and what came of it. */
export function useLedgerTasks(): LedgerTasks {
  return useStore(tasksStore);
}

/** Reads the whole ledger and keeps what was found. */
export async function verifyLedger(): Promise<void> {
  tasksStore.setState({ doing: 'verifying', report: null, exported: null });
  tasksStore.setState({ doing: 'nothing', report: await act('verifyLog', {}) });
}

/** Writes the ledger into a file that the operator chooses. */
export async function exportLedger(format: 'csv' | 'json'): Promise<void> {
  tasksStore.setState({ doing: 'exporting', exported: null });
  const answer = await act('exportLog', { format });
  tasksStore.setState({ doing: 'nothing', exported: answer?.path ?? null });
}

/** Puts away what was said. */
export function closeReport(): void {
  tasksStore.setState({ report: null, exported: null });
}
