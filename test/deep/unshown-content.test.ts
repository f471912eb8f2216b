import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestApp } from '../support/app-service';
import { errorOf } from '../support/cli';
import { runHere } from '../support/command-line';
import { apply, idIn, machineOf, place, ship, verify, type Place } from '../support/finished-bench';
import { removeArea, temporaryArea } from '../support/global-setup';
import { helperPresenting, runPresenting } from '../support/presenting';
import { benchState } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

/**
 * A finished image that nobody was shown, because an ordinary user's list does not tell what is on a drive, is found when the
 * drive is held (docs/adr/0028): where nobody can be asked, the drive is refused, with nothing touched.
 */

let area: string;
let media: MadeMedia;
let sha256: string;

beforeAll(async () => {
  area = temporaryArea('unshown');
  media = await makeMedia(join(area, 'media'), { smallFiles: 20 });
  sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
});
afterAll(() => {
  removeArea(area);
});

/** A list that does not tell what is on a drive. */
const untold = { diskGuid: null, contents: [] };

/** A bench whose first drive was finished for HIDDEN-01. */
async function finished(name: string, drives: number): Promise<Place & { readonly id: string }> {
  const at = await place(area, name, drives);
  const id = await idIn(at, 'drive-01.img');
  expect((await apply(at, media.path, [`${id}=HIDDEN-01`])).status).toBe(0);
  return { ...at, id };
}

async function entriesOf({ state }: Place): Promise<unknown> {
  return JSON.parse((await runHere(['ledger', 'export', '--format', 'json', '--state', state])).stdout);
}

describe('a finished image that the list could not show', () => {
  it('is refused under --yes: nothing is written or recorded, and the drive is given back', async () => {
    const at = await finished('yes', 1);
    const [before, entries] = [benchState(at.bench), await entriesOf(at)];
    const where = ['--bench', at.bench, '--state', at.state, '--layout', 'uefi', '--yes', '--json'];
    const asked = ['apply', '--media', media.path, '--drive', `${at.id}=OTHER-002`, ...where];
    const run = await runPresenting(untold, asked);
    expect([run.status, errorOf(run).code]).toEqual([3, 'drive-changed']);
    expect(errorOf(run).message).toMatch(
      /^The drive .* holds the finished image of machine HIDDEN-01, which the list of drives could not show\.$/,
    );
    expect(errorOf(run).remedy).toMatch(/^Run the command without --yes in a terminal/);
    expect(benchState(at.bench)).toBe(before);
    expect(await entriesOf(at)).toEqual(entries);
    expect(machineOf(await verify(at, at.id))).toBe('HIDDEN-01');
    // Where the list tells, --yes and a reason are the answer to it.
    const again = ['--again', 'Written for the wrong machine'];
    expect((await apply(at, media.path, [`${at.id}=OTHER-002`], again)).status).toBe(0);
  });

  it('stops a whole batch under --yes, also its other drives', async () => {
    const at = await finished('batch', 2);
    const before = benchState(at.bench);
    const other = await idIn(at, 'drive-02.img');
    const drives = ['--drive', `${other}=FIRST-002`, '--drive', `${at.id}=OTHER-003`];
    const where = ['--bench', at.bench, '--state', at.state, '--layout', 'uefi', '--yes', '--json'];
    const run = await runPresenting(untold, ['apply', '--media', media.path, ...drives, ...where]);
    expect([run.status, errorOf(run).code]).toEqual([3, 'drive-changed']);
    expect(benchState(at.bench)).toBe(before);
  });

  it('is refused by the app, whose next list names the machine', async () => {
    const at = await finished('app', 1);
    const before = benchState(at.bench);
    const app = await TestApp.open(at.state, at.bench, helperPresenting(untold));
    try {
      await app.until(({ drives }) => drives.listed, 'a list of drives');
      await app.scan('OP-Ada Byron');
      app.service.media.select(media.path);
      await app.handlers.expectHash({ sha256 });
      await app.until(({ media: { status } }) => status === 'proved', 'a proved media file');
      await app.scan('7KX9PQ2');
      expect((await app.scan('BAY 1'))?.outcome).toMatchObject({ result: 'accepted' });
      const paired = await app.until(({ pairing }) => pairing.pairs.length === 1, 'a pair');
      expect(paired.pairing.pairs[0]).not.toHaveProperty('holdsMachine');
      const driveIds = paired.pairing.pairs.map(({ driveId }) => driveId);
      await app.handlers.arm({ armed: true });
      const start = async (): Promise<unknown> =>
        await app.handlers.start({ driveIds }).catch((e: unknown) => e);
      expect(await start()).toMatchObject({
        data: {
          code: 'drive-changed',
          message: expect.stringMatching(
            /holds the finished image of machine HIDDEN-01, which was not shown/,
          ) as string,
        },
      });
      expect(benchState(at.bench)).toBe(before);
      expect(app.state.jobs).toEqual([]);
      await app.until(
        ({ pairing }) => JSON.stringify(pairing).includes('HIDDEN-01'),
        'the machine named before the next start',
        10_000,
      );
    } finally {
      await app.service.close();
    }
    expect((await ship(at, 'S-APP')).machines).toEqual([{ machineSerial: 'HIDDEN-01' }]);
  });
});
