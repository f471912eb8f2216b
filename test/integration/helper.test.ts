import { createHash, randomUUID } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chunkMapSchema, fingerprintText, type ChunkMap } from '../../core/media/chunk-map';
import type { HelperResponse } from '../../core/contract/helper-api';
import { confirmationOf, type Drive } from '../../core/drive/drive';
import { PrestageError } from '../../core/base/errors';
import { GiB, MiB } from '../../core/base/units';
import type { HelperClient } from '../../station/helper-client/helper-client';
import { launchHelper } from '../../station/helper-client/launch-helper';
import { benchState, makeBench } from '../support/virtual-bench';
import { prestage } from '../support/cli';
import { hasNoTable } from '../support/drive-check';
import { removeArea, temporaryArea } from '../support/global-setup';
import { attachLoop, detachAllLoops } from '../support/loop';
import { present } from '../support/present';
import { makeMedia } from '../support/wim';

/**
 * The helper as the lock: a station that lies, or somebody who changes files between its steps, must not get
 * it to write anything but a sound disk image on the confirmed drive.
 */

const helper = resolve(prestage, '../helper.cjs');
const image = { layout: 'uefi', driveSize: 2 * GiB, sectorSize: 512 };
let area: string;
let api: HelperClient;
let made: HelperResponse<'makeDiskImage'>;
let bench: string;
let drive: Drive;

async function launch(environment: readonly string[] = []): Promise<HelperClient> {
  return await launchHelper({
    elevation: { kind: 'direct' },
    helper: ['/usr/bin/env', ...environment, process.execPath, helper],
    client: 'test',
  });
}

beforeAll(async () => {
  area = temporaryArea('helper');
  api = await launch();
  const media = await makeMedia(join(area, 'media'), {});
  made = await api.call('makeDiskImage', {
    progressToken: 'render',
    path: media.path,
    imageIndex: 1,
    ...image,
    directory: join(area, 'render'),
  });
});
afterAll(async () => {
  await api.dispose();
  removeArea(area);
});
afterEach(detachAllLoops);
beforeEach(async () => {
  bench = join(area, `bench-${randomUUID()}`);
  await makeBench(bench, 1);
  const { drives } = await api.call('listDrives', { benchDirectory: bench, protectedPaths: [] });
  drive = present(drives.find(({ kind }) => kind === 'virtual'));
});

async function reserve(client = api, confirmed = confirmationOf(drive), driveId = drive.id): Promise<string> {
  const { reservations } = await client.call('reserveDrives', {
    drives: [{ driveId, confirmed }],
    benchDirectory: bench,
    protectedPaths: [],
  });
  return present(reservations[0]).reservation;
}

async function run(
  reservation: string,
  change: { renderDirectory?: string; fingerprint?: string } = {},
  client = api,
): Promise<HelperResponse<'runJob'>> {
  return await client.call('runJob', {
    jobId: randomUUID(),
    reservation,
    renderDirectory: join(area, 'render'),
    fingerprint: made.fingerprint,
    diskGuid: randomUUID(),
    partitionGuids: [randomUUID(), randomUUID(), randomUUID()],
    stallMilliseconds: 60_000,
    ...change,
  });
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'nothing was thrown';
  } catch (error) {
    return error instanceof PrestageError ? error.code : String(error);
  }
}

/** A copy of the disk image, with a chunk map that was changed and has a fitting fingerprint. */
function forgedRender(change: (map: ChunkMap) => ChunkMap): { renderDirectory: string; fingerprint: string } {
  const renderDirectory = join(area, `forged-${randomUUID()}`);
  const original = join(area, 'render');
  const map = change(
    chunkMapSchema.parse(JSON.parse(readFileSync(join(original, 'chunk-map.json'), 'utf8'))),
  );
  mkdirSync(renderDirectory);
  for (const number of [1, 3]) {
    // Hard links: only the map is forged, and sparse gigabytes need not be copied.
    linkSync(join(original, `partition-${number}.img`), join(renderDirectory, `partition-${number}.img`));
  }
  writeFileSync(join(renderDirectory, 'chunk-map.json'), JSON.stringify(map));
  return { renderDirectory, fingerprint: createHash('sha256').update(fingerprintText(map)).digest('hex') };
}

describe('reserveDrives', () => {
  it.each([
    ['serial', { serial: 'ANOTHER' }],
    ['wwn', { wwn: '0x5000000000000000' }],
    ['size', { size: GiB }],
    ['path', { path: '/dev/null' }],
    ['attachment', { attachment: 'file 1:1' }],
  ])('refuses a drive whose %s is not what was confirmed', async (_name, change) => {
    const before = benchState(bench);
    expect(await codeOf(reserve(api, { ...confirmationOf(drive), ...change }))).toBe('drive-changed');
    expect(benchState(bench)).toBe(before);
  });

  it('refuses the machine’s own disk, however it is asked', async () => {
    const { drives } = await api.call('listDrives', { benchDirectory: null, protectedPaths: [] });
    const own = present(drives.find(({ reasons }) => reasons.some(({ code }) => code === 'system-disk')));
    expect(await codeOf(reserve(api, confirmationOf(own), own.id))).toBe('drive-blocked');
    const request = { drives: [{ driveId: own.id, confirmed: confirmationOf(own) }], protectedPaths: [] };
    expect(await codeOf(api.call('reserveDrives', { ...request, benchDirectory: null }))).toBe(
      'drive-blocked',
    );
  });

  it('gives a drive to one batch only, and gives it back', async () => {
    const reservation = await reserve();
    const other = await launch();
    expect(await codeOf(reserve(other))).toBe('drive-busy');
    await api.call('releaseDrive', { reservation });
    const second = await reserve(other);
    await other.call('releaseDrive', { reservation: second });
    await other.dispose();
  });

  it('does not go on holding a drive for a call that was cancelled', async () => {
    const stop = new AbortController();
    const held = api.call(
      'reserveDrives',
      {
        drives: [{ driveId: drive.id, confirmed: confirmationOf(drive) }],
        ...{ benchDirectory: bench, protectedPaths: [] },
      },
      { signal: stop.signal },
    );
    stop.abort();
    expect(await codeOf(held)).toBe('cancelled');
    const other = await launch();
    await other.call('releaseDrive', { reservation: await reserve(other) });
    await other.dispose();
  });

  it('lets go of everything when its station goes away', async () => {
    const other = await launch();
    await reserve(other);
    await other.dispose();
    await api.call('releaseDrive', { reservation: await reserve() });
  });
});

describe('runJob', () => {
  it('does nothing for a reservation that does not exist', async () => {
    expect(await codeOf(run(randomUUID()))).toBe('helper-protocol');
  });

  it.each<[string, () => { renderDirectory?: string; fingerprint?: string }]>([
    ['has another fingerprint', () => ({ fingerprint: '0'.repeat(64) })],
    ['is not there', () => ({ renderDirectory: join(area, 'nowhere') })],
    ['is for another drive', () => forgedRender((map) => ({ ...map, driveSize: 3 * GiB }))],
    [
      'has partitions of its own',
      () => forgedRender((map) => ({ ...map, partitions: map.partitions.slice(0, 1) })),
    ],
    [
      'writes over the partition table',
      () =>
        forgedRender((map) => ({
          ...map,
          chunks: [{ ...present(map.chunks[0]), offset: 0 }, ...map.chunks.slice(1)],
        })),
    ],
    [
      'has a link in place of a partition',
      () => {
        const forged = forgedRender((map) => map);
        const file = join(forged.renderDirectory, 'partition-3.img');
        renameSync(file, `${file}.real`);
        symlinkSync(`${file}.real`, file);
        return forged;
      },
    ],
  ])('refuses a render that %s, with nothing written', async (_name, change) => {
    const before = benchState(bench);
    const end = await run(await reserve(), change());
    expect(end).toMatchObject({ state: 'failed', reason: { code: 'render-damaged' }, bytesWritten: 0 });
    expect(benchState(bench)).toBe(before);
  });

  it('refuses a drive that was replaced after it was reserved', async () => {
    const reservation = await reserve();
    renameSync(drive.path, `${drive.path}.old`);
    writeFileSync(drive.path, '');
    truncateSync(drive.path, drive.size);
    const before = benchState(bench);
    expect(await run(reservation)).toMatchObject({ state: 'failed', reason: { code: 'drive-changed' } });
    expect(benchState(bench)).toBe(before);
  });

  it('finds a render that was damaged after it was checked, and does not blame the drive', async () => {
    const forged = forgedRender((map) => map);
    const map = chunkMapSchema.parse(
      JSON.parse(readFileSync(join(forged.renderDirectory, 'chunk-map.json'), 'utf8')),
    );
    const index = map.chunks.findIndex(({ partition }) => partition === 3);
    const file = join(forged.renderDirectory, 'partition-1.img');
    const image = readFileSync(file);
    rmSync(file);
    // The first chunk of the EFI partition lies at the start of its file.
    image[100] = (image[100] ?? 0) ^ 0xff;
    writeFileSync(file, image);
    expect(index).toBeGreaterThan(0);
    const end = await run(await reserve(), forged);
    expect(end).toMatchObject({ state: 'failed', reason: { code: 'render-damaged', chunk: 0, offset: MiB } });
  });

  it.skipIf(process.getuid?.() !== 0)(
    'reads no other user’s files when it was started through sudo',
    async () => {
      const elevated = await launch(['SUDO_UID=65534']);
      const media = { path: join(area, 'media', 'media.wim'), imageIndex: 1 };
      expect(await codeOf(elevated.call('inspectMedia', media))).toBe('helper-protocol');
      // Virtual drives need no privilege, so they are not opened with it.
      expect(await codeOf(reserve(elevated))).toBe('helper-protocol');

      const device = attachLoop(drive.path);
      const { drives } = await api.call('listDrives', { benchDirectory: bench, protectedPaths: [] });
      const loop = present(drives.find(({ path }) => path === device));
      const before = benchState(bench);
      const end = await run(await reserve(elevated, confirmationOf(loop), loop.id), {}, elevated);
      expect(end).toMatchObject({ state: 'failed', reason: { code: 'render-damaged' }, bytesWritten: 0 });
      expect(benchState(bench)).toBe(before);
      await elevated.dispose();
    },
  );
});

describe('a sealed drive', () => {
  it('keeps its partition table once it is released', async () => {
    const other = await launch();
    const reservation = await reserve(other);
    expect(await run(reservation, {}, other)).toMatchObject({ state: 'done' });
    await other.call('releaseDrive', { reservation });
    await other.dispose();
    expect(hasNoTable(drive.path, drive.size)).toBe(false);
  });

  it('loses it when its station goes away before it said that the drive is recorded', async () => {
    const other = await launch();
    expect(await run(await reserve(other), {}, other)).toMatchObject({ state: 'done' });
    expect(hasNoTable(drive.path, drive.size)).toBe(false);
    await other.dispose();
    expect(hasNoTable(drive.path, drive.size)).toBe(true);
  });

  it('loses it when the station says so', async () => {
    const reservation = await reserve();
    expect(await run(reservation)).toMatchObject({ state: 'done' });
    await api.call('eraseTables', { reservation, stallMilliseconds: 60_000 });
    expect(hasNoTable(drive.path, drive.size)).toBe(true);
    await api.call('releaseDrive', { reservation: await reserve() });
  });
});
