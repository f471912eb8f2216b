import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppState } from '../../../core/contract/app';
import { AppPreview } from '../../support/app-preview';
import { benchOfMachines } from '../../support/app-preview-machines-states';
import { result, someJob } from '../../support/app-samples';
import { removeArea, temporaryArea } from '../../support/global-setup';

/** Two hundred cards: what is beyond the window is left out of the page's work, and nothing of it is ever wrong. */

const count = 200;
const bench = benchOfMachines(count);

/** The jobs of all machines, so far; the last one's ended. */
function jobsAt(bytesDone: number, ended = false): AppState['jobs'] {
  return bench.drives.bays.map(({ label, driveId }, index) => ({
    ...someJob(
      index + 1,
      ended && index === count - 1
        ? { state: 'done', result }
        : { state: 'writing', bytesDone, bytesTotal: 20e9 },
    ),
    ...{ driveId: driveId ?? '', bay: label, machineSerial: label, startedAt: '2026-01-02T03:04:05.000Z' },
  }));
}

const progressAt = (percent: number): AppState['progress'] => ({
  drives: bench.drives.bays.map(({ driveId }) => ({ driveId: driveId ?? '', percent, secondsLeft: 600 })),
  total: null,
});

const stateIn = (benchView: 'cards' | 'rack' | 'line'): AppState => ({
  ...bench,
  jobs: jobsAt(2e9),
  progress: progressAt(10),
  settings: { ...bench.settings, desk: { ...bench.settings.desk, benchView } },
});

let area: string;
let preview: AppPreview;

beforeAll(async () => {
  area = temporaryArea('e2e-many-cards');
  preview = await AppPreview.start(area);
});
afterAll(async () => {
  await preview.end();
  removeArea(area);
});

describe.each([
  ['cards', 'li.card'],
  ['rack', 'li.tile'],
] as const)('two hundred in the %s view', (view, selector) => {
  it('leave out what is beyond the window, and show what is true when it comes into it', async () => {
    await preview.open(stateIn(view));
    const cards = preview.page.locator(selector);
    const last = cards.nth(count - 1);
    await expect.poll(() => last.getAttribute('data-beyond')).toBe('');
    expect(await cards.first().getAttribute('data-beyond')).toBeNull();
    const seen = preview.page.locator(`${selector}:not([data-beyond])`);
    expect(await seen.count()).toBeLessThan(120);

    await preview.push({ jobs: jobsAt(4e9, true), progress: progressAt(40) });
    // What was sent has come to the page.
    await expect.poll(() => cards.first().textContent()).toMatch(/40\s%/);
    // As soon as it is no longer marked, whoever waited for a turn.
    const shown = await preview.page.evaluate(async (of) => {
      const at = document.querySelectorAll(of);
      at[at.length - 1]?.scrollIntoView();
      // Chromium tells of it when it has drawn a frame, on a busy machine some more.
      const isMarked = (): boolean =>
        [1, 2].some((back) => at[at.length - back]?.hasAttribute('data-beyond') === true);
      for (let frame = 0; frame < 600 && isMarked(); frame += 1) {
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      }
      return [at.length - 1, at.length - 2].map((index) => ({
        beyond: at[index]?.hasAttribute('data-beyond'),
        text: at[index]?.textContent,
        visible: at[index]?.querySelector('.card-bay')?.checkVisibility({ contentVisibilityAuto: true }),
      }));
    }, selector);
    expect(shown).toEqual([
      { beyond: false, visible: true, text: expect.stringMatching(/pass/i) as string },
      { beyond: false, visible: true, text: expect.stringMatching(/40\s%/) as string },
    ]);
    expect(await cards.first().getAttribute('data-beyond')).toBe('');
    expect(await preview.inspect(stateIn(view))).toEqual([]);
  });

  it('come to their turn beyond the window, too, and are whole on paper', async () => {
    await preview.open(stateIn(view));
    const last = preview.page.locator(selector).nth(count - 1);
    await preview.push({ jobs: jobsAt(6e9), progress: progressAt(60) });
    await expect.poll(() => last.textContent(), { timeout: 5000 }).toMatch(/60\s%/);
    const isVisible = async (): Promise<boolean> =>
      await last.locator('.card-bay').evaluate((element) => element.checkVisibility());
    expect(await isVisible()).toBe(false);
    await preview.page.emulateMedia({ media: 'print' });
    expect(await isVisible()).toBe(true);
    await preview.page.emulateMedia({ media: 'screen' });
  });
});

describe.each([
  ['cards', 'li.card', '.card-bay, .card-status, .card-percent, .card-speed > span'],
  ['rack', 'li.tile', '.card-bay, .tile-state, .tile-figure'],
  ['line', 'li.line-tile', '.card-bay, .line-tile-word'],
] as const)('one of two hundred in the %s view', (view, selector, parts) => {
  const sizes = [
    { width: 1024, height: 700 },
    { width: 1366, height: 768 },
    { width: 1920, height: 1080 },
  ];
  it.each(sizes)('has its whole name, and nothing that is cut, at $width by $height', async (size) => {
    await preview.open(stateIn(view), size);
    // A rate is told once there are two looks at a job.
    await preview.push({ jobs: jobsAt(3e9, true), progress: progressAt(90) });
    await expect.poll(() => preview.page.locator(selector).first().textContent()).toMatch(/90\s%/);
    const seen = await preview.page
      .locator(`${selector}:not([data-beyond]) :is(${parts})`)
      .evaluateAll((elements) =>
        elements
          .filter((element) => element.checkVisibility())
          .map((element) => {
            const cell = element.closest('li')?.getBoundingClientRect();
            const box = element.getBoundingClientRect();
            const cut =
              element.scrollWidth > element.clientWidth ||
              element.scrollHeight > element.clientHeight + 1 ||
              cell === undefined ||
              box.right > cell.right ||
              box.bottom > cell.bottom;
            return { text: element.textContent, cut };
          }),
      );
    expect(seen.filter(({ text }) => text === bench.drives.bays[0]?.label)).toHaveLength(1);
    expect(seen.filter(({ cut }) => cut)).toEqual([]);
  });
});

describe('a card beyond the window', () => {
  it('is told of by its button to those who cannot see it', async () => {
    await preview.open(stateIn('cards'));
    const session = await preview.page.context().newCDPSession(preview.page);
    const label = bench.drives.bays[count - 1]?.label ?? '';
    const description = async (): Promise<unknown> => {
      const { nodes } = await session.send('Accessibility.getFullAXTree');
      const button = nodes.find(
        ({ role, name }) => role?.value === 'button' && String(name?.value).includes(`${label}: `),
      );
      return button?.description?.value;
    };
    await preview.push({ jobs: jobsAt(6e9), progress: progressAt(60) });
    await expect.poll(description, { timeout: 5000 }).toMatch(/60\s%/);
    await session.detach();
  });

  it('is no such thing on a bench of drives', async () => {
    const few = benchOfMachines(48);
    await preview.open(few);
    expect(await preview.page.locator('li.card').count()).toBe(48);
    expect(await preview.page.locator('[data-beyond]').count()).toBe(0);
    expect(await preview.page.locator('.card-open[aria-describedby]').count()).toBe(0);
  });
});
