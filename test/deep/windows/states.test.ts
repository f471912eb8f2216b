import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppPreview } from '../../support/app-preview';
import type { Call } from '../../support/app-preview-main';
import { allActs } from '../../support/app-preview-acts';
import { previews } from '../../support/app-preview-states';
import { removeArea, temporaryArea } from '../../support/global-setup';
import { present } from '../../support/present';

/** The page in every state it has: within its policy, without errors, and to be used by everybody in every theme. */

let area: string;
let preview: AppPreview;

beforeAll(async () => {
  area = temporaryArea('e2e-states');
  preview = await AppPreview.start(area);
});
afterAll(async () => {
  await preview.end();
  removeArea(area);
});

describe('a state', () => {
  it.each(Object.entries(previews))('%s keeps its policy and can be used by everybody', async (_, one) => {
    await preview.show(one);
    expect(await preview.inspect(one.state)).toEqual([]);
  });
});

describe('a text that is too faint', () => {
  it('is told in the themes where it is, after all has passed', async () => {
    const one = present(Object.values(previews)[0]);
    await preview.show(one);
    expect(await preview.inspect(one.state)).toEqual([]);
    const faint = await preview.page.evaluate(() => {
      const text = document.querySelector<HTMLElement>('#content button:not(:disabled)');
      // Black on the dark grounds alone.
      text?.style.setProperty('color', 'light-dark(#000, #000)');
      text?.style.setProperty('background-color', 'light-dark(#fff, #111)');
      return text?.textContent ?? '';
    });
    expect(faint).not.toBe('');
    expect(await preview.inspect(one.state)).toEqual([
      expect.stringMatching(/^dark: axe color-contrast/),
      expect.stringMatching(/^high-contrast: axe color-contrast/),
    ]);
  });
});

/** What was asked for; a screen reads the log by itself. */
async function asked(): Promise<readonly Call[]> {
  return (await preview.calls()).filter(({ method }) => method !== 'queryLog');
}

describe('by scanner, keys and pointer', () => {
  it.each(allActs().map((act) => [act.name, act] as const))('%s', async (_, act) => {
    await preview.open(act.state, undefined, act.answers);
    await act.run(preview.page, preview);
    await expect.poll(asked).toEqual(act.expected);
    expect((await act.check?.(preview.page)) ?? null).toBeNull();
    // Nothing comes after it either.
    await preview.page.waitForTimeout(100);
    expect(await asked()).toEqual(act.expected);
    expect(preview.said()).toEqual([]);
  });
});
