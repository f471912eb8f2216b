import { build } from 'esbuild';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import type { AppPatch, AppState } from '../../core/contract/app';
import type { Call } from './app-preview-main';
import { axeSource } from './axe-source';
import { themes, type Answers, type Preview, type Theme } from './app-preview-states';
import { openCheckout } from './checkout';
import { KeyPlayer } from './key-player';
import { shipmentPapers, shipReport, shipments } from './app-samples';
import { withFreeBays, withProgress } from './app-samples-progress';
import { launch, sendScan, type ScanEnd } from './app-window';

const root = resolve(import.meta.dirname, '../..');

/** What methods answer; the others answer nothing. */
const answers: Answers = {
  queryLog: { total: 0, read: 0, entries: 0, rows: [] },
  openOrder: { warnings: [] },
  returnComputer: { said: 'OLD-0003 (serial 5CG0000003) came back. Machine 5CG41503XYZ replaced it.' },
  chooseOrder: { chosen: false, warnings: [] },
  cacheSize: { bytes: 42_000_000_000 },
  listLabelQueues: {
    queues: [
      { name: 'Zebra_GK420d', state: 'idle', isDefault: false },
      { name: 'Office', state: 'stopped', isDefault: true },
    ],
    problem: null,
  },
  printLabels: { count: 1, left: [] },
  getPicture: { png: null },
  listShipments: shipments,
  remakeBundle: { report: shipReport },
  getShipmentPapers: shipmentPapers,
  chooseShipmentsFolder: { path: null },
};

/** Pages that are shown in one document. Each leaves its modules behind. */
const statesOfDocument = 40;

const moduleAddress = (number: number): string => (number === 0 ? './app.js' : `./app.js?${number}`);

/** WCAG 2.2 AA, and what the makers of axe think good. */
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * The built page in the app's own window, with a state that was made up. One window shows one state after the other.
 * Its main process is app-preview-main.ts.
 */
export class AppPreview {
  private complaints: string[] = [];
  /** Times that a state was opened. */
  private opened = 0;

  private constructor(
    private readonly app: ElectronApplication,
    readonly page: Page,
  ) {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        this.complaints.push(`console: ${message.text()}`);
      }
    });
    page.on('pageerror', (error) => this.complaints.push(`error: ${error.message}`));
  }

  /** @param area an empty folder for its program and its state */
  static async start(area: string): Promise<AppPreview> {
    const program = join(area, 'program');
    mkdirSync(program, { recursive: true });
    await build({
      absWorkingDir: root,
      entryPoints: ['test/support/app-preview-main.ts'],
      outfile: join(program, 'main.cjs'),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      external: ['electron'],
      logLevel: 'warning',
    });
    writeFileSync(
      join(program, 'package.json'),
      JSON.stringify({ name: 'preview', version: '0.0.0', main: 'main.cjs' }),
    );
    const app = await launch({
      folder: program,
      state: join(area, 'state'),
      // The app's user may not be able to read the checkout, as below /root.
      args: ['--app', join(openCheckout(), 'dist/app')],
    });
    const page = await app.firstWindow();
    page.setDefaultTimeout(10_000);
    // Nothing is half faded when it is looked at.
    await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'light' });
    return new AppPreview(app, page);
  }

  /** Loads the page again with this state. */
  async open(state: AppState, size = { width: 1280, height: 800 }, more: Answers = {}): Promise<void> {
    this.complaints = [];
    // What the page before says when it goes, such as that it leaves full screen, is not this one's.
    await this.unmount();
    await this.app.evaluate(
      (_electron, given) => {
        globalThis.preview.prepare(given.state, given.answers);
      },
      { state: withFreeBays(withProgress(state)), answers: { ...answers, ...more } },
    );
    await this.page.setViewportSize(size);
    await this.load();
    await this.page.locator('#content').waitFor();
    await this.page.evaluate(() => document.fonts.ready.then(() => undefined));
  }

  /**
   * A page without a past: its modules are read again, nothing of them is kept. The document itself is kept most of the time,
   * since with it axe and the style sheets would be read again, too, which takes longer than what is to be seen.
   */
  private async load(): Promise<void> {
    const number = this.opened++ % statesOfDocument;
    if (number === 0) {
      await this.page.reload();
      return;
    }
    // As text: what transforms this file would take the page's imports for its own.
    await this.page.evaluate(`(async () => {
      document.documentElement.dataset.theme = 'light';
      document.body.innerHTML = '<div id="root"></div>';
      await import('${moduleAddress(number)}');
    })()`);
  }

  private async unmount(): Promise<void> {
    if (this.opened === 0) return;
    await this.page.evaluate(`(async () => {
      const { page } = await import('${moduleAddress((this.opened - 1) % statesOfDocument)}');
      page.unmount();
    })()`);
  }

  /** Opens a state and does what the preview says before it is looked at. */
  async show(one: Preview): Promise<void> {
    const { state, answers: more, size, key, tick, press, click, wait, scan, found, then } = one;
    const { choose, keys = [] } = one;
    await this.open(state, size, more);
    if (key !== undefined) await this.page.keyboard.press(key);
    if (tick !== undefined) await this.page.getByLabel(tick, { exact: true }).check();
    if (choose !== undefined) await this.page.getByRole('option', { name: choose, exact: true }).click();
    for (const pressed of keys) await this.page.keyboard.press(pressed);
    if (press !== undefined) {
      await this.page.getByRole('button', { name: press, exact: true }).click();
    }
    if (click !== undefined) await this.page.getByText(click).click();
    if (wait !== undefined) await this.page.getByText(wait).first().waitFor();
    if (scan !== undefined) await (await KeyPlayer.on(this.page)).play(scan);
    if (found !== undefined) await this.page.getByText(found).first().waitFor();
    if (then !== undefined) await this.push(then);
    await this.drawn();
  }

  /** As a keyboard-wedge scanner types: at once, then Enter, unless it is set up otherwise. */
  async scan(text: string, ends: readonly ScanEnd[] = ['Enter']): Promise<void> {
    await sendScan(this.app, text, ends);
  }

  /** What the station tells the page. */
  async push(patch: AppPatch): Promise<void> {
    await this.app.evaluate((_electron, given) => {
      globalThis.preview.push(given);
    }, patch);
  }

  /** Puts what is shown into another theme, as the settings do. */
  async setTheme({ settings }: AppState, theme: Theme): Promise<void> {
    await this.push({ settings: { ...settings, desk: { ...settings.desk, theme } } });
    await this.page.locator(`html[data-theme="${theme}"]`).waitFor();
    await this.drawn();
  }

  private async isIn(theme: Theme): Promise<boolean> {
    return (await this.page.evaluate(() => document.documentElement.dataset['theme'])) === theme;
  }

  /** Calls of the page since the state was opened. */
  async calls(): Promise<readonly Call[]> {
    return await this.app.evaluate(() => globalThis.preview.calls());
  }

  /** What the page said against its policy, and errors, since the state was opened. */
  said(): readonly string[] {
    return this.complaints;
  }

  /**
   * Everything that is wrong with what is shown: violations of the policy, errors, what does not fit the window, and
   * accessibility, by all rules in the first theme and by contrast, which is all that differs, in the others.
   */
  async inspect(state: AppState): Promise<readonly string[]> {
    const found = await this.page.evaluate(() =>
      [...document.querySelectorAll('html, #content')].some((box) => box.scrollWidth > box.clientWidth),
    );
    const problems = found ? ['the page is wider than the window'] : [];
    // A dialog has a primary button of its own.
    const primary = await this.page
      .locator('.shell [data-variant="filled"]:visible')
      .evaluateAll((buttons) => buttons.map((button) => button.textContent));
    if (primary.length > 1) problems.push(`more than one primary button: ${primary.join(', ')}`);
    for (const [index, theme] of themes.entries()) {
      // A state is opened in the first theme: to set it again would draw everything once more.
      if (index > 0 || !(await this.isIn(theme))) await this.setTheme(state, theme);
      problems.push(...(await this.violations(index === 0)).map((text) => `${theme}: ${text}`));
    }
    return [...problems, ...this.complaints];
  }

  async picture(file: string): Promise<void> {
    // Nothing is lit up because the pointer was left on it.
    await this.page.mouse.move(0, 0);
    await this.drawn();
    await this.page.screenshot({ path: file });
  }

  async end(): Promise<void> {
    const child = this.app.process();
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
  }

  private async violations(all: boolean): Promise<string[]> {
    // Once for a page, not once for each theme.
    if (!(await this.page.evaluate(() => 'axe' in globalThis))) await this.page.evaluate(axeSource);
    const found = all
      ? await this.page.evaluate(async (values) => {
          const { violations } = await globalThis.axe.run(document, {
            runOnly: { type: 'tag', values },
            // What passed is half of the work, and nobody reads it.
            resultTypes: ['violations'],
          });
          globalThis.rememberContrast();
          return violations;
        }, rules)
      : await this.page.evaluate(() => globalThis.contrastInColours());
    return found.map(
      ({ id, help, nodes }) =>
        `axe ${id}: ${help}: ${nodes.map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ''}`).join(' | ')}`,
    );
  }

  /** After the next frame but one: what React put off is on the screen. */
  private async drawn(): Promise<void> {
    await this.page.evaluate(
      () =>
        new Promise<void>((done) => {
          requestAnimationFrame(() => {
            requestAnimationFrame(() => {
              done();
            });
          });
        }),
    );
  }
}
