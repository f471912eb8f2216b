import { assertNever } from '../../core/base/errors';
import type { ScreenTask } from '../../core/flow/screen-scan';
import { act } from '../actions';
import { closeLine } from '../screens/line/line-acts';
import { admitScanned } from '../screens/machines/machine-scans';
import { markLine } from '../screens/order/marked-line';
import { currentAppSettings } from '../screens/settings/app-settings';
import { tryScanned } from '../screens/settings/tried-code';
import { closeByScan, tickScanned } from '../screens/ship/ship-scans';
import { searchLog } from '../store/log-store';
import { showScreen, viewStore } from '../store/view-store';

/** Does with a scan what its own screen is for. What came of it is the station's to remember, where it does not know it already. */
export async function doTask(task: ScreenTask, text: string): Promise<void> {
  switch (task.kind) {
    case 'find-line':
      markLine(task.machineSerial);
      return;
    case 'search':
      searchLog(task.text);
      return;
    case 'try':
      tryScanned(task.text);
      return;
    case 'admit': {
      const { outcome, screen } = await admitScanned(task.text);
      if (screen !== null) showScreen(screen);
      await act('noteScan', { text, screen: screen ?? viewStore.getState().screen, outcome });
      return;
    }
    case 'tick':
      await act('noteScan', { text, screen: 'ship', outcome: await tickScanned(task.text) });
      return;
    case 'close-line':
      await act('noteScan', { text, screen: 'bench', outcome: await closeLine() });
      return;
    case 'close-shipment': {
      const outcome = await closeByScan();
      // The line goes on where it was.
      const back = outcome.result === 'accepted' && currentAppSettings()?.benchView === 'line';
      if (back) showScreen('bench');
      await act('noteScan', { text, screen: back ? 'bench' : 'ship', outcome });
      return;
    }
    default:
      assertNever(task);
  }
}
