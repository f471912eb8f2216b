import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { electronRuntime } from '../../build/electron-runtime';
import { openCheckout, plainUser } from './checkout';
import { temporaryArea } from './global-setup';

const root = resolve(import.meta.dirname, '../..');
/** Where screenshots go; kept out of the repository. */
export const pictures = join(root, 'test-results', 'screens');

export interface AppWindowOptions {
  /** Folder with the package.json of the app to start; the checkout when it is left out. */
  readonly folder?: string;
  readonly state: string;
  readonly bench?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What it is started through, as root: an argv that ends before the program. */
  readonly through?: readonly string[];
}

/** A key behind a scan's text, as `Enter`, `Tab`, `Escape`, `F2`, `Ctrl+J`; `Enter held` repeats. */
export type ScanEnd = string;

/**
 * What a keyboard-wedge scanner does: the characters in quick succession, then Enter, or what it is set to. Sent by the main
 * process in one go, because key by key through the test's wire would be as slow as a person.
 */
export async function sendScan(
  app: ElectronApplication,
  text: string,
  ends: readonly ScanEnd[] = ['Enter'],
): Promise<void> {
  await app.evaluate(
    ({ BrowserWindow }, keys) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      // No function of its own in here: what evaluates it knows nothing of the helpers that bundlers add.
      for (const key of keys) {
        const control = key.startsWith('Ctrl+');
        const held = key.endsWith(' held');
        const keyCode = key.replace('Ctrl+', '').replace(' held', '');
        const shifted = /^[A-Z:_"+?!@#$%^&*()<>{}|~]$/.test(keyCode);
        const modifiers: ('shift' | 'control')[] = control ? ['control'] : shifted ? ['shift'] : [];
        contents?.sendInputEvent({ type: 'keyDown', keyCode, modifiers });
        const types = keyCode.length === 1 || keyCode === 'Enter';
        if (types && !control) contents?.sendInputEvent({ type: 'char', keyCode, modifiers });
        for (let repeat = 0; held && repeat < 3; repeat += 1) {
          contents?.sendInputEvent({ type: 'keyDown', keyCode, modifiers: ['isautorepeat'] });
          contents?.sendInputEvent({ type: 'char', keyCode, modifiers: ['isautorepeat'] });
        }
        contents?.sendInputEvent({ type: 'keyUp', keyCode, modifiers });
      }
    },
    [...Array.from(text), ...ends],
  );
}

/** The real app, driven as a user does: by keys, clicks and scans. */
export class AppWindow {
  /** Everything the app wrote to its standard streams. */
  output = '';
  /** Kept, because Playwright forgets it when it ends. */
  readonly process: ChildProcess;
  #ready = false;

  private constructor(
    readonly electron: ElectronApplication,
    readonly page: Page,
  ) {
    this.process = electron.process();
    const child = this.process;
    child.stdout?.on('data', (piece: Buffer) => (this.output += piece.toString()));
    child.stderr?.on('data', (piece: Buffer) => (this.output += piece.toString()));
  }

  /** Starts the app and waits until it shows the bench. */
  static async start(options: AppWindowOptions): Promise<AppWindow> {
    const app = await launch(options);
    const page = await app.firstWindow();
    // What does not come in this time does not come; the test's own limit would say less.
    // A batch of 24 drives beside other work on two cores, say.
    page.setDefaultTimeout(60_000);
    const opened = new AppWindow(app, page);
    await page.getByRole('main').waitFor();
    return opened;
  }

  /**
   * Gives the page the focus, which without a window manager it would get with the test's first click, and on a busy computer gets
   * late. Then waits, once: a scan that begins less than 150 ms after it may have begun elsewhere, and is refused (renderer/scanner/capture.ts).
   */
  async readyForScans(): Promise<void> {
    if (this.#ready) return;
    this.#ready = true;
    await this.page.waitForFunction(() => {
      window.focus();
      return document.hasFocus();
    });
    await this.page.waitForTimeout(200);
  }

  /** As a scanner does it: sendScan. */
  async scan(text: string): Promise<void> {
    await this.readyForScans();
    await sendScan(this.electron, text);
  }

  /** Answers the next native question of the app by a button's number. */
  async answerQuestions(button: number): Promise<void> {
    await this.electron.evaluate(({ dialog }, response) => {
      dialog.showMessageBox = () => Promise.resolve({ response, checkboxChecked: false });
    }, button);
  }

  /** Answers file dialogs with a path. */
  async answerFiles(path: string): Promise<void> {
    await this.electron.evaluate(({ dialog }, file) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: file });
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [file] });
    }, path);
  }

  /** What would be on paper if the page was printed now. */
  async printed(): Promise<string> {
    await this.page.emulateMedia({ media: 'print' });
    const words = await this.page.locator('body').innerText();
    await this.page.emulateMedia({ media: null });
    return words;
  }

  async picture(name: string): Promise<void> {
    mkdirSync(pictures, { recursive: true });
    await this.page.screenshot({ path: join(pictures, `${name}.png`) });
  }

  /** Ends the app, jobs or not. */
  async end(): Promise<void> {
    const child = this.process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((done) => {
      child.once('exit', () => {
        done();
      });
    });
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await gone;
    clearTimeout(timer);
  }
}

/** Starts the app without waiting for a window, as an ordinary user: it refuses root. */
export async function launch({
  folder = openCheckout(),
  state,
  bench,
  args = [],
  env = {},
  through = [],
}: AppWindowOptions): Promise<ElectronApplication> {
  for (const own of [state, bench]) if (own !== undefined) giveToUser(own);
  const variables = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return await _electron.launch({
    executablePath: programAsUser(through),
    args: [folder, '--state', state, ...(bench === undefined ? [] : ['--bench', bench]), ...args],
    env: { ...variables, HOME: state, ...env },
    // Beside other windows on two cores a start takes up to half a minute.
    timeout: 120_000,
  });
}

/** Starts the app a second time, as a user does who has lost the window. Resolves with its exit status. */
export async function startAgain({ state, bench }: AppWindowOptions): Promise<number | null> {
  const args = [openCheckout(), '--state', state, ...(bench === undefined ? [] : ['--bench', bench])];
  const second = spawn(programAsUser(), args, { stdio: 'ignore', env: { ...process.env, HOME: state } });
  return await new Promise((done) => second.once('exit', done));
}

/** Makes a folder when it is missing, and it and all in it the app's user's; the folders above become passable. */
export function giveToUser(folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (process.getuid?.() !== 0) return;
  execFileSync('chown', ['-R', `${plainUser}:${plainUser}`, folder]);
  for (let above = dirname(folder); above.startsWith(`${tmpdir()}/`); above = dirname(above)) {
    chmodSync(above, 0o755);
  }
}

/** A program that starts Electron as an ordinary user, whoever runs the tests. */
function programAsUser(through: readonly string[] = []): string {
  const binary = join(openCheckout(), relative(root, electronRuntime().binary));
  if (process.getuid?.() !== 0) return binary;
  const script = join(temporaryArea('electron'), 'electron');
  const user = `setpriv --reuid=${plainUser} --regid=${plainUser} --clear-groups`;
  writeFileSync(script, `#!/bin/sh\nexec ${[...through, user].join(' ')} '${binary}' "$@"\n`, {
    mode: 0o755,
  });
  return script;
}
