/**
 * Records what an Electron page is told of keys on real keyboard layouts, into test/fixtures/recorded/keyboards/:
 * every key on every level of each layout, and the check code as scanners send it.
 *   npx tsx test/support/record-keyboards.ts
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { keyboardLayouts } from '../../core/scan/keyboard-layouts';
import { modifierKeys, type ScanKey } from '../../core/scan/scan-keys';
import { startDisplay } from './display';
import { launch } from './app-window';
import { temporaryArea } from './global-setup';
import { focusWindow, otherKeycodes, press, setLayout, xKeycodes, type Stroke } from './real-keyboard';
import { recordedScans, strokesOf, type RecordedLayout } from './scanner-strokes';

const folder = resolve(import.meta.dirname, '../fixtures/recorded/keyboards');
const title = 'keyboard recorder';
/** The text field has the focus: dead keys are composed only where text is taken. */
const page = `<title>${title}</title><body><input autofocus><script>
  const keys = (window.keys = []);
  addEventListener('keydown', (event) => {
    const has = (name) => event.getModifierState(name);
    const { key, code, shiftKey, ctrlKey, altKey } = event;
    if (event.repeat) return;
    keys.push({ key, code, ms: Math.round(event.timeStamp), shift: shiftKey, control: ctrlKey, alt: altKey,
      altGr: has('AltGraph'), capsLock: has('CapsLock') });
  }, true);
</script>`;
const program = `const { app, BrowserWindow } = require('electron');
app.whenReady().then(() => {
  new BrowserWindow({ title: ${JSON.stringify(title)} }).loadURL(${JSON.stringify(`data:text/html,${encodeURIComponent(page)}`)});
});`;

interface Recorder {
  /** What the page is told of these presses, modifiers left out. */
  readonly record: (strokes: readonly Stroke[], gap: number) => Promise<ScanKey[]>;
  readonly layout: (name: string) => Promise<void>;
}

function recorder(page: Page): Recorder {
  return {
    layout: async (name) => {
      setLayout(name);
      // Electron looks at the new map when the X server has told it.
      await page.waitForTimeout(400);
    },
    record: async (strokes, gap) => {
      await page.evaluate(() => {
        (window as unknown as { keys: unknown[] }).keys.length = 0;
      });
      press(strokes, gap);
      await page.waitForTimeout(150);
      const keys = await page.evaluate(() => (window as unknown as { keys: ScanKey[] }).keys);
      const first = keys[0]?.ms ?? 0;
      return keys.filter(({ key }) => !modifierKeys.has(key)).map((key) => ({ ...key, ms: key.ms - first }));
    },
  };
}

/** Each key alone, with Escape behind it: a dead key would change the next one. */
async function recordLayout({ record, layout }: Recorder, name: string): Promise<RecordedLayout> {
  await layout(name);
  const levels = { plain: [], shift: [otherKeycodes.ShiftLeft], altGr: [otherKeycodes.AltRight] } as const;
  const result: RecordedLayout = { plain: {}, shift: {}, altGr: {} };
  for (const level of ['plain', 'shift', 'altGr'] as const) {
    const strokes = Object.values(xKeycodes).flatMap((keycode) => [
      { keycode, with: levels[level] },
      { keycode: otherKeycodes.Escape },
    ]);
    for (const { key, code } of await record(strokes, 4)) {
      if (code !== 'Escape') result[level][code] = key;
    }
  }
  return result;
}

/** JSON with a line for each key, so that a change can be read. */
function write(file: string, members: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), `{\n${members.join(',\n')}\n}\n`);
}

async function main(): Promise<void> {
  const area = temporaryArea('keyboards');
  const app = join(area, 'program');
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, 'main.cjs'), program);
  writeFileSync(
    join(app, 'package.json'),
    JSON.stringify({ name: 'recorder', version: '0.0.0', main: 'main.cjs' }),
  );
  const display = await startDisplay();
  process.env['DISPLAY'] = display.name;
  const electron = await launch({ folder: app, state: join(area, 'state') });
  try {
    const opened = await electron.firstWindow();
    await opened.locator('input').waitFor();
    focusWindow(title);
    const one = recorder(opened);
    const layouts: Record<string, RecordedLayout> = {};
    for (const name of keyboardLayouts) layouts[name] = await recordLayout(one, name);
    write(
      'layouts.json',
      Object.entries(layouts).map(([name, levels]) => {
        const rows = Object.entries(levels).map(([level, keys]) => `    "${level}": ${JSON.stringify(keys)}`);
        return `  ${JSON.stringify(name)}: {\n${rows.join(',\n')}\n  }`;
      }),
    );
    const scans: Record<string, ScanKey[]> = {};
    for (const { name, computer, gap, ...how } of recordedScans) {
      await one.layout(computer);
      scans[name] = await one.record(strokesOf(how, layouts), gap);
    }
    write(
      'scans.json',
      Object.entries(scans).map(([name, keys]) => {
        const rows = keys.map((key) => `    ${JSON.stringify(key)}`);
        return `  ${JSON.stringify(name)}: [\n${rows.join(',\n')}\n  ]`;
      }),
    );
  } finally {
    electron.process().kill('SIGKILL');
    await display.end();
    rmSync(area, { recursive: true, force: true });
  }
}

await main();
