import { assertNever } from '../../core/base/errors';
import type { ScreenTask } from '../../core/flow/screen-scan';
import { act } from '../actions';
import { closeLine } from '../screens/line/line-acts';
import { markLine } from '../screens/order/marked-line';
import { tryScanned } from '../screens/settings/tried-code';
import { closeByScan, tickScanned } from '../screens/ship/ship-scans';
import { searchLog } from '../store/log-store';

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
    case 'tick':
      await act('noteScan', { text, screen: 'ship', outcome: await tickScanned(task.text) });
      return;
    case 'close-line':
      await act('noteScan', { text, screen: 'bench', outcome: await closeLine() });
      return;
    case 'close-shipment':
      await act('noteScan', { text, screen: 'ship', outcome: await closeByScan() });
      return;
    default:
      assertNever(task);
  }
}
