import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { nothingChosen, type Choice, type RackFilter } from '../screens/bench/rack/rack-rules';

export interface RackState {
  readonly filter: RackFilter;
  readonly choice: Choice;
}

/** What the rack view shows and what is chosen in it; it stays while other screens are looked at. */
export const rackStore = createStore<RackState>(() => ({ filter: 'all', choice: nothingChosen }));

export function useRack<T>(selector: (state: RackState) => T): T {
  return useStore(rackStore, selector);
}

/** Shows the bays of a filter; nothing stays chosen that is not shown. */
export function setRackFilter(filter: RackFilter): void {
  rackStore.setState({ filter });
}

export function changeChoice(change: (choice: Choice) => Choice): void {
  rackStore.setState(({ choice }) => ({ choice: change(choice) }));
}
