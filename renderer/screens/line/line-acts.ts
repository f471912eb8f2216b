import type { ScanOutcome } from '../../../core/scan/scan-outcome';
import { act } from '../../actions';
import { appState } from '../../store/app-store';
import { changeAppSettings } from '../settings/app-settings';

/** What line mode does besides showing: closes the shipment, leaves. */

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

/** Takes the whole screen, or gives it back. */
export function showFullScreen(on: boolean): void {
  void act('showFullScreen', { on });
}

/** Escape: closes the list of what will be erased, or else leaves line mode. */
export function onEscape(): void {
  if (appState().pairing.armed) void act('arm', { armed: false });
  else leaveLine();
}
