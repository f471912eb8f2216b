import type { Act } from './app-preview-acts';
import { liveStates } from './app-preview-live-states';

/** On a station that runs from a stick: a passphrase goes into its field and nowhere else. */

const passphrase = 'correct horse battery';

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
        page.getByLabel('The same again'),
      ];
      await first.fill('correct horse');
      await again.fill('correct house');
      await page.getByText('The two are not the same.').waitFor();
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
      // The settings ask for these by themselves.
      { method: 'listLabelQueues', request: {} },
      { method: 'cacheSize', request: {} },
      { method: 'unlockDisk', request: { driveId: 'drive-04', machine: '5CD4120LQ7' } },
    ],
  },
];
