/** A rectangle on the desktop, in device-independent pixels, as Electron gives it. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** So much of the window must be on the screen to take hold of it, in device-independent pixels. */
const minVisible = { width: 200, height: 100 } as const;

/**
 * Where a window opens that was closed at `stored`: there, when enough of it lies on the screen that it overlaps most;
 * moved and shrunk into that screen when its own is gone or has become smaller.
 * @param workArea of that screen, without panels (Electron, screen.getDisplayMatching)
 */
export function boundsOnScreen(stored: Bounds, workArea: Bounds): Bounds {
  const overlap = (start: number, length: number, areaStart: number, areaLength: number): number =>
    Math.min(start + length, areaStart + areaLength) - Math.max(start, areaStart);
  const isReachable =
    overlap(stored.x, stored.width, workArea.x, workArea.width) >= minVisible.width &&
    overlap(stored.y, stored.height, workArea.y, workArea.height) >= minVisible.height &&
    // The title bar is what it is moved by.
    stored.y >= workArea.y;
  if (isReachable) return stored;
  const width = Math.min(stored.width, workArea.width);
  const height = Math.min(stored.height, workArea.height);
  return {
    x: Math.max(workArea.x, Math.min(stored.x, workArea.x + workArea.width - width)),
    y: Math.max(workArea.y, Math.min(stored.y, workArea.y + workArea.height - height)),
    width,
    height,
  };
}
