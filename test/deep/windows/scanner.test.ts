import { mkdirSync, readFileSync, renameSync, rmdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { appSettingsSchema } from '../../../core/settings/settings';
import { focusWindow, press, realKeyboardProblem, setLayout } from '../../support/real-keyboard';
import { recordedScans, recordedTexts, strokesOf } from '../../support/scanner-strokes';
import { recordedLayouts, recordedScan } from '../../support/recorded-scans';
import { KeyPlayer } from '../../support/key-player';
import { makeBench } from '../../support/virtual-bench';
import { AppWindow } from '../../support/app-window';
import { removeArea, temporaryArea } from '../../support/global-setup';

/** The scanner check in the real app: by keys as they were recorded on real layouts, and on the layouts themselves. */

let area: string;
let state: string;
let app: AppWindow;
let player: KeyPlayer;

beforeAll(async () => {
  area = temporaryArea('e2e-scanner');
  state = join(area, 'state');
  await makeBench(join(area, 'bench'), 2);
  preferThisProcess(true);
  app = await AppWindow.start({ state, bench: join(area, 'bench') });
  await app.readyForScans();
  player = await KeyPlayer.on(app.page);
});
afterAll(async () => {
  await app.end();
  preferThisProcess(false);
  removeArea(area);
});

/** Keys are played in milliseconds while other files use all cores: this process, and the app it starts, go first. */
function preferThisProcess(preferred: boolean): void {
  // Only root may; elsewhere the file is best run alone.
  if (process.getuid?.() === 0) setPriority(preferred ? -10 : 0);
}

const scanner = (): z.infer<typeof appSettingsSchema>['scanner'] => {
  const file: unknown = JSON.parse(readFileSync(join(state, 'settings.json'), 'utf8'));
  return z.object({ desk: appSettingsSchema }).parse(file).desk.scanner;
};
const said = async (words: string | RegExp): Promise<void> => {
  // What it says instead is in the failure.
  await expect.poll(() => app.page.locator('.shell-column').innerText(), { timeout: 30_000 }).toMatch(words);
};
const refused = async (words: RegExp): Promise<void> => {
  await app.page.locator('.scan-last[data-result=refused]').getByText(words).waitFor();
};
const passed = async (): Promise<void> => {
  await app.page.locator('.notice-title').getByText('The scanner is set up').waitFor();
};
async function forget(): Promise<void> {
  await app.page.keyboard.press('F7');
  const button = app.page.getByRole('button', { name: 'Forget the check' });
  if ((await button.count()) > 0) await button.click();
  await button.waitFor({ state: 'hidden' });
  await app.page.keyboard.press('F4');
  await app.page.locator('.bench').waitFor();
  // What is pressed now is no part of what was before.
  await app.page.waitForTimeout(1100);
}

describe('at the first start', () => {
  it('the check is offered, and a slow scanner is told of it', async () => {
    await app.page.getByText(/Check your barcode scanner first/).waitFor();
    await app.picture('scanner-offer');
    await player.play(recordedScan('serial, computer set to us'), 70);
    await refused(/Scanned too slowly to be sure/);
    await app.page.locator('.scan-bar').getByRole('button', { name: 'Scanner check' }).waitFor();
    await app.picture('scanner-too-slow');
    expect(await app.page.getByText(/which bay/).count()).toBe(0);
  });

  it('what a German keyboard may have changed is not taken', async () => {
    await player.play(recordedScan('serial, computer set to de'));
    await refused(/keyboard layout may have changed/);
    expect(await app.page.getByText(/which bay/).count()).toBe(0);
  });

  it('what it changes in a command does not matter', async () => {
    await player.play(recordedScan('command, computer set to de'));
    await refused(/There is nothing to undo/);
  });
});

describe('a scanner with 70 ms between keys and Enter twice, on a computer set to German', () => {
  const keys = [
    ...recordedScan('computer set to German'),
    ...recordedScan('computer set to German').slice(-1),
  ];

  it('is checked with one scan, from wherever one is', async () => {
    await player.play(keys, 70);
    await passed();
    await app.page.getByText(/z.→.y,\s+Y.→.Z/).waitFor();
    await app.page.getByText('Enter twice').waitFor();
    await app.picture('scanner-check-german');
    expect(scanner()).toMatchObject({ layout: 'us', end: 'key', offer: false });
    expect(scanner().gapMs).toBeGreaterThanOrEqual(70);
    expect(await app.page.getByText(/Check your barcode scanner first/).count()).toBe(0);
  });

  it('is taken from then on, letter by letter', async () => {
    await player.play(recordedScan('badge, computer set to de'), 70);
    await said('Operator set');
    expect(await app.page.getByText(/Zoe Quark/).count()).toBeGreaterThan(0);
    await player.play(recordedScan('serial, computer set to de'), 70);
    await said(`${recordedTexts.serial}: which bay?`);
    await app.scan('PRESTAGE-UNDO');
    await said(/Undone/);
  });

  it('leaves no trace in a field, and presses nothing', async () => {
    await app.page.keyboard.press('F7');
    const field = app.page.getByLabel('Station name');
    const before = await field.inputValue();
    await field.focus();
    await player.play(
      [
        ...recordedScan('serial, computer set to de'),
        ...recordedScan('serial, computer set to de').slice(-1),
      ],
      70,
    );
    // On the settings it is tried, and nothing is done with it.
    await said('Only tried, not used');
    await expect.poll(() => app.page.getByLabel('Test a barcode').inputValue()).toBe(recordedTexts.serial);
    expect(await field.inputValue()).toBe(before);
    await app.scan('PRESTAGE-UNDO');
    await app.page.locator('.bench').waitFor();
  });
});

describe('what the check says', () => {
  beforeEach(forget);

  it.each<[string, RegExp]>([
    ['computer set to French', /A.→.Q/],
    ['scanner set to German', /scanner: German/],
    ['AIM identifier, Enter and Tab', /\]C0 \(AIM identifier\)/],
    ['a sign in front, no end', /A scan counts after a short pause/],
    ['F2 in front, CR LF', /Enter, then Ctrl\+J/],
    ['control characters in words, Escape', /Come through as words/],
  ])('%s', async (name, words) => {
    await player.play(recordedScan(name));
    await passed();
    await app.page.getByText(words).waitFor();
    await app.picture(`scanner-check-${name.replace(/[^A-Za-z0-9]+/g, '-')}`);
    expect(scanner().checkedAt).not.toBeNull();
  });

  it('a letter in front cannot be taken off: nothing is saved', async () => {
    await player.play(recordedScan('a letter in front, control characters dropped'));
    await app.page.locator('.notice-title').getByText('Change the scanner’s settings').waitFor();
    await app.page.getByText(/cannot tell “D” from the code itself/).waitFor();
    await app.picture('scanner-check-prefix');
    expect(scanner().checkedAt).toBeNull();
  });

  it('a good scanner that the station could not save is not called set up, and is at the next scan', async () => {
    const file = join(state, 'settings.json');
    await player.play(recordedScan('computer set to French'));
    await passed();
    await forget();
    // A folder in its place: nothing can be renamed over it, whoever the user is.
    renameSync(file, `${file}.away`);
    mkdirSync(file);
    try {
      await player.play(recordedScan('computer set to French'));
      await app.page.locator('.notice-title').getByText('Not saved', { exact: true }).waitFor();
      await app.page.getByText(/the station could not save this\. See the message, then scan/).waitFor();
      await app.page
        .getByText(/settings\.json/)
        .first()
        .waitFor();
      await app.picture('scanner-check-not-saved');
      expect(await app.page.locator('.notice-title').getByText('The scanner is set up').count()).toBe(0);
    } finally {
      rmdirSync(file);
      renameSync(`${file}.away`, file);
    }
    expect(scanner().checkedAt).toBeNull();
    await app.page.waitForTimeout(1100);
    await player.play(recordedScan('computer set to French'));
    await passed();
    expect(scanner().checkedAt).not.toBeNull();
  });

  it('the sign in front is taken off, and F2 in front opens no screen', async () => {
    await player.play(recordedScan('a sign in front, no end'));
    await passed();
    // Nothing had ended it, so that it could have been the first part of what comes within a second.
    await app.page.waitForTimeout(1100);
    const [tilde] = recordedScan('a sign in front, no end');
    const serial = recordedScan('serial, computer set to us').map((key) => ({ ...key, ms: key.ms + 10 }));
    await player.play([...(tilde === undefined ? [] : [tilde]), ...serial]);
    await said(`${recordedTexts.serial}: which bay?`);
    await app.scan('PRESTAGE-UNDO');
    await said(/Undone/);
    // So soon behind a scan, F2 would be its end.
    await app.page.waitForTimeout(400);
    await player.play(recordedScan('F2 in front, CR LF'));
    await passed();
    const [f2] = recordedScan('F2 in front, CR LF');
    await player.play([...(f2 === undefined ? [] : [f2]), ...serial]);
    await said(`${recordedTexts.serial}: which bay?`);
    await app.scan('PRESTAGE-UNDO');
    // Alone it is the operator's.
    await app.page.keyboard.press('F2');
    await app.page.getByRole('heading', { name: 'Work order', level: 1 }).waitFor();
  });
});

const problem = realKeyboardProblem();
describe('on the X server’s own layouts', () => {
  beforeEach(async ({ skip }) => {
    if (problem !== null) skip(problem);
    focusWindow('Prestage');
    await forget();
  });
  afterAll(() => {
    if (problem === null) setLayout('us');
  });

  it.each(['de', 'fr'])('%s: the check, a badge and a serial, at 70 ms', async (computer) => {
    setLayout(computer);
    await app.page.waitForTimeout(600);
    const how = { scanner: 'us', control: 'with-control' } as const;
    const check = recordedScans.find(({ name }) => name.startsWith('Bluetooth'));
    if (check === undefined) throw new Error('no strokes');
    press(strokesOf(check, recordedLayouts), 70);
    await passed();
    expect(scanner()).toMatchObject({ layout: 'us' });
    press(strokesOf({ ...how, text: recordedTexts.badge, after: check.after }, recordedLayouts), 70);
    await said('Operator set');
    press(strokesOf({ ...how, text: recordedTexts.serial, after: check.after }, recordedLayouts), 70);
    await said(`${recordedTexts.serial}: which bay?`);
    await app.scan('PRESTAGE-UNDO');
  });
});
