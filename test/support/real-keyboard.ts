import { execFileSync } from 'node:child_process';

/**
 * A keyboard as the X server has one: key codes go in below the layout, as a scanner's do. Needs xdotool and setxkbmap, and a
 * display of the test's own (display.ts).
 */

/** The 48 keys that make characters, by KeyboardEvent.code, and the key code of X: that of evdev with 8 added. */
export const xKeycodes: Readonly<Record<string, number>> = {
  ...row(49, ['Backquote']),
  ...row(10, [
    ...['Digit1', 'Digit2', 'Digit3', 'Digit4', 'Digit5', 'Digit6', 'Digit7', 'Digit8', 'Digit9', 'Digit0'],
    ...['Minus', 'Equal'],
  ]),
  ...row(24, [
    ...['KeyQ', 'KeyW', 'KeyE', 'KeyR', 'KeyT', 'KeyY', 'KeyU', 'KeyI', 'KeyO', 'KeyP'],
    ...['BracketLeft', 'BracketRight'],
  ]),
  ...row(51, ['Backslash']),
  ...row(38, [
    ...['KeyA', 'KeyS', 'KeyD', 'KeyF', 'KeyG', 'KeyH', 'KeyJ', 'KeyK', 'KeyL'],
    ...['Semicolon', 'Quote'],
  ]),
  ...row(94, ['IntlBackslash']),
  ...row(52, [...['KeyZ', 'KeyX', 'KeyC', 'KeyV', 'KeyB', 'KeyN', 'KeyM'], ...['Comma', 'Period', 'Slash']]),
  ...row(65, ['Space']),
};

/** Keys that make no character. */
export const otherKeycodes = {
  Enter: 36,
  Tab: 23,
  Escape: 9,
  ShiftLeft: 50,
  ControlLeft: 37,
  AltLeft: 64,
  AltRight: 108,
  CapsLock: 66,
  F11: 95,
  F2: 68,
} as const;

function row(first: number, codes: readonly string[]): Record<string, number> {
  return Object.fromEntries(codes.map((code, index) => [code, first + index]));
}

/** One press, with what is held meanwhile. */
export interface Stroke {
  readonly keycode: number;
  readonly with?: readonly number[];
}

/** What a real keyboard needs, or null when all is there. */
export function realKeyboardProblem(): string | null {
  for (const tool of ['xdotool', 'setxkbmap']) {
    try {
      execFileSync('which', [tool], { stdio: 'ignore' });
    } catch {
      return `${tool} is not installed`;
    }
  }
  return null;
}

/** Gives the display's keyboard a layout of xkb, such as `de`. */
export function setLayout(layout: string): void {
  execFileSync('setxkbmap', ['-rules', 'evdev', '-model', 'pc105', '-layout', layout, '-variant', '']);
}

/** Gives the keyboard's input to the window with this title; without a window manager nobody else does. */
export function focusWindow(title: string): void {
  execFileSync('xdotool', ['search', '--sync', '--onlyvisible', '--name', title, 'windowfocus', '--sync']);
}

/** Presses keys one after the other, `gap` milliseconds apart. */
export function press(strokes: readonly Stroke[], gap: number): void {
  const one = (kind: 'keydown' | 'keyup', keycode: number): string[] => [
    kind,
    '--delay',
    '0',
    // One digit is the name of a key, not its code.
    keycode === otherKeycodes.Escape ? 'Escape' : String(keycode),
  ];
  const words = strokes.flatMap(({ keycode, with: held = [] }, index) => [
    ...(index === 0 || gap === 0 ? [] : ['sleep', String(gap / 1000)]),
    ...held.flatMap((key) => one('keydown', key)),
    ...one('keydown', keycode),
    ...one('keyup', keycode),
    ...[...held].reverse().flatMap((key) => one('keyup', key)),
  ]);
  execFileSync('xdotool', words);
}
