import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { electronRuntime } from '../../build/electron-runtime';

const root = resolve(import.meta.dirname, '../..');
/** Where screenshots go; kept out of the repository. */
export const pictures = join(root, 'test-results', 'screens');

export interface DeskAppOptions {
  readonly state: string;
  readonly bench?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The real app, driven as a user does: by keys, clicks and scans. */
export class DeskApp {
  /** Everything the app wrote to its standard streams. */
  output = '';

  private constructor(
    readonly app: ElectronApplication,
    readonly page: Page,
  ) {
    const child = app.process();
    child.stdout?.on('data', (piece: Buffer) => (this.output += piece.toString()));
    child.stderr?.on('data', (piece: Buffer) => (this.output += piece.toString()));
  }

  /** Starts the app and waits until it shows the bench. */
  static async start(options: DeskAppOptions): Promise<DeskApp> {
    const app = await launch(options);
    const page = await app.firstWindow();
    const desk = new DeskApp(app, page);
    await page.getByRole('main').waitFor();
    return desk;
  }

  /**
   * What a keyboard-wedge scanner does: the characters in quick succession, then Enter. Sent by the main process in
   * one go, because key by key through the test's wire would be as slow as a person.
   */
  async scan(text: string): Promise<void> {
    await this.app.evaluate(({ BrowserWindow }, characters) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      const press = (keyCode: string, character: boolean): void => {
        contents?.sendInputEvent({ type: 'keyDown', keyCode });
        if (character) contents?.sendInputEvent({ type: 'char', keyCode });
        contents?.sendInputEvent({ type: 'keyUp', keyCode });
      };
      for (const character of characters) press(character, true);
      press('Enter', true);
    }, text);
  }

  /** Answers the next native question of the app by a button's number. */
  async answerQuestions(button: number): Promise<void> {
    await this.app.evaluate(({ dialog }, response) => {
      dialog.showMessageBox = () => Promise.resolve({ response, checkboxChecked: false });
    }, button);
  }

  /** Answers file dialogs with a path. */
  async answerFiles(path: string): Promise<void> {
    await this.app.evaluate(({ dialog }, file) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: file });
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [file] });
    }, path);
  }

  async picture(name: string): Promise<void> {
    mkdirSync(pictures, { recursive: true });
    await this.page.screenshot({ path: join(pictures, `${name}.png`) });
  }

  /** Ends the app, jobs or not. */
  async end(): Promise<void> {
    const child = this.app.process();
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((done) =>
      child.once('exit', () => {
        done();
      }),
    );
    child.kill('SIGTERM');
    await gone;
  }
}

/** Starts the app without waiting for a window. */
export async function launch({
  state,
  bench,
  args = [],
  env = {},
}: DeskAppOptions): Promise<ElectronApplication> {
  const { binary } = electronRuntime();
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run bash build/setup.sh --tests`);
  const variables = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return await _electron.launch({
    executablePath: binary,
    args: [
      root,
      '--state',
      state,
      ...(bench === undefined ? [] : ['--bench', bench]),
      // The tests run as root in CI, where Chromium's sandbox cannot; and the app refuses root but for tests.
      ...(process.getuid?.() === 0 ? ['--no-sandbox', '--allow-root-in-tests'] : []),
      '--disable-gpu',
      ...args,
    ],
    env: { ...variables, ...env },
    timeout: 30_000,
  });
}
