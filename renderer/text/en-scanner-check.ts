import type { KeyboardLayout } from '../../core/scan/keyboard-layouts';
import type { ScannerCheck } from '../../core/scan/scanner-check';

const keyboards: Readonly<Record<KeyboardLayout, string>> = {
  us: 'United States',
  gb: 'British',
  de: 'German',
  ch: 'Swiss',
  fr: 'French',
  be: 'Belgian',
  es: 'Spanish',
  it: 'Italian',
  pt: 'Portuguese',
  dk: 'Danish',
  no: 'Norwegian',
  se: 'Swedish',
};

/** `Enter twice`, `Enter, then Tab`. */
function keyWords(keys: readonly string[]): string {
  const [first = '', second] = keys;
  if (keys.length === 2 && first === second) return `${first} twice`;
  return keys.join(', then ');
}

/** Words of the scanner check. */
export const scannerCheckText = {
  title: 'Scanner check',
  intro:
    'Scan one code. Prestage then knows this scanner’s speed, keyboard layout, and what it adds to a code.',
  back: 'Back to settings',
  toBench: 'Go to Bench',
  codeTitle: 'Scan this code',
  codeHint: 'From the screen, or from the printed sheet of barcodes if the scanner cannot read a screen.',
  codeName: 'Scanner check',
  openSheet: 'Open the sheet',
  waiting: 'Waiting for the code …',
  again: 'Scan the code again at any time. Each scan replaces the result.',
  helpTitle: 'Nothing happens?',
  help: [
    'The scanner must work as a keyboard (USB HID keyboard, or Bluetooth HID). Its manual has a code for that.',
    'Open a text editor and scan there. If no text appears, the scanner is not connected.',
    'Click once into this window, then scan again: another window may have the keyboard.',
  ],

  goodTitle: 'The scanner is set up',
  good: 'Saved for this station. Scan the code once more to make sure, or go on: scan your badge.',
  goodAgain: (times: number): string =>
    `Scanned ${times} times. The latest result is saved. Go on: scan your badge.`,
  badTitle: 'Change the scanner’s settings',
  bad: 'Nothing was saved. Make the changes marked below with the codes in the scanner’s manual, then scan the code again.',
  notSavedTitle: 'Not saved',
  notSaved:
    'The scanner is as it should be, but the station could not save this. See the message, then scan the code again.',
  unreadTitle: 'This keyboard layout is not known',
  unread: (text: string): string =>
    `The code came through as “${text}”. Nothing was saved. Set the scanner’s keyboard country to United States, then scan the code again.`,

  rows: {
    speed: 'Speed',
    keyboard: 'Keyboard layout',
    capsLock: 'Caps Lock',
    before: 'Before the code',
    after: 'After the code',
    control: 'Control characters',
  },
  milliseconds: (median: number, longest: number): string =>
    longest > median * 1.5 + 5
      ? `${median} ms between characters, ${longest} ms at most`
      : `${median} ms between characters`,
  speedGood: 'Fast enough. Nothing to set.',
  speedSet: (gap: number): string => `Slow, but allowed for: Prestage now expects up to ${gap} ms.`,
  speedBad:
    'Too slow to be told from typing. Set the scanner’s delay between characters to 0, or bring it closer to its base.',
  keyboards,
  computerKeyboard: (computer: KeyboardLayout | null): string =>
    computer === null ? 'Computer: not known' : `Computer: ${keyboards[computer]}`,
  scannerKeyboard: (scanner: KeyboardLayout | null): string =>
    scanner === null ? 'scanner: the same' : `scanner: ${keyboards[scanner]}`,
  sameKeyboard: 'Letters, digits and signs come through as printed.',
  undone: (changed: ScannerCheck['changed']): string => {
    // With blanks that do not break, so that a pair stays together.
    const pairs = changed.map(([meant, made]) => `${meant}\u00a0→\u00a0${made === '\ufffd' ? 'lost' : made}`);
    return `This computer changes ${pairs.join(',  ')}. Prestage undoes this: it reads a scan by the places of the keys.`;
  },
  capsLockOn: 'On',
  capsLockUndone: 'No effect: a scan’s capital letters are taken from the scanner.',
  capsLockKept: 'The scanner allows for it. Scan the code again when Caps Lock is off.',
  nothing: 'Nothing',
  beforeGood: 'A scan begins with the code itself.',
  aim: (identifier: string): string => `${identifier} (AIM identifier)`,
  quoted: (text: string): string => `“${text}”`,
  takenOff: 'Taken off every scan.',
  key: (keys: readonly string[]): string => `The key ${keyWords(keys)}`,
  keyIgnored: 'Ignored before a scan. Pressed alone it works, a moment later.',
  prefixBad: (text: string): string =>
    `Prestage cannot tell “${text}” from the code itself. Turn off the prefix (or code identifier) in the scanner.`,
  prefixKeyBad: 'This key does something in the app. Turn off the prefix in the scanner.',
  after: keyWords,
  afterGood: 'Ends the scan. It presses no button and moves nothing.',
  afterNothing: 'A scan counts after a short pause. Enter at the end is faster and safer.',
  suffixBad: (text: string): string =>
    `Prestage cannot tell “${text}” from the code itself. Turn off the suffix in the scanner, and add Enter.`,
  suffixKeyBad:
    'The function key opens a screen of the app. Turn off this suffix in the scanner; Enter is enough.',
  control: {
    sent: 'Come through',
    'in-words': 'Come through as words',
    lost: 'Lost',
  },
  controlGood: 'Labels with several fields can be read.',
  controlLost:
    'Labels with several fields (GS1, ISO 15434) will be refused; all other barcodes are read. The scanner’s manual calls it “send control characters” or “function code mapping”.',
  ok: 'OK',
  set: 'Set',
  note: 'Note',
  change: 'Change',

  offer: 'Check your barcode scanner first: speed and keyboard layout can change what is scanned.',
  offerOpen: 'Scanner check',
  offerLater: 'Not now',

  section: {
    title: 'Barcode scanner',
    intro:
      'What Prestage knows of this station’s scanner. Check it again after you change the scanner or the keyboard.',
    open: 'Scanner check',
    forget: 'Forget the check',
    checked: 'Checked',
    never: 'Never. Scans are read as the computer’s keyboard layout gives them.',
    gap: 'Between characters',
    gapUpTo: (gap: number): string => `up to ${gap} ms`,
    layout: 'Scanner’s keyboard',
    typed: 'the same as the computer’s',
    prefix: 'Taken off the front',
    prefixKey: 'Ignored before a scan',
    end: 'End of a scan',
    ends: { unknown: 'not known', key: 'Enter, Tab or another key', none: 'a short pause' },
  },

  /** The station does not take these; the app shows them on every screen. */
  doubt: {
    slow: 'Something was scanned too slowly to be sure. Run the scanner check (Settings).',
    cut: 'Only part of a scan came through. Scan it again.',
    layout:
      'Not taken: this computer’s keyboard layout may have changed what was scanned. Run the scanner check (Settings).',
  },
  closeFirst: 'Close the list first, then scan the check code again.',
  announce: {
    good: 'Scanner check: the scanner is set up.',
    bad: 'Scanner check: change the scanner’s settings.',
    notSaved: 'Scanner check: the station did not save it.',
  },
};
