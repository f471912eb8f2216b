import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Drive } from '../../core/drive/drive';
import { defaultLayoutName } from '../../core/drive/layout';
import { Helpers } from '../../station/helper-client/helpers';
import { openImageCache } from '../../station/image-cache/image-cache';
import type { BatchPlan, BatchRequest } from '../../station/jobs/batch-plan';
import { openStation, type OpenStation } from '../../station/jobs/open-station';
import { planBatch } from '../../station/jobs/plan-batch';
import { runBatch, type BatchReport } from '../../station/jobs/run-batch';
import type { JobReport } from '../../station/jobs/run-job';
import { RackHelpers } from '../../station/rack/rack-helpers';
import { removeArea, temporaryArea } from '../support/global-setup';
import { present } from '../support/present';
import { Running, serveRack } from '../support/rack';
import { benchState, makeBench } from '../support/virtual-bench';
import { makeMedia, type MadeMedia } from '../support/wim';

/** Machines that were admitted, are connected, and do not answer: the others are not to wait for them. */

let area: string;
let media: MadeMedia;
let scenes = 0;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  area = temporaryArea('rack-silent');
  media = await makeMedia(join(area, 'media'));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => {
  removeArea(area);
});

interface Scene {
  readonly helpers: Helpers;
  readonly station: OpenStation;
  readonly machines: readonly {
    readonly running: Running;
    readonly serial: string;
    readonly folder: string;
  }[];
  /** A batch for the only drive of each machine. */
  readonly request: BatchRequest;
}

/**
 * A station with two machines, for which it waits no longer than two seconds.
 * @param listing milliseconds for a listing, where none is to be left out
 */
async function scene(listing = 2_000): Promise<Scene> {
  const state = join(area, `state-${String((scenes += 1))}`);
  mkdirSync(state);
  const served = await serveRack(state, ['--closed-network']);
  closing.push(() => served.station.stop());
  const machines = await Promise.all(
    ['5CD1234XY1', '5CD1234XY2'].map(async (serial) => {
      const folder = join(area, `bench-${String(scenes)}-${serial}`);
      await makeBench(folder, 1);
      const running = new Running(
        [
          ...['agent', '--station', served.address, '--fingerprint', served.fingerprint],
          ...['--bench', folder, '--serial', serial],
        ],
        { TMPDIR: area },
      );
      closing.push(() => running.kill());
      await running.says(/is admitted/);
      return { running, serial, folder };
    }),
  );
  const { station, helpers } = openHelpers(state);
  const patience = { answer: listing, progress: 2 * listing };
  helpers.join(new RackHelpers(station.paths, 'test', listing, patience));
  // The first listing starts each machine's helper, which may take longer than the station waits here.
  let drives: Drive[] = [];
  await expect
    .poll(
      async () => {
        const listed = await helpers.machineDrives(null);
        drives = listed.drives.filter(({ verdict }) => verdict === 'eligible');
        return drives.length;
      },
      { timeout: 60_000 },
    )
    .toBe(2);
  const request = await requestFor(
    drives.map(({ id, rack }) => ({ driveId: id, machineSerial: present(rack).serial })),
  );
  return { helpers, station, machines, request };
}

function openHelpers(state: string): Pick<Scene, 'station' | 'helpers'> {
  const station = openStation(state);
  const helpers = new Helpers({
    helper: [process.execPath, join(import.meta.dirname, '../../dist/helper.cjs')],
    client: 'test',
    onEvent: () => undefined,
  });
  closing.push(async () => {
    await helpers.dispose();
    station.ledger.close();
  });
  return { station, helpers };
}

async function requestFor(assignments: BatchRequest['assignments']): Promise<BatchRequest> {
  const bench = join(area, 'bench-station');
  if (!existsSync(bench)) await makeBench(bench, 1);
  return {
    ...{ mediaPath: media.path, imageIndex: 1, layoutName: defaultLayoutName, expectSha256: null },
    ...{ benchDirectory: bench, operator: 'ana', againReason: null, workOrder: null, bays: [] },
    ...{ healthRules: [], checkSize: false, proof: null },
    assignments,
  };
}

async function run(
  { helpers, station, request }: Scene,
  planned: BatchPlan,
  onEnd: (report: JobReport) => void = () => undefined,
): Promise<BatchReport> {
  const { paths, settings, ledger } = station;
  return await runBatch(request, planned, {
    ...{ helpers, ledger, paths, settings, signal: new AbortController().signal },
    cache: await openImageCache(paths.imageCache, settings.cacheLimitBytes),
    onTask: () => undefined,
    onJob: () => undefined,
    onEnd,
  });
}

async function plan({
  helpers,
  station,
  request,
}: Pick<Scene, 'helpers' | 'station' | 'request'>): Promise<BatchPlan> {
  return await planBatch(request, helpers, station.ledger, station.paths, new AbortController().signal);
}

describe('an admitted machine that does not answer', () => {
  it('is named and left out when the batch is planned, and the other one is written', async () => {
    const where = await scene();
    const [good, silent] = [present(where.machines[0]), present(where.machines[1])];
    const before = benchState(silent.folder);
    silent.running.child.kill('SIGSTOP');
    const asked = where.request.assignments.filter(({ machineSerial }) => machineSerial === silent.serial);
    // Where it is the only one, there is nothing to go on with.
    const alone = { ...where, request: { ...where.request, assignments: asked } };
    await expect(plan(alone)).rejects.toMatchObject({
      code: 'drive-listing-failed',
      message: expect.stringContaining(silent.serial) as string,
    });
    const planned = await plan(where);
    expect(planned.leftOut).toMatchObject([{ machineSerial: silent.serial }]);
    expect(present(planned.leftOut[0]).reason.message).toContain(silent.serial);
    const report = await run(where, planned);
    expect(report.jobs.map(({ job, end }) => [job.machineSerial, end.state])).toEqual([
      [good.serial, 'done'],
    ]);
    expect(report.leftOut).toEqual(planned.leftOut);
    expect(benchState(silent.folder)).toBe(before);
  });

  it('is left out when it falls silent before its drive is held', async () => {
    const where = await scene();
    const [good, silent] = [present(where.machines[0]), present(where.machines[1])];
    const planned = await plan(where);
    expect(planned.leftOut).toEqual([]);
    const before = benchState(silent.folder);
    silent.running.child.kill('SIGSTOP');
    const report = await run(where, planned);
    expect(report.jobs.map(({ job, end }) => [job.machineSerial, end.state])).toEqual([
      [good.serial, 'done'],
    ]);
    expect(report.leftOut).toMatchObject([{ machineSerial: silent.serial, reason: { code: 'rack-silent' } }]);
    expect(benchState(silent.folder)).toBe(before);
  });
});

it('a machine that falls silent before it was told to turn off has a finished drive, and did not confirm', async () => {
  const where = await scene(20_000);
  const [good, silent] = [present(where.machines[0]), present(where.machines[1])];
  const planned = { ...(await plan(where)), atEnd: 'off' as const };
  const report = await run(where, planned, ({ job }) => {
    if (job.machineSerial === silent.serial) silent.running.child.kill('SIGSTOP');
  });
  expect(report.jobs.map(({ end }) => end.state)).toEqual(['done', 'done']);
  const ends = [...where.station.ledger.checkedAfter(0)].flatMap(({ entry: { record } }) =>
    record.kind === 'machine-ended' ? [record] : [],
  );
  expect(ends.toSorted((a, b) => (a.machineSerial < b.machineSerial ? -1 : 1))).toMatchObject([
    { machineSerial: good.serial, told: 'off', end: { state: 'confirmed', did: 'said' } },
    {
      machineSerial: silent.serial,
      told: 'off',
      end: { state: 'not-confirmed', reason: { code: 'rack-silent' } },
    },
  ]);
});

it('a rack that nobody can read keeps no drive of the bench from being written', async () => {
  const state = join(area, 'state-unread');
  mkdirSync(state);
  const { station, helpers } = openHelpers(state);
  helpers.join({
    listDrives: () => Promise.resolve({ drives: [], problems: [{ machine: null, message: 'Not known.' }] }),
    facts: () => Promise.resolve(new Map()),
    clientOf: () => Promise.reject(new Error('not asked')),
    leave: () => Promise.resolve(),
    dispose: () => Promise.resolve(),
  });
  const { benchDirectory } = await requestFor([]);
  const { drives } = await (await helpers.plain()).call('listDrives', { benchDirectory, protectedPaths: [] });
  const onBench = present(drives.find(({ verdict }) => verdict === 'eligible')).id;
  const inRack = 'VD-1@0123456789ab';
  const request = await requestFor([
    { driveId: inRack, machineSerial: '5CD1234XY1' },
    { driveId: onBench, machineSerial: '7KX9PQ3' },
  ]);
  const planned = await plan({ helpers, station, request });
  expect(planned.jobs.map(({ drive }) => drive.id)).toEqual([onBench]);
  expect(planned.leftOut.map(({ driveId }) => driveId)).toEqual([inRack]);
});
