import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { ScanScreen } from '../../core/scan/scan-outcome';

/** The sheet of command barcodes and the scanner check are reached from the settings. */
export type Screen = ScanScreen;

export interface ViewState {
  readonly screen: Screen;
  /** The drive whose details are open. */
  readonly selectedDriveId: string | null;
  /** The dialog that asks who works is open. */
  readonly operatorAsked: boolean;
}

/** What this page shows; the station knows nothing of it. */
export const viewStore = createStore<ViewState>(() => ({
  screen: 'bench',
  selectedDriveId: null,
  operatorAsked: false,
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

/** Asks who works, or closes that dialog. */
export function askForOperator(operatorAsked: boolean): void {
  viewStore.setState({ operatorAsked });
}
