import type { Act } from './app-preview-acts';
import { stateOf } from './app-preview-scanner-acts';
import { listed } from './app-preview-mirror-states';

/** On what is got from another station. */

const looks = { method: 'refreshLibrary', request: {} } as const;
const { certificate: fingerprint, address: station } = listed;
const reached = { method: 'reachStation', request: { station, fingerprint } } as const;
const [media] = listed.media;
const [image] = listed.images;

export const mirrorActs: readonly Act[] = [
  {
    name: 'the command for machines, pasted as address, fills in both fields of another station',
    state: stateOf('mirror-form'),
    run: async (page) => {
      await page.keyboard.press('F3');
      await page.getByRole('button', { name: 'Get from another station …' }).click();
      const ask = page.getByRole('button', { name: 'Ask this station' });
      await page.getByLabel('Address and port').fill('192.168.77.1');
      await page.getByText('Enter an address and a port').waitFor();
      if (await ask.isEnabled()) throw new Error('a station without a port can be asked');
      await page
        .getByLabel('Address and port')
        .fill(`prestage agent --station ${station} --fingerprint ${fingerprint}`);
      await ask.click();
    },
    expected: [looks, reached],
  },
  {
    name: 'the code that another station shows is scanned, and the station is asked; any other scan goes where it always goes',
    state: stateOf('mirror-form'),
    run: async (page, preview) => {
      await page.keyboard.press('F3');
      await page.getByRole('button', { name: 'Get from another station …' }).click();
      await preview.scan('5CG41503XYZ');
      await page.waitForTimeout(1100);
      await preview.scan(`${station} ${fingerprint}`);
    },
    expected: [looks, { method: 'scan', request: { text: '5CG41503XYZ', screen: 'media' } }, reached],
  },
  {
    name: 'a media file of another station is chosen with its disk images that can be used',
    state: stateOf('mirror-list'),
    run: async (page) => {
      await page.keyboard.press('F3');
      await page.getByRole('checkbox', { name: /^Choose Contoso/ }).check();
      await page.getByRole('button', { name: 'Get 1 media and 1 disk image, 36.0 GiB' }).click();
    },
    expected: [
      looks,
      {
        method: 'getFromStation',
        request: { media: [media?.sha256], images: [image?.key] },
      },
    ],
  },
  {
    name: 'what was cancelled goes on',
    state: stateOf('mirror-cancelled'),
    run: async (page) => {
      await page.keyboard.press('F3');
      await page.getByRole('button', { name: 'Go on' }).click();
    },
    expected: [
      looks,
      {
        method: 'getFromStation',
        request: { media: [media?.sha256], images: [image?.key] },
      },
    ],
  },
  {
    name: 'what is fetched from another station is cancelled',
    state: stateOf('mirror-getting'),
    run: async (page) => {
      await page.keyboard.press('F3');
      await page.getByRole('button', { name: 'Cancel' }).click();
    },
    expected: [looks, { method: 'cancelMirror', request: {} }],
  },
];
