import { checkedScanner, type ScannerCheck } from '../../../core/scan/scanner-check';
import { usualGap } from '../../../core/scan/scanner-settings';
import { sanitizeForDisplay } from '../../../core/base/display';
import type { Text } from '../../text';

/** What the check found, line by line, in words. Pure. */

export interface CheckRow {
  readonly key: keyof Text['scannerCheck']['rows'];
  /** `set`: Prestage allows for it from now on. `change`: only the scanner's settings can. */
  readonly mark: 'ok' | 'set' | 'note' | 'change';
  readonly found: string;
  readonly done: string;
}

export function checkRows(check: ScannerCheck, text: Text['scannerCheck']): CheckRow[] {
  return [
    speedRow(check, text),
    keyboardRow(check, text),
    ...(check.capsLock ? [capsLockRow(check, text)] : []),
    beforeRow(check, text),
    afterRow(check, text),
    controlRow(check, text),
  ];
}

function speedRow(check: ScannerCheck, text: Text['scannerCheck']): CheckRow {
  const [median, longest] = [Math.round(check.medianGap), Math.round(check.longestGap)];
  const found = text.milliseconds(median, longest);
  if (check.problems.includes('too-slow')) {
    return { key: 'speed', mark: 'change', found, done: text.speedBad };
  }
  const { gapMs } = checkedScanner(check, '');
  return gapMs === usualGap
    ? { key: 'speed', mark: 'ok', found, done: text.speedGood }
    : { key: 'speed', mark: 'set', found, done: text.speedSet(gapMs) };
}

function keyboardRow({ computer, layout, changed }: ScannerCheck, text: Text['scannerCheck']): CheckRow {
  const scanner = layout === 'typed' ? null : layout;
  const found = `${text.computerKeyboard(computer)}; ${text.scannerKeyboard(scanner)}`;
  // With Caps Lock on every letter differs, which is told in a row of its own.
  const differs = changed.filter(([meant, made]) => meant.toLowerCase() !== made.toLowerCase());
  return differs.length === 0
    ? { key: 'keyboard', mark: 'ok', found, done: text.sameKeyboard }
    : { key: 'keyboard', mark: 'set', found, done: text.undone(differs) };
}

function capsLockRow({ layout }: ScannerCheck, text: Text['scannerCheck']): CheckRow {
  const done = layout === 'typed' ? text.capsLockKept : text.capsLockUndone;
  return { key: 'capsLock', mark: layout === 'typed' ? 'note' : 'ok', found: text.capsLockOn, done };
}

function beforeRow({ aim, prefix, before, problems }: ScannerCheck, text: Text['scannerCheck']): CheckRow {
  const parts = [
    ...(before.length === 0 ? [] : [text.key(before)]),
    ...(aim === null ? [] : [text.aim(aim)]),
    ...(prefix === '' ? [] : [text.quoted(sanitizeForDisplay(prefix))]),
  ];
  const found = parts.join(', ');
  if (problems.includes('prefix-text')) {
    return { key: 'before', mark: 'change', found, done: text.prefixBad(sanitizeForDisplay(prefix)) };
  }
  if (problems.includes('prefix-key')) {
    return { key: 'before', mark: 'change', found, done: text.prefixKeyBad };
  }
  if (found === '') return { key: 'before', mark: 'ok', found: text.nothing, done: text.beforeGood };
  const done = before.length > 0 ? text.keyIgnored : text.takenOff;
  return { key: 'before', mark: aim !== null && parts.length === 1 ? 'ok' : 'set', found, done };
}

function afterRow({ suffix, after, problems }: ScannerCheck, text: Text['scannerCheck']): CheckRow {
  if (problems.includes('suffix-text')) {
    const shown = sanitizeForDisplay(suffix);
    return { key: 'after', mark: 'change', found: text.quoted(shown), done: text.suffixBad(shown) };
  }
  if (problems.includes('suffix-key')) {
    return { key: 'after', mark: 'change', found: text.after(after), done: text.suffixKeyBad };
  }
  return after.length === 0
    ? { key: 'after', mark: 'note', found: text.nothing, done: text.afterNothing }
    : { key: 'after', mark: 'ok', found: text.after(after), done: text.afterGood };
}

function controlRow({ control }: ScannerCheck, text: Text['scannerCheck']): CheckRow {
  const found = text.control[control];
  return control === 'lost'
    ? { key: 'control', mark: 'note', found, done: text.controlLost }
    : { key: 'control', mark: 'ok', found, done: text.controlGood };
}
