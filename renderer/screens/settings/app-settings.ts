import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { appSettingsSchema, type AppSettings } from '../../../core/settings/settings';
import { act } from '../../actions';
import { appState, appStore, useApp } from '../../store/app-store';

/**
 * What was sent and the station has not said back yet. A change takes over all app settings, so the next one
 * within that time must build on this one and not on what the station said last.
 */
const pendingStore = createStore<{ readonly pending: AppSettings | null }>(() => ({ pending: null }));

/** How long the station may take to say it back. */
const answerMilliseconds = 1500;

const same = (one: AppSettings, other: AppSettings): boolean => JSON.stringify(one) === JSON.stringify(other);

function forget(settings: AppSettings): void {
  if (pendingStore.getState().pending === settings) pendingStore.setState({ pending: null });
}

/** The app settings as they are, with what is on its way to the station. */
export function useAppSettings(): AppSettings {
  const told = useApp(({ settings }) => settings.desk);
  return useStore(pendingStore, ({ pending }) => pending) ?? told;
}

/** {@link useAppSettings} for code that is no component; null before the station was heard. */
export function currentAppSettings(): AppSettings | null {
  return pendingStore.getState().pending ?? appStore.getState().state?.settings.desk ?? null;
}

/**
 * Changes some of the app settings.
 * @returns whether the station took it; false also for what the settings cannot hold, and nothing is sent then
 */
export async function changeAppSettings(
  change: (settings: AppSettings) => Partial<AppSettings>,
): Promise<boolean> {
  const before = pendingStore.getState().pending ?? appState().settings.desk;
  const parsed = appSettingsSchema.safeParse({ ...before, ...change(before) });
  if (!parsed.success) return false;
  const next = parsed.data;
  pendingStore.setState({ pending: next });
  const taken = (await act('changeSettings', { desk: next })) !== null;
  const told = appStore.getState().state?.settings.desk;
  if (!taken || (told !== undefined && same(told, next))) forget(next);
  else {
    setTimeout(() => {
      forget(next);
    }, answerMilliseconds);
  }
  return taken;
}
