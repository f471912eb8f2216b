import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BrowserWindow, nativeTheme, screen } from 'electron';
import { z } from 'zod';
import { logEvent } from '../station/state/log-file';
import { appPage } from './app-files';
import { boundsOnScreen } from './window-bounds';

const boundsSchema = z.strictObject({
  x: z.int(),
  y: z.int(),
  width: z.int().min(1024),
  height: z.int().min(640),
});

/**
 * Opens the window. It shows itself when the page has painted.
 * @param stateFolder where its place on the screen is kept
 */
export function openWindow(stateFolder: string, preload: string): BrowserWindow {
  const file = join(stateFolder, 'window.json');
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 1024,
    minHeight: 640,
    ...storedBounds(file),
    show: false,
    title: 'Prestage',
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14181d' : '#f5f6f8',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      // The bench must go on showing how it stands behind another window.
      backgroundThrottling: false,
    },
  });
  window.once('ready-to-show', () => {
    window.show();
  });
  window.on('close', () => {
    keepBounds(file, window.getNormalBounds());
  });
  // The main process says in the title how far the drives are.
  window.on('page-title-updated', (event) => {
    event.preventDefault();
  });
  // The page's process is not where anything is decided: it starts again and shows what is.
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    logEvent(reason === 'clean-exit' ? 'info' : 'error', 'page-gone', { reason, exitCode });
    if (reason !== 'clean-exit' && !window.isDestroyed()) window.webContents.reload();
  });
  void window.loadURL(appPage);
  return window;
}

function storedBounds(file: string): Partial<Electron.Rectangle> {
  try {
    const stored = boundsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return boundsOnScreen(stored, screen.getDisplayMatching(stored).workArea);
  } catch {
    return {};
  }
}

function keepBounds(file: string, bounds: Electron.Rectangle): void {
  try {
    writeFileSync(file, JSON.stringify(bounds), { mode: 0o600 });
  } catch {
    // A window that opens in another place is no reason to trouble anybody.
  }
}
