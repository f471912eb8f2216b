import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { abilitiesSchema } from '../../core/sanitise/methods';
import { benchDrives, errorOf, type CliResult } from '../support/cli';
import { runThrough } from '../support/command-line';
import { removeArea, temporaryArea } from '../support/global-setup';
import { attachLoop, detachAllLoops, isRoot } from '../support/loop';
import { ModelledDrive, ModelledPrograms } from '../support/modelled-drive';
import { present } from '../support/present';
import { makeBench } from '../support/virtual-bench';

/** Drives that are asked by a tool that is not installed, beside drives that need none or another one. */

let area: string;
let programs: ModelledPrograms;
beforeAll(async () => {
  if (!isRoot) return;
  area = temporaryArea('erase-tools');
  programs = await ModelledPrograms.build(area);
});
afterAll(() => {
  detachAllLoops();
  if (isRoot) removeArea(area);
});

const listForm = z.looseObject({
  drives: z.array(z.looseObject({ id: z.string(), erase: abilitiesSchema.optional() })),
});

describe.skipIf(!isRoot)('where a tool is missing', () => {
  it.each([
    ['nvme', '/usr/sbin/nvme', 'nvme-cli', { offers: 0b111 }],
    ['hdparm', '/usr/sbin/hdparm', 'hdparm', { offers: 0xf000 }],
  ] as const)(
    '%s: its drives are refused with its package, and others are not',
    async (tool, path, brings, facts) => {
      const [bench, state] = [join(area, tool), join(area, `${tool}-state`)];
      await makeBench(bench, 2, '16M');
      const files = (await benchDrives(bench)).map((drive) => drive.path);
      for (const file of files) attachLoop(file);
      const [needs, free] = (await benchDrives(bench)).map((drive) => present(drive));
      const asked = present(needs);
      const model = new ModelledDrive(
        tool === 'nvme' ? 'nvme' : 'ata',
        asked.path,
        join(area, `${tool}-model`),
        {
          ...{ serial: asked.serial ?? '', ...facts },
        },
      );
      const without = [
        '/usr/bin/unshare',
        '--mount',
        '/bin/sh',
        '-c',
        'mount --bind /dev/null "$0" && exec "$@"',
      ];
      const helper: [string, ...string[]] = ['/usr/bin/env', ...without, path, ...programs.helperFor(model)];
      const run = async (...args: string[]): Promise<CliResult> =>
        await runThrough(helper, [...args, '--bench', bench, '--state', state]);

      const { stdout } = await run('drives', '--erase', '--json');
      const { drives } = listForm.parse(JSON.parse(stdout));
      const of = (id: string): unknown => drives.find((drive) => drive.id === id)?.erase;
      expect(of(asked.id)).toMatchObject({ methods: ['overwrite'], missing: { tool, package: brings } });
      expect(of(present(free).id)).toEqual({
        ...{ methods: ['overwrite'], obstacles: [], hidden: [], underWay: false, notKnown: [] },
      });
      const words = (await run('drives', '--erase')).stdout;
      expect(words).toMatch(
        new RegExp(`erase: The tool ${tool} is not installed.*Install the package ${brings}`),
      );
      expect(words).toMatch(/erase: drive .*: Overwrite with zeros \(clear\)/);

      const sanitise = ['sanitise', '--yes', '--json', '--drive'];
      const refused = await run(...sanitise, asked.id);
      expect([refused.status, errorOf(refused).code]).toEqual([3, 'tool-missing']);
      expect(errorOf(refused).remedy).toContain(brings);
      expect(model.facts['sent'] ?? '').toBe('');
      const other = await run(...sanitise, present(free).id);
      expect(JSON.parse(other.stdout)).toMatchObject({ outcome: 'erased', method: 'overwrite' });
    },
  );
});
