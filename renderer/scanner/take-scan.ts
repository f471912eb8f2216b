import {
  analyseCheck,
  checkedScanner,
  type ScannerCheck,
  type UnreadCheck,
} from '../../core/scan/scanner-check';
import type { ScanKey } from '../../core/scan/scan-keys';
import { act } from '../actions';
import { announce } from '../announce';
import { isDialogOpen } from '../dialog';
import { changeAppSettings, currentAppSettings } from '../screens/settings/app-settings';
import { dismissMessages, showInfo } from '../store/messages-store';
import { showCheckResult } from '../store/scanner-check-store';
import { showScreen, viewStore, type Screen } from '../store/view-store';
import { currentText } from '../text';
import type { CapturedScan } from './capture';
import { currentTaker } from './scan-taker';
import { doTask } from './screen-tasks';

/** What ends the check code may come as late as this: only then it is known. Milliseconds. */
const endsWait = 450;

/** Does with a scan what it is for: the check code is looked at here, everything else is the station's. */
export function takeScan({ text, doubt, keys }: CapturedScan): void {
  if (analyseCheck(keys) !== null) {
    setTimeout(() => {
      void finishCheck(keys);
    }, endsWait);
    return;
  }
  const taker = currentTaker();
  if (taker !== null) {
    // What was typed too slowly for a scan, and half of one, may be a passphrase: the station is not told of them.
    if (doubt === 'cut') refuseHalf();
    if ((doubt !== null && doubt !== 'layout') || taker(text)) return;
  }
  const shown = viewStore.getState().screen;
  // The check is done with: what is scanned now is work, and its outcome is shown there.
  const screen = shown === 'scanner-check' ? 'bench' : shown;
  if (screen !== shown) showScreen(screen);
  void tell(text, doubt, screen);
}

/** What was typed too slowly for a scan stays in the field; half of a scan does not. */
function refuseHalf(): void {
  const { scanAgain } = currentText().live;
  announce(scanAgain, 'refused');
  showInfo(scanAgain);
}

/** Tells the station, shows what it wants to be seen, and does what is this screen's own. */
async function tell(text: string, doubt: CapturedScan['doubt'], screen: Screen): Promise<void> {
  // Nobody presses a message away there.
  if (currentAppSettings()?.benchView === 'line') dismissMessages();
  const answer = await act('scan', { text, screen, ...(doubt === null ? {} : { doubt }) });
  if (answer === null) return;
  const { show, task } = answer;
  if (show !== undefined) showScreen(show);
  if (task !== undefined) await doTask(task, text);
}

async function finishCheck(keys: readonly ScanKey[]): Promise<void> {
  const text = currentText().scannerCheck;
  const check = analyseCheck(keys);
  if (check === null) return;
  if (isDialogOpen()) {
    announce(text.closeFirst, 'refused');
    showInfo(text.closeFirst);
    return;
  }
  const outcome = await takeCheck(check);
  showScreen('scanner-check');
  announce(text.announce[outcome], outcome === 'good' ? 'accepted' : 'refused');
}

/** Shows what was found, and sets it. @returns `notSaved`: the scanner is as it should be, and the station did not take it */
async function takeCheck(check: ScannerCheck | UnreadCheck): Promise<'good' | 'bad' | 'notSaved'> {
  if (check.kind === 'unread') {
    showCheckResult(check);
    return 'bad';
  }
  const refused = isRefused(check);
  const saved = !refused && (await save(check));
  showCheckResult({ kind: 'read', check, saved, refused });
  return saved ? 'good' : refused ? 'bad' : 'notSaved';
}

/** All but lost control characters would put something wrong into every scan, or none would be taken. */
function isRefused({ problems }: ScannerCheck): boolean {
  return problems.some((problem) => problem !== 'control-lost');
}

async function save(check: ScannerCheck): Promise<boolean> {
  const scanner = checkedScanner(check, new Date().toISOString());
  return await changeAppSettings(() => ({ scanner }));
}
