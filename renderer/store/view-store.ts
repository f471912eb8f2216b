import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

/** In the order of the rail; the sheet of command barcodes and the scanner check are reached from the settings. */
export const screens = [
  'bench',
  'batch',
  'log',
  'settings',
  'order',
  'ship',
  'sheet',
  'scanner-check',
] as const;
export type Screen = (typeof screens)[number];

export interface ViewState {
  readonly screen: Screen;
  /** The drive whose details are open. */
  readonly selectedDriveId: string | null;
}

/** What this page shows; the station knows nothing of it. */
export const viewStore = createStore<ViewState>(() => ({
  screen: 'bench',
  selectedDriveId: null,
}));

/** A part of what the page shows. */
export function useView<T>(selector: (state: ViewState) => T): T {
  return useStore(viewStore, selector);
}

/** Goes to a screen. Details of a drive are closed. */
export function showScreen(screen: Screen): void {
  viewStore.setState({ screen, selectedDriveId: null });
}

/** Opens the details of a drive, or closes them with null. */
export function selectDrive(selectedDriveId: string | null): void {
  viewStore.setState({ selectedDriveId });
}
