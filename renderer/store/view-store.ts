import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { ScanScreen } from '../../core/scan/scan-outcome';

/** The sheet of command barcodes and the scanner check are reached from the settings. */
export type Screen = ScanScreen;
/** A screen that help is about. */
export type HelpedScreen = Exclude<Screen, 'help'>;

/** Where in the guide the help is open. */
export interface HelpPlace {
  /** Name of the page; null: that of the screen that was shown. */
  readonly page: string | null;
  /** Empty for the page's beginning. */
  readonly anchor: string;
  /** The screen that help was called on, and goes back to. */
  readonly from: HelpedScreen;
}

export interface ViewState {
  readonly screen: Screen;
  /** The drive whose details are open. */
  readonly selectedDriveId: string | null;
  /** The dialog that asks who works is open. */
  readonly operatorAsked: boolean;
  readonly help: HelpPlace;
}

/** What this page shows; the station knows nothing of it. */
export const viewStore = createStore<ViewState>(() => ({
  screen: 'bench',
  selectedDriveId: null,
  operatorAsked: false,
  help: { page: null, anchor: '', from: 'bench' },
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

/** Opens the help of the screen that is shown; where help is shown, goes back. */
export function toggleHelp(): void {
  const { screen, help } = viewStore.getState();
  if (screen === 'help') {
    showScreen(help.from);
    return;
  }
  viewStore.setState({
    screen: 'help',
    selectedDriveId: null,
    help: { page: null, anchor: '', from: screen },
  });
}

/** Turns to another page of the help, at one of its headings or at its beginning. */
export function showHelpPage(page: string, anchor = ''): void {
  viewStore.setState(({ help }) => ({ help: { ...help, page, anchor } }));
}
