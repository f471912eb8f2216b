import {
  controlCharacter,
  isLayoutSensitive,
  lostCharacter,
  readCharacter,
  type ScanKey,
} from '../../core/scan/scan-keys';
import { withoutPrefix, type ScannerSettings } from '../../core/scan/scanner-settings';
import type { ScanDoubt } from '../../core/scan/scan-outcome';
import { altCharacter, altDigit } from './control-keys';
import { isTypedInto, restore, takesText, takeSnapshot, type FieldSnapshot } from './field-snapshot';
import { KeyLog } from './key-log';
import {
  detectKey,
  detectPart,
  detectSilence,
  initialDetector,
  silenceAfter,
  type DetectorState,
  type Verdict,
} from './scan-detector';

/** What came from the scanner. */
export interface CapturedScan {
  readonly text: string;
  /** Why the text cannot be relied on; null when it can. */
  readonly doubt: ScanDoubt | null;
  /** The keys, with those that ended it, which may still be coming: a scanner's Enter may have a second one behind it. */
  readonly keys: readonly ScanKey[];
}

/** A scan may have begun before the window had the focus: its first characters went elsewhere. Milliseconds. */
const afterFocus = 150;
/** So long a key that is set to stand before each scan is kept back: what comes alone is the operator's. Milliseconds. */
const prefixWait = 120;

/**
 * Listens to the whole page for scans, wherever the focus is. What a scan typed into a field is taken out again, and what ends it
 * presses nothing. Typing is left alone.
 * @param settings what is known of the scanner, as it is now
 * @returns a function that ends the listening
 */
export function startScanCapture(
  settings: () => ScannerSettings,
  onScan: (scan: CapturedScan) => void,
): () => void {
  let state: DetectorState = initialDetector;
  let snapshot: FieldSnapshot | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let heldBack: ReturnType<typeof setTimeout> | undefined;
  /** What was typed on the numeric pad since Alt was pressed. */
  let altDigits = '';
  /** The right Alt: the third level of a layout that has one, and of no use on one that has not. */
  let rightAlt = false;
  let focusedAt = -Infinity;
  const log = new KeyLog();
  /** Keys whose press was swallowed: their release must be, too, for a button acts when Space is let go. */
  const swallowed = new Set<string>();

  const swallow = (event: KeyboardEvent): void => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === 'keydown') swallowed.add(event.code);
  };
  const found = (text: string, doubt: ScanDoubt | null): void => {
    if (snapshot !== null && doubt !== 'slow') restore(snapshot);
    snapshot = null;
    const { prefix, layout, checkedAt } = settings();
    const unknown = layout === 'typed' && checkedAt === null && log.ofBurst().some(isLayoutSensitive);
    const keys = log.end();
    onScan({ text: withoutPrefix(text, prefix), doubt: doubt ?? (unknown ? 'layout' : null), keys });
  };
  /** @returns whether the key was the scanner's and must do nothing */
  const act = (verdict: Verdict, key: string): boolean => {
    switch (verdict.type) {
      case 'first':
        if (!verdict.goesOn) snapshot = takeSnapshot();
        log.beginBurst();
        return false;
      case 'suspect':
        return key === ' ' && !takesText();
      case 'scan':
        found(verdict.text, log.burstBegan() - focusedAt < afterFocus ? 'cut' : null);
        return true;
      case 'cut':
        found(verdict.text, 'cut');
        return true;
      case 'slow': {
        // In a field it may have been a person all the same: the field keeps it, and Enter does what it does.
        const typed = isTypedInto();
        found(verdict.text, 'slow');
        return !typed;
      }
      case 'end':
        return true;
      case 'none':
        return false;
    }
  };

  const afterSilence = (): void => {
    const detection = detectSilence(state, performance.now(), isTypedInto(), settings());
    state = detection.state;
    act(detection.verdict, '');
  };
  const waitForSilence = (): void => {
    clearTimeout(timer);
    if (state.burst === null) return;
    // In two steps: when the page was busy, the timer is due before the keys that wait behind it are seen.
    timer = setTimeout(
      () => {
        timer = setTimeout(afterSilence, 10);
      },
      silenceAfter(settings()) + 1,
    );
  };
  /** Tells the detector of a character or a key by its name. @returns whether it was the scanner's and must do nothing */
  const take = (key: string, { timeStamp: time, repeat }: KeyboardEvent): boolean => {
    clearTimeout(heldBack);
    const detection = detectKey(state, { key, time, repeat, typing: isTypedInto() }, settings());
    state = detection.state;
    const scanners = act(detection.verdict, key);
    waitForSilence();
    return scanners;
  };
  /** A key that the scanner sends before each scan: alone it is the operator's, and does what it does a moment later. */
  const holdBack = (event: KeyboardEvent): void => {
    swallow(event);
    const { key, code } = event;
    clearTimeout(heldBack);
    heldBack = setTimeout(
      () => {
        document.body.dispatchEvent(
          new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true }),
        );
      },
      Math.max(prefixWait, settings().gapMs * 2),
    );
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    // Our own: a key that was held back.
    if (!event.isTrusted) return;
    if (event.code === 'AltRight') rightAlt = true;
    // Held down, the end of a scan goes on being its end.
    if (event.repeat && swallowed.has(event.code)) {
      swallow(event);
      return;
    }
    const digit = altDigit(event);
    if (digit !== null || event.key === 'Alt') {
      state = detectPart(state, event.timeStamp, settings());
      if (digit === null) altDigits = '';
      else {
        altDigits += digit;
        swallow(event);
      }
      waitForSilence();
      return;
    }
    const pressed = keyOf(event, rightAlt);
    const { layout, prefixKey } = settings();
    const ending = event.timeStamp <= state.tailUntil;
    const control = controlCharacter(pressed, layout);
    if (control !== null) {
      const going = detectPart(state, event.timeStamp, settings());
      const inBurst = going.burst !== state.burst;
      // A scanner too slow for a burst sends it, too.
      if (!inBurst) state = going;
      waitForSilence();
      log.add(pressed, ending);
      // Never a scan's first, so that the keyboard's own commands stay what they are.
      if (!inBurst && !ending) return;
      swallow(event);
      if (inBurst) take(endsBy[control] ?? control, event);
      return;
    }
    const third = pressed.altGr || (event.ctrlKey && event.altKey);
    if ((event.ctrlKey || event.altKey || event.metaKey) && !third) return;
    log.add(pressed, ending);
    if (event.key === prefixKey && state.burst === null && !event.repeat && !ending) {
      holdBack(event);
      return;
    }
    const character = readCharacter(pressed, layout);
    // A dead key makes a character of its own only on another layout; here it makes sure that the text is not relied on.
    const lost = character === null && isLayoutSensitive(pressed) ? lostCharacter : null;
    if (take(character ?? lost ?? pressed.key, event)) swallow(event);
  };
  const onKeyUp = (event: KeyboardEvent): void => {
    if (!event.isTrusted) return;
    if (event.code === 'AltRight') rightAlt = false;
    if (event.key === 'Alt' && altDigits !== '') {
      const character = altCharacter(altDigits);
      altDigits = '';
      swallow(event);
      if (character === null) return;
      const ending = event.timeStamp <= state.tailUntil;
      log.add({ ...keyOf(event, false), key: character, code: '', alt: false }, ending);
      take(character, event);
      return;
    }
    if (swallowed.delete(event.code)) swallow(event);
  };
  /** Keys before it are the operator's. */
  const onPointer = (): void => {
    if (state.run === null) log.clear();
  };
  const onFocus = (): void => {
    focusedAt = performance.now();
  };
  /** What comes after it belongs to another window, and half a scan is none. */
  const onBlur = (): void => {
    state = { ...initialDetector, endsSeen: state.endsSeen };
    rightAlt = false;
    altDigits = '';
    swallowed.clear();
  };

  // On the window and before all others: dialogs listen there, too, for the Escape that closes them.
  window.addEventListener('keydown', onKeyDown, true);
  window.addEventListener('keyup', onKeyUp, true);
  window.addEventListener('pointerdown', onPointer, true);
  window.addEventListener('focus', onFocus);
  window.addEventListener('blur', onBlur);
  return () => {
    clearTimeout(timer);
    clearTimeout(heldBack);
    window.removeEventListener('keydown', onKeyDown, true);
    window.removeEventListener('keyup', onKeyUp, true);
    window.removeEventListener('pointerdown', onPointer, true);
    window.removeEventListener('focus', onFocus);
    window.removeEventListener('blur', onBlur);
  };
}

const namedKeys: ReadonlySet<string> = new Set(['Enter', 'Tab', 'Escape']);
/** What a terminal sent for the keys that end a scan. */
const endsBy: Readonly<Record<string, string>> = { '\r': 'Enter', '\t': 'Tab' };

function keyOf(event: KeyboardEvent, rightAlt: boolean): ScanKey {
  const altGraph = event.getModifierState('AltGraph');
  return {
    // Behind a dead key the browser says nothing of the next one but where it is.
    key: event.key === 'Process' && namedKeys.has(event.code) ? event.code : event.key,
    code: event.code,
    ms: event.timeStamp,
    shift: event.shiftKey,
    control: event.ctrlKey && !event.altKey,
    alt: event.altKey,
    altGr: altGraph || rightAlt,
    capsLock: event.getModifierState('CapsLock'),
  };
}
