import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkCode } from '../../../core/scan/check-code';
import { keyOfCharacter } from '../../../core/scan/keyboard-layouts';
import type { ScanKey } from '../../../core/scan/scan-keys';
import { announce } from '../../../renderer/announce';
import { act } from '../../../renderer/actions';
import type { CapturedScan } from '../../../renderer/scanner/capture';
import { currentTaker } from '../../../renderer/scanner/scan-taker';
import { takeScan } from '../../../renderer/scanner/take-scan';
import { changeAppSettings } from '../../../renderer/screens/settings/app-settings';
import { scannerCheckText } from '../../../renderer/text/en-scanner-check';

/** What is said of a scan of the check code. */

// Files share a process and its modules: none of an earlier file's is to be used here, and none of these later.
vi.hoisted(() => {
  vi.resetModules();
});
vi.mock(import('../../../renderer/announce'), () => ({ announce: vi.fn() }));
vi.mock(import('../../../renderer/actions'), () => ({ act: vi.fn() }));
vi.mock(import('../../../renderer/scanner/scan-taker'), () => ({ currentTaker: vi.fn(() => null) }));
vi.mock(import('../../../renderer/screens/settings/app-settings'), () => ({
  changeAppSettings: vi.fn(),
  currentAppSettings: vi.fn(() => null),
}));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', { querySelector: () => null });
});
afterAll(() => {
  vi.resetModules();
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

describe('a form that wants scans for itself', () => {
  /** What the form saw, and what the station was told. */
  const scanned = async (doubt: CapturedScan['doubt'], takes: boolean): Promise<readonly string[]> => {
    const seen: string[] = [];
    vi.mocked(currentTaker).mockReturnValueOnce((text) => {
      seen.push(text);
      return takes;
    });
    vi.mocked(act).mockResolvedValue(null);
    takeScan({ text: 'PRESTAGE-START', doubt, keys: [] });
    await vi.runAllTimersAsync();
    return [...seen, ...vi.mocked(act).mock.calls.map(([method]) => method)];
  };

  it('keeps what it takes, and the station is not told', async () => {
    expect(await scanned(null, true)).toEqual(['PRESTAGE-START']);
  });

  it('leaves the station what is not for it: START is START where the code of another station is asked for', async () => {
    expect(await scanned(null, false)).toEqual(['PRESTAGE-START', 'scan']);
  });

  it.each(['slow', 'cut'] as const)('keeps what cannot be relied on from the station: %s', async (doubt) => {
    expect(await scanned(doubt, false)).toEqual([]);
  });
});

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
