import type { AppState } from '../../../core/contract/app';
import type { ScanOutcome } from '../../../core/scan/scan-outcome';
import { act } from '../../actions';
import { drawn } from '../../drawn';
import { appState, appStore } from '../../store/app-store';
import { lineStore, type DriveLabel } from '../../store/line-store';
import { changeAppSettings } from '../settings/app-settings';

/** What line mode does besides showing: closes the shipment, prints labels, leaves. */

/** SHIP: closes the shipment of what was taken out. @returns what came of it */
export async function closeLine(): Promise<ScanOutcome> {
  const answer = await act('shipLine', {});
  const report = answer?.report ?? null;
  if (report !== null) {
    return {
      ...{ result: 'accepted', kind: 'command', effect: 'shipped', machineSerial: null, bay: null },
      text: report.number,
      count: report.machines,
    };
  }
  // Why the station refused it is shown as a message of its own.
  const reason = answer === null ? 'not-shippable' : 'nothing-to-ship';
  return { result: 'refused', kind: 'command', reason, expected: 'ship', detail: null };
}

/** Back to the cards, with rail and mouse. */
export function leaveLine(): void {
  void changeAppSettings(() => ({ benchView: 'cards' }));
}

/** Labels that are printed one after the other: each is on the page while the printer takes it. */
let printing: Promise<void> = Promise.resolve();

async function printOne(label: DriveLabel): Promise<void> {
  lineStore.setState({ label });
  await drawn();
  await act('printLabel', {});
  lineStore.setState({ label: null });
}

/** The drive that the latest scan confirmed as taken out, where its label is wanted; null: none. */
export function labelOf(state: AppState, before: AppState): DriveLabel | null {
  const { lastScan } = state.pairing;
  if (lastScan === null || lastScan.number === before.pairing.lastScan?.number) return null;
  const { benchView, lineLabels } = state.settings.desk;
  const { outcome } = lastScan;
  const taken = outcome.result === 'accepted' && outcome.effect === 'taken-out';
  if (!taken || benchView !== 'line' || !lineLabels) return null;
  return {
    machineSerial: outcome.machineSerial ?? '',
    bay: outcome.bay ?? '',
    orderNumber: state.batch.workOrder,
    stationName: state.settings.stationName,
    time: new Date().toISOString(),
  };
}

/** Prints a label for each drive that is taken out, while line mode is shown. @returns a function that ends that */
export function startLabels(): () => void {
  return appStore.subscribe(({ state }, { state: before }) => {
    if (state === null || before === null) return;
    const label = labelOf(state, before);
    if (label !== null) printing = printing.then(() => printOne(label));
  });
}

/** Takes the whole screen, or gives it back. */
export function showFullScreen(on: boolean): void {
  void act('showFullScreen', { on });
}

/** Escape: closes the list of what will be erased, or else leaves line mode. */
export function onEscape(): void {
  if (appState().pairing.armed) void act('arm', { armed: false });
  else leaveLine();
}
