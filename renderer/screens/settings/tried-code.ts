import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** What was scanned on the settings, to be tried; `number` counts, so that the same text can be tried again. */
interface TriedScan {
  readonly text: string;
  readonly number: number;
}

const triedStore = createStore<TriedScan>(() => ({ text: '', number: 0 }));

/** Says what a scan would be taken for, and does nothing with it. */
export function tryScanned(text: string): void {
  triedStore.setState(({ number }) => ({ text, number: number + 1 }));
}

export function useTriedScan(): TriedScan {
  return useStore(triedStore);
}
