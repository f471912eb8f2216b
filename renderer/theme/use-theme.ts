import { useLayoutEffect, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { appStore } from '../store/app-store';

const darkQuery = '(prefers-color-scheme: dark)';

function subscribeToSystem(listener: () => void): () => void {
  const query = window.matchMedia(darkQuery);
  query.addEventListener('change', listener);
  return () => {
    query.removeEventListener('change', listener);
  };
}

/**
 * Puts the theme of the settings on the page, `system` as the desktop has it.
 * @returns the colour scheme for Mantine
 */
export function useTheme(): 'light' | 'dark' {
  const chosen = useStore(appStore, ({ state }) => state?.settings.desk.theme ?? 'system');
  const systemIsDark = useSyncExternalStore(subscribeToSystem, () => window.matchMedia(darkQuery).matches);
  const theme = chosen === 'system' ? (systemIsDark ? 'dark' : 'light') : chosen;
  // Before the first paint: a dark desktop must not flash white.
  useLayoutEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return theme === 'light' ? 'light' : 'dark';
}
