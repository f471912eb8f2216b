/**
 * The main process of a preview: the app's own window, policy and wires around its own page, and behind them nothing
 * but a state that somebody made up. Bundled and started by app-preview.ts with `--app DIR`, the built app.
 */
import { join, resolve } from 'node:path';
import { app, ipcMain, session, type BrowserWindow } from 'electron';
import { appMethods, type AppMethod, type AppPatch, type AppState } from '../../core/contract/app';
import { readArguments } from '../../electron/command-line';
import { patchChannel, patchText, registerAppCalls, type AppHandlers } from '../../electron/app-ipc';
import { hardenContents, hardenSession } from '../../electron/hardening';
import { registerScheme, servePage } from '../../electron/scheme';
import { openWindow } from '../../electron/window';

export interface Call {
  readonly method: AppMethod;
  readonly request: unknown;
}

/** What a preview is told from outside, through Playwright. */
export interface PreviewControl {
  /** What getState answers from now on, and what methods answer; calls are counted again from none. */
  prepare: (state: AppState, answers: Readonly<Partial<Record<AppMethod, unknown>>>) => void;
  push: (patch: AppPatch) => void;
  /** Calls since the page fetched the state. */
  calls: () => readonly Call[];
}

declare global {
  var preview: PreviewControl;
}

let shown: AppState | null = null;
let answers: Readonly<Partial<Record<AppMethod, unknown>>> = {};
let calls: Call[] = [];
let window: BrowserWindow | null = null;

globalThis.preview = {
  prepare: (state, given) => {
    shown = state;
    answers = given;
    calls = [];
  },
  push: (patch) => {
    window?.webContents.send(patchChannel, patchText(patch));
  },
  calls: () => calls,
};

/** The answers go through the contract's schemas, as the station's do: a state that could not be is an error. */
const handlers = Object.fromEntries(
  (Object.keys(appMethods) as AppMethod[]).map((method) => [
    method,
    (request: unknown): unknown => {
      if (method === 'getState') return shown;
      calls.push({ method, request });
      return answers[method] ?? {};
    },
  ]),
) as unknown as AppHandlers;

const { state } = readArguments(process.argv, process.cwd());
const at = process.argv.indexOf('--app');
const folder = resolve(process.argv[at + 1] ?? '');
if (state === null || at < 0) throw new Error('usage: --state DIR --app DIR');

registerScheme();
hardenContents(app);
app.setPath('userData', join(state, 'desktop'));
void app.whenReady().then(() => {
  hardenSession(session.defaultSession, false);
  servePage(session.defaultSession, join(folder, 'renderer'));
  registerAppCalls(ipcMain, handlers, (sender) => sender === window?.webContents);
  window = openWindow(state, join(folder, 'preload.cjs'));
});
