import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** The line of the order that was scanned; `number` counts, so that the same one can be shown again. */
interface MarkedLine {
  readonly serial: string | null;
  readonly number: number;
}

const markedStore = createStore<MarkedLine>(() => ({ serial: null, number: 0 }));

/** Shows a machine's line. */
export function markLine(serial: string): void {
  markedStore.setState(({ number }) => ({ serial, number: number + 1 }));
}

export function useMarkedLine(): MarkedLine {
  return useStore(markedStore);
}
