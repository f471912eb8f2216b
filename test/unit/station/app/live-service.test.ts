import { expect, it } from 'vitest';
import { LiveService } from '../../../../station/app/live-service';
import type { LiveState } from '../../../../core/live/live-state';

/** A stick whose disk for images and media is there or not. */
const liveWith = (open: boolean): LiveState => ({
  ...{ role: 'station', slot: 'a', version: null, built: null, data: 'open', station: null, disk: null },
  medium: { path: '/dev/sdz', size: 1_000_000_000, model: 'Stick' },
  imageDisk: { model: 'Portable SSD', serial: 'IMAGES0001', size: 0, open },
});

it('tells what is so when it is asked, not what a look that had begun before found', async () => {
  let isThere = true;
  const answers: (() => void)[] = [];
  const call = async (): Promise<{ live: LiveState }> => {
    const live = liveWith(isThere);
    await new Promise<void>((resolve) => answers.push(resolve));
    return { live };
  };
  const service = new LiveService(
    {} as ConstructorParameters<typeof LiveService>[0],
    {
      helpers: { plain: () => Promise.resolve({ call }) },
      ledger: { lastEntries: () => [] },
      paths: { settingsFile: '/nowhere/settings.json' },
    } as unknown as ConstructorParameters<typeof LiveService>[1],
  );
  const answerNext = async (): Promise<void> => {
    await expect.poll(() => answers.length).toBeGreaterThan(0);
    answers.shift()?.();
  };

  const before = service.look();
  await expect.poll(() => answers.length).toBe(1);
  isThere = false;
  const after = Promise.all([service.look(), service.look()]);
  await answerNext();
  await before;
  expect(service.state.problems).toEqual([]);
  await answerNext();
  await after;
  expect(service.state.problems).toMatchObject([{ code: 'live-image-disk-missing' }]);
  // Who asked at the same time shared one look.
  expect(answers).toEqual([]);
});
