import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBench } from '../support/virtual-bench';
import { AppWindow } from '../support/app-window';
import { removeArea, temporaryArea } from '../support/global-setup';

let area: string;
let app: AppWindow;

beforeAll(async () => {
  area = temporaryArea('e2e-label');
  await makeBench(join(area, 'bench'), 2);
  app = await AppWindow.start({ state: join(area, 'state'), bench: join(area, 'bench') });
});
afterAll(async () => {
  await app.end();
  removeArea(area);
});

type Modifier = 'shift' | 'control' | 'alt' | 'iskeypad';
interface Key {
  readonly keyCode: string;
  readonly modifiers: readonly Modifier[];
  /** Makes a character. */
  readonly types: boolean;
  /** Only pressed, or only let go. */
  readonly half?: 'down' | 'up';
}

const plain = (text: string): Key[] =>
  Array.from(text, (keyCode) => ({
    keyCode,
    modifiers: /^[A-Z:_"+?!@#$%^&*()<>{}|~]$/.test(keyCode) ? ['shift'] : [],
    types: true,
  }));
const withControl = (keyCode: string, ...more: Modifier[]): Key => ({
  keyCode,
  modifiers: ['control', ...more],
  types: false,
});
const withAlt = (digits: string): Key[] => [
  { keyCode: 'Alt', modifiers: ['alt'], types: false, half: 'down' },
  ...Array.from(digits, (digit): Key => ({
    keyCode: `num${digit}`,
    modifiers: ['alt', 'iskeypad'],
    types: false,
  })),
  { keyCode: 'Alt', modifiers: [], types: false, half: 'up' },
];

/** What a scanner sends, key by key, then Enter. */
async function send(keys: readonly Key[]): Promise<void> {
  await app.electron.evaluate(
    ({ BrowserWindow }, all) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      for (const { keyCode, modifiers, types, half } of all) {
        const event = { keyCode, modifiers: [...modifiers] };
        if (half !== 'up') contents?.sendInputEvent({ type: 'keyDown', ...event });
        if (types) contents?.sendInputEvent({ type: 'char', ...event });
        if (half !== 'down') contents?.sendInputEvent({ type: 'keyUp', ...event });
      }
    },
    [...keys, { keyCode: 'Enter', modifiers: [], types: true }],
  );
}

const said = async (words: RegExp): Promise<void> => {
  await app.page.locator('.scan-last').getByText(words).waitFor();
};

describe('a label with several fields', () => {
  it('is read when the scanner sends control characters with Control', async () => {
    await send([
      ...plain('[)>'),
      withControl('^', 'shift'),
      ...plain('06'),
      withControl(']'),
      ...plain('1P20XW0012US'),
      withControl(']'),
      ...plain('SPF2ABCDE'),
      withControl('^', 'shift'),
      withControl('d'),
    ]);
    await said(/PF2ABCDE: which bay/);
    await app.page.getByText(/PF2ABCDE \(20XW0012US\)/).waitFor();
  });

  it('is read when it sends them with Alt, and the second MAC is added to the card', async () => {
    await send([
      ...plain('[)>'),
      ...withAlt('030'),
      ...plain('06'),
      ...withAlt('029'),
      ...plain('SPF2ABCDE'),
      ...withAlt('029'),
      ...plain('23S001B44113AB7'),
      ...withAlt('030'),
      ...withAlt('004'),
    ]);
    await said(/More of the label added to machine PF2ABCDE/);
    await app.scan('BAY 1');
    await app.scan('001B44113AB8');
    await said(/MAC added to machine PF2ABCDE/);
    const card = app.page.getByRole('listitem').filter({ hasText: 'for PF2ABCDE' });
    await card.getByText('20XW0012US · 2 MACs').waitFor();
    await app.picture('label-on-card');
  });

  it('that contradicts what is known is refused, and UNDO takes the whole machine back', async () => {
    await app.scan('SN: 5CD1234XYZ; MAC: 001B44113AB8');
    await app.page
      .locator('.scan-last[data-result=refused]')
      .getByText(/does not match what is known/)
      .waitFor();
    await app.scan('PRESTAGE-UNDO');
    await said(/Undone: machine/);
    expect(await app.page.getByText('2 MACs').count()).toBeGreaterThan(0);
  });
});
