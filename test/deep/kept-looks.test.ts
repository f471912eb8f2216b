import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { benchDrives, errorOf, reportOf, runCli, type CliResult } from '../support/cli';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';
import { realTool, standIn } from '../support/refusal-run';
import { makeBench } from '../support/virtual-bench';
import { makeMedia } from '../support/wim';

/** Looks into a media file that are kept with its hash (docs/adr/0080-first-byte.md). */

let area: string;

beforeEach(() => {
  area = temporaryArea('kept-looks');
});
afterEach(() => {
  removeArea(area);
});

const looksForm = z.looseObject({ looks: z.array(z.looseObject({ sha256: z.string() })) });

it('a media file that was looked into is not looked into again, and one with other bytes is', async () => {
  const media = await makeMedia(join(area, 'media'));
  const bench = join(area, 'bench');
  await makeBench(bench, 4);
  const state = join(area, 'state');
  const [bin, runs] = [join(area, 'bin'), join(area, 'runs')];
  mkdirSync(bin);
  standIn(bin, 'wimlib-imagex', `echo "$1" >>${runs}; exec ${realTool('wimlib-imagex')} "$@"`);
  let machines = 0;
  const apply = async (drive: number): Promise<{ readonly result: CliResult; readonly ran: string[] }> => {
    machines += 1;
    writeFileSync(runs, '');
    const { id } = present((await benchDrives(bench))[drive]);
    const args = ['apply', '--media', media.path, '--bench', bench, '--state', state, '--yes', '--json'];
    const result = await runCli([...args, '--drive', `${id}=LOOK000${machines}`], {
      env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    });
    return { result, ran: readFileSync(runs, 'utf8').trim().split('\n') };
  };

  const first = await apply(0);
  expect(reportOf(first.result).jobs).toMatchObject([{ state: 'done' }]);
  expect(first.ran).toContain('dir');
  const second = await apply(1);
  expect(reportOf(second.result).jobs).toMatchObject([{ state: 'done' }]);
  // Only the version is asked for: the disk image is there, too.
  expect(new Set(second.ran)).toEqual(new Set(['--version']));

  // As though the file had changed without a trace.
  const file = join(state, 'media-looks.json');
  const kept = looksForm.parse(JSON.parse(readFileSync(file, 'utf8')));
  expect(kept.looks).toHaveLength(1);
  const other = kept.looks.map((look) => ({ ...look, sha256: 'a'.repeat(64) }));
  writeFileSync(file, JSON.stringify({ ...kept, looks: other }));
  const third = await apply(2);
  expect(errorOf(third.result)).toMatchObject({ code: 'media-changed' });
  expect(looksForm.parse(JSON.parse(readFileSync(file, 'utf8'))).looks).toEqual([]);
  const fourth = await apply(2);
  expect(reportOf(fourth.result).jobs).toMatchObject([{ state: 'done' }]);
  expect(fourth.ran).toContain('dir');

  // A file that nobody can read is no reason not to write drives.
  writeFileSync(file, 'not JSON');
  expect(reportOf((await apply(3)).result).jobs).toMatchObject([{ state: 'done' }]);
});
