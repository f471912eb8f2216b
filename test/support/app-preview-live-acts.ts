import type { Act } from './app-preview-acts';
import type { Call } from './app-preview-main';
import { liveStates } from './app-preview-live-states';

/** On a station that runs from a stick: a passphrase goes into its field and nowhere else. */

const passphrase = 'correct horse battery';

/** The settings ask for these by themselves. */
const askedBySettings: readonly Call[] = [
  { method: 'listLabelQueues', request: {} },
  { method: 'cacheSize', request: {} },
];

export const liveActs: readonly Act[] = [
  {
    name: 'a passphrase that is scanned unlocks the stick, and is no scan of the bench',
    state: liveStates.locked,
    run: async (page, preview) => {
      await page.getByLabel('Passphrase', { exact: true }).waitFor();
      await preview.scan(passphrase);
      await page.getByText('This takes up to a minute.').waitFor();
    },
    expected: [
      { method: 'openStick', request: { act: 'open', key: { kind: 'passphrase', text: passphrase } } },
    ],
  },
  {
    name: 'a stick is set up only with a passphrase that was given twice alike, or scanned',
    state: liveStates.fresh,
    run: async (page, preview) => {
      const make = page.getByRole('dialog').getByRole('button', { name: 'Set up the stick' });
      const [first, again] = [
        page.getByLabel('Passphrase', { exact: true }),
        page.getByLabel('Type it again'),
      ];
      await first.fill('correct horse');
      await again.fill('correct house');
      await page.getByText('The two passphrases differ.').waitFor();
      if (await make.isEnabled()) throw new Error('two passphrases that differ are taken');
      await first.fill('short');
      await again.fill('short');
      if (await make.isEnabled()) throw new Error('a short passphrase is taken');
      await preview.scan(passphrase);
      await make.click();
    },
    expected: [
      { method: 'openStick', request: { act: 'make', key: { kind: 'passphrase', text: passphrase } } },
    ],
  },
  {
    name: 'time zone, keyboard and clock of a stick are told at once',
    state: liveStates.unanswered,
    run: async (page) => {
      const keep = page.getByRole('button', { name: 'Keep this' });
      if (await keep.isEnabled()) throw new Error('a time zone that nobody chose is kept');
      await page.getByLabel('Time zone').selectOption('America/New_York');
      await page.getByLabel('Keyboard').selectOption('de');
      await page.getByLabel('Date and time in this zone').fill('2026-11-29T09:30');
      await keep.click();
    },
    expected: [
      {
        method: 'setStick',
        request: { timeZone: 'America/New_York', keyboard: 'de', time: '2026-11-29T14:30:00.000Z' },
      },
    ],
  },
  {
    name: 'Escape closes a form of the stick, and line mode stays',
    state: liveStates.lockedLine,
    run: async (page) => {
      await page.getByLabel('Passphrase', { exact: true }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await page.waitForTimeout(200);
    },
    expected: [{ method: 'showFullScreen', request: { on: true } }],
    check: async (page) => ((await page.locator('.line').isVisible()) ? null : 'line mode is left'),
  },
  {
    name: "a disk of the PC is unlocked by the PC's serial, scanned into its field",
    state: liveStates.working,
    run: async (page, preview) => {
      await page.keyboard.press('F7');
      const field = page.getByLabel(/^Serial of this PC/);
      await field.focus();
      await preview.scan('5CD4120LQ7');
      await page.getByRole('button', { name: 'Unlock this disk' }).click();
    },
    expected: [
      ...askedBySettings,
      { method: 'unlockDisk', request: { driveId: 'drive-04', machine: '5CD4120LQ7' } },
    ],
  },
  {
    name: 'a disk for images and media is erased for that only after a question',
    state: liveStates.working,
    run: async (page) => {
      await page.keyboard.press('F7');
      await page.getByRole('button', { name: 'Use this disk' }).first().click();
      await page.getByRole('button', { name: 'Leave it' }).click();
      await page.getByRole('button', { name: 'Use this disk' }).first().click();
      await page.getByRole('button', { name: 'Erase and use it' }).click();
    },
    expected: [
      ...askedBySettings,
      { method: 'makeImageDisk', request: { driveId: 'drive-01', reason: null } },
    ],
  },
  {
    name: 'a disk that holds a finished image is taken for images and media only for a reason',
    state: liveStates.diskWithPast,
    run: async (page) => {
      await page.keyboard.press('F7');
      await page.getByRole('button', { name: 'Use this disk' }).first().click();
      const use = page.getByRole('button', { name: 'Erase and use it' });
      if (await use.isEnabled()) throw new Error('it is taken without a reason');
      await page.getByRole('button', { name: 'Its image is not needed any more' }).click();
      await use.click();
    },
    expected: [
      ...askedBySettings,
      {
        method: 'makeImageDisk',
        request: { driveId: 'drive-01', reason: 'Its image is not needed any more' },
      },
    ],
  },
  {
    name: 'a disk for images and media that is gone is opened from the line over every screen',
    state: liveStates.imagesMissing,
    run: async (page) => {
      await page.getByText('is not there. Nothing is put anywhere else instead.').waitFor();
      await page.getByRole('button', { name: 'Open it' }).click();
    },
    expected: [{ method: 'openImageDisk', request: {} }],
  },
  {
    name: 'a backup gets a password that was given twice alike, or scanned',
    state: liveStates.working,
    answers: { saveBackup: { saved: null } },
    run: async (page, preview) => {
      await page.keyboard.press('F7');
      await page.getByRole('button', { name: 'Back up to a file …' }).click();
      const where = page.getByRole('button', { name: 'Choose where …' });
      await page.getByLabel('Password of the backup').fill('correct horse');
      await page.getByLabel('Type it again').fill('correct house');
      await page.getByText('The two passwords differ.').waitFor();
      if (await where.isEnabled()) throw new Error('two passwords that differ are taken');
      await preview.scan(passphrase);
      await where.click();
    },
    expected: [...askedBySettings, { method: 'saveBackup', request: { password: passphrase } }],
  },
  {
    name: 'a backup is chosen and restored, and replaces nothing unasked',
    state: liveStates.working,
    answers: { chooseBackup: { path: '/media/PRESTAGE-IN/bench-7.prestage' } },
    run: async (page) => {
      await page.keyboard.press('F7');
      await page.getByRole('button', { name: 'Restore from a file …' }).click();
      await page.getByText('bench-7.prestage takes the place of what this station has.').waitFor();
      await page.getByLabel('Password of the backup').fill(passphrase);
      await page.getByRole('button', { name: 'Restore it' }).click();
    },
    expected: [
      ...askedBySettings,
      { method: 'chooseBackup', request: {} },
      {
        method: 'restoreState',
        request: { path: '/media/PRESTAGE-IN/bench-7.prestage', password: passphrase, replace: false },
      },
    ],
  },
];
