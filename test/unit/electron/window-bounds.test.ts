import { describe, expect, it } from 'vitest';
import { boundsOnScreen } from '../../../electron/window-bounds';

const screen = { x: 0, y: 24, width: 1920, height: 1056 };

describe('where the window opens again', () => {
  it.each([
    ['inside the screen', { x: 100, y: 100, width: 1280, height: 800 }],
    ['partly beside it', { x: 1700, y: 100, width: 1280, height: 800 }],
  ])('is where it was closed: %s', (_, stored) => {
    expect(boundsOnScreen(stored, screen)).toEqual(stored);
  });

  it.each([
    ['right', { x: 2500, y: 100 }, { x: 640, y: 100 }],
    ['left', { x: -1900, y: 100 }, { x: 0, y: 100 }],
    ['below', { x: 100, y: 1500 }, { x: 100, y: 280 }],
    ['above, its title bar hidden', { x: 100, y: -300 }, { x: 100, y: 24 }],
    ['right, but for an edge', { x: 1900, y: 100 }, { x: 640, y: 100 }],
  ])('is moved onto the screen when its own is gone: %s', (_, place, expected) => {
    const size = { width: 1280, height: 800 };
    expect(boundsOnScreen({ ...place, ...size }, screen)).toEqual({ ...expected, ...size });
  });

  it('shrinks to a smaller screen', () => {
    expect(boundsOnScreen({ x: 3000, y: 0, width: 3000, height: 2000 }, screen)).toEqual(screen);
  });
});
