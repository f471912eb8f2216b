import { altCharacter, altDigit, controlCharacter } from './control-keys';
import {
  detectKey,
  detectPart,
  detectSilence,
  initialDetector,
  silence,
  type DetectorState,
} from './scan-detector';

/** A field as it was before the first key of what may become a scan. */
interface FieldSnapshot {
  readonly field: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
  readonly value: string;
  readonly selection: readonly [start: number, end: number] | null;
}

function focusedField(): FieldSnapshot['field'] | null {
  const field = document.activeElement;
  return field instanceof HTMLInputElement ||
    field instanceof HTMLTextAreaElement ||
    field instanceof HTMLSelectElement
    ? field
    : null;
}

/** Whether a blank is a letter where the focus is, and not the press of a button. */
function takesText(): boolean {
  const field = focusedField();
  if (field === null || field instanceof HTMLSelectElement) return false;
  return (
    field instanceof HTMLTextAreaElement || !['checkbox', 'radio', 'button', 'submit'].includes(field.type)
  );
}

function takeSnapshot(): FieldSnapshot | null {
  const field = focusedField();
  if (field === null) return null;
  // Fields for numbers and dates have no selection to be told.
  const hasSelection = !(field instanceof HTMLSelectElement) && field.selectionStart !== null;
  return {
    field,
    value: field.value,
    selection: hasSelection ? [field.selectionStart ?? 0, field.selectionEnd ?? 0] : null,
  };
}

/** Puts a field back. React listens to the event and compares with the value it set itself, hence the setter. */
function restore({ field, value, selection }: FieldSnapshot): void {
  if (!field.isConnected || field.value === value) return;
  const prototype = Object.getPrototypeOf(field) as object;
  Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, value);
  field.dispatchEvent(new Event('input', { bubbles: true }));
  if (field instanceof HTMLSelectElement) field.dispatchEvent(new Event('change', { bubbles: true }));
  else if (selection !== null) field.setSelectionRange(selection[0], selection[1]);
}

/**
 * Listens to the whole page for scans, wherever the focus is. What a scan typed into a field is taken out again,
 * and its Enter presses nothing. Typing is left alone.
 * @returns a function that ends the listening
 */
export function startScanCapture(onScan: (text: string) => void): () => void {
  let state: DetectorState = initialDetector;
  let snapshot: FieldSnapshot | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** What was typed on the numeric pad since Alt was pressed. */
  let altDigits = '';
  /** Keys whose press was swallowed: their release must be, too, for a button acts when Space is let go. */
  const swallowed = new Set<string>();

  const swallow = (event: KeyboardEvent): void => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === 'keydown') swallowed.add(event.code);
  };
  const found = (text: string): void => {
    if (snapshot !== null) restore(snapshot);
    snapshot = null;
    onScan(text);
  };
  const afterSilence = (): void => {
    const detection = detectSilence(state, performance.now());
    state = detection.state;
    if (detection.verdict.type === 'scan') found(detection.verdict.text);
  };

  const waitForSilence = (): void => {
    clearTimeout(timer);
    if (state.burst === null) return;
    // In two steps: when the page was busy, the timer is due before the keys that wait behind it are seen.
    timer = setTimeout(() => {
      timer = setTimeout(afterSilence, 10);
    }, silence);
  };
  /** A character that no key has. Never a scan's first, so that the keyboard's own commands stay what they are. */
  const takeControl = (event: KeyboardEvent, character: string): void => {
    swallow(event);
    state = detectKey(state, { key: character, time: event.timeStamp, repeat: event.repeat }).state;
    waitForSilence();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const going = detectPart(state, event.timeStamp);
    if (going !== state) {
      const control = controlCharacter(event);
      if (control !== null) {
        takeControl(event, control);
        return;
      }
      const digit = altDigit(event);
      if (digit !== null || event.key === 'Alt') {
        if (digit === null) altDigits = '';
        else {
          altDigits += digit;
          swallow(event);
        }
        state = going;
        waitForSilence();
        return;
      }
    }
    // AltGr is Control with Alt on some systems, and makes characters.
    const command = (event.ctrlKey || event.altKey || event.metaKey) && !event.getModifierState('AltGraph');
    if (command || event.isComposing) return;
    const detection = detectKey(state, { key: event.key, time: event.timeStamp, repeat: event.repeat });
    state = detection.state;
    waitForSilence();
    switch (detection.verdict.type) {
      case 'first':
        snapshot = takeSnapshot();
        return;
      case 'suspect':
        if (event.key === ' ' && !takesText()) swallow(event);
        return;
      case 'scan':
        swallow(event);
        found(detection.verdict.text);
        return;
      case 'late-end':
        swallow(event);
        return;
      case 'none':
        return;
    }
  };
  const onKeyUp = (event: KeyboardEvent): void => {
    if (event.key === 'Alt' && altDigits !== '') {
      const character = altCharacter(altDigits);
      altDigits = '';
      if (character !== null && state.burst !== null) takeControl(event, character);
      return;
    }
    if (swallowed.delete(event.code)) swallow(event);
  };

  document.addEventListener('keydown', onKeyDown, true);
  document.addEventListener('keyup', onKeyUp, true);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('keydown', onKeyDown, true);
    document.removeEventListener('keyup', onKeyUp, true);
  };
}
