import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GiB, MiB } from '../../core/base/units';
import { errorOf, reportOf, runCli } from '../support/cli';
import { hasNoTable } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { isRoot } from '../support/loop';
import { present } from '../support/present';
import { Cable } from '../support/rack';
import { admit, drivePath, endedJobs, rackOf, RackScenes, typeCode } from '../support/rack-scene';
import { fill, makeRoom, mountMemory, undoDisks } from '../support/refusal-disk';
import { benchState } from '../support/virtual-bench';
import { makeMedia } from '../support/wim';

/** The station's disk is full: machines are told the truth, and nothing that was not recorded counts. */

let area: string;
let scenes: RackScenes;
let states = 0;

beforeAll(async () => {
  area = temporaryArea('rack-disk');
  const { path } = await makeMedia(join(area, 'media'));
  scenes = new RackScenes(area, path);
});
afterEach(async () => {
  await scenes.parts.end();
  undoDisks();
});
afterAll(() => {
  removeArea(area);
});

/** A folder on a small file system of its own. */
function smallState(size: string): string {
  const state = join(area, `small-${String((states += 1))}`);
  mountMemory(state, size);
  return state;
}

describe.skipIf(!isRoot)('a station of a rack whose disk is full', () => {
  it('admits no machine whose admission it cannot keep, says so, and does once there is room', async () => {
    const state = smallState('8M');
    const where = await scenes.serveOn(state);
    const machine = scenes.agent(where, await scenes.bench('admission'), '5CD1234XD1');
    await machine.says(/Code: /);
    fill(state);
    const refused = await typeCode(where, machine);
    expect(refused.status).toBe(3);
    expect(errorOf(refused)).toMatchObject({
      code: 'state-unavailable',
      message: expect.stringContaining('is full') as string,
    });
    expect(present((await rackOf(where)).machines[0]).state).toBe('waiting');
    makeRoom(state);
    await admit(where, machine);
  });

  it('touches no drive of a machine whose record would not have room', async () => {
    const where = await scenes.serve('--closed-network');
    const folder = await scenes.bench('no-room');
    const machine = scenes.agent(where, folder, '5CD1234XD2');
    await machine.says(/is admitted/);
    const drive = await scenes.onlyMachineDrive(where);
    const before = benchState(folder);
    const maps = join(where.state, 'chunk-maps');
    mountMemory(maps, '4k');
    fill(maps);
    const refused = await scenes.applyTo(where, [drive]);
    expect(errorOf(refused)).toMatchObject({
      code: 'state-unavailable',
      remedy: expect.stringContaining('No drive was touched') as string,
    });
    expect(benchState(folder)).toBe(before);
    undoDisks();
    expect(reportOf(await scenes.applyTo(where, [drive])).jobs[0]?.state).toBe('done');
  });

  it('calls no drive finished whose end it cannot record, on its own screen and on the machine’s', async () => {
    const state = smallState('256M');
    const where = await scenes.serveOn(state, '--closed-network');
    const cable = scenes.parts.has(await Cable.to(where.address));
    const folder = await scenes.bench('middle');
    const machine = scenes.agent({ ...where, address: cable.address }, folder, '5CD1234XD3');
    await machine.says(/is admitted/);
    const drive = await scenes.onlyMachineDrive(where);
    const half = cable.after(4 * MiB);
    const writing = scenes.applyTo(where, [drive]);
    await half;
    cable.pull();
    fill(state);
    cable.plug();
    const run = await writing;
    expect(run.status).toBe(4);
    expect(reportOf(run).jobs[0]?.reason).toMatchObject({
      code: 'ledger-unavailable',
      remedy: expect.stringContaining('its partition table was removed') as string,
    });
    await machine.says(/failed: The disk with the ledger .* is full: \d+ bytes free\.$/);
    expect(machine.text).not.toContain('passed');
    expect(await endedJobs(state)).toEqual([]);
    expect(hasNoTable(drivePath(folder), 2 * GiB)).toBe(true);
    makeRoom(state);
    const again = await scenes.applyTo(where, [drive], '--again', 'The disk was full');
    expect(reportOf(again).jobs[0]?.state).toBe('done');
    expect((await runCli(['ledger', 'verify', '--state', state])).status).toBe(0);
  });
});
