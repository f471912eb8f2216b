import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { card } from '../../support/app-bench';
import { AppWindow, giveToUser } from '../../support/app-window';
import { removeArea, temporaryArea } from '../../support/global-setup';
import { jsonLines } from '../../support/json-lines';
import { makeBench } from '../../support/virtual-bench';

/** What the app leaves for support: its log, its crash dumps, and the bundle. */

let area: string;
let opened: AppWindow | null = null;

beforeAll(() => {
  area = temporaryArea('e2e-support');
});
afterEach(async () => {
  await opened?.end();
  opened = null;
});
afterAll(() => {
  removeArea(area);
});

const lineSchema = z.looseObject({ event: z.string(), program: z.string(), level: z.string() });

function logOf(state: string): z.infer<typeof lineSchema>[] {
  return z.array(lineSchema).parse(jsonLines(join(state, 'log/prestage.jsonl')));
}

const dumpsIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.dmp'));

describe('support', () => {
  it('a bundle is saved from Settings, and a page that crashes is logged and dumped on this computer', async () => {
    const paths = { state: join(area, 'state'), bench: join(area, 'bench') };
    await makeBench(paths.bench, 2);
    opened = await AppWindow.start(paths);
    await card(opened, 'bay 1').waitFor();
    expect(logOf(paths.state).map(({ event, program }) => `${program} ${event}`)).toContain(
      'app app-started',
    );

    const saved = join(area, 'saved');
    giveToUser(saved);
    const file = join(saved, 'support.zip');
    await opened.answerFiles(file);
    await opened.page.keyboard.press('F7');
    await opened.page.getByRole('button', { name: 'Save support bundle …' }).click();
    await opened.page.getByText(`Saved as ${file}`).waitFor();
    await opened.picture('settings-support');
    const files = unzipSync(readFileSync(file));
    expect(Object.keys(files)).toContain('log/prestage.jsonl');
    expect(Object.keys(files).filter((name) => name.endsWith('.dmp'))).toEqual([]);
    const versions: unknown = JSON.parse(strFromU8(files['versions.json'] ?? new Uint8Array()));
    expect(versions).toMatchObject({ electron: expect.stringMatching(/^\d/) as string });
    expect(strFromU8(files['drives.json'] ?? new Uint8Array())).toContain('bay 1');
    // A second one does not take its place.
    await opened.page.getByRole('button', { name: 'Save support bundle …' }).click();
    await opened.page.getByText('already exists').waitFor();

    // Last: Playwright does not follow a page that crashed.
    await opened.electron.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
    });
    await expect
      .poll(() => logOf(paths.state).map(({ event }) => event), { timeout: 20_000 })
      .toContain('page-gone');
    await expect
      .poll(() => dumpsIn(join(paths.state, 'crash-dumps')).length, { timeout: 20_000 })
      .toBeGreaterThan(0);
  });
});
