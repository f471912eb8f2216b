import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { listDrives, reportOf, runCli } from '../support/cli';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';
import { makeMedia } from '../support/wim';

/** Once through all of it by the command line, in a few seconds: what `npm run test:quick` runs beside the unit tests. */

let area: string;

beforeAll(() => {
  area = temporaryArea('front-door');
});
afterAll(() => {
  removeArea(area);
});

/** Runs `prestage … --json`, which must succeed. @returns its document */
async function prestage(...args: string[]): Promise<unknown> {
  const run = await runCli([...args, '--json']);
  expect(run.status, `prestage ${args.join(' ')}: ${run.stdout}${run.stderr}`).toBe(0);
  return JSON.parse(run.stdout);
}

it('goes from a media file and a blank drive to a shipment that the enterprise believes', async () => {
  // Words by which tools warn: in a folder's name they say nothing.
  const [bench, state, bundle] = ['bench', 'failed or lost', 'S-1.zip'].map((name) => join(area, name)) as [
    string,
    string,
    string,
  ];
  const media = await makeMedia(join(area, 'media'), { smallFiles: 20 });
  const sha256 = createHash('sha256').update(readFileSync(media.path)).digest('hex');
  await prestage('bench', 'create', bench, '--drives', '1', '--size', '2G');
  const listed = (await listDrives(bench)).filter(({ verdict }) => verdict === 'eligible');
  expect(listed).toHaveLength(1);
  const { id } = present(listed[0]);

  await prestage('media', 'inspect', media.path);
  const applied = await runCli([
    ...['apply', '--media', media.path, '--bench', bench, '--state', state, '--yes', '--json'],
    ...['--drive', `${id}=5CD1234XY1`, '--expect-sha256', sha256],
  ]);
  expect(reportOf(applied).jobs).toMatchObject([{ state: 'done', machineSerial: '5CD1234XY1' }]);
  await prestage('verify', '--drive', id, '--bench', bench, '--state', state);
  const shipped = z
    .object({ keyFingerprint: z.string() })
    .parse(
      await prestage(
        ...['ship', '--state', state, '--machine', '5CD1234XY1', '--number', 'S-1', '--output', bundle],
      ),
    );
  expect(await prestage('audit', bundle, '--trust', shipped.keyFingerprint, '--training')).toMatchObject({
    ok: true,
    machines: [{ machineSerial: '5CD1234XY1' }],
  });
  expect(await prestage('ledger', 'verify', '--state', state)).toMatchObject({ ok: true });
});
