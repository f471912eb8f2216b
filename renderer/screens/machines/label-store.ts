import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** The machine whose label is scanned next; null: none. */
const labelStore = createStore<{ readonly machine: string | null }>(() => ({ machine: null }));

export function askForLabel(machine: string | null): void {
  labelStore.setState({ machine });
}

export function labelAsked(): string | null {
  return labelStore.getState().machine;
}

export function useLabelAsked(): string | null {
  return useStore(labelStore, ({ machine }) => machine);
}
