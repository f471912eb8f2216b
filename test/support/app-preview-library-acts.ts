import type { Act } from './app-preview-acts';
import { stateOf } from './app-preview-scanner-acts';
import { offeredKey } from './app-samples-library';
import { libraryPreviews } from './app-preview-library-states';

/** On the media library. */

const looks = { method: 'refreshLibrary', request: {} } as const;

export const libraryActs: readonly Act[] = [
  {
    name: 'the folder with the parts that were missing is chosen again',
    state: stateOf('library-incomplete'),
    run: async (page) => {
      await page.keyboard.press('F3');
      await page.getByRole('button', { name: 'Choose the folder with these parts …' }).click();
    },
    expected: [looks, { method: 'chooseParts', request: {} }],
  },
  {
    name: 'the older media of a difference is chosen where it lies',
    state: stateOf('library-base-missing'),
    run: async (page) => {
      await page.keyboard.press('F3');
      await page.getByRole('button', { name: 'Choose the older media …' }).click();
    },
    expected: [looks, { method: 'chooseBase', request: {} }],
  },
  {
    name: 'a key is trusted only with a name, and when somebody says that the fingerprint was compared',
    state: stateOf('library-refused'),
    answers: libraryPreviews['library-trust']?.answers ?? {},
    run: async (page) => {
      await page.keyboard.press('F3');
      await page.getByRole('button', { name: 'Trust a key …' }).click();
      const trust = page.getByRole('button', { name: 'Trust this key' });
      if (await trust.isEnabled()) throw new Error('a key without a name can be trusted');
      await page.getByLabel('Name of the enterprise').fill(' Contoso ');
      await trust.click();
      await page.getByRole('button', { name: 'No, do not trust it' }).click();
      await trust.click();
      await page.getByText(/^Did Contoso tell you this fingerprint/).waitFor();
      await page.getByRole('button', { name: 'Yes, it is the same' }).click();
    },
    expected: [
      looks,
      { method: 'chooseKey', request: {} },
      { method: 'trustKey', request: { name: 'Contoso', text: offeredKey.text } },
    ],
  },
  {
    name: 'a trusted key is forgotten after a question',
    state: stateOf('library'),
    run: async (page) => {
      await page.keyboard.press('F3');
      await page.getByText('2 trusted keys').click();
      await page.getByRole('button', { name: 'Forget the key of Contoso' }).click();
      await page.getByRole('button', { name: 'Yes, forget it' }).click();
    },
    expected: [looks, { method: 'forgetKey', request: { name: 'Contoso' } }],
  },
  {
    name: 'a media file is not removed while drives are in progress',
    state: { ...stateOf('library'), jobs: stateOf('running-few').jobs },
    run: async (page) => {
      await page.keyboard.press('F3');
      await page.getByRole('button', { name: /^Remove Contoso/ }).waitFor();
    },
    expected: [looks],
    check: async (page) => {
      const enabled = await page
        .locator('.library-card')
        .getByRole('button', { name: /^Remove /, disabled: false })
        .count();
      return enabled === 0 ? null : `${enabled} buttons to remove can be pressed`;
    },
  },
];
