import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkCode } from '../../../core/scan/check-code';
import { keyOfCharacter } from '../../../core/scan/keyboard-layouts';
import type { ScanKey } from '../../../core/scan/scan-keys';
import { announce } from '../../../renderer/announce';
import { takeScan } from '../../../renderer/scanner/take-scan';
import { changeAppSettings } from '../../../renderer/screens/settings/app-settings';
import { scannerCheckText } from '../../../renderer/text/en-scanner-check';

/** What is said of a scan of the check code. */

vi.mock(import('../../../renderer/announce'), () => ({ announce: vi.fn() }));
vi.mock(import('../../../renderer/screens/settings/app-settings'), () => ({ changeAppSettings: vi.fn() }));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { querySelector: () => null });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.clearAllMocks();
});

/** The keys of a text on a US keyboard, some milliseconds apart. */
function keysOf(text: string): ScanKey[] {
  return Array.from(text, (character, index) => {
    const none = { shift: false, control: false, alt: false, altGr: false, capsLock: false };
    const key = keyOfCharacter('us', character);
    return key === null
      ? { ...none, key: ']', code: 'BracketRight', control: true, ms: index * 5 }
      : { ...none, key: character, code: key.code, shift: key.level === 'shift', ms: index * 5 };
  });
}

async function scan(text: string): Promise<void> {
  takeScan({ text, doubt: null, keys: keysOf(text) });
  await vi.runAllTimersAsync();
}

describe('the scanner check', () => {
  it('is announced as set up when the station saved it', async () => {
    vi.mocked(changeAppSettings).mockResolvedValue(true);
    await scan(checkCode);
    expect(announce).toHaveBeenCalledWith(scannerCheckText.announce.good, 'accepted');
  });

  it('is announced as not saved when the station did not', async () => {
    vi.mocked(changeAppSettings).mockResolvedValue(false);
    await scan(checkCode);
    expect(announce).toHaveBeenCalledWith(scannerCheckText.announce.notSaved, 'refused');
  });

  it('saves nothing of a scanner that must be changed', async () => {
    await scan(`D${checkCode}`);
    expect(changeAppSettings).not.toHaveBeenCalled();
    expect(announce).toHaveBeenCalledWith(scannerCheckText.announce.bad, 'refused');
  });
});
