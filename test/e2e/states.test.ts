import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppPreview } from '../support/app-preview';
import type { Call } from '../support/app-preview-main';
import { allActs } from '../support/app-preview-acts';
import { previews } from '../support/app-preview-states';
import { removeArea, temporaryArea } from '../support/global-setup';

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
