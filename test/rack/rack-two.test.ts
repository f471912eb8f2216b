import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MiB } from '../../core/base/units';
import { errorOf, reportOf } from '../support/cli';
import { removeArea, temporaryArea } from '../support/global-setup';
import { Cable } from '../support/rack';
import { admit, endedJobs, RackScenes, typeCode, type Scene } from '../support/rack-scene';
import { benchState } from '../support/virtual-bench';
import { makeMedia } from '../support/wim';

/** Two stations on one network: each has its own machines, and none of the other's. */

let area: string;
let scenes: RackScenes;

beforeAll(async () => {
  area = temporaryArea('rack-two');
  const { path } = await makeMedia(join(area, 'media'));
  scenes = new RackScenes(area, path);
});
afterEach(async () => {
  await scenes.parts.end();
});
afterAll(() => {
  removeArea(area);
});

/** Serials of a rack's machines, as its station knows them. */
async function serialsOf(where: Scene): Promise<(string | undefined)[]> {
  const drives = await scenes.machineDrives(where);
  return drives.map(({ rack }) => rack?.serial);
}

describe('two stations on one network', () => {
  it('each list, admit and write the machines that were started for them, at the same time', async () => {
    const [one, two] = await Promise.all([scenes.serve('--closed-network'), scenes.serve()]);
    const [first, second] = [
      scenes.agent(one, await scenes.bench('first'), '5CD1234XA1'),
      scenes.agent(two, await scenes.bench('second'), '5CD1234XA2'),
    ];
    await first.says(/is admitted/);
    // A network that is said to be closed at one station is not closed at the other; and a code counts where it was made.
    expect(errorOf(await typeCode(one, second)).code).toBe('rack-machine-unknown');
    await admit(two, second);
    expect(await serialsOf(one)).toEqual(['5CD1234XA1']);
    expect(await serialsOf(two)).toEqual(['5CD1234XA2']);
    const [ofOne, ofTwo] = [await scenes.onlyMachineDrive(one), await scenes.onlyMachineDrive(two)];
    // The drive of the other station's machine is none of this one's.
    const before = benchState(await scenes.bench('second'));
    expect(errorOf(await scenes.applyTo(one, [ofTwo])).code).toBe('rack-machine-unknown');
    expect(benchState(await scenes.bench('second'))).toBe(before);
    const reports = await Promise.all([scenes.applyTo(one, [ofOne]), scenes.applyTo(two, [ofTwo])]);
    expect(reports.map((report) => reportOf(report).jobs[0]?.state)).toEqual(['done', 'done']);
    for (const [where, serial] of [
      [one, '5CD1234XA1'],
      [two, '5CD1234XA2'],
    ] as const) {
      expect((await endedJobs(where.state)).map(({ job }) => job.machineSerial)).toEqual([serial]);
    }
  });

  it('do not both write the disk of one machine that was started for both', async () => {
    const [one, two] = await Promise.all([
      scenes.serve('--closed-network'),
      scenes.serve('--closed-network'),
    ]);
    const cable = scenes.parts.has(await Cable.to(one.address));
    const folder = await scenes.bench('both');
    const serial = '5CD1234XB1';
    const ends = [
      scenes.agent({ ...one, address: cable.address }, folder, serial),
      scenes.agent(two, folder, serial),
    ];
    await Promise.all(ends.map((end) => end.says(/is admitted/)));
    const [ofOne, ofTwo] = [await scenes.onlyMachineDrive(one), await scenes.onlyMachineDrive(two)];
    const half = cable.after(4 * MiB);
    const writing = scenes.applyTo(one, [ofOne]);
    await half;
    // It holds the disk as long as it waits for its cable.
    cable.pull();
    const refused = await scenes.applyTo(two, [ofTwo]);
    cable.plug();
    expect(refused.status, refused.stdout + refused.stderr).toBe(3);
    expect(errorOf(refused).code).toBe('drive-busy');
    expect(reportOf(await writing).jobs[0]?.state).toBe('done');
    expect(await endedJobs(two.state)).toEqual([]);
  });
});
