import type { BrowserWindow } from 'electron';

/**
 * Prints on white paper. A page paints its own background only as far as it goes: margins, and what is left of the last sheet, are in
 * the window's colour, which is nearly black on a dark desktop.
 */
export async function onWhitePaper<Result>(
  window: Pick<BrowserWindow, 'getBackgroundColor' | 'setBackgroundColor'>,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = window.getBackgroundColor();
  window.setBackgroundColor('#ffffff');
  try {
    return await work();
  } finally {
    window.setBackgroundColor(before);
  }
}
