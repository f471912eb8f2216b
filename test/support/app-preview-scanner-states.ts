import type { AppState } from '../../core/contract/app';
import { uncheckedScanner, type ScannerSettings } from '../../core/scan/scanner-settings';
import type { Preview } from './app-preview-states';
import { paced, recordedScan } from './recorded-scans';

/** The scanner check as it can be looked at. */

/** On a keyboard that no table has: every sign and every letter behind GS is another. */
const unknown = recordedScan('fast, Enter').map((key) =>
  /^[zYM29:/\]@#]$/.test(key.key) ? { ...key, key: 'ж', code: '' } : key,
);

function withScanner(state: AppState, scanner: Partial<ScannerSettings>): AppState {
  const { settings } = state;
  return {
    ...state,
    settings: { ...settings, desk: { ...settings.desk, scanner: { ...uncheckedScanner, ...scanner } } },
  };
}

/** @param state a bench with something on it */
export function scannerPreviews(state: AppState): Readonly<Record<string, Preview>> {
  const open = { state, key: 'F7', press: 'Scanner check' } as const;
  const passed = 'The scanner is set up';
  const refused = 'Change the scanner’s settings';
  const checked = withScanner(state, {
    ...{ checkedAt: '2026-02-03T08:15:00.000Z', offer: false, gapMs: 80, layout: 'us', end: 'key' },
    ...{ prefix: '~', prefixKey: 'F2' },
  });
  return {
    'scanner-offer': { state: withScanner(state, { offer: true }) },
    'scanner-check': open,
    'scanner-check-small': { ...open, size: { width: 1024, height: 640 } },
    'scanner-check-good': { ...open, scan: recordedScan('fast, Enter'), found: passed },
    'scanner-check-german': {
      ...open,
      scan: paced(recordedScan('computer set to German'), 70),
      found: passed,
    },
    'scanner-check-french': { ...open, scan: recordedScan('computer set to French'), found: passed },
    'scanner-check-french-small': {
      ...open,
      scan: recordedScan('computer set to French'),
      found: passed,
      size: { width: 1024, height: 640 },
    },
    'scanner-check-no-end': { ...open, scan: recordedScan('a sign in front, no end'), found: passed },
    'scanner-check-prefix': {
      ...open,
      scan: recordedScan('a letter in front, control characters dropped'),
      found: refused,
    },
    'scanner-check-too-slow': { ...open, scan: paced(recordedScan('fast, Enter'), 230), found: refused },
    'scanner-check-unread': { ...open, scan: unknown, found: 'This keyboard layout is not known' },
    'settings-scanner': { state: checked, key: 'F7', size: { width: 1280, height: 2400 } },
    'scanner-too-slow': {
      state: {
        ...state,
        pairing: {
          ...state.pairing,
          lastScan: {
            number: 3,
            ...{ screen: 'bench', holds: true },
            text: '5CG4999XYZ',
            outcome: {
              ...{
                result: 'refused',
                kind: 'machine',
                reason: 'too-slow',
                expected: 'machine',
                detail: null,
              },
            },
          },
        },
      },
    },
  };
}
