import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { GiB } from '../../core/base/units';
import { errorOf, reportOf, type CliResult } from '../support/cli';
import { runHere } from '../support/command-line';
import { hasNoTable } from '../support/drive-check';
import { idIn, place, type Place } from '../support/finished-bench';
import { removeArea, temporaryArea } from '../support/global-setup';
import { isRoot } from '../support/loop';
import { runPresenting } from '../support/presenting';
import { benchState } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

/** A drive's health through the command line: what smartctl recorded of real drives, told of drives that are files. */

let area: string;
let media: MadeMedia;

beforeAll(async () => {
  area = temporaryArea('health');
  media = await makeMedia(join(area, 'media'), { smallFiles: 20 });
});
afterAll(() => {
  removeArea(area);
});

const recorded = (name: string): string =>
  join(import.meta.dirname, '../fixtures/recorded/smartctl', `${name}.json`);

/** Runs a command whose drives are disks, of which smartctl prints one file after the other. */
async function told(at: Place, readings: readonly string[], args: readonly string[]): Promise<CliResult> {
  const where = ['--bench', at.bench, '--state', at.state, '--json'];
  return await runPresenting({ kind: 'disk', bus: 'sata' }, [...args, ...where], readings);
}

const writing = (id: string, machine: string): string[] => [
  'apply',
  '--media',
  media.path,
  '--drive',
  `${id}=${machine}`,
  '--layout',
  'uefi',
  '--yes',
];

describe.skipIf(!isRoot)('a drive that fails', () => {
  it('is listed as blocked, and refused with its figures before anything is touched', async () => {
    const at = await place(area, 'failing', 1);
    const id = await idIn(at, 'drive-01.img');
    const before = benchState(at.bench);
    const bad = [recorded('hitachi-usb-jmicron-failing')];
    const list = await told(at, bad, ['drives']);
    expect(JSON.parse(list.stdout)).toMatchObject({
      drives: expect.arrayContaining([
        expect.objectContaining({
          verdict: 'blocked',
          health: expect.objectContaining({ word: 'bad' }) as unknown,
          reasons: [expect.objectContaining({ code: 'health' }) as unknown],
        }),
      ]) as unknown,
    });
    const run = await told(at, bad, writing(id, 'HEALTH01'));
    expect([run.status, errorOf(run).code]).toEqual([3, 'drive-blocked']);
    expect(errorOf(run).message).toMatch(
      /^The drive \S+ \(bay 1\) cannot be written: .*8 pending sectors \(limit: 1\)/,
    );
    expect(benchState(at.bench)).toBe(before);

    // The limits are the station's own.
    const rules = [{ figure: 'reallocated', limit: 10, act: 'warns' }];
    writeFileSync(join(at.state, 'settings.json'), JSON.stringify({ health: { rules } }));
    const allowed = await told(at, bad, writing(id, 'HEALTH01'));
    expect(reportOf(allowed).jobs.map(({ state }) => state)).toEqual(['done']);
    const csv = await runHere(['ledger', 'export', '--format', 'csv', '--state', at.state]);
    const [head = '', line = ''] = csv.stdout.split('\r\n');
    const cells = Object.fromEntries(head.split(',').map((name, index) => [name, line.split(',')[index]]));
    expect(cells).toMatchObject({
      health: 'warning',
      reallocated: '1975',
      pending: '8',
      powerOnHours: '65592',
    });
    const record = z.object({ entries: z.array(z.object({ json: z.looseObject({ record: z.unknown() }) })) });
    const exported = await runHere(['ledger', 'export', '--format', 'json', '--state', at.state]);
    const entries = record.parse(JSON.parse(exported.stdout)).entries.map(({ json }) => json.record);
    expect(entries.at(-1)).toMatchObject({
      kind: 'job-ended',
      health: {
        before: { known: true, overall: 'failed', reallocated: 1975 },
        after: { known: true },
        findings: [{ figure: 'reallocated', value: 1975, limit: 10, act: 'warns' }],
      },
    });
  });

  it('while it is written has no table, and is recorded as failed with what rose', async () => {
    const at = await place(area, 'worse', 1);
    const id = await idIn(at, 'drive-01.img');
    const good = recorded('samsung-ssd');
    const document = readFileSync(good, 'utf8');
    // The recorded reading, with five more reallocated sectors.
    const raised = document.replace(
      /("Reallocated_Sector_Ct"[\s\S]*?"raw": \{\s*"value": )0(,\s*"string": ")0"/,
      '$15$25"',
    );
    expect(raised).not.toBe(document);
    const later = join(area, 'later.json');
    writeFileSync(later, raised);
    const run = await told(at, [good, later], writing(id, 'HEALTH02'));
    const [job] = reportOf(run).jobs;
    expect([run.status, job?.state, job?.reason?.code]).toEqual([4, 'failed', 'drive-health-worse']);
    expect(job?.reason?.message).toContain('5 reallocated sectors, 0 before');
    expect(hasNoTable(join(at.bench, 'drive-01.img'), GiB)).toBe(true);
    const list = await runHere(['ledger', 'list', '--state', at.state]);
    expect(list.stdout).toContain('drive-health-worse');
  });

  it('that cannot be known is said, and written', async () => {
    const at = await place(area, 'unknown', 1);
    const id = await idIn(at, 'drive-01.img');
    const run = await told(at, [recorded('raid-volume')], writing(id, 'HEALTH03'));
    expect(run.status, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      jobs: [{ health: { before: { known: false, reason: expect.stringContaining('neither') as string } } }],
    });
  });
});
