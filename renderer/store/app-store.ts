import { useStore } from 'zustand';
import { useShallow } from 'zustand/shallow';
import { createStore } from 'zustand/vanilla';
import type { DeskPatch, DeskState } from '../../core/contract/app';
import { keepReferences } from './keep-references';

/** The station's state as it was last pushed; null until it was told for the first time. */
export const deskStore = createStore<{ readonly state: DeskState | null }>(() => ({ state: null }));

/** Takes over the whole state. @returns the state as it is stored */
export function loadDeskState(next: DeskState): DeskState {
  const state = keepReferences(deskStore.getState().state, next);
  deskStore.setState({ state });
  return state;
}

/**
 * Takes over the members that a patch carries.
 * @returns the new state; null when no whole state was ever told, and the patch was left out
 */
export function applyDeskPatch(patch: DeskPatch): DeskState | null {
  const before = deskStore.getState().state;
  if (before === null) return null;
  const told = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  const state: DeskState = keepReferences(before, { ...before, ...told });
  if (state !== before) deskStore.setState({ state });
  return state;
}

function loaded(state: DeskState | null): DeskState {
  if (state === null) throw new Error('a screen was shown before the state of the desk was told');
  return state;
}

/**
 * A part of the station's state. The selector must return a part of the state or a plain value, not a new
 * object; for those there is {@link useDeskShallow}.
 */
export function useDesk<T>(selector: (state: DeskState) => T): T {
  return useStore(deskStore, ({ state }) => selector(loaded(state)));
}

/** {@link useDesk} for selectors that make a new list or object of parts: compared member by member. */
export function useDeskShallow<T>(selector: (state: DeskState) => T): T {
  return useStore(
    deskStore,
    useShallow(({ state }) => selector(loaded(state))),
  );
}

/** The state now, for event handlers. */
export function deskState(): DeskState {
  return loaded(deskStore.getState().state);
}
