import { useStore } from 'zustand';
import { useShallow } from 'zustand/shallow';
import { createStore } from 'zustand/vanilla';
import type { AppPatch, AppState } from '../../core/contract/app';
import { keepReferences } from './keep-references';

/** The station's state as it was last pushed; null until it was told for the first time. */
export const appStore = createStore<{ readonly state: AppState | null }>(() => ({ state: null }));

/** Takes over the whole state. @returns the state as it is stored */
export function loadAppState(next: AppState): AppState {
  const state = keepReferences(appStore.getState().state, next);
  appStore.setState({ state });
  return state;
}

/**
 * Takes over the members that a patch carries.
 * @returns the new state; null when no whole state was ever told, and the patch was left out
 */
export function applyAppPatch(patch: AppPatch): AppState | null {
  const before = appStore.getState().state;
  if (before === null) return null;
  const told = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  const state: AppState = keepReferences(before, { ...before, ...told });
  if (state !== before) appStore.setState({ state });
  return state;
}

function loaded(state: AppState | null): AppState {
  if (state === null) throw new Error('a screen was shown before the state of the app was told');
  return state;
}

/**
 * A part of the station's state. The selector must return a part of the state or a plain value, not a new
 * object; for those there is {@link useAppShallow}.
 */
export function useApp<T>(selector: (state: AppState) => T): T {
  return useStore(appStore, ({ state }) => selector(loaded(state)));
}

/** {@link useApp} for selectors that make a new list or object of parts: compared member by member. */
export function useAppShallow<T>(selector: (state: AppState) => T): T {
  return useStore(
    appStore,
    useShallow(({ state }) => selector(loaded(state))),
  );
}

/** The state now, for event handlers. */
export function appState(): AppState {
  return loaded(appStore.getState().state);
}
